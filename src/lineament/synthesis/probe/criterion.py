"""What the probe is trained to minimise: Wing loss on points, a map loss, and a parts loss."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from lineament.landmarks.criterion import wing
from lineament.landmarks.integral import heat_loss
from lineament.strict import Strict
from lineament.synthesis.probe.classes import CLASSES
from lineament.synthesis.probe.network import ProbeOutput

SMALL = frozenset({"eyes", "brows", "lips", "inner mouth", "ears", "glasses", "hat"})
"""Classes of few pixels."""


class Losses(Strict):
    """Weights of the terms and the parameters of the Wing loss, in picture pixels.

    With the weights given here, points and parts pull at the encoder about equally.

    Attributes:
        heat: weight of the cross-entropy between a map and a Gaussian at the point.
        spread: standard deviation of that Gaussian, in pixels.
        small: how many times a pixel of the classes in `SMALL` counts in the cross-entropy.
        overlap: weight of 1 - soft F1 (Dice) of the classes, beside their cross-entropy.
    """

    points: float = 0.05
    heat: float = 0.2
    spread: float = 4.0
    classes: float = 1.5
    small: float = 4.0
    overlap: float = 3.0
    width: float = 8.0
    curvature: float = 1.5


class ProbeCriterion(nn.Module):
    """Points outside the picture are not asked for."""

    def __init__(self, losses: Losses) -> None:
        super().__init__()
        self.losses = losses
        self.importance = torch.tensor([losses.small if c in SMALL else 1.0 for c in CLASSES])

    def forward(self, output: ProbeOutput, truth: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Named terms, already weighted.

        Args:
            output: of N pictures of side S.
            truth: `points` (N,68,2) in picture pixels, `classes` (N,S/2,S/2) int64.
        """
        losses, points = self.losses, truth["points"]
        side = 2 * output.parts.shape[-1]
        inside = ((points > -0.5) & (points < side - 0.5)).all(dim=2).float()
        asked = inside.sum().clamp(min=1)
        distance = wing(output.points - points, losses.width, losses.curvature).sum(dim=2)
        heat = heat_loss(output.heat, points, side, losses.spread)
        return {
            "points": losses.points * (distance * inside).sum() / asked,
            "heat": losses.heat * (heat * inside).sum() / asked,
            "classes": losses.classes
            * functional.cross_entropy(
                output.parts, truth["classes"], self.importance.to(output.parts.device)
            ),
            "overlap": losses.overlap * overlap_loss(output.parts, truth["classes"]),
        }


def overlap_loss(logits: Tensor, classes: Tensor) -> Tensor:
    """1 - mean over the classes of the batch of 2 |A and B| / (|A| + |B|), from probabilities.

    Args:
        logits: (N,C,H,W).
        classes: (N,H,W) int64; a class that the batch lacks is left out.
    """
    share = functional.softmax(logits, dim=1)
    true = functional.one_hot(classes, logits.shape[1]).permute(0, 3, 1, 2)
    common = (share * true).sum(dim=(0, 2, 3))
    both = share.sum(dim=(0, 2, 3)) + true.sum(dim=(0, 2, 3))
    present = true.sum(dim=(0, 2, 3)) > 0
    return 1 - (2 * common / both)[present].mean()
