"""A medical mask, drawn over nose, mouth and chin of a head."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.synthesis.head_relief import HeadRelief
from lineament.synthesis.lofts import Points, joined_lofts, round_rings
from lineament.synthesis.material import Colour, Finish, Layer, Material, linear
from lineament.synthesis.mesh import Mesh, loft
from lineament.synthesis.occluders.cloth_textures import pleats, weave
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import OUTSIDE_VERTICES, PosedHead

COLUMNS, ROWS = 25, 16
GAP = 0.18
EAR_PLACES = ((7426, 6728), (8153, 7455))
"""Vertices of the head at the root of the ear's top and at the lobe, left and right."""

COLOURS = (
    *(linear(120, 170, 200), linear(120, 170, 200), linear(228, 230, 232), linear(28, 28, 30)),
    *(linear(150, 190, 170), linear(90, 40, 60)),
)


def face_mask_layers(seed: int, low: float, posed: PosedHead) -> list[Layer]:
    """The mask and its ear loops.

    Args:
        seed: colour and cloth.
        low: 0 over the nose, 1 drawn down below it.
        posed: the head.
    """
    random = np.random.default_rng([seed, 31])
    colour: Colour = COLOURS[random.integers(len(COLOURS))]
    texture = pleats() if random.random() < 0.75 else weave(int(random.integers(32)))
    shell = _shell(low, posed)
    cloth = Material(Finish.PLAIN, Part.BACKGROUND, colour, texture, wrap=0.25, two_sided=True)
    band = Material(Finish.PLAIN, Part.BACKGROUND, linear(225, 225, 225), two_sided=True)
    corners = shell.vertices.reshape(ROWS, COLUMNS, 3)
    loops = [
        round_rings(_over_cheek(corners[row, column], posed, EAR_PLACES[side][end]), 0.09, 5)
        for side, column in enumerate((COLUMNS - 1, 0))
        for end, row in enumerate((ROWS - 2, 1))
    ]
    return [Layer(shell, cloth), Layer(joined_lofts(loops), band)]


def _shell(low: float, posed: PosedHead) -> Mesh:
    """Height over the face, stretched from tip to tip and smoothed."""
    marks = posed.landmarks
    across = np.linspace(-1, 1, COLUMNS)
    reach = 0.5 * float(marks[14, 0] - marks[2, 0]) * 0.9
    middle = 0.5 * float(marks[14, 0] + marks[2, 0])
    bridge = float(marks[28, 1]) * (1 - low) + float(marks[33, 1] - 0.3) * low
    chin = float(marks[8, 1])
    side_top = 0.55 * bridge + 0.45 * float(marks[33, 1]) - 0.4
    side_bottom = 0.5 * float(marks[4, 1] + marks[12, 1]) + 0.2
    top = side_top + (bridge - side_top) * np.exp(-((across / 0.42) ** 2))
    bottom = side_bottom + (chin + 0.1 - side_bottom) * (1 - np.abs(across) ** 2.2)
    share = np.linspace(0, 1, ROWS)[:, None]
    points = np.zeros((ROWS, COLUMNS, 3), np.float32)
    points[..., 0] = middle + reach * across
    points[..., 1] = bottom + (top - bottom) * share
    edge = np.array([reach + 2, 12])
    lowest, highest = (middle - edge[0], chin - 2.0), (middle + edge[0], bridge + 2.0)
    skin = HeadRelief(posed, (0, 0, 1), lowest, highest).height(points)
    skin = np.maximum(skin, skin.max(axis=0, keepdims=True) - 3.5).astype(np.float32)
    cloth = cv2.blur(cv2.dilate(skin, np.ones((5, 3))), (3, 5), borderType=cv2.BORDER_REPLICATE)
    inner = np.minimum(share * 8, (1 - share) * 8).clip(0.4, 1) * np.ones(COLUMNS)
    points[..., 2] = np.maximum(skin + (cloth - skin) * inner, skin) + GAP
    return loft(points, closed=False)


def _over_cheek(start: Points, posed: PosedHead, vertex: int) -> Points:
    """(N,3) a band from a corner of the mask to the ear, outside the cheek."""
    end = posed.vertices[vertex]
    path = start + np.linspace(0, 1, 8)[:, None] * (end - start)
    sign = np.sign(end[0])
    skin = posed.vertices[:OUTSIDE_VERTICES]
    low, high = path[:, 1].min() - 0.55, path[:, 1].max() + 0.55
    skin = skin[(skin[:, 0] * sign > 3) & (skin[:, 2] > end[2] + 0.2)]
    skin = skin[(skin[:, 1] > low) & (skin[:, 1] < high)]
    near = np.abs(skin[None, :, 1] - path[:, None, 1]) < 0.55
    near &= np.abs(skin[None, :, 2] - path[:, None, 2]) < 0.55
    reach = np.where(near, skin[None, :, 0] * sign, 0).max(axis=1) + 0.08
    path[:, 0] = sign * np.maximum(path[:, 0] * sign, reach)
    return np.asarray(path)
