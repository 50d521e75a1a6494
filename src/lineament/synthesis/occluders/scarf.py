"""A scarf wound round the neck and drawn up over the chin."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.synthesis.material import Finish, Layer, Material
from lineament.synthesis.mesh import loft
from lineament.synthesis.occluders.cloth_textures import weave
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import OUTSIDE_VERTICES, PosedHead

AROUND, ROWS = 40, 14
AXIS_Z = -0.5
THICKNESS = 0.9


def scarf_layers(seed: int, height: float, posed: PosedHead) -> list[Layer]:
    """The scarf; it is cloth.

    Args:
        seed: colour, cloth and folds.
        height: how far up it goes: 0 to the chin, 1 over the mouth.
        posed: the head.
    """
    random = np.random.default_rng([seed, 32])
    marks = posed.landmarks
    front = float(marks[8, 1]) + height * float(marks[51, 1] - marks[8, 1]) - 0.3
    back = float(marks[8, 1]) + 1.5
    bottom = max(float(marks[8, 1]) - 8.5, float(posed.vertices[:OUTSIDE_VERTICES, 1].min()) + 1)
    turn = 2 * np.pi * np.arange(AROUND) / AROUND
    facing = 0.5 + 0.5 * np.cos(turn)
    top = back + (front - back) * facing + random.normal(0, 0.2, AROUND)
    share = np.linspace(0, 1, ROWS)[:, None]
    y = bottom + (top - bottom) * share
    skin = posed.vertices[:OUTSIDE_VERTICES]
    skin = skin[(skin[:, 1] > bottom - 1) & (skin[:, 1] < max(front, back) + 1.2)]
    skin_turn = np.arctan2(skin[:, 0], skin[:, 2] - AXIS_Z)
    column = np.round(skin_turn / (2 * np.pi) * AROUND).astype(np.intp) % AROUND
    level = np.round((skin[:, 1] - bottom) / (top[column] - bottom) * (ROWS - 1)).astype(np.intp)
    inside = (level >= -1) & (level <= ROWS)
    reach = np.zeros((ROWS, AROUND), np.float32)
    limit = 9.0 + 4.0 * np.cos(skin_turn)
    distance = np.minimum(np.hypot(skin[:, 0], skin[:, 2] - AXIS_Z), limit)
    np.maximum.at(reach, (np.clip(level[inside], 0, ROWS - 1), column[inside]), distance[inside])
    wide = np.concatenate([reach[:, -5:], reach, reach[:, :5]], axis=1)
    wide = cv2.GaussianBlur(cv2.dilate(wide, np.ones((3, 3))), (5, 5), 1.2)
    wide = np.maximum(wide, cv2.dilate(wide, np.ones((5, 1))) * 0.93)
    folds = sum(
        random.uniform(0.1, 0.3) * np.sin(2 * np.pi * (k * share + random.random()) + n * turn)
        for k, n in zip(random.uniform(1, 4, 4), random.integers(1, 4, 4), strict=True)
    )
    bulge = THICKNESS * np.clip(1 - np.abs(2 * share - 1) ** 4, 0.15, 1)
    radius = wide[:, 5:-5] + bulge + folds * np.clip(4 * (1 - share), 0.2, 1)
    rings = np.stack([radius * np.sin(turn), y, radius * np.cos(turn) + AXIS_Z], axis=2)
    lip = rings[-1:] * [0.93, 1, 0.93] - [0, 0.5, 0.0]
    colour = np.clip(random.uniform(0.02, 0.7) * random.uniform(0.5, 1.2, 3), 0, 1)
    cloth = Material(
        *(Finish.PLAIN, Part.CLOTH, (float(colour[0]), float(colour[1]), float(colour[2]))),
        texture=weave(int(random.integers(32))),
        two_sided=True,
        wrap=0.25,
    )
    return [Layer(loft(np.concatenate([rings, lip]), repeats=(4, 2)), cloth)]
