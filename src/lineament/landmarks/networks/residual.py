"""Convolutions that small networks are built of: plain, residual, and halving."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class Residual(nn.Module):
    """Two 3x3 convolutions beside an identity: (N,C,H,W) -> (N,C,H,W)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = convolution(channels, channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.scale = nn.BatchNorm2d(channels)

    def forward(self, features: Tensor) -> Tensor:
        return functional.relu(features + self.scale(self.second(self.first(features))))


def convolution(before: int, after: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    """Convolution, batch normalisation and ReLU; `stride` 2 halves the size."""
    return nn.Sequential(
        nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )


def down(before: int, after: int, blocks: int) -> nn.Sequential:
    """Half the size and other channels, then so many residual blocks."""
    return nn.Sequential(
        convolution(before, after, stride=2), *(Residual(after) for _ in range(blocks))
    )
