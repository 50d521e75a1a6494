"""Points as heatmaps and back, for the networks of Wang et al., ICCV 2019 (Adaptive Wing).

A cell of a map covers 4x4 input pixels: pixel p lies in cell floor(p / 4).
"""

from __future__ import annotations

import torch
from torch import Tensor

STRIDE = 4
"""Input pixels along a side of a cell: 256 in, 64 out."""

RADIUS = 3
"""Cells around the middle of a Gaussian that are not zero: 7x7."""


def draw(points: Tensor, side: int = 64, sigma: float = 1.0) -> Tensor:
    """One Gaussian of height 1 for each point, at the cell floor(point / 4), 7x7 cells wide.

    Args:
        points: (N,L,2) float32, x and y in input pixels.
        side: height and width of the maps in cells.
        sigma: of the Gaussian, in cells.

    Returns:
        (N,L,side,side) float32, 0 to 1. The map of a point outside the picture, or not finite, is
        zero everywhere.
    """
    cells = torch.floor(points.float() / STRIDE)
    inside = ((cells >= 0) & (cells < side)).all(dim=-1)
    distance = cells[..., None] - torch.arange(side, device=points.device)
    profile = torch.exp(-distance.square() / (2 * sigma**2)) * (distance.abs() <= RADIUS)
    profile = torch.where(inside[..., None, None], profile, 0.0)
    return profile[:, :, 1, :, None] * profile[:, :, 0, None, :]


def decode(maps: Tensor) -> Tensor:
    """Peaks of maps, a quarter of a cell towards the larger neighbour.

    The published decoder counts cells from one, takes half a cell off and multiplies by four;
    counted from zero that adds half a cell, so that a peak is answered in the middle of the four
    values that `draw` puts into its cell. A peak on the rim of a map is not moved. Tensor
    operations alone, so that it can be exported; there is no gradient.

    Args:
        maps: (N,L,H,W).

    Returns:
        (N,2L) float32 in input pixels, x1..xL, y1..yL.
    """
    height, width = maps.shape[-2:]
    values = maps.detach().float().flatten(2)
    peak = values.argmax(dim=2, keepdim=True)
    x, y = peak % width, peak // width
    inner = (x > 0) & (x < width - 1) & (y > 0) & (y < height - 1)

    def towards_larger(step: int) -> Tensor:
        before = values.gather(2, (peak - step).clamp(min=0))
        after = values.gather(2, (peak + step).clamp(max=height * width - 1))
        return 0.25 * torch.sign(after - before) * inner

    cells = torch.cat([x + towards_larger(1), y + towards_larger(width)], dim=2)
    return (cells + 0.5).mul(STRIDE).transpose(1, 2).flatten(1)
