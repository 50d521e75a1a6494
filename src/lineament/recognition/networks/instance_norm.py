"""Half of the channels normalised by each picture's own mean and deviation.

Pan et al., "Two at Once: Enhancing Learning and Generalization Capacities via IBN-Net", ECCV 2018,
block IBN-a: what light, camera and renderer do to a whole picture goes, and the other half of the
channels, normalised over the batch, keeps what tells pictures apart. A network that learns from
renderings and is asked about photographs gains by it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class HalfInstanceNorm(nn.Module):
    """Takes the place of a batch normalisation: (N,C,H,W) -> (N,C,H,W), the first C // 2 channels
    by picture, the others by batch."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        own = channels // 2
        self.by_picture = nn.InstanceNorm2d(own, affine=True)
        self.by_batch = nn.BatchNorm2d(channels - own)
        self.own = own

    def forward(self, features: Tensor) -> Tensor:
        own = self.by_picture(features[:, : self.own])
        return torch.cat([own, self.by_batch(features[:, self.own :])], dim=1)


def normalise_half_by_picture(part: nn.Module) -> None:
    """Change, in place, each batch normalisation that stands between a convolution and its ReLU;
    those at the end of a residual block stay, as published."""
    for module in part.modules():
        if isinstance(module, nn.Sequential) and len(module) == 3:
            convolution, norm, _ = module
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                module[1] = HalfInstanceNorm(norm.num_features)
