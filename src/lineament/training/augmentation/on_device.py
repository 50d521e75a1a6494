"""Augmentation of a whole batch on a device, by the same random choices as sample by sample.

What happens to a sample is drawn by `Augmenter.draw` from its own generator, so that a resumed
run sees the same pictures, and the same ones as on the CPU but for rounding, for the rims of
what hides a face, and for the picture that hides it, which is the next one of the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lineament.geometry import compose
from lineament.landmarks.crops import Square
from lineament.training.augmentation.augmented import Augmenter, Draw
from lineament.training.augmentation.device_cut import cut_batch, cut_masks
from lineament.training.augmentation.device_occlusion import occlude_batch
from lineament.training.augmentation.device_spoiling import spoil_batch
from lineament.training.augmentation.straying import mirroring


@dataclass(frozen=True, slots=True, eq=False)
class SampleBatch:
    """N pictures of one size with their labels on a device, before or after augmentation.

    Attributes:
        images: (N,3,H,W) uint8 RGB.
        points: (N,L,2) float32 pixels of the images, pixel centres at integers.
        masks: (N,H,W) uint8 class numbers of photos, (N,M,M) of crops.
    """

    images: Tensor
    points: Tensor
    masks: Tensor | None = None


@torch.no_grad()
def augment_batch(
    augmenter: Augmenter,
    samples: SampleBatch,
    squares: Sequence[Square],
    randoms: Sequence[np.random.Generator],
) -> SampleBatch:
    """Augmented crops of a batch, on the device where its pictures are.

    Args:
        squares: N of them, where the crop rule would cut, in picture pixels.
        randoms: one generator for each sample, seeded by its place in the run.

    Raises:
        ValueError: not as many squares and generators as pictures, or points that are not
            (N,L,2). That they are finite is not looked at, which would wait for the device.
    """
    count, points = len(samples.images), len(augmenter.mirror_index)
    if not count == len(squares) == len(randoms):
        raise ValueError(
            f"{count} pictures need as many squares and generators, got {len(squares)} and "
            f"{len(randoms)}"
        )
    if samples.points.shape != (count, points, 2):
        raise ValueError(
            f"points have shape {tuple(samples.points.shape)}, expected {(count, points, 2)}"
        )
    draws = [
        augmenter.draw(square, random) for square, random in zip(squares, randoms, strict=True)
    ]
    return apply_batch(augmenter, samples, draws)


@torch.no_grad()
def apply_batch(augmenter: Augmenter, samples: SampleBatch, draws: Sequence[Draw]) -> SampleBatch:
    """The crops after the changes of `draws`, one for each sample."""
    size, border, device = augmenter.size, augmenter.options.border, samples.images.device
    affines = [affine_of(draw, size) for draw in draws]
    images = cut_batch(samples.images, affines, size, border)
    moves = torch.as_tensor(np.stack(affines), device=device)
    moved = samples.points.double() @ moves[:, :, :2].transpose(1, 2) + moves[:, None, :, 2]
    mirrors = torch.tensor([draw.mirrors for draw in draws], device=device)
    swapped = moved[:, torch.as_tensor(augmenter.mirror_index, device=device)]
    points = torch.where(mirrors[:, None, None], swapped, moved).float()
    masks = samples.masks
    if masks is not None:
        side = augmenter.mask_size or size
        masks = cut_masks(masks, [affine_of(draw, side) for draw in draws], side, border)
        if augmenter.mask_mirror is not None:
            table = torch.as_tensor(augmenter.mask_mirror, device=device)
            masks = torch.where(mirrors[:, None, None], table[masks.long()], masks)
    images, masks = occlude_batch(
        images, points, masks, [draw.occluder for draw in draws], augmenter.classes
    )
    images = spoil_batch(images, [draw.faults for draw in draws])
    return SampleBatch(images.to(torch.uint8), points, masks)


def affine_of(draw: Draw, size: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The one affine (2,3) from picture to crop pixels, mirroring included."""
    affine = draw.square.affine(size)
    return compose(mirroring(size), affine) if draw.mirrors else affine
