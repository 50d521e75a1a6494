"""How far a cropper's patches lie from the true ones, in pixels and in F1 inside the patches.

A theta is a (2,3) matrix that takes the patch's coordinates to the canvas's, both -1 to 1 from the
centre of the first to the centre of the last pixel (align_corners), without rotation or shear:
[[sx, 0, tx], [0, sy, ty]] (Jaderberg et al., NeurIPS 2015; Yin et al., STN-iCNN, Cognitive
Neurodynamics 2021). The true theta is made of the label mask. A row of NaN is a part that a picture
does not have, or that a cropper found no place for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.evaluation.parsing_scores import Counts, confusion, f1_of_group
from lineament.face import ByteArray
from lineament.parsing.part_schemes import UNKNOWN

Doubles = NDArray[np.float64]
Bits = NDArray[np.bool_]

PATCHES: dict[str, tuple[int, ...]] = {
    "right brow": (1,),
    "left brow": (2,),
    "right eye": (3,),
    "left eye": (4,),
    "nose": (5,),
    "mouth": (6, 7, 8),
}
"""The six patches of STN-iCNN in the order of its theta, with their classes of `parts-9`."""


@dataclass(frozen=True, slots=True, eq=False)
class CropErrors:
    """What one cropper makes of N pictures with P parts.

    Attributes:
        cropper: its name, such as `STN`.
        covered: parts covered in each picture.
        pictures: N.
        offsets: (P,) mean distance of the patch's centre from the true one in canvas pixels.
        offset: the mean over all parts of all pictures.
        offset_covered: the mean over the covered parts alone; NaN where none is.
        inside: (P,) mean share of a part's true pixels that the patch shows.
        f1: (P,) F1 inside the true patches, the part's classes merged.
        f1_overall: the same, counts of all parts together.
        lost: parts that the cropper found no place for; they have no offset, and inside them 0.
    """

    cropper: str
    covered: int
    pictures: int
    offsets: Doubles
    offset: float
    offset_covered: float
    inside: Doubles
    f1: Doubles
    f1_overall: float
    lost: int


def patch_centres(theta: Doubles, width: int, height: int) -> Doubles:
    """Centres of patches on a canvas: (...,2,3) -> (...,2) x and y in pixels."""
    ends = np.array([width - 1, height - 1], dtype=np.float64)
    return np.asarray((theta[..., 2] + 1) * ends / 2)


def centre_offsets(theta: Doubles, true_theta: Doubles, width: int, height: int) -> Doubles:
    """Distance of every patch's centre from the true one: (N,P,2,3) twice -> (N,P) pixels.

    NaN where either theta is.
    """
    _same_shape(theta, true_theta)
    away = patch_centres(theta, width, height) - patch_centres(true_theta, width, height)
    return np.asarray(np.hypot(away[..., 0], away[..., 1]))


def patch_edges(theta: Doubles, width: int, height: int) -> Doubles:
    """First and last pixel centre of patches: (...,2,3) -> (...,4) x1 y1 x2 y2, canvas pixels."""
    ends = np.array([width - 1, height - 1], dtype=np.float64)
    reach = np.abs(np.stack([theta[..., 0, 0], theta[..., 1, 1]], axis=-1)) * ends / 2
    centres = patch_centres(theta, width, height)
    return np.concatenate([centres - reach, centres + reach], axis=-1)


def inside_shares(masks: ByteArray, theta: Doubles, parts: Sequence[Sequence[int]]) -> Doubles:
    """Share of each part's true pixels that its patch shows.

    Args:
        masks: (N,H,W) uint8 class numbers.
        theta: (N,P,2,3) of the cropper; NaN shows nothing.
        parts: for each of P parts its class numbers.

    Returns:
        (N,P), NaN for a part that a picture does not have.
    """
    shares = np.full(theta.shape[:2], np.nan)
    for picture, mask in enumerate(masks):
        for part, classes in enumerate(parts):
            place = np.isin(mask, list(classes))
            if place.any():
                window = _window(theta[picture, part], mask.shape)
                shares[picture, part] = place[window].sum() / place.sum()
    return shares


def patch_counts(
    predicted: ByteArray,
    truth: ByteArray,
    true_theta: Doubles,
    classes: int,
) -> Counts:
    """Pixels by part, true and predicted class, inside the true patches only.

    Scored in the true patches, a part that a cropper missed is missed, and no cropper chooses
    the pixels on which it is judged.

    Args:
        predicted: (N,H,W) uint8 class numbers of the whole pipeline, pasted back to the canvas.
        truth: (N,H,W) uint8; `UNKNOWN` is left out.
        true_theta: (N,P,2,3); a part whose theta is NaN has no patch.
        classes: how many there are, C.

    Returns:
        (P,C,C) int64, true class by row.
    """
    counts = np.zeros((true_theta.shape[1], classes, classes), dtype=np.int64)
    for guess, true, thetas in zip(predicted, truth, true_theta, strict=True):
        for part, theta in enumerate(thetas):
            window = _window(theta, true.shape)
            counts[part] += confusion(guess[window], true[window], classes, UNKNOWN)
    return counts


def summarise(
    cropper: str,
    theta: Doubles,
    true_theta: Doubles,
    predicted: ByteArray,
    truth: ByteArray,
    parts: Sequence[Sequence[int]],
    classes: int,
    covered: Bits,
) -> CropErrors:
    """Everything about one cropper on one set of pictures.

    Args:
        theta, true_theta: (N,P,2,3).
        predicted, truth: (N,H,W) uint8 class numbers on the canvas.
        parts: for each of P parts its class numbers.
        classes: how many there are.
        covered: (N,P) which parts are covered.

    Raises:
        ValueError: shapes differ.
    """
    height, width = truth.shape[1:]
    offsets = centre_offsets(theta, true_theta, width, height)
    present = ~np.isnan(true_theta).any(axis=(2, 3))
    counts = patch_counts(predicted, truth, true_theta, classes)
    groups = [list(numbers) for numbers in parts]
    shares = np.where(present, inside_shares(truth, theta, parts), np.nan)
    return CropErrors(
        cropper=cropper,
        covered=int(covered.sum(axis=1).max(initial=0)),
        pictures=len(truth),
        offsets=np.array([_mean(column) for column in offsets.T]),
        offset=_mean(offsets),
        offset_covered=_mean(offsets[covered]),
        inside=np.array([_mean(column) for column in shares.T]),
        f1=np.array([f1_of_group(one, group) for one, group in zip(counts, groups, strict=True)]),
        f1_overall=_f1_together(counts, groups),
        lost=int((present & np.isnan(offsets)).sum()),
    )


def _f1_together(counts: Counts, groups: Sequence[Sequence[int]]) -> float:
    hits = both = 0
    for one, group in zip(counts, groups, strict=True):
        hits += int(one[np.ix_(group, group)].sum())
        both += int(one[list(group)].sum() + one[:, list(group)].sum())
    return 2 * hits / both if both else float("nan")


def _window(theta: Doubles, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Rows and columns of the canvas pixels that a patch shows; nothing where theta is NaN."""
    if np.isnan(theta).any():
        return slice(0, 0), slice(0, 0)
    height, width = shape
    edges = patch_edges(theta, width, height)
    # A pixel is shown if its centre is within half a pixel of the first or last sample.
    first, past = np.ceil(edges[:2] - 0.5), np.floor(edges[2:] + 0.5) + 1
    (left, top), (right, bottom) = (
        np.clip(ends, 0, [width, height]).astype(int) for ends in (first, past)
    )
    return slice(int(top), int(bottom)), slice(int(left), int(right))


def _mean(values: Doubles) -> float:
    kept = values[~np.isnan(values)]
    return float(kept.mean()) if len(kept) else float("nan")


def _same_shape(theta: Doubles, true_theta: Doubles) -> None:
    if theta.shape != true_theta.shape or theta.shape[2:] != (2, 3):
        raise ValueError(
            f"got theta {theta.shape} and true theta {true_theta.shape}, expected (N, P, 2, 3) "
            "of both"
        )
