"""Scores of 68 facial landmarks: pure functions on arrays.

Shapes and frames: `predicted` and `truth` are (N,68,2) in photo pixels, one row per labelled
face; a face that was missed is a row of NaN in `predicted`. Errors are fractions of the
normaliser, not percent.

Protocols (300-W): NME = mean distance of the 68 points / normaliser. `inter_ocular` is the
distance of the outer eye corners, points 36 and 45; `inter_pupil` is the distance of the means
of the two eyes' points, 36-41 and 42-47. The two give different numbers and are never mixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.errors import DataError

Normaliser = Literal["inter_ocular", "inter_pupil"]
NORMALISERS: tuple[Normaliser, ...] = get_args(Normaliser)

REGIONS: dict[str, slice] = {
    "jaw": slice(0, 17),
    "brows": slice(17, 27),
    "nose": slice(27, 36),
    "eyes": slice(36, 48),
    "mouth": slice(48, 68),
}
THRESHOLD = 0.10
"""A face fails above this NME; the area under the CED ends here."""

SMALLEST_NORMALISER = 0.05
"""Least normaliser, in units of the longer side of the points' box, that can divide an error."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NormalisedScores:
    """Scores under one normaliser, as fractions.

    Attributes:
        nme_of_found: mean NME of the found faces; None where none was found.
        median_of_found: their median NME; None where none was found.
        failure_rate_with_missed: share of all faces with an NME above 10 % or missed.
        auc_with_missed: area under the CED of all faces up to 10 %, divided by 10 %; a missed
            face adds nothing.
    """

    nme_of_found: float | None
    median_of_found: float | None
    failure_rate_with_missed: float
    auc_with_missed: float


@dataclass(frozen=True, slots=True)
class LandmarkScores:
    """All scores of one set of faces.

    Attributes:
        faces: labelled faces.
        found: those with a prediction.
        normalised: scores by normaliser.
        region_errors: mean error of the found faces by region, in inter-ocular units.
        offsets: (68,2) constant offset of every point, as `point_offsets` gives it.
    """

    faces: int
    found: int
    normalised: dict[Normaliser, NormalisedScores]
    region_errors: dict[str, float] | None
    offsets: Doubles | None

    @property
    def recall(self) -> float:
        """Share of the labelled faces that were found."""
        return self.found / self.faces


def score(predicted: ArrayLike, truth: ArrayLike) -> LandmarkScores:
    """All scores of (N,68,2) predictions, NaN rows where a face was missed.

    Raises:
        DataError: no face, or a face whose normaliser is near zero.
        ValueError: shapes differ, or a prediction is NaN in part.
    """
    guess, true = _checked(predicted, truth)
    if not len(true):
        raise DataError("no faces to score: expected at least one labelled face")
    found = found_faces(guess)
    normalised = {}
    for normaliser in NORMALISERS:
        errors = nme_with_missed(guess, true, normaliser)
        of_found = errors[found]
        normalised[normaliser] = NormalisedScores(
            nme_of_found=float(of_found.mean()) if found.any() else None,
            median_of_found=float(np.median(of_found)) if found.any() else None,
            failure_rate_with_missed=failure_rate(errors),
            auc_with_missed=area_under_ced(errors),
        )
    return LandmarkScores(
        faces=len(true),
        found=int(found.sum()),
        normalised=normalised,
        region_errors=region_errors(guess[found], true[found]) if found.any() else None,
        offsets=point_offsets(guess[found], true[found]) if found.any() else None,
    )


def found_faces(predicted: ArrayLike) -> NDArray[np.bool_]:
    """(N,) mask of the faces that have a prediction.

    Raises:
        ValueError: a row is NaN in part, or holds infinity.
    """
    finite = np.isfinite(np.asarray(predicted)).all(axis=(1, 2))
    missed = np.isnan(np.asarray(predicted)).all(axis=(1, 2))
    if not (finite | missed).all():
        raise ValueError("a prediction must be finite, or all NaN for a missed face")
    return np.asarray(finite)


def point_errors(predicted: ArrayLike, truth: ArrayLike) -> Doubles:
    """Distance of every point from its truth: (N,68) in pixels; NaN for a missed face."""
    guess, true = _checked(predicted, truth)
    return np.asarray(np.linalg.norm(guess - true, axis=2))


def normaliser_lengths(
    truth: ArrayLike, normaliser: Normaliser, names: Sequence[str] | None = None
) -> Doubles:
    """Length of the normaliser of every face: (N,) in pixels.

    Args:
        truth: (N,68,2).
        normaliser: `inter_ocular` or `inter_pupil`.
        names: name of every face for the error; its index without them.

    Raises:
        DataError: a face has a normaliser below 5 % of the longer side of its points' box (a
            full profile, where both eyes fall together): its NME means nothing.
    """
    points = _checked(truth, truth)[0]
    if normaliser == "inter_ocular":
        right, left = points[:, 36], points[:, 45]
    elif normaliser == "inter_pupil":
        right, left = points[:, 36:42].mean(axis=1), points[:, 42:48].mean(axis=1)
    else:
        raise ValueError(f"got the normaliser {normaliser!r}, expected one of {NORMALISERS}")
    lengths = np.linalg.norm(left - right, axis=1)
    sides = np.ptp(points, axis=1).max(axis=1)
    bad = np.flatnonzero(~(lengths > SMALLEST_NORMALISER * sides))
    if len(bad):
        first = int(bad[0])
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        raise DataError(
            f"face {names[first] if names else first}{more}: the {normaliser} distance is "
            f"{lengths[first]:.2f} px on points that span {sides[first]:.1f} px, expected more "
            f"than {SMALLEST_NORMALISER:.0%} of them; leave this face out or choose a "
            "protocol for profiles"
        )
    return np.asarray(lengths)


def nme_with_missed(predicted: ArrayLike, truth: ArrayLike, normaliser: Normaliser) -> Doubles:
    """NME of every face: (N,) fractions; infinity for a missed face.

    Raises:
        DataError: the normaliser of a face is near zero.
    """
    errors = point_errors(predicted, truth).mean(axis=1) / normaliser_lengths(truth, normaliser)
    return np.where(found_faces(predicted), errors, np.inf)


def failure_rate(errors: ArrayLike, threshold: float = THRESHOLD) -> float:
    """FR: share of (N,) errors above `threshold`; infinity, a missed face, is a failure."""
    return float((_checked_errors(errors) > threshold).mean())


def area_under_ced(errors: ArrayLike, threshold: float = THRESHOLD) -> float:
    """AUC: area under the CED of (N,) errors from 0 to `threshold`, divided by `threshold`.

    The CED (cumulative error distribution) is the share of faces with an error of at most x, a
    step function; its integral is exact, the mean of max(0, threshold - error). Nothing is
    sampled or interpolated. Infinity, a missed face, adds nothing.
    """
    return float((np.clip(threshold - _checked_errors(errors), 0, None) / threshold).mean())


def ced_steps(errors: ArrayLike, threshold: float = THRESHOLD) -> tuple[Doubles, Doubles]:
    """The CED of (N,) errors as corners for a `post` step plot, from 0 to `threshold`.

    Returns:
        x: errors in rising order, with 0 before and `threshold` after them.
        share: share of all faces with an error of at most x, same shape.
    """
    values = np.sort(_checked_errors(errors))
    inside = values[values <= threshold]
    share = np.arange(len(inside) + 1) / len(values)
    return np.array([0, *inside, threshold]), np.append(share, share[-1])


def region_errors(predicted: ArrayLike, truth: ArrayLike) -> dict[str, float]:
    """Mean error of jaw, brows, nose, eyes and mouth in inter-ocular units, found faces only."""
    errors = point_errors(predicted, truth) / normaliser_lengths(truth, "inter_ocular")[:, None]
    return {region: float(errors[:, part].mean()) for region, part in REGIONS.items()}


def point_offsets(predicted: ArrayLike, truth: ArrayLike) -> Doubles:
    """Mean of prediction minus truth of every point over found faces: (68,2).

    Unit: inter-ocular distances. Frame: the face's own, x along the line from the outer corner
    of the person's right eye (36) to that of the left (45), y a quarter turn clockwise as seen
    from it, down the face; so a lean of the head changes nothing.
    """
    guess, true = _checked(predicted, truth)
    return np.asarray(_in_the_face(guess - true, true).mean(axis=0))


def mean_shape(truth: ArrayLike) -> Doubles:
    """Mean face (68,2) in the frame of `point_offsets`, from the middle of its outer eye corners.

    Unit: inter-ocular distances.
    """
    points = _checked(truth, truth)[0]
    middle = (points[:, 36] + points[:, 45])[:, None] / 2
    return np.asarray(_in_the_face(points - middle, points).mean(axis=0))


def _in_the_face(vectors: Doubles, truth: Doubles) -> Doubles:
    """(N,68,2) vectors of the photos, turned upright and in inter-ocular distances."""
    lengths = normaliser_lengths(truth, "inter_ocular")
    along = (truth[:, 45] - truth[:, 36]) / lengths[:, None]
    down = np.stack([-along[:, 1], along[:, 0]], axis=1)
    scaled = vectors / lengths[:, None, None]
    return np.stack(
        [np.einsum("npd,nd->np", scaled, along), np.einsum("npd,nd->np", scaled, down)], axis=2
    )


def _checked(predicted: ArrayLike, truth: ArrayLike) -> tuple[Doubles, Doubles]:
    guess = np.asarray(predicted, dtype=np.float64)
    true = np.asarray(truth, dtype=np.float64)
    if true.ndim != 3 or true.shape[1:] != (68, 2) or guess.shape != true.shape:
        raise ValueError(
            f"predicted and truth need the shape (N, 68, 2), got {guess.shape} and {true.shape}"
        )
    if not np.isfinite(true).all():
        raise ValueError("truth must be finite numbers, got NaN or infinity")
    return guess, true


def _checked_errors(errors: ArrayLike) -> Doubles:
    values = np.asarray(errors, dtype=np.float64)
    if values.ndim != 1 or not len(values) or np.isnan(values).any() or (values < 0).any():
        raise ValueError(
            "errors need the shape (N,) with N > 0 and no NaN or negative value, got "
            f"shape {values.shape}"
        )
    return values
