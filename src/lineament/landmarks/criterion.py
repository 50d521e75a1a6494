"""Losses of direct coordinate regression, in pixels of the network's input.

Feng et al., "Wing Loss for Robust Facial Landmark Localisation with Convolutional Neural
Networks", CVPR 2018: L2, L1, smooth L1 and Wing on the 2L values of a face.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from lineament.errors import ConfigError, DataError
from lineament.strict import Strict


def l2(difference: Tensor) -> Tensor:
    """x^2 / 2 of each value; any shape, prediction - truth in input pixels."""
    return difference.square() / 2


def l1(difference: Tensor) -> Tensor:
    """|x| of each value; any shape, prediction - truth in input pixels."""
    return difference.abs()


def smooth_l1(difference: Tensor) -> Tensor:
    """x^2 / 2 below one pixel, |x| - 1/2 from there on; any shape, in input pixels."""
    distance = difference.abs()
    return torch.where(distance < 1, difference.square() / 2, distance - 0.5)


def wing(difference: Tensor, width: float = 10.0, curvature: float = 2.0) -> Tensor:
    """w ln(1 + |x| / eps) below w, |x| - C from there on, C = w - w ln(1 + w / eps).

    Equation 5 of the paper.

    Args:
        difference: any shape, prediction - truth in input pixels.
        width: w, where the logarithm turns into a line, in pixels.
        curvature: eps, in pixels.

    Returns:
        The loss of each value, in the shape of `difference`.
    """
    distance = difference.abs()
    constant = width - width * math.log1p(width / curvature)
    return torch.where(
        distance < width, width * torch.log1p(distance / curvature), distance - constant
    )


class PointLoss(Strict):
    """Which loss compares points, and the parameters of Wing in input pixels.

    Attributes:
        kind: l2, l1, smooth_l1 or wing.
        width: w of Wing; the other kinds have no use for it.
        curvature: eps of Wing; the other kinds have no use for it.
    """

    kind: Literal["l2", "l1", "smooth_l1", "wing"] = "wing"
    width: float = Field(gt=0, default=10.0)
    curvature: float = Field(gt=0, default=2.0)

    def __call__(self, difference: Tensor) -> Tensor:
        """The loss of each value; any shape, prediction - truth in input pixels."""
        if self.kind == "wing":
            return wing(difference, self.width, self.curvature)
        return {"l2": l2, "l1": l1, "smooth_l1": smooth_l1}[self.kind](difference)


class PointCriterion(nn.Module):
    """A loss summed over the 2L values of a face, as in the paper, averaged over the batch."""

    def __init__(self, options: PointLoss | None = None) -> None:
        super().__init__()
        self.options = options or PointLoss()

    def forward(self, output: Tensor, target: Tensor) -> dict[str, Tensor]:
        """Compare (N,2L) and (N,2L), both in pixels of the network's input.

        Returns:
            {kind: scalar}.

        Raises:
            DataError: a target is not finite; the message names the rows.
            ConfigError: all targets lie within -1 to 1, so that they must be normalised, while
                the loss, and the learning rate that goes with it, expect pixels. Only Wing with
                a width below 1 takes them.
            ValueError: the shapes differ.
        """
        if output.shape != target.shape:
            raise ValueError(f"got {tuple(output.shape)} to compare with {tuple(target.shape)}")
        _check(target, self.options)
        loss = self.options(output - target)
        return {self.options.kind: loss.sum(dim=1).mean()}


def _check(target: Tensor, options: PointLoss) -> None:
    # One number leaves the device: the maximum is NaN where any value is.
    largest = float(target.detach().abs().max())
    if not math.isfinite(largest):
        rows = (~torch.isfinite(target)).any(dim=1).nonzero().flatten().tolist()
        named = ", ".join(map(str, rows[:8])) + (", ..." if len(rows) > 8 else "")
        raise DataError(
            f"targets of {len(rows)} of {len(target)} faces are not finite, rows {named}; this "
            "loss has no missing points: leave such faces out of the training data"
        )
    _refuse_normalised(largest, options)


def _refuse_normalised(largest: float, options: PointLoss) -> None:
    scaled = options.kind == "wing" and options.width < 1
    if largest <= 1 and not scaled:
        raise ConfigError(
            f"loss {options.kind!r} got targets within -1 to 1; give them in pixels of the "
            "network's input, or scale Wing's width and curvature and the learning rate with them"
        )
