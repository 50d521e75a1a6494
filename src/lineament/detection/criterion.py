"""What a detector is trained on: quality of every cell, boxes and points of those with a face.

Quality focal loss of Li et al., "Generalized Focal Loss", NeurIPS 2020: a cell's score learns how
well its own box covers the face, so that suppression keeps the best box. Boxes by the distance-IoU
loss, points by Wing (Feng et al., CVPR 2018) in sides of the face.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from lineament.detection.box_overlap import distance_iou_loss
from lineament.detection.cell_assignment import NEITHER, AssignmentRule, assign
from lineament.detection.cell_grid import (
    CellGrid,
    cell_grid,
    decoded_boxes,
    decoded_points,
    in_one_row,
)
from lineament.landmarks.criterion import wing
from lineament.strict import Strict


class DetectionLoss(Strict):
    """Weights of the terms.

    Attributes:
        quality: of the score.
        focus: power of the difference by which an easy cell counts less.
        enough: overlap with the face from which a cell's score is to be 1; below it the score is
            to be the share of it that is reached. With 1 small faces, whose boxes are never
            exact, are taught lower scores than what is falsely taken for a large one.
        box: of the distance-IoU loss.
        points: of Wing.
        point_width, point_curvature: w and eps of Wing, in sides of the face: errors far below
            `point_width` still count.
    """

    quality: float = Field(ge=0, default=1.0)
    focus: float = Field(ge=0, default=2.0)
    enough: float = Field(gt=0, le=1, default=1.0)
    box: float = Field(ge=0, default=2.0)
    points: float = Field(ge=0, default=4.0)
    point_width: float = Field(gt=0, default=0.1)
    point_curvature: float = Field(gt=0, default=0.02)


class DetectionCriterion(nn.Module):
    """Compares what a network says of all cells with the faces of the pictures.

    Everything is computed in float32, whatever the precision of the run.

    Args:
        strides: of the network's levels.
        options: weights of the terms.
        rule: which cell learns which face.
    """

    def __init__(
        self, strides: Sequence[int], options: DetectionLoss, rule: AssignmentRule
    ) -> None:
        super().__init__()
        self.strides, self.options, self.rule = tuple(strides), options, rule

    def forward(self, levels: Sequence[Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Compare levels (N,15,h,w) with faces.

        Args:
            target: `boxes` (N,M,4) float32 in pixels, `five_points` (N,M,5,2) float32, NaN where
                unknown, `ignored` and `present` (N,M) bool.

        Returns:
            {name: scalar}: `quality`, `box` and `points`, means over the cells with a face; each
            is 0 where no picture of the batch has one to learn.
        """
        with torch.autocast(levels[0].device.type, enabled=False):
            cells = in_one_row(levels)
            sizes = [(level.shape[2], level.shape[3]) for level in levels]
            grid = cell_grid(sizes, self.strides, cells.device)
            return self._terms(cells, grid, target)

    def _terms(
        self, cells: Tensor, grid: CellGrid, target: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        rows = int(target["present"].sum(dim=1).max())
        boxes, points, ignored, present = (
            target[name][:, :rows] for name in ("boxes", "five_points", "ignored", "present")
        )
        face = assign(boxes, present, ignored, grid, self.rule)
        picture, cell = torch.nonzero(face >= 0, as_tuple=True)
        number = face[picture, cell]
        count = max(len(cell), 1)
        chosen, place = cells[picture, cell], (grid.centres[cell], grid.strides[cell])
        truth = boxes[picture, number]
        box_loss, iou = distance_iou_loss(decoded_boxes(chosen, *place), truth)
        quality = torch.zeros_like(cells[..., 0])
        quality[picture, cell] = (iou.detach() / self.options.enough).clamp(max=1)
        loss = quality_focal_loss(cells[..., 0], quality, self.options.focus)
        away = decoded_points(chosen, *place) - points[picture, number]
        sides = (truth[:, 2:] - truth[:, :2]).prod(dim=1).sqrt()
        return {
            "quality": self.options.quality * loss[face != NEITHER].sum() / count,
            "box": self.options.box * box_loss.sum() / count,
            "points": self.options.points * self._point_loss(away / sides[:, None, None]),
        }

    def _point_loss(self, away: Tensor) -> Tensor:
        """Mean of Wing over the coordinates (K,5,2) that are known; NaN where they are not."""
        known = away.isfinite()
        away = torch.where(known, away, 0.0)
        options = self.options
        loss = wing(away, options.point_width, options.point_curvature)
        return loss.sum() / known.sum().clamp(min=1)


def quality_focal_loss(logits: Tensor, quality: Tensor, focus: float) -> Tensor:
    """|q - p|^focus x cross-entropy of p = sigmoid(logit) with q from 0 to 1; any shape."""
    entropy = functional.binary_cross_entropy_with_logits(logits, quality, reduction="none")
    return (quality - logits.sigmoid()).abs().pow(focus) * entropy
