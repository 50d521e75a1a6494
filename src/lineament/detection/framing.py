"""Other views of a training picture: from nearer, and with a smaller picture laid into it.

A kept picture is learnt from again and again; these make each time show something else.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from lineament.datasets.labelled_picture import LabelledFaces
from lineament.detection.picture_source import LabelledPicture, PlainPicture
from lineament.face import FloatArray
from lineament.geometry import share_inside
from lineament.strict import Strict
from lineament.synthesis.groups.group_labels import SEEN_AT_ALL, SEEN_ENOUGH


class Framing(Strict):
    """How often pictures are seen otherwise. The defaults leave them as they are.

    Attributes:
        nearer: share of the pictures of which a part is enlarged to the whole.
        nearest: greatest enlargement of these, drawn log-uniformly from 1.
        inset: share of the pictures that have another one, made smaller, laid into them.
        inset_sides: least and greatest side of that other one, as a share of the whole.
        smallest_face: pixels of the root of a box's area; smaller faces of it are ignored.
    """

    nearer: float = Field(ge=0, le=1, default=0.0)
    nearest: float = Field(ge=1, default=1.6)
    inset: float = Field(ge=0, le=1, default=0.0)
    inset_sides: tuple[float, float] = (0.4, 0.7)
    smallest_face: float = Field(ge=0, default=7.0)

    @model_validator(mode="after")
    def _possible(self) -> Framing:
        least, greatest = self.inset_sides
        if not 0 < least <= greatest < 1:
            raise ValueError(
                f"inset_sides: got {self.inset_sides}, expected 0 < least <= greatest < 1"
            )
        return self


def nearer(made: LabelledPicture, scale: float, random: np.random.Generator) -> PlainPicture:
    """A part of a picture, anywhere in it, enlarged to the picture's size.

    Args:
        made: the picture (H,W,3).
        scale: enlargement, 1 or more.
        random: draws the place.
    """
    height, width = made.image.shape[:2]
    size = np.maximum(np.rint(np.array([width, height]) / scale), 1).astype(int)
    left, top = (int(random.integers(room + 1)) for room in (width, height) - size)
    part = made.image[top : top + size[1], left : left + size[0]]
    image = cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR)
    faces = moved(made.faces, np.array([width, height]) / size, np.array([left, top]))
    whole = np.array([[-0.5, -0.5, width - 0.5, height - 0.5]], np.float32)
    shares = share_inside(faces.boxes, whole)[:, 0]
    return PlainPicture(np.asarray(image, np.uint8), still_seen(faces, shares))


def inset(
    made: LabelledPicture,
    other: LabelledPicture,
    side: float,
    smallest_face: float,
    random: np.random.Generator,
) -> PlainPicture:
    """A picture with another one of its size laid into it.

    Args:
        made: the picture (H,W,3).
        other: is made smaller.
        side: of the smaller one, as a share of the whole, below 1.
        smallest_face: faces of `other` that become smaller than so many pixels are ignored.
        random: draws the place.
    """
    height, width = made.image.shape[:2]
    size = np.maximum(np.rint(np.array([width, height]) * side), 1).astype(int)
    left, top = (int(random.integers(room + 1)) for room in (width, height) - size)
    image = made.image.copy()
    small = cv2.resize(other.image, size.tolist(), interpolation=cv2.INTER_AREA)
    image[top : top + size[1], left : left + size[0]] = small
    scale = size / (width, height)
    laid = moved(other.faces, scale, -np.array([left, top]) / scale)
    laid = LabelledFaces(laid.boxes, laid.five_points, laid.ignored | (laid.sides < smallest_face))
    covered = np.array([[left, top, left + size[0], top + size[1]]], np.float32) - np.float32(0.5)
    behind = still_seen(made.faces, 1 - share_inside(made.faces.boxes, covered)[:, 0])
    return PlainPicture(
        image,
        LabelledFaces(
            np.concatenate([behind.boxes, laid.boxes]),
            np.concatenate([behind.five_points, laid.five_points]),
            np.concatenate([behind.ignored, laid.ignored]),
        ),
    )


def moved(
    faces: LabelledFaces, scale: NDArray[np.float64], corner: NDArray[np.floating]
) -> LabelledFaces:
    """Faces where the pixel edges `corner` (x, y) - 1/2 become the picture's edge, then scaled."""
    boxes = (faces.boxes.reshape(-1, 2, 2) + 0.5 - corner) * scale - 0.5
    points = (faces.five_points + 0.5 - corner) * scale - 0.5
    return LabelledFaces(
        boxes.reshape(-1, 4).astype(np.float32), points.astype(np.float32), faces.ignored
    )


def still_seen(faces: LabelledFaces, shares: FloatArray) -> LabelledFaces:
    """Faces of which these shares (N,) are left: too little is ignored, next to none is gone."""
    kept = shares >= SEEN_AT_ALL
    ignored = faces.ignored | (shares < SEEN_ENOUGH)
    return LabelledFaces(faces.boxes[kept], faces.five_points[kept], ignored[kept])
