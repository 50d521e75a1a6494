"""Evidence only: how much of a network's error is the custom of a dataset's annotators.

A network trained on rendered faces learns where its renderer puts the points; annotators of
photos put some of them elsewhere, above all along the jaw, and each dataset has its own custom.
Wood et al., "Fake It Till You Make It: Face Analysis in the Wild Using Synthetic Data Alone", ICCV
2021, therefore report such networks through a small layer, fitted on the real training labels,
that takes one custom to the other. Here that layer is linear.

What is fitted here has seen real labels: it never ships, no weight record refers to it, and a
score through it stands beside the plain score, never in its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.errors import DataError
from lineament.face import FloatArray
from lineament.landmarks.balance import align
from lineament.landmarks.schemes import Scheme

Doubles = NDArray[np.float64]

LEAST_FACES = 50
FOLDS = 5
STRENGTHS: tuple[float, ...] = tuple(float(10**power) for power in np.arange(-5, 3.5, 0.5))
"""Ridge strengths that are tried, in units of the mean variance of a coordinate."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelAdaptation:
    """A linear map from a face's predicted points to what the annotators would have marked.

    Place, size and lean of a face are taken out before the map and put back after it, so that
    they change nothing; so is the side, by fitting on mirrored faces too.

    Attributes:
        frame: (L,2) mean predicted shape, around the origin and of centroid size 1, onto which
            each face is turned.
        weights: (2L,2L) from a face's coordinates in that frame, x1 y1 x2 y2 ..., to what is
            added to them.
        offset: (2L,) added to every face.
        strength: the ridge strength that cross-validation chose, one of `STRENGTHS`.
    """

    frame: Doubles
    weights: Doubles
    offset: Doubles
    strength: float

    @classmethod
    def fit(cls, predicted: ArrayLike, truth: ArrayLike, scheme: Scheme) -> LabelAdaptation:
        """Fit on faces that are not those of the test.

        The ridge strength is chosen by 5-fold cross-validation inside these faces; a face and
        its mirror image are always in the same fold.

        Args:
            predicted: (N,L,2) predictions in photo pixels; a missed face is a row with NaN and
                is left out.
            truth: (N,L,2) real labels of the same faces in the same pixels; a face with a label
                that is NaN is left out too.
            scheme: the order of the points, for their mirror images.

        Raises:
            DataError: fewer than 50 faces are left, or a shape whose points all coincide.
            ValueError: the shapes are not (N,L,2) with the scheme's L.
        """
        shapes, labels = np.asarray(predicted, np.float64), np.asarray(truth, np.float64)
        if shapes.shape != labels.shape or shapes.shape[1:] != (scheme.count, 2):
            raise ValueError(
                f"expected (N,{scheme.count},2) twice, got {shapes.shape} and {labels.shape}"
            )
        whole = np.isfinite(np.concatenate([shapes, labels], axis=1)).all(axis=(1, 2))
        if whole.sum() < LEAST_FACES:
            raise DataError(
                f"label adaptation got {whole.sum()} faces with a prediction and a label of every "
                f"point (of {len(shapes)}), expected at least {LEAST_FACES}; fit it on more faces"
            )
        shapes = _with_mirrored(shapes[whole], scheme)
        labels = _with_mirrored(labels[whole], scheme)
        frame = align(shapes, reflection=False).mean(axis=0)
        frame /= np.linalg.norm(frame)
        middles, turns = _into_frame(shapes, frame)
        inputs = ((shapes - middles) @ turns).reshape(len(shapes), -1)
        wanted = ((labels - middles) @ turns).reshape(len(shapes), -1) - inputs
        strength = _choose_strength(inputs, wanted)
        (weights,), offset, mean = _ridge(inputs, wanted, (strength,))
        return cls(frame, weights, offset - mean @ weights, strength)

    def apply(self, predicted: ArrayLike) -> FloatArray:
        """Predicted points (N,L,2) in photo pixels -> (N,L,2) float32, NaN where a face is missed.

        Raises:
            DataError: a shape whose points all coincide.
            ValueError: the shape is not (N,L,2) with the L of the fit.
        """
        shapes = np.asarray(predicted, np.float64)
        if shapes.ndim != 3 or shapes.shape[1:] != self.frame.shape:
            raise ValueError(f"expected (N,{len(self.frame)},2), got {shapes.shape}")
        adapted = np.full(shapes.shape, np.nan)
        found = np.isfinite(shapes).all(axis=(1, 2))
        middles, turns = _into_frame(shapes[found], self.frame)
        inputs = ((shapes[found] - middles) @ turns).reshape(-1, self.frame.size)
        moved = (inputs + inputs @ self.weights + self.offset).reshape(-1, len(self.frame), 2)
        adapted[found] = moved @ np.linalg.inv(turns) + middles
        return adapted.astype(np.float32)


def _with_mirrored(points: Doubles, scheme: Scheme) -> Doubles:
    """The faces, then their mirror images in the same order: (2N,L,2)."""
    return np.concatenate([points, points[:, scheme.mirror_index] * [-1, 1]])


def _into_frame(shapes: Doubles, frame: Doubles) -> tuple[Doubles, Doubles]:
    """Middles (N,1,2), and turns with scales (N,2,2) that take shapes of size 1 to the frame."""
    middles = shapes.mean(axis=1, keepdims=True)
    centred = shapes - middles
    sizes = np.linalg.norm(centred, axis=(1, 2))
    flat = int((sizes <= 0).sum())
    if flat:
        raise DataError(
            f"{flat} of {len(sizes)} predicted faces have all their points in one place; "
            "leave them out"
        )
    # In the plane the best rotation has a closed form: the angle of one complex number.
    x, y = centred[..., 0], centred[..., 1]
    along = (x * frame[:, 0] + y * frame[:, 1]).sum(axis=1)
    across = (x * frame[:, 1] - y * frame[:, 0]).sum(axis=1)
    angle = np.arctan2(across, along)
    cos, sin = np.cos(angle) / sizes, np.sin(angle) / sizes
    return middles, np.stack([cos, sin, -sin, cos], axis=1).reshape(-1, 2, 2)


def _choose_strength(inputs: Doubles, wanted: Doubles) -> float:
    """The strength of the least mean point error on faces that a fit has not seen."""
    faces = len(inputs) // 2
    fold = np.tile(np.random.default_rng(0).permutation(faces) % FOLDS, 2)
    errors = np.zeros(len(STRENGTHS))
    for number in range(FOLDS):
        seen = fold != number
        solved, offset, mean = _ridge(inputs[seen], wanted[seen], STRENGTHS)
        for place, weights in enumerate(solved):
            left = (inputs[~seen] - mean) @ weights + offset - wanted[~seen]
            errors[place] += np.linalg.norm(left.reshape(len(left), -1, 2), axis=2).sum()
    return STRENGTHS[int(errors.argmin())]


def _ridge(
    inputs: Doubles, wanted: Doubles, strengths: tuple[float, ...]
) -> tuple[list[Doubles], Doubles, Doubles]:
    """Weights for each strength, and the means of the wanted values and of the inputs."""
    mean, offset = inputs.mean(axis=0), wanted.mean(axis=0)
    centred = inputs - mean
    values, directions = np.linalg.eigh(centred.T @ centred / len(inputs))
    common = directions.T @ (centred.T @ (wanted - offset) / len(inputs))
    values = np.maximum(values, 0)
    solved = [
        np.asarray(directions @ (common / (values + strength * values.mean())[:, None]))
        for strength in strengths
    ]
    return solved, offset, mean
