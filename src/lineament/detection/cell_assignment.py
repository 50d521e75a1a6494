"""Which cell learns which face.

Centre sampling within ranges of size (Tian et al., FCOS, ICCV 2019), with two changes for faces.
The ranges overlap, so that a face at a limit does not change its grid from one pixel to the next.
And a face always has the cell that its middle lies in, so that those of 8 pixels, smaller than a
cell, are learnt too.
"""

from __future__ import annotations

import torch
from pydantic import Field, model_validator
from torch import Tensor

from lineament.detection.cell_grid import CellGrid
from lineament.strict import Strict

EMPTY = -1
"""A cell that shows no face."""

NEITHER = -2
"""A cell of which nothing is learnt: it shows a face that is to be ignored."""


class AssignmentRule(Strict):
    """The rule's numbers.

    Attributes:
        sides: sides of faces, as the root of width x height in pixels, at which one grid ends and
            the next coarser one begins; one fewer than there are grids.
        overlap: each range reaches this many times farther at both ends.
        radius: cells whose middle is at most so many strides from the box's middle, in x and in y,
            learn the face, if they lie in its box.
    """

    sides: tuple[float, ...] = (48.0, 128.0)
    overlap: float = Field(ge=1, default=1.25)
    radius: float = Field(gt=0, default=1.5)

    @model_validator(mode="after")
    def _rising(self) -> AssignmentRule:
        if list(self.sides) != sorted(set(self.sides)) or min(self.sides, default=1) <= 0:
            raise ValueError(f"sides must rise from above 0, got {self.sides}")
        return self


def assign(
    boxes: Tensor, present: Tensor, ignored: Tensor, grid: CellGrid, rule: AssignmentRule
) -> Tensor:
    """The number of the face that each cell learns.

    Of several faces a cell learns the one whose middle is nearest to its own; of faces with one
    middle the smallest.

    Args:
        boxes: (N,M,4) x1 y1 x2 y2 in pixels; rows without a face may hold anything finite.
        present: (N,M) bool, rows that hold a face.
        ignored: (N,M) bool, faces that neither count when missed nor when found.

    Returns:
        (N,P) int64: row of the face, `EMPTY` or `NEITHER`.
    """
    pictures, rows = present.shape
    cells = len(grid.strides)
    if rows == 0:
        return torch.full((pictures, cells), EMPTY, device=boxes.device)
    low, high = boxes[:, :, None, :2], boxes[:, :, None, 2:]
    sides = (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(dim=2).sqrt()
    middles = (boxes[..., :2] + boxes[..., 2:]) / 2
    centres, strides = grid.centres[None, None], grid.strides[None, None]
    away = (centres - middles[:, :, None]).abs().amax(dim=3)
    inside = ((centres >= low) & (centres <= high)).all(dim=3)

    limits = torch.tensor([0.0, *rule.sides, torch.inf], device=boxes.device)
    least, most = limits[grid.level], limits[grid.level + 1]
    ranged = (sides[:, :, None] >= least / rule.overlap) & (
        sides[:, :, None] <= most * rule.overlap
    )
    near = ranged & inside & (away <= rule.radius * strides)
    # The cell that holds the middle, on the grid of that size whatever the overlap.
    own = (sides[:, :, None] >= least) & (sides[:, :, None] < most) & (away <= strides / 2)
    learns = (near | own) & (present & ~ignored & (sides > 0))[:, :, None]

    rank = torch.where(learns, away + 1e-4 * sides[:, :, None], torch.inf)
    nearest, face = rank.min(dim=1)
    grown = strides[..., None] / 2
    touched = ((centres >= low - grown) & (centres <= high + grown)).all(dim=3)
    neither = (touched & (present & ignored)[:, :, None]).any(dim=1)
    empty = torch.where(neither, NEITHER, EMPTY)
    return torch.where(nearest.isfinite(), face, empty)
