"""Patches cut out of a canvas and pasted back, by scale and translation alone.

Jaderberg et al., "Spatial Transformer Networks", NIPS 2015; Yin et al., Cognitive Neurodynamics
2021, section 3.3. theta = [[sx, 0, tx], [0, sy, ty]] maps places of the patch to places of the
canvas, both in units in which the centres of the first and the last pixel lie at -1 and 1
(align_corners). So an integer centre and an odd patch copy pixels; an even patch interpolates
between them.

Without rotation or shear, bilinear sampling is the same along all rows and along all columns: it is
two matrix products, with the same numbers as grid sampling and about thirty times as fast on a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from lineament.parsing.part_schemes import UNKNOWN


def target_theta(centres: Tensor, patch: int, canvas: int) -> Tensor:
    """The theta that copies patches of `patch` pixels round these centres.

    Args:
        centres: (...,2) float x, y in canvas pixels, pixel centres at integers.
        patch: side of the patches.
        canvas: side of the canvas.

    Returns:
        (...,2,3) float32.
    """
    shift = 2 * centres.float() / (canvas - 1) - 1
    scale = torch.full_like(shift, (patch - 1) / (canvas - 1))
    return as_theta(scale, shift)


def as_theta(scale: Tensor, shift: Tensor) -> Tensor:
    """(...,2) sx, sy and (...,2) tx, ty -> (...,2,3)."""
    return torch.cat([torch.diag_embed(scale), shift[..., None]], dim=-1)


def scale_and_shift(theta: Tensor) -> tuple[Tensor, Tensor]:
    """(...,2,3) -> (...,2) sx, sy and (...,2) tx, ty."""
    return torch.stack([theta[..., 0, 0], theta[..., 1, 1]], dim=-1), theta[..., 2]


def centres_of(theta: Tensor, canvas: int) -> Tensor:
    """Where the middle of each patch lies: (...,2,3) -> (...,2) x, y in canvas pixels."""
    return (theta[..., 2] + 1) * (canvas - 1) / 2


def inverse(theta: Tensor) -> Tensor:
    """The theta that maps canvas to patch: (...,2,3) -> (...,2,3).

    A scale within 1e-4 of zero, of a patch that lies within one pixel, is taken for that small.
    """
    scale, shift = scale_and_shift(theta)
    least = torch.where(scale < 0, -1e-4, 1e-4)
    scale = torch.where(scale.abs() < 1e-4, least, scale)
    return as_theta(1 / scale, -shift / scale)


def crop(canvas: Tensor, theta: Tensor, size: int) -> Tensor:
    """Sample patches bilinearly, with zeros outside the canvas.

    Gradients reach both the canvas and theta.

    Args:
        canvas: (N,C,H,W) float.
        theta: (N,2,3).
        size: side of the patches in pixels.

    Returns:
        (N,C,size,size) float32.
    """
    scale, shift = scale_and_shift(theta)
    # Places up to 1,000 and weights between pixels need more than half precision.
    with torch.autocast(canvas.device.type, enabled=False):
        columns = _weights(scale[:, 0], shift[:, 0], size, canvas.shape[3])
        rows = _weights(scale[:, 1], shift[:, 1], size, canvas.shape[2])
        return rows[:, None] @ canvas.float() @ columns[:, None].transpose(2, 3)


def paste(patch: Tensor, theta: Tensor, size: int) -> Tensor:
    """Put patches back where `theta` cut them, with zeros elsewhere: the inverse grid transformer.

    Args:
        patch: (N,C,n,n) float.
        theta: (N,2,3) by which they were cut.
        size: side of the canvas in pixels.

    Returns:
        (N,C,size,size) float32.
    """
    return crop(patch, inverse(theta), size)


def crop_turned(canvas: Tensor, theta: Tensor, size: int) -> Tensor:
    """As `crop`, by grid sampling, for a theta (N,2,3) that may turn and shear."""
    with torch.autocast(canvas.device.type, enabled=False):
        shape = [len(canvas), canvas.shape[1], size, size]
        grid = functional.affine_grid(theta.float(), shape, align_corners=True)
        return functional.grid_sample(canvas.float(), grid, align_corners=True)


def crop_labels(mask: Tensor, theta: Tensor, size: int) -> Tensor:
    """Sample class numbers from the nearest pixel; outside the mask they are unknown (255).

    Args:
        mask: (N,H,W) integers.
        theta: (N,2,3), of any affine; no gradient reaches it.
        size: side of the patches in pixels.

    Returns:
        (N,size,size) int64.
    """
    height, width = mask.shape[1:]
    grid = functional.affine_grid(
        theta.detach().float(), [len(mask), 1, size, size], align_corners=True
    )
    columns = ((grid[..., 0] + 1) * ((width - 1) / 2)).round().long()
    rows = ((grid[..., 1] + 1) * ((height - 1) / 2)).round().long()
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    faces = torch.arange(len(mask), device=mask.device)[:, None, None]
    labels = mask[faces, rows.clamp(0, height - 1), columns.clamp(0, width - 1)].long()
    return torch.where(inside, labels, UNKNOWN)


def composed(theta: Tensor, inner: Tensor) -> Tensor:
    """theta after `inner` as one affine: (...,2,3) and (...,2,3) -> (...,2,3)."""
    linear = theta[..., :2] @ inner[..., :2]
    shift = theta[..., :2] @ inner[..., 2:] + theta[..., 2:]
    return torch.cat([linear, shift], dim=-1)


def centroids(mask: Tensor, parts: Sequence[Sequence[int]], cell: int = 1) -> tuple[Tensor, Tensor]:
    """The middle of each part: the mean of the centroids of those of its classes that occur.

    Centroids and their mean are floored to whole pixels. A class without a pixel takes no part: a
    closed mouth must not draw the centre of the lips away.

    Args:
        mask: (N,H,W) integer class numbers.
        parts: class numbers of each of P parts.
        cell: side in canvas pixels of a pixel of the mask, where that is coarser.

    Returns:
        centres (N,P,2) int64 x, y in canvas pixels, and (N,P) bool whether the part occurs; the
        centre of one that does not is no place.
    """
    classes = torch.tensor([number for part in parts for number in part], device=mask.device)
    hits = mask[:, None] == classes[:, None, None]
    count = hits.sum(dim=(2, 3))
    sums = []
    for line in (hits.sum(dim=2), hits.sum(dim=3)):
        places = torch.arange(line.shape[2], device=mask.device)
        # Twice the sum of the canvas places, so that everything stays a whole number.
        sums.append((line * (2 * cell * places + cell - 1)).sum(dim=2))
    middles = torch.stack(sums, dim=2) // (2 * count.clamp(min=1))[:, :, None]
    centres, present, first = [], [], 0
    for part in parts:
        seen = count[:, first : first + len(part)] > 0
        places = middles[:, first : first + len(part)] * seen[:, :, None]
        centres.append(places.sum(dim=1) // seen.sum(dim=1).clamp(min=1)[:, None])
        present.append(seen.any(dim=1))
        first += len(part)
    return torch.stack(centres, dim=1), torch.stack(present, dim=1)


def _places(scale: Tensor, shift: Tensor, size: int, side: int) -> Tensor:
    """Pixel (N,size) of a line of `side` from which each pixel of the patch is sampled."""
    steps = torch.linspace(-1, 1, size, device=scale.device)
    return (scale[:, None] * steps + shift[:, None] + 1) * ((side - 1) / 2)


def _weights(scale: Tensor, shift: Tensor, size: int, side: int) -> Tensor:
    """(N,size,side): how much each pixel of a line counts for each pixel of the patch."""
    places = _places(scale.float(), shift.float(), size, side)
    pixels = torch.arange(side, device=scale.device, dtype=torch.float32)
    return (1 - (places[:, :, None] - pixels).abs()).relu()
