"""A contact sheet of rendered faces, with and without their labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from lineament.face import ByteArray
from lineament.synthesis.label_overlay import (
    RIM,
    draw_labels,
    draw_legend,
    enlarged,
    enlargement,
    write_words,
)
from lineament.synthesis.rendering import FaceEngine, Rendering
from lineament.synthesis.sample_seeds import identity_seed, scene_seed

GAP = 4
CAPTION_LINE = 16


def render_faces(
    engine: FaceEngine,
    seed: int,
    people: int,
    scenes: int,
    advance: Callable[[], None] = lambda: None,
) -> list[Rendering]:
    """`scenes` pictures of each of `people` persons, one person after another.

    They are the first ones of a dataset of this seed with so many images per identity.
    """
    renderings = []
    for person in range(people):
        identity = engine.identity(identity_seed(seed, person))
        for scene in range(person * scenes, (person + 1) * scenes):
            renderings.append(engine.render(identity, scene_seed(seed, scene)))
            advance()
    return renderings


def draw_sheet(
    renderings: Sequence[Rendering], columns: int, *, labels: bool, captions: bool = False
) -> ByteArray:
    """(H,W,3) uint8 RGB: a grid of the pictures, row by row.

    Args:
        renderings: of one size; small ones are enlarged where labels are drawn.
        columns: faces in a row.
        labels: beside each picture the same with its labels, and a legend below the grid.
        captions: attributes in words below each picture.
    """
    sheet = grid([_cell(face, labels=labels, captions=captions) for face in renderings], columns)
    return np.concatenate([sheet, draw_legend(sheet.shape[1])]) if labels else sheet


def grid(cells: Sequence[ByteArray], columns: int) -> ByteArray:
    """(H,W,3) uint8 RGB: pictures of one size side by side, row by row, with gaps between."""
    height, width = cells[0].shape[:2]
    columns = min(columns, len(cells))
    rows = -(-len(cells) // columns)
    shape = (rows * (height + GAP) + GAP, columns * (width + GAP) + GAP, 3)
    sheet = np.full(shape, RIM, np.uint8)
    for place, cell in enumerate(cells):
        top = place // columns * (height + GAP) + GAP
        left = place % columns * (width + GAP) + GAP
        sheet[top : top + height, left : left + width] = cell
    return sheet


def caption(rendering: Rendering) -> list[str]:
    """Lines that name what cannot be read off the picture at once."""
    face = rendering.attributes
    worn = [f"{face.glasses} glasses"] if face.glasses != "none" else []
    worn += [face.hat_kind] if face.hat else []
    worn += ["beard"] if face.beard else []
    worn += ["moustache"] if face.moustache else []
    states = {"smile": face.smile, "mouth open": face.mouth_open, "eyes closed": face.eyes_closed}
    done = [name for name, holds in states.items() if holds]
    hidden = [f"{100 * face.occlusion:.0f} % hidden"] if face.occlusion >= 0.01 else []
    return [
        f"{face.gender_presentation}, {face.age:.0f}, Monk {face.skin_tone}",
        f"yaw {round(face.yaw)}, pitch {round(face.pitch)}, roll {round(face.roll)}",
        ", ".join([f"hair {face.hair_style}", *worn]),
        ", ".join([*done, *hidden]),
    ]


def _cell(rendering: Rendering, *, labels: bool, captions: bool) -> ByteArray:
    factor = enlargement(rendering.size) if labels or captions else 1
    picture = enlarged(rendering.image, factor)
    if labels:
        picture = np.concatenate([picture, draw_labels(rendering)], axis=1)
    if not captions:
        return picture
    lines = caption(rendering)
    strip = np.full((len(lines) * CAPTION_LINE + 4, picture.shape[1], 3), RIM, np.uint8)
    for place, words in enumerate(lines):
        write_words(strip, words, 4, (place + 1) * CAPTION_LINE - 3)
    return np.concatenate([picture, strip])
