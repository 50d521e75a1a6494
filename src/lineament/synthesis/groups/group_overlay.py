"""A contact sheet of groups with their boxes and points."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from lineament.face import ByteArray
from lineament.synthesis.groups.group_picture import GroupPicture
from lineament.synthesis.label_overlay import HIDDEN, SEEN, enlarged
from lineament.synthesis.sheet import grid

FACE, IGNORED = (90, 255, 90), (255, 170, 40)
"""RGB of the boxes of faces that count and of those that do not."""

SHIFT = 4


def draw_group(group: GroupPicture, zoom: int = 1) -> ByteArray:
    """(zoom H, zoom W, 3) uint8 RGB: the picture with boxes, and points where they are seen."""
    canvas = enlarged(group.image, zoom)
    faces = group.faces

    def fixed(place: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> tuple[int, int]:
        x, y = ((place + 0.5) * zoom - 0.5).tolist()
        return round(x * 2**SHIFT), round(y * 2**SHIFT)

    for number, box in enumerate(faces.boxes):
        colour = IGNORED if faces.ignored[number] else FACE
        cv2.rectangle(canvas, fixed(box[:2]), fixed(box[2:]), colour, 1, cv2.LINE_AA, SHIFT)
        radius = round(max(0.02 * float(faces.sides[number]) * zoom, 0.8) * 2**SHIFT)
        for place, seen in zip(faces.five_points[number], group.seen[number], strict=True):
            dot = SEEN if seen else HIDDEN
            cv2.circle(canvas, fixed(place), radius, dot, cv2.FILLED, cv2.LINE_AA, SHIFT)
    return canvas


def draw_group_sheet(groups: Sequence[GroupPicture], columns: int, *, labels: bool) -> ByteArray:
    """(H,W,3) uint8 RGB: a grid of pictures of one size, row by row, with or without labels."""
    cells = [draw_group(group) if labels else group.image for group in groups]
    return grid(cells, columns)
