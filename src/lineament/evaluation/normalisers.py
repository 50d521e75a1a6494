"""What landmark errors are divided by. The normaliser's name is part of the metric's name.

Numbers under two normalisers are never compared: on one prediction `inter_pupil` gives about
1.4 times the number of `inter_ocular`, and `box_diagonal` 0.7 times that of `box`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.errors import ConfigError, DataError
from lineament.landmarks.schemes import Scheme

Doubles = NDArray[np.float64]

Normaliser = Literal[
    "inter_ocular", "inter_pupil", "box", "face_size", "box_diagonal", "points_box"
]
NORMALISERS: tuple[Normaliser, ...] = get_args(Normaliser)
OF_THE_DATASETS_BOX: tuple[Normaliser, ...] = ("box", "face_size", "box_diagonal")

SMALLEST_NORMALISER = 0.05
"""Least normaliser, in units of the longer side of the points' box, that can divide an error."""


def meaning(normaliser: Normaliser, scheme: Scheme) -> str:
    """What the normaliser is for this scheme, in words for a report."""
    corners = scheme.outer_eye_corners
    right, left = (", ".join(map(str, points)) for points in scheme.eyes)
    words: dict[Normaliser, str] = {
        "inter_ocular": "distance of the outer eye corners"
        + (f", points {corners[0]} and {corners[1]}" if corners else ""),
        "inter_pupil": f"distance of the eyes, right: mean of the points {right}; left: mean of "
        f"the points {left}",
        "box": "square root of width times height of the dataset's own box",
        "face_size": "longer side of the dataset's own box, which the AFLW protocol means to be "
        "square",
        "box_diagonal": "diagonal of the dataset's own box",
        "points_box": "square root of width times height of the tight box of the true points",
    }
    return words[normaliser]


def why_not(normaliser: Normaliser, scheme: Scheme, boxes: int, faces: int) -> str | None:
    """Why a normaliser cannot be had; None where it can.

    Args:
        boxes: faces with a box of the dataset, of `faces` in all.
    """
    if normaliser == "inter_ocular" and scheme.outer_eye_corners is None:
        return f"the points of {scheme.name} hold no outer eye corners"
    if normaliser in OF_THE_DATASETS_BOX and (boxes < faces or not faces):
        without = "no face" if not boxes else f"only {boxes} of {faces} faces"
        return f"{without} of this dataset has a box of its own (points_box needs none)"
    return None


def possible_normalisers(scheme: Scheme, boxes: int, faces: int) -> tuple[Normaliser, ...]:
    """All that can be had, in the order of `NORMALISERS`."""
    return tuple(name for name in NORMALISERS if why_not(name, scheme, boxes, faces) is None)


def choose_normalisers(
    asked: Sequence[str], scheme: Scheme, boxes: int, faces: int
) -> tuple[Normaliser, ...]:
    """The normalisers asked for, once each, or those that are usual where none is.

    Usual are `inter_ocular`, `inter_pupil`, `box` and `face_size`, as far as they can be had.

    Raises:
        ConfigError: an unknown name, or one that cannot be had; says why and what can.
    """
    possible = possible_normalisers(scheme, boxes, faces)
    if not asked:
        return tuple(name for name in NORMALISERS[:4] if name in possible)
    chosen: dict[Normaliser, None] = {}
    for name in asked:
        known = next((known for known in NORMALISERS if known == name), None)
        if known is None:
            raise ConfigError(f"no normaliser named {name!r}; there are {', '.join(NORMALISERS)}")
        reason = why_not(known, scheme, boxes, faces)
        if reason is not None:
            raise ConfigError(
                f"the normaliser {name} cannot be had: {reason}; choose from {', '.join(possible)}"
            )
        chosen[known] = None
    return tuple(chosen)


def eye_line(truth: Doubles, scheme: Scheme) -> tuple[Doubles, Normaliser]:
    """From the person's right eye to the left: (N,2) pixels, and the normaliser that it spans.

    The line of the outer eye corners; of the eyes' means where the scheme has no corners.
    """
    if scheme.outer_eye_corners is None:
        return _between_eyes(truth, scheme), "inter_pupil"
    right, left = scheme.outer_eye_corners
    return truth[:, left] - truth[:, right], "inter_ocular"


def lengths(
    truth: ArrayLike, normaliser: Normaliser, scheme: Scheme, boxes: ArrayLike | None = None
) -> Doubles:
    """Length of the normaliser of every face: (N,) pixels, NaN where it is near zero.

    Near zero is what does not exceed 5 % of the longer side of the points' box, such as the
    distance of the eyes of a full profile: an error divided by it means nothing.

    Args:
        truth: (N,L,2) pixels, finite, in the order of the scheme.
        boxes: (N,4) x1 y1 x2 y2 of the dataset, for the normalisers that are made of them.

    Raises:
        ValueError: the scheme or the boxes do not give this normaliser, or it is unknown.
    """
    points = np.asarray(truth, dtype=np.float64)
    if normaliser in OF_THE_DATASETS_BOX:
        if boxes is None:
            raise ValueError(f"the normaliser {normaliser} needs boxes (N, 4), got none")
        rows = np.asarray(boxes, dtype=np.float64)
        if rows.shape != (len(points), 4) or not np.isfinite(rows).all():
            raise ValueError(
                f"boxes need the shape ({len(points)}, 4) and finite numbers, got {rows.shape}"
            )
        values = _of_sides(rows[:, 2:] - rows[:, :2], normaliser)
    elif normaliser == "points_box":
        values = _of_sides(np.ptp(points, axis=1), normaliser)
    elif normaliser == "inter_pupil":
        values = np.linalg.norm(_between_eyes(points, scheme), axis=1)
    elif normaliser == "inter_ocular":
        if scheme.outer_eye_corners is None:
            raise ValueError(f"the points of {scheme.name} hold no outer eye corners")
        values = np.linalg.norm(eye_line(points, scheme)[0], axis=1)
    else:
        raise ValueError(f"got the normaliser {normaliser!r}, expected one of {NORMALISERS}")
    sides = np.ptp(points, axis=1).max(axis=1)
    return np.where(values > SMALLEST_NORMALISER * sides, values, np.nan)


def refuse_near_zero(
    found: Doubles, normaliser: Normaliser, names: Sequence[str] | None = None
) -> None:
    """Raise the DataError that names the faces whose length in (N,) `found` is NaN, if any."""
    bad = np.flatnonzero(np.isnan(found))
    if len(bad):
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        raise DataError(
            f"face {names[bad[0]] if names else int(bad[0])}{more}: {normaliser} is near zero, "
            f"expected more than {SMALLEST_NORMALISER:.0%} of the longer side of the points' box; "
            "leave the face out or choose a normaliser for profiles, such as points_box"
        )


def _between_eyes(points: Doubles, scheme: Scheme) -> Doubles:
    right, left = (points[:, list(eye)].mean(axis=1) for eye in scheme.eyes)
    return np.asarray(left - right)


def _of_sides(sides: Doubles, normaliser: Normaliser) -> Doubles:
    """(N,) lengths of boxes of the (N,2) width and height; not positive ones give 0."""
    whole = np.clip(sides, 0, None)
    if normaliser == "face_size":
        return np.asarray(whole.max(axis=1))
    if normaliser == "box_diagonal":
        return np.asarray(np.linalg.norm(whole, axis=1))
    return np.asarray(np.sqrt(whole.prod(axis=1)))
