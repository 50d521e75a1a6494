"""The light that a place sends to a face, guessed from the background seen behind it."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.face import FloatArray

DIRECTIONS = ("left", "right", "up", "down", "behind", "front")
CELLS = 8
UNSEEN = 0.5
"""How much of a side's own colour is replaced by the mean of all: a side goes on out of view."""


def ambient_colours(background: FloatArray) -> FloatArray:
    """Mean linear colour that reaches the face from six directions.

    What is to the left, right, above and below is guessed from the edges of the picture, what is
    behind the person from all of it; in front of the person, where nothing is seen, the place is
    taken to be as it is on the whole, a little darker and greyer.

    Args:
        background: (S,S,3) linear RGB.

    Returns:
        (6,3) linear RGB in the order of `DIRECTIONS`; left and right are those of the picture.
    """
    cells = cv2.resize(background, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    whole = cells.mean((0, 1))
    edges = (cells[:, :2], cells[:, -2:], cells[:2], cells[-2:])
    seen = [edge.mean((0, 1)) * (1 - UNSEEN) + whole * UNSEEN for edge in edges]
    front = (whole * 0.5 + whole.mean() * 0.5) * 0.8
    return np.asarray([*seen, whole, front], np.float32)
