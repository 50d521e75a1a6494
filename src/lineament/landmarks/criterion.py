"""Wing loss (Feng et al., CVPR 2018, equation 5), in pixels of the network's input."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from lineament.errors import ConfigError


def wing(difference: Tensor, width: float = 10.0, curvature: float = 2.0) -> Tensor:
    """w ln(1 + |x| / eps) below w, |x| - C from there on, C = w - w ln(1 + w / eps).

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


class WingCriterion(nn.Module):
    """Wing loss summed over the 2L values of a face, averaged over the batch.

    Raises:
        ConfigError: the truth looks normalised (all values within -1 to 1) although the
            parameters are pixels: width, curvature and learning rate would all be wrong.
    """

    def __init__(self, width: float = 10.0, curvature: float = 2.0) -> None:
        super().__init__()
        self.width, self.curvature = width, curvature

    def forward(self, predicted: Tensor, truth: Tensor) -> dict[str, Tensor]:
        """(N,2L) and (N,2L) in input pixels -> {"wing": scalar}."""
        if self.width >= 1 and bool(truth.abs().max() <= 1):
            raise ConfigError(
                f"Wing loss got targets within -1 to 1 but width {self.width} in pixels; give the "
                "targets in pixels of the network's input"
            )
        loss = wing(predicted - truth, self.width, self.curvature)
        return {"wing": loss.sum(dim=1).mean()}
