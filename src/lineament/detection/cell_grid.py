"""The cells of all grids of a detector in one row, and the faces that their numbers say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

LARGEST_LOGARITHM = 6.0
"""Bound of a size in training, exp(6) strides, so that no gradient overflows."""


@dataclass(frozen=True)
class CellGrid:
    """P cells, level by level and row by row.

    Attributes:
        centres: (P,2) x and y of the cells' middles in pixels, pixel centres at integers.
        strides: (P,) pixels from cell to cell.
        level: (P,) number of the cell's level.
    """

    centres: Tensor
    strides: Tensor
    level: Tensor


def cell_grid(
    sizes: Sequence[tuple[int, int]], strides: Sequence[int], device: torch.device
) -> CellGrid:
    """The cells of levels with so many rows and columns."""
    centres, widths, levels = [], [], []
    for number, ((rows, columns), stride) in enumerate(zip(sizes, strides, strict=True)):
        y, x = torch.meshgrid(
            torch.arange(rows, device=device), torch.arange(columns, device=device), indexing="ij"
        )
        places = torch.stack([x.flatten(), y.flatten()], dim=1)
        centres.append((places + 0.5) * stride - 0.5)
        widths.append(torch.full((rows * columns,), float(stride), device=device))
        levels.append(torch.full((rows * columns,), number, device=device))
    return CellGrid(torch.cat(centres), torch.cat(widths), torch.cat(levels))


def in_one_row(levels: Sequence[Tensor]) -> Tensor:
    """(N,15,h,w) of each level -> (N,P,15) float32 in the order of `CellGrid`."""
    return torch.cat([level.float().flatten(2).transpose(1, 2) for level in levels], dim=1)


def decoded_boxes(cells: Tensor, centres: Tensor, strides: Tensor) -> Tensor:
    """Boxes that cells say: (K,15), (K,2), (K,) -> (K,4) x1 y1 x2 y2 in pixels."""
    middles, sizes = _middles_and_sizes(cells, centres, strides)
    return torch.cat([middles - sizes / 2, middles + sizes / 2], dim=1)


def decoded_points(cells: Tensor, centres: Tensor, strides: Tensor) -> Tensor:
    """Five points that cells say: (K,15), (K,2), (K,) -> (K,5,2) in pixels."""
    middles, sizes = _middles_and_sizes(cells, centres, strides)
    return middles[:, None] + cells[:, 5:].reshape(-1, 5, 2) * sizes[:, None]


def _middles_and_sizes(cells: Tensor, centres: Tensor, strides: Tensor) -> tuple[Tensor, Tensor]:
    """Middles (K,2) and widths and heights (K,2) of the boxes that cells say, in pixels."""
    sizes = cells[:, 3:5].clamp(max=LARGEST_LOGARITHM).exp() * strides[:, None]
    return centres + cells[:, 1:3] * strides[:, None], sizes
