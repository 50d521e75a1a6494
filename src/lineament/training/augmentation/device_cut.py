"""Crops of a batch of pictures on a device: the same affines as `cut`, by `grid_sample`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lineament.geometry import Affine, inverse
from lineament.training.augmentation.options import Border

PADDING = {"edge": "border", "black": "zeros", "reflect": "reflection"}


def cut_batch(images: Tensor, affines: Sequence[Affine], size: int, border: Border) -> Tensor:
    """Bilinear crops; one that shrinks its picture by two or more averages several samples.

    Args:
        images: (N,3,H,W) uint8.
        affines: N of (2,3), from picture to crop pixels.

    Returns:
        (N,3,size,size) float32 of whole grey levels 0 to 255.
    """
    crops = torch.empty((len(images), 3, size, size), device=images.device)
    back = np.stack([inverse(affine) for affine in affines])
    shrinks = np.sqrt(np.abs(np.linalg.det(back[:, :, :2])))
    blocks = np.maximum((shrinks + 1e-6).astype(int), 1)
    for block in np.unique(blocks):
        chosen = np.flatnonzero(blocks == block)
        place = torch.as_tensor(chosen, device=images.device)
        grid = sampling_grid(back[chosen], size, int(block), images)
        sampled = functional.grid_sample(
            images[place].float(), grid, padding_mode=PADDING[border], align_corners=False
        )
        crops[place] = functional.avg_pool2d(sampled, int(block))
    return crops.round_()


def cut_masks(masks: Tensor, affines: Sequence[Affine], size: int, border: Border) -> Tensor:
    """Crops (N,size,size) uint8 of masks (N,H,W) uint8 by nearest neighbour."""
    back = np.stack([inverse(affine) for affine in affines])
    sampled = functional.grid_sample(
        masks[:, None].float(),
        sampling_grid(back, size, 1, masks),
        mode="nearest",
        padding_mode=PADDING[border],
        align_corners=False,
    )
    return sampled[:, 0].to(torch.uint8)


def sampling_grid(back: Affine, size: int, block: int, images: Tensor) -> Tensor:
    """Where crops look, as `grid_sample` wants it with `align_corners=False`.

    That function calls the left edge of a picture -1 and its right edge 1. In the convention of
    `lineament.geometry` these edges lie at -0.5 and W - 0.5, so that x is 2 (x + 0.5) / W - 1.

    Args:
        back: (N,2,3) float64, from crop to picture pixels.
        block: number of samples along each side of a crop's pixel.
        images: (...,H,W) what will be sampled.

    Returns:
        (N,size*block,size*block,2) float32.
    """
    height, width = images.shape[-2:]
    to_grid = np.array([[2 / width, 0, 1 / width - 1], [0, 2 / height, 1 / height - 1]])
    linear = to_grid[:, :2] @ back[:, :, :2]
    shift = to_grid[:, :2] @ back[:, :, 2:] + to_grid[:, 2:]
    places = (np.arange(size * block) + 0.5) / block - 0.5
    affine = torch.as_tensor(
        np.concatenate([linear, shift], axis=2), dtype=torch.float32, device=images.device
    )
    line = torch.as_tensor(places, dtype=torch.float32, device=images.device)
    x, y = line[None, None, :, None], line[None, :, None, None]
    return (
        affine[:, None, None, :, 0] * x
        + affine[:, None, None, :, 1] * y
        + (affine[:, None, None, :, 2])
    )
