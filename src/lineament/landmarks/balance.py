"""Pose-based data balancing: faces in rare poses are repeated (Feng et al., CVPR 2018).

Follows the author's `pdb.m`: the training shapes are aligned to their mean by similarities
(Procrustes), the aligned shapes go through a principal component analysis, and the projection on
the component that carries the yaw takes the place of a pose label. Its range is cut into equal
bins, and the faces of a bin with `n` of them are repeated round(largest bin / n) times. Every
copy is then augmented anew.

What the author's file leaves open is settled so:

- A bin holds its lower edge but not its upper one, and the last bin holds both, so that no face
  is counted twice.
- An empty bin repeats nothing.
- The bins are equally wide, so the outermost ones hold very few faces: with 20,000 of them the
  plain rule copies a single extreme face thousands of times, and it may well be a mislabelled
  one. `cap` bounds the copies of a face.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from lineament.errors import ConfigError, DataError
from lineament.strict import Strict

Doubles = NDArray[np.float64]
Integers = NDArray[np.intp]

LEAST_SHAPES = 3
ROUNDS = 100
AFLW_POINTS = 19
"""The mark-up for which the author takes the second component as the yaw."""


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """How often each face is to be shown.

    Attributes:
        coefficient: (N,) float64 signed projections of the shapes on the component, for a mean
            shape whose centroid size (the root of the summed squared distances of its points to
            their mean) is 1. The sign is chosen so that the largest one is positive: it does
            not tell left from right.
        bin: (N,) bin of each face, 0 to K - 1.
        repeats: (N,) how many times each face is shown in a round; at least 1.
        edges: (K+1,) edges of the bins, in units of `coefficient` (of its size, if not signed).
        counts: (K,) faces of each bin before balancing.
    """

    coefficient: Doubles
    bin: Integers
    repeats: Integers
    edges: Doubles
    counts: Integers

    @property
    def balanced_counts(self) -> Integers:
        """(K,) faces of each bin with their repetitions."""
        sums = np.zeros_like(self.counts)
        np.add.at(sums, self.bin, self.repeats)
        return sums

    def indices(self) -> Integers:
        """(M,) indices of the faces in rising order, each as often as it is to be shown."""
        return np.repeat(np.arange(len(self.bin)), self.repeats)


class BalanceOptions(Strict):
    """Parameters of `balance`, which explains them."""

    bins: int = Field(ge=1, default=9)
    component: int | None = Field(ge=1, default=None)
    cap: int | None = Field(ge=1, default=20)
    signed: bool = False
    reflection: bool = True

    def balance(self, points: ArrayLike) -> Balance:
        """`balance` with these options."""
        return balance(points, self.bins, self.component, self.cap, self.signed, self.reflection)


def balance(
    points: ArrayLike,
    bins: int = 9,
    component: int | None = None,
    cap: int | None = 20,
    signed: bool = False,
    reflection: bool = True,
) -> Balance:
    """Balance faces by the pose that their points show.

    Args:
        points: (N,L,2) points of the training faces, in pixels of any frame: neither place, size
            nor lean of a face matters.
        bins: K, the number of equal bins; the author uses 9 for the 20,000 faces of AFLW.
        component: which principal component is the yaw, counted from 1. None is the author's
            choice: the second for the 19 points of AFLW, the first otherwise. The plot of
            `balance_plot` shows what a component is.
        cap: most copies of a face; None leaves them unbounded, as the author does.
        signed: bin the projections from -largest to largest, with left and right apart, instead
            of their sizes from 0 to largest, as the author does.
        reflection: let the alignment mirror a shape where that fits better, as the author does.

    Raises:
        DataError: fewer than 3 shapes, points that are not finite, a shape whose points all
            coincide, or shapes that differ by nothing but similarities.
        ConfigError: the shapes have no such component.
    """
    shapes = _checked(points)
    if bins < 1 or (cap is not None and cap < 1):
        raise ValueError(f"bins and cap must be 1 or more, got {bins} and {cap}")
    coefficient = _projections(align(shapes, reflection), component)
    largest = float(np.abs(coefficient).max())
    if not largest > 1e-9:
        raise DataError(
            f"the {len(shapes)} shapes differ by nothing but place, size and rotation (along the "
            "chosen component), so there is no pose to balance; give real training shapes"
        )
    edges = np.linspace(-largest if signed else 0.0, largest, bins + 1)
    value = coefficient if signed else np.abs(coefficient)
    places = np.searchsorted(edges, value, side="right") - 1
    places = np.clip(places, 0, bins - 1).astype(np.intp)
    counts = np.bincount(places, minlength=bins).astype(np.intp)
    # Halves are rounded up as in Matlab; an empty bin has no face that could look its value up.
    copies = np.floor(counts.max() / np.maximum(counts, 1) + 0.5).astype(np.intp)
    copies = copies if cap is None else np.minimum(copies, cap)
    return Balance(coefficient, places, copies[places], edges, counts)


def align(points: ArrayLike, reflection: bool = True) -> Doubles:
    """Shapes moved onto their common mean by similarities (generalised Procrustes analysis).

    Each shape is fitted to the mean in least squares by a shift, a rotation and a scale; the mean
    is taken again until it stands still. Its centroid size is 1, its middle the origin, and it is
    turned as the given shapes are on average.

    Args:
        points: (N,L,2), in pixels of any frame.
        reflection: allow a mirrored fit.

    Returns:
        (N,L,2) float64.

    Raises:
        DataError: as `balance`.
    """
    shapes = _checked(points)
    shapes = shapes - shapes.mean(axis=1, keepdims=True)
    shapes /= np.linalg.norm(shapes, axis=(1, 2), keepdims=True)
    mean = shapes[0]
    for _ in range(ROUNDS):
        latest = _fitted(shapes, mean, reflection).mean(axis=0)
        latest /= np.linalg.norm(latest)
        moved, mean = float(np.linalg.norm(latest - mean)), latest
        if moved < 1e-10:
            break
    turn, _ = _fit(mean[None], shapes.mean(axis=0), reflection=False)
    return _fitted(shapes, mean @ turn[0], reflection)


def _fitted(shapes: Doubles, mean: Doubles, reflection: bool) -> Doubles:
    """Centred shapes of centroid size 1, turned and scaled onto `mean`."""
    turns, scales = _fit(shapes, mean, reflection)
    return np.asarray(shapes @ turns * scales[:, None, None])


def _fit(shapes: Doubles, mean: Doubles, reflection: bool) -> tuple[Doubles, Doubles]:
    """Orthogonal (N,2,2) and scales (N,) that fit centred shapes of centroid size 1 to `mean`."""
    left, strength, right = np.linalg.svd(np.einsum("nlx,ly->nxy", shapes, mean))
    if not reflection:
        mirrored = np.linalg.det(left @ right) < 0
        left[mirrored, :, 1] *= -1
        strength[mirrored, 1] *= -1
    return left @ right, strength.sum(axis=1)


def _projections(aligned: Doubles, component: int | None) -> Doubles:
    """(N,) projections of the centred shapes on one principal component, counted from 1."""
    count, points = aligned.shape[:2]
    chosen = component or (2 if points == AFLW_POINTS else 1)
    available = min(count - 1, 2 * points)
    if chosen > available:
        raise ConfigError(
            f"got component {chosen}, but {count} shapes of {points} points have {available}"
        )
    flat = aligned.reshape(count, -1)
    flat = flat - flat.mean(axis=0)
    _, directions = np.linalg.eigh(flat.T @ flat)
    values = flat @ directions[:, -chosen]
    return np.asarray(values * np.sign(values[np.abs(values).argmax()]))


def _checked(points: ArrayLike) -> Doubles:
    shapes = np.asarray(points, dtype=np.float64)
    if shapes.ndim != 3 or shapes.shape[2] != 2:
        raise ValueError(f"expected points (N,L,2), got {shapes.shape}")
    if len(shapes) < LEAST_SHAPES:
        raise DataError(f"balancing needs at least {LEAST_SHAPES} shapes, got {len(shapes)}")
    _refuse(np.asarray(~np.isfinite(shapes).all(axis=(1, 2))), "have points that are not finite")
    spread = np.ptp(shapes, axis=1).max(axis=1, initial=0)
    size = np.abs(shapes).max(axis=(1, 2), initial=0)
    _refuse(np.asarray(spread <= 1e-6 * size), "have all their points in one place")
    return shapes


def _refuse(wrong: NDArray[np.bool_], what: str) -> None:
    rows = np.flatnonzero(wrong).tolist()
    if rows:
        named = ", ".join(map(str, rows[:8])) + (", ..." if len(rows) > 8 else "")
        raise DataError(f"{len(rows)} of {len(wrong)} shapes {what}, rows {named}; leave them out")
