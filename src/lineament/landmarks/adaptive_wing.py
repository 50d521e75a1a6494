"""Adaptive Wing loss on heatmaps (Wang et al., ICCV 2019, sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from lineament.landmarks.boundary import boundary_maps, facial_curves
from lineament.landmarks.heatmaps import draw
from lineament.landmarks.schemes import Scheme
from lineament.strict import Strict

THRESHOLD = 0.2
"""Truth from which on a pixel, or one of its eight neighbours, makes it count more."""


def adaptive_wing(
    predicted: Tensor,
    truth: Tensor,
    omega: float = 14.0,
    theta: float = 0.5,
    epsilon: float = 1.0,
    alpha: float = 2.1,
) -> Tensor:
    """omega ln(1 + (d / epsilon)^(alpha - y)) for d = |y - p| below theta, A d - C from there on.

    A and C make the two pieces meet with the same slope. Near a peak (y = 1) the loss is steep
    down to zero, on the background (y = 0) it is flat.

    Args:
        predicted: p, any shape that `truth` broadcasts to.
        truth: y, 0 to 1.
        omega, theta, epsilon, alpha: the paper's constants; alpha is above 2, or the slope at a
            peak's zero would be infinite.

    Returns:
        The loss of each value, in the shape of `predicted`, float32.
    """
    predicted, truth = predicted.float(), truth.float()
    power = alpha - truth
    at_theta = (theta / epsilon) ** power
    slope = omega * power * at_theta / (theta * (1 + at_theta))
    constant = theta * slope - omega * torch.log1p(at_theta)
    distance = (truth - predicted).abs()
    # The branch that is not taken must stay finite, or its gradient would not.
    near = omega * torch.log1p((distance.clamp(max=theta) / epsilon) ** power)
    return torch.where(distance < theta, near, slope * distance - constant)


class AdaptiveWingLoss(Strict):
    """Parameters of the criterion, for maps from 0 to 1.

    Attributes:
        omega, theta, epsilon, alpha: of Adaptive Wing loss.
        foreground: W, how much more a pixel on or beside a peak counts than the background.
    """

    kind: Literal["adaptive_wing"] = "adaptive_wing"
    omega: float = Field(gt=0, default=14.0)
    theta: float = Field(gt=0, default=0.5)
    epsilon: float = Field(gt=0, default=1.0)
    alpha: float = Field(gt=2, default=2.1)
    foreground: float = Field(ge=0, default=10.0)


def loss_weights(truth: Tensor, foreground: float = 10.0) -> Tensor:
    """W M + 1, M being 1 where the 3x3 grey dilation of the truth is above 0.2.

    The published code computes M of the boundary while it is still on the scale 0 to 255, so that
    there any pixel above zero counts as foreground; so it does here.

    Args:
        truth: (N,L+1,H,W) float32, 0 to 1; the last channel is the boundary.
        foreground: W.

    Returns:
        (N,L+1,H,W) float32.
    """
    dilated = functional.max_pool2d(truth, 3, stride=1, padding=1)
    threshold = torch.full((truth.shape[1], 1, 1), THRESHOLD, device=truth.device)
    threshold[-1] = 0
    return foreground * (dilated > threshold) + 1


class AdaptiveWingCriterion(nn.Module):
    """Weighted Adaptive Wing loss between the maps of all stacks and those of the true points.

    Args:
        scheme: the order of points; its facial curves make the boundary channel.
        options: parameters of the loss; absent: the paper's.

    Raises:
        ConfigError: the scheme outlines no facial curve.
    """

    def __init__(self, scheme: Scheme, options: AdaptiveWingLoss | None = None) -> None:
        super().__init__()
        facial_curves(scheme.name)
        self.scheme, self.options = scheme, options or AdaptiveWingLoss()

    def forward(self, output: Sequence[Tensor], target: Tensor) -> dict[str, Tensor]:
        """Compare the maps of each stack with the truth.

        Args:
            output: for each stack (N,L+1,H,H), the last channel is the boundary.
            target: (N,2L) in input pixels, x1..xL, y1..yL. A point outside the picture has an
                empty map.

        Returns:
            {"adaptive_wing": of the points, "boundary": of the boundary}, scalars. Their sum is
            the mean over all pixels of all L+1 channels and over the batch, summed over stacks.

        Raises:
            ValueError: the shapes do not fit each other or the scheme.
        """
        count = self.scheme.count
        expected = (len(target), count + 1)
        if target.shape[1:] != (2 * count,) or any(maps.shape[:2] != expected for maps in output):
            raise ValueError(
                f"got maps {[tuple(maps.shape) for maps in output]} and target "
                f"{tuple(target.shape)} for the {count} points of {self.scheme.name}"
            )
        truth = self.truth(target, output[0].shape[-1])
        weights = loss_weights(truth, self.options.foreground)
        constants = self.options.model_dump(exclude={"kind", "foreground"})
        losses = adaptive_wing(torch.stack(list(output)), truth, **constants) * weights
        by_channel = losses.sum(dim=(0, 1, 3, 4)) / truth.numel()
        return {"adaptive_wing": by_channel[:-1].sum(), "boundary": by_channel[-1]}

    @torch.no_grad()
    def truth(self, target: Tensor, side: int = 64) -> Tensor:
        """The true maps (N,L+1,side,side) float32 of a target (N,2L) in input pixels."""
        points = target.view(len(target), 2, -1).transpose(1, 2)
        boundary = boundary_maps(points.float().cpu().numpy(), self.scheme.name, side)
        return torch.cat(
            [draw(points, side), torch.from_numpy(boundary)[:, None].to(target.device)], dim=1
        )
