"""Integral regression: points as the mean positions of distributions over a map.

Sun, Xiao, Wei, Liang and Wei, "Integral Human Pose Regression", ECCV 2018.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from lineament.landmarks.criterion import wing
from lineament.strict import Strict

if TYPE_CHECKING:
    from lineament.landmarks.networks.light import LightOutput

REACH = 1.125
"""Points may lie outside the picture: the map spans this many times its side."""


def mean_positions(heat: Tensor, side: int) -> Tensor:
    """Mean position under the softmax of each map: (N,L,K,K) -> (N,L,2) x and y in pixels of a
    picture of `side`, pixel centres at integers."""
    cells = heat.shape[-1]
    share = functional.softmax(heat.flatten(2), dim=2).view_as(heat)
    places = cell_places(cells, side, heat.device)
    return torch.stack([share.sum(dim=2) @ places, share.sum(dim=3) @ places], dim=2)


def cell_places(cells: int, side: int, device: torch.device) -> Tensor:
    """Picture coordinate of the middle of every cell of a map: (K,)."""
    places = (torch.arange(cells, device=device) + 0.5) / cells - 0.5
    return places * (side * REACH) + (side - 1) / 2


def heat_loss(heat: Tensor, points: Tensor, side: int, spread: float) -> Tensor:
    """Cross-entropy of each map against a Gaussian at its point: (N,L,K,K), (N,L,2) -> (N,L).

    The Gaussian is separable, so that no map of truth is made beyond its two edges.

    Args:
        spread: standard deviation of the Gaussian in pixels.
    """
    places = cell_places(heat.shape[-1], side, heat.device)
    away = points[..., None] - places
    edges = functional.softmax(-0.5 * (away / spread) ** 2, dim=-1)
    along = torch.einsum("nlyx,nlx->nly", heat, edges[:, :, 0])
    expected = (along * edges[:, :, 1]).sum(dim=-1)
    return torch.logsumexp(heat.flatten(2), dim=2) - expected


class IntegralLoss(Strict):
    """Weights and parameters of the two losses of an integral regression.

    Attributes:
        width, curvature: w and eps of Wing loss on the mean positions, in input pixels.
        heat: weight of the maps' cross-entropy beside Wing loss.
        spread: standard deviation of the maps' true Gaussian, in input pixels.
        weight: of the sum; at 0.05 AdamW's usual rates fit.
    """

    kind: Literal["integral"] = "integral"
    width: float = Field(gt=0, default=8.0)
    curvature: float = Field(gt=0, default=1.5)
    heat: float = Field(ge=0, default=4.0)
    spread: float = Field(gt=0, default=4.0)
    weight: float = Field(gt=0, default=0.05)


class IntegralCriterion(nn.Module):
    """Wing loss on the means and cross-entropy on the maps, mean over the points inside.

    Points outside the crop are not asked for: no map can show them.
    """

    def __init__(self, options: IntegralLoss, size: int) -> None:
        super().__init__()
        self.options, self.size = options, size

    def forward(self, output: LightOutput, target: Tensor) -> dict[str, Tensor]:
        """`LightOutput` of crops of `size` and (N,2L) in input pixels -> {"wing", "heat"}."""
        options = self.options
        points = target.view(len(target), 2, -1).transpose(1, 2)
        inside = ((points > -0.5) & (points < self.size - 0.5)).all(dim=2).float()
        asked = inside.sum().clamp(min=1)
        distance = wing(output.points - points, options.width, options.curvature).sum(dim=2)
        heat = heat_loss(output.heat, points, self.size, options.spread)
        return {
            "wing": options.weight * (distance * inside).sum() / asked,
            "heat": options.weight * options.heat * (heat * inside).sum() / asked,
        }
