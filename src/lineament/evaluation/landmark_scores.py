"""Scores of facial landmarks of any scheme: pure functions on arrays.

Shapes and frames: `predicted` and `truth` are (N,L,2) in photo pixels, one row per labelled
face, L points in the order of the scheme; a face that was missed is a row of NaN in
`predicted`. Errors are fractions of the normaliser, not percent.

NME = mean distance of a face's points from their truth / normaliser; `normalisers.py` says what
a normaliser is. A face whose normaliser is near zero (a full profile has no distance of the
eyes) is left out of that normaliser's scores, found or missed, and counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lineament.errors import DataError
from lineament.evaluation.error_distribution import (
    THRESHOLD,
    THRESHOLDS,
    area_under_ced,
    failure_rate,
)
from lineament.evaluation.landmark_errors import (
    LandmarkErrors,
    checked_points,
    found_faces,
    in_the_face,
    measure,
)
from lineament.evaluation.normalisers import Doubles, Normaliser, lengths, refuse_near_zero
from lineament.landmarks.schemes import IBUG_68, Scheme


@dataclass(frozen=True, slots=True)
class NormalisedScores:
    """Scores under one normaliser, as fractions; None where no face gives the number.

    Attributes:
        left_out: faces whose normaliser is near zero; no part of the following.
        nme_of_found: mean NME of the found faces.
        median_of_found: their median NME.
        visible_of_found: mean error of the points that the dataset calls visible, all found
            faces' points together.
        occluded_of_found: the same of its other points.
        failure_rates: by threshold, share of all faces with an NME above it or missed.
        areas: by threshold, area under the CED of all faces up to it, divided by it; a missed
            face adds nothing.
    """

    left_out: int
    nme_of_found: float | None
    median_of_found: float | None
    visible_of_found: float | None
    occluded_of_found: float | None
    failure_rates: Mapping[float, float | None]
    areas: Mapping[float, float | None]

    @property
    def failure_rate_with_missed(self) -> float:
        """FR@10 %; a ValueError where every face is left out."""
        value = self.failure_rates[THRESHOLD]
        if value is None:
            raise ValueError("no failure rate: the normaliser is near zero for every face")
        return value


@dataclass(frozen=True, slots=True)
class LandmarkScores:
    """All scores of one set of faces.

    Attributes:
        faces: labelled faces.
        found: those with a prediction.
        normalised: scores by normaliser.
        region_errors: mean error of the found faces' points by region of the scheme, in the
            unit of the first normaliser; None where no found face has it.
        offsets: (L,2) constant offset of every point, as `point_offsets` gives it.
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


def scores_of(errors: LandmarkErrors) -> LandmarkScores:
    """The means over all faces of `errors`.

    Raises:
        DataError: there is no face.
    """
    if not len(errors.points):
        raise DataError("no faces to score: expected at least one labelled face")
    upright = ~np.isnan(errors.offsets).any(axis=(1, 2))
    return LandmarkScores(
        faces=len(errors.points),
        found=int(errors.found.sum()),
        normalised={name: _normalised(errors, name) for name in errors.lengths},
        region_errors=_regions(errors, next(iter(errors.lengths))),
        offsets=errors.offsets[upright].mean(axis=0) if upright.any() else None,
    )


def score(
    predicted: ArrayLike,
    truth: ArrayLike,
    scheme: Scheme = IBUG_68,
    *,
    boxes: ArrayLike | None = None,
    visible: ArrayLike | None = None,
    normalisers: Sequence[str] = (),
) -> LandmarkScores:
    """All scores of a set of faces: `measure`, then the means. Raises what `measure` raises."""
    errors = measure(
        predicted, truth, scheme, boxes=boxes, visible=visible, normalisers=normalisers
    )
    return scores_of(errors)


def point_errors(predicted: ArrayLike, truth: ArrayLike, scheme: Scheme = IBUG_68) -> Doubles:
    """Distance of every point from its truth: (N,L) in pixels; NaN for a missed face."""
    guess, true = checked_points(predicted, truth, scheme)
    return np.asarray(np.linalg.norm(guess - true, axis=2))


def normaliser_lengths(
    truth: ArrayLike, normaliser: Normaliser, names: Sequence[str] | None = None
) -> Doubles:
    """Length of a normaliser of 68 points, (N,) pixels, where no face may be left out.

    Raises:
        DataError: a face has a normaliser near zero; it is named from `names`, or by its index.
    """
    values = lengths(checked_points(truth, truth, IBUG_68)[0], normaliser, IBUG_68)
    refuse_near_zero(values, normaliser, names)
    return values


def nme_with_missed(predicted: ArrayLike, truth: ArrayLike, normaliser: Normaliser) -> Doubles:
    """NME of every face of 68 points: (N,) fractions; infinity for a missed face.

    Raises:
        DataError: the normaliser of a face is near zero.
    """
    errors = point_errors(predicted, truth).mean(axis=1) / normaliser_lengths(truth, normaliser)
    return np.where(found_faces(predicted), errors, np.inf)


def point_offsets(
    predicted: ArrayLike, truth: ArrayLike, scheme: Scheme = IBUG_68
) -> Doubles | None:
    """Mean of prediction minus truth of every point over found faces: (L,2).

    Unit: distances of the outer eye corners (of the eyes' means where the scheme has no
    corners). Frame: the face's own, x along that line from the person's right eye to the left,
    y a quarter turn clockwise as seen from it, down the face; so a lean of the head changes
    nothing. Faces whose eyes fall together are left out; None where no face remains.
    """
    guess, true = checked_points(predicted, truth, scheme)
    vectors = in_the_face(guess - true, true, scheme)
    vectors = vectors[~np.isnan(vectors).any(axis=(1, 2))]
    return vectors.mean(axis=0) if len(vectors) else None


def mean_shape(truth: ArrayLike) -> Doubles:
    """Mean face (68,2) in the frame of `point_offsets`, from the middle of its outer eye corners.

    Unit: inter-ocular distances.
    """
    points = checked_points(truth, truth, IBUG_68)[0]
    middle = (points[:, 36] + points[:, 45])[:, None] / 2
    return np.asarray(in_the_face(points - middle, points, IBUG_68).mean(axis=0))


def _normalised(errors: LandmarkErrors, name: Normaliser) -> NormalisedScores:
    nme = errors.nme(name)
    counted = nme[~np.isnan(nme)]
    reached = counted[np.isfinite(counted)]
    seen, hidden = None, None
    if errors.visible is not None:
        usable = errors.usable(name)
        relative = errors.relative(name)[usable]
        seen = _mean(relative[errors.visible[usable]])
        hidden = _mean(relative[~errors.visible[usable]])
    return NormalisedScores(
        left_out=len(nme) - len(counted),
        nme_of_found=_mean(reached),
        median_of_found=float(np.median(reached)) if len(reached) else None,
        visible_of_found=seen,
        occluded_of_found=hidden,
        failure_rates={
            end: failure_rate(counted, end) if len(counted) else None for end in THRESHOLDS
        },
        areas={end: area_under_ced(counted, end) if len(counted) else None for end in THRESHOLDS},
    )


def _regions(errors: LandmarkErrors, name: Normaliser) -> dict[str, float] | None:
    relative = errors.relative(name)[errors.usable(name)]
    if not len(relative):
        return None
    regions = errors.scheme.regions.items()
    return {region: float(relative[:, list(part)].mean()) for region, part in regions}


def _mean(values: Doubles) -> float | None:
    return float(values.mean()) if len(values) else None
