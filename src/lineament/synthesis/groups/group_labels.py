"""Which faces a composed picture has, and which of them are too hidden, blurred or small."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.labelled_picture import LabelledFaces
from lineament.synthesis.camera_faults import CameraFaults
from lineament.synthesis.groups.cutout import PEOPLE
from lineament.synthesis.groups.placing import Placed
from lineament.synthesis.groups.thing import Thing

SEEN_AT_ALL, SEEN_ENOUGH = 0.04, 0.40
"""Shares of a face up to which it is no face of the picture, and from which it counts."""

FEWEST_CELLS = 5.0
"""So many details side by side a face must have in what lens, motion and sensor leave of it."""

SMALLEST_STATUE = 24.0
"""Pixels of a side below which stone is not told from skin: such statues are ignored faces."""

WIDTH_OF_BLUR = 2.35
"""Width at half height of a Gaussian of standard deviation one."""


def share_seen(placed: Placed, number: int, owner: NDArray[np.int16]) -> float:
    """Share, 0 to 1, of a face that is within the picture and not covered.

    Args:
        placed: the face.
        number: its own in `owner`.
        owner: (H,W) the foremost thing at each pixel.
    """
    places, shares = placed.face_samples()
    points = np.rint(places).astype(int)
    height, width = owner.shape
    inside = (points >= 0).all(axis=1) & (points < [width, height]).all(axis=1)
    column, row = points[inside].T
    mine = owner[row, column] == number
    return float(shares[inside][mine].sum()) * (1 - placed.entry.hidden)


def cells(side: float, blur: float, faults: CameraFaults) -> float:
    """How many details side by side are left of a face.

    Args:
        side: pixels of its box.
        blur: standard deviation of its own blur in pixels.
        faults: of the camera.
    """
    spread = WIDTH_OF_BLUR**2 * (blur**2 + faults.lens_blur**2) + faults.motion_length**2
    pixel = 1 / min(faults.resolution, 1.0)
    return float(side / np.sqrt(spread + pixel**2))


def labelled(
    things: Sequence[Thing], owner: NDArray[np.int16], faults: CameraFaults
) -> tuple[LabelledFaces, NDArray[np.bool_]]:
    """The faces of which something is seen, and which (N,5) of their points are.

    Args:
        things: all that the picture shows; statues count as ignored faces where they cannot be
            told from people.
        owner: (H,W) number of the foremost thing at each pixel.
        faults: of the camera.
    """
    boxes, points, ignored, seen = [], [], [], []
    height, width = owner.shape
    for number, thing in enumerate(things):
        placed = thing.placed
        if placed is None or placed.entry.kind not in (*PEOPLE, "statue"):
            continue
        person = placed.entry.kind in PEOPLE
        told_apart = thing.spot.side >= SMALLEST_STATUE and not (faults.grey or faults.sepia)
        if not person and told_apart:
            continue
        share = share_seen(placed, number, owner)
        if share < SEEN_AT_ALL:
            continue
        legible = cells(thing.spot.side, thing.blur, faults) >= FEWEST_CELLS
        boxes.append(placed.box)
        points.append(placed.points)
        ignored.append(not (person and legible and share >= SEEN_ENOUGH))
        place_ = np.rint(placed.points).astype(int)
        inside = ((place_ >= 0) & (place_ < [width, height])).all(axis=1)
        column, row = np.clip(place_, 0, [width - 1, height - 1]).T
        seen.append(placed.seen & inside & (owner[row, column] == number))
    count = len(boxes)
    faces = LabelledFaces(
        np.array(boxes, np.float32).reshape(count, 4),
        np.array(points, np.float32).reshape(count, 5, 2),
        np.array(ignored, np.bool_),
    )
    return faces, np.array(seen, np.bool_).reshape(count, 5)
