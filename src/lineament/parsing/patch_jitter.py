"""The five-fold augmentation of STN-iCNN at the level of patches, as affines of what a crop sees.

Where `five_fold` moves the whole canvas, here each of the six patches is turned, scaled and shifted
about its own middle. Copy 0 is plain, copy k has k of the four changes rotation, scale, shift and
noise. Yin et al., Cognitive Neurodynamics 2021, with the ranges of the authors' code.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from lineament.face import FloatArray
from lineament.parsing.five_fold import MOVES, Change, Factors, check_ordered, drawn
from lineament.strict import Strict
from lineament.training.augmentation.options import Amount

PATCHES = ("brow1", "brow2", "eye1", "eye2", "nose", "mouth")
"""Order of the patches; 1 lies on the viewer's left."""

SMALL = 4
"""The first so many patches hold brows and eyes."""

KINDS = (*MOVES, "noise")


class PatchFiveFold(Strict):
    """Ranges of the patch-level scheme.

    Attributes:
        rotation: degrees, either way.
        small_scale, large_scale: least and largest factor of brows and eyes, of nose and mouth.
            Brows and eyes that are shifted keep their scale, lest they leave the patch.
        small_shift, large_shift: share of the patch, either way, in x and in y.
        noise: standard deviation of Gaussian noise in each value of the canvas, of 255.
    """

    kind: Literal["five_fold_patches"]
    rotation: Amount = 15.0
    small_scale: Factors = (1.0, 1.5)
    large_scale: Factors = (0.8, 1.0)
    small_shift: Amount = 0.3
    large_shift: Amount = 0.1
    noise: Amount = 0.1

    @model_validator(mode="after")
    def _ordered(self) -> PatchFiveFold:
        check_ordered(small_scale=self.small_scale, large_scale=self.large_scale)
        return self


def draw_jitter(
    options: PatchFiveFold, copy: int, random: np.random.Generator
) -> tuple[FloatArray, float]:
    """What happens to the six patches of one copy, number 0 to 4.

    Returns:
        (6,2,3) float32, for each patch of `PATCHES` the affine from where a value of the changed
        patch stands to where it is seen in the plain one; both in the coordinates of
        `grid_sample` with `align_corners`, -1 and 1 at the middle of the outer pixels. With the
        patch's true theta as (3,3) matrices, theta @ affine crops the changed patch out of the
        canvas. And the standard deviation of the canvas' noise, of 255.
    """
    kinds = tuple(random.choice(KINDS, copy, replace=False)) if copy else ()
    affines = np.empty((len(PATCHES), 2, 3), np.float32)
    for patch in range(len(PATCHES)):
        small = patch < SMALL
        change = drawn(
            tuple(kind for kind in kinds if not (small and kind == "scale" and "shift" in kinds)),
            random,
            rotation=options.rotation,
            scale=options.small_scale if small else options.large_scale,
            shift=options.small_shift if small else options.large_shift,
            noise=options.noise,
        )
        affines[patch] = seen_affine(change)
    return affines, options.noise if "noise" in kinds else 0.0


def seen_affine(change: Change) -> NDArray[np.float64]:
    """(2,3): from a place in the changed patch to the place in the plain one that shows there."""
    cos, sin = np.cos(change.angle), np.sin(change.angle)
    linear = np.array([[cos, -sin], [sin, cos]]) / change.scale
    return np.column_stack([linear, -2 * linear @ np.array(change.shift)])
