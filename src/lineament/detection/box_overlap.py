"""How well boxes cover one another, with gradients."""

from __future__ import annotations

import torch
from torch import Tensor

LEAST = 1e-7
"""Area or squared distance below which a quotient is not formed."""


def paired_iou(boxes: Tensor, others: Tensor) -> Tensor:
    """Intersection over union of each box with its partner: (K,4), (K,4) -> (K,), 0 to 1."""
    low = torch.maximum(boxes[:, :2], others[:, :2])
    high = torch.minimum(boxes[:, 2:], others[:, 2:])
    common = (high - low).clamp(min=0).prod(dim=1)
    union = _area(boxes) + _area(others) - common
    return common / union.clamp(min=LEAST)


def distance_iou_loss(boxes: Tensor, others: Tensor) -> tuple[Tensor, Tensor]:
    """1 - IoU + d^2 / c^2 of each pair, and its IoU (Zheng et al., "Distance-IoU Loss", AAAI 2020).

    d is the distance of the middles and c the diagonal of the smallest box round both, so that
    boxes that do not touch are drawn to each other too.

    Args:
        boxes, others: (K,4) float32 x1 y1 x2 y2.

    Returns:
        (K,) the loss, 0 to 2, and (K,) the IoU.
    """
    iou = paired_iou(boxes, others)
    low = torch.minimum(boxes[:, :2], others[:, :2])
    high = torch.maximum(boxes[:, 2:], others[:, 2:])
    diagonal = (high - low).square().sum(dim=1)
    apart = (boxes[:, :2] + boxes[:, 2:] - others[:, :2] - others[:, 2:]) / 2
    distance = apart.square().sum(dim=1) / diagonal.clamp(min=LEAST)
    return 1 - iou + distance, iou


def _area(boxes: Tensor) -> Tensor:
    return (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(dim=1)
