"""The probe: 68 points and parts of a face from one small convolutional network.

An encoder of residual blocks down to 1/16 of the picture, a decoder of sums back to 1/4 for the
points and 1/2 for the parts. Points are the means of spatial distributions (integral regression,
Sun et al., ECCV 2018), so that they are as fine as a regression and as local as a heat map.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from lineament.landmarks.integral import mean_positions
from lineament.landmarks.networks.residual import Residual, convolution, down
from lineament.synthesis.probe.classes import CLASSES

POINTS = 68


class ProbeOutput(NamedTuple):
    """What the probe says of N pictures of side S.

    Attributes:
        points: (N,68,2) float32 picture pixels, pixel centres at integers.
        heat: (N,68,K,K) float32 logits whose mean position is `points`.
        parts: (N,13,S/2,S/2) logits of `classes.CLASSES`.
    """

    points: Tensor
    heat: Tensor
    parts: Tensor


class Probe(nn.Module):
    """Points and parts of a face.

    Args:
        widths: channels at 1/2, 1/4, 1/8 and 1/16 of the picture.

    Shapes:
        input (N,3,S,S) float32, 0 to 1, S a multiple of 16; output `ProbeOutput`.
    """

    def __init__(self, widths: tuple[int, int, int, int] = (24, 48, 96, 192)) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = widths
        self.at_half = convolution(3, half, stride=2)
        self.at_quarter = nn.Sequential(convolution(half, quarter, stride=2), Residual(quarter))
        self.at_eighth = down(quarter, eighth, blocks=2)
        self.at_sixteenth = nn.Sequential(*down(eighth, sixteenth, blocks=2), Residual(sixteenth))
        self.to_eighth = Rise(sixteenth, eighth)
        self.to_quarter = Rise(eighth, quarter)
        self.to_half = Rise(quarter, half)
        self.heat = nn.Sequential(convolution(quarter, 64), nn.Conv2d(64, POINTS, 1))
        self.parts = nn.Conv2d(half, len(CLASSES), 1)

    def forward(self, images: Tensor) -> ProbeOutput:
        half = self.at_half(images * 2 - 1)
        quarter = self.at_quarter(half)
        eighth = self.at_eighth(quarter)
        deep = self.at_sixteenth(eighth)
        fine = self.to_quarter(self.to_eighth(deep, eighth), quarter)
        heat = self.heat(fine)
        parts = self.parts(self.to_half(fine, half))
        # Coordinates up to 128 need more than bfloat16's eight bits.
        with torch.autocast(images.device.type, enabled=False):
            heat = heat.float()
            points = mean_positions(heat, images.shape[-1])
        return ProbeOutput(points, heat, parts.float())


class Rise(nn.Module):
    """Deep features doubled in size, added to shallow ones, and mixed."""

    def __init__(self, deep: int, shallow: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(deep, shallow, 1, bias=False)
        self.side = nn.Conv2d(shallow, shallow, 1, bias=False)
        self.scale = nn.BatchNorm2d(shallow)
        self.mix = convolution(shallow, shallow)

    def forward(self, deep: Tensor, shallow: Tensor) -> Tensor:
        risen = functional.interpolate(self.narrow(deep), scale_factor=2.0, mode="nearest")
        mixed: Tensor = self.mix(functional.relu(self.scale(risen + self.side(shallow))))
        return mixed
