"""Errors of facial landmarks, face by face and point by point, before any mean is taken.

Shapes and frames: `predicted` and `truth` are (N,L,2) in photo pixels, one row per labelled
face, L points in the order of the scheme; a face that was missed is a row of NaN in
`predicted`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.errors import DataError
from lineament.evaluation.normalisers import (
    Doubles,
    Normaliser,
    choose_normalisers,
    eye_line,
    lengths,
    refuse_near_zero,
)
from lineament.landmarks.schemes import IBUG_68, Scheme

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class LandmarkErrors:
    """What was measured of every face.

    Attributes:
        scheme: the order of the points.
        points: (N,L) distances in pixels, NaN for a missed face.
        found: (N,).
        lengths: (N,) pixels by normaliser, NaN where near zero.
        offsets: (N,L,2) prediction minus truth in the frame of `in_the_face`; NaN for a face
            that was missed or whose eyes fall together.
        visible: (N,L) as the dataset says; None where it does not.
    """

    scheme: Scheme
    points: Doubles
    found: Flags
    lengths: Mapping[Normaliser, Doubles]
    offsets: Doubles
    visible: Flags | None

    def of(self, rows: Sequence[int]) -> LandmarkErrors:
        """Some of the faces."""
        return replace(
            self,
            points=self.points[rows],
            found=self.found[rows],
            lengths={name: values[rows] for name, values in self.lengths.items()},
            offsets=self.offsets[rows],
            visible=None if self.visible is None else self.visible[rows],
        )

    def nme(self, normaliser: Normaliser) -> Doubles:
        """NME of every face: (N,) fractions; infinity where missed, NaN where left out."""
        values = self.lengths[normaliser]
        errors = np.where(self.found, self.points.mean(axis=1) / values, np.inf)
        return np.where(np.isnan(values), np.nan, errors)

    def usable(self, normaliser: Normaliser) -> Flags:
        """(N,) faces that were found and are not left out."""
        return self.found & ~np.isnan(self.lengths[normaliser])

    def relative(self, normaliser: Normaliser) -> Doubles:
        """Point errors as fractions of the normaliser: (N,L), NaN where not `usable`."""
        return self.points / self.lengths[normaliser][:, None]


def measure(
    predicted: ArrayLike,
    truth: ArrayLike,
    scheme: Scheme = IBUG_68,
    *,
    boxes: ArrayLike | None = None,
    visible: ArrayLike | None = None,
    normalisers: Sequence[str] = (),
) -> LandmarkErrors:
    """Errors of (N,L,2) predictions, NaN rows where a face was missed.

    Args:
        boxes: (N,4) x1 y1 x2 y2 of the dataset, for the normalisers made of them.
        visible: (N,L) booleans.
        normalisers: names; none gives the usual ones of `choose_normalisers`.

    Raises:
        DataError: no face, or a normaliser that is near zero for every face.
        ConfigError: a normaliser that is unknown or cannot be had.
        ValueError: wrong shapes, a true point that is no number, or a row of predictions that
            is NaN in part.
    """
    guess, true = checked_points(predicted, truth, scheme)
    if not len(true):
        raise DataError("no faces to score: expected at least one labelled face")
    flags = None if visible is None else np.asarray(visible, dtype=bool)
    if flags is not None and flags.shape != true.shape[:2]:
        raise ValueError(f"visible needs the shape {true.shape[:2]}, got {flags.shape}")
    found = found_faces(guess)
    chosen = choose_normalisers(normalisers, scheme, 0 if boxes is None else len(true), len(true))
    units = {name: lengths(true, name, scheme, boxes) for name in chosen}
    for name, values in units.items():
        if np.isnan(values).all():
            refuse_near_zero(values, name)
    return LandmarkErrors(
        scheme=scheme,
        points=np.asarray(np.linalg.norm(guess - true, axis=2)),
        found=found,
        lengths=units,
        offsets=in_the_face(guess - true, true, scheme),
        visible=flags,
    )


def found_faces(predicted: ArrayLike) -> Flags:
    """(N,) mask of the faces that have a prediction.

    Raises:
        ValueError: a row is NaN in part, or holds infinity.
    """
    finite = np.isfinite(np.asarray(predicted)).all(axis=(1, 2))
    missed = np.isnan(np.asarray(predicted)).all(axis=(1, 2))
    if not (finite | missed).all():
        raise ValueError("a prediction must be finite, or all NaN for a missed face")
    return np.asarray(finite)


def in_the_face(vectors: Doubles, truth: Doubles, scheme: Scheme) -> Doubles:
    """(N,L,2) vectors of photos, turned into the frame of the faces of the points `truth`.

    Unit: distances of the outer eye corners (of the eyes' means where the scheme has no
    corners). Frame: x along that line from the person's right eye to the left, y a quarter turn
    clockwise as seen from it, down the face. NaN for a face whose eyes fall together.
    """
    line, name = eye_line(truth, scheme)
    units = lengths(truth, name, scheme)[:, None]
    along = line / units
    down = np.stack([-along[:, 1], along[:, 0]], axis=1)
    scaled = vectors / units[:, None]
    return np.stack(
        [np.einsum("npd,nd->np", scaled, along), np.einsum("npd,nd->np", scaled, down)], axis=2
    )


def checked_points(
    predicted: ArrayLike, truth: ArrayLike, scheme: Scheme
) -> tuple[Doubles, Doubles]:
    """Both as (N,L,2) doubles, or a ValueError."""
    guess = np.asarray(predicted, dtype=np.float64)
    true = np.asarray(truth, dtype=np.float64)
    if true.ndim != 3 or true.shape[1:] != (scheme.count, 2) or guess.shape != true.shape:
        raise ValueError(
            f"predicted and truth need the shape (N, {scheme.count}, 2) of {scheme.name}, got "
            f"{guess.shape} and {true.shape}"
        )
    if not np.isfinite(true).all():
        raise ValueError("truth must be finite numbers, got NaN or infinity")
    return guess, true
