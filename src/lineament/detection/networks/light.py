"""The light detector: faces on three grids from plain residual convolutions, for a CPU.

Our own choice for the most accurate faces per millisecond on two cores, and per hour of training
there; docs/detection.md holds the measurements:

- Plain 3 x 3 convolutions with ReLU, which ONNX Runtime computes as one with their sum. For the
  same time depthwise ones have fewer weights and do fewer multiply-adds, and they train several
  times as slowly on a CPU.
- Few channels while the picture is large: a stride of eight is reached by three convolutions, and
  the finest grid, which has three quarters of all cells, has one residual block.
- Two blocks at the coarsest grid, so that one of its cells sees 415 pixels: a face that fills the
  picture is seen whole.
- A pyramid (Lin et al., CVPR 2017) that keeps the channels of each grid: what a coarse grid knows
  is added to the finer one, and one convolution mixes both before the numbers of a cell, which
  score, box and points share. The coarsest grid has none to hear from and says its numbers at once.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from lineament.detection.networks import PLANES, DetectorNetwork, Levels
from lineament.errors import ConfigError
from lineament.landmarks.networks.residual import convolution, down

FIRST_SCORE = 0.01
"""What every cell says before training, as there are a hundred empty cells for each that is not
(Lin et al., ICCV 2017)."""

FIRST_SIZE = 4.0
"""Sides of a face before training, in strides."""

FIRST_POINTS = (-0.17, -0.1, 0.17, -0.1, 0.0, 0.07, -0.14, 0.25, 0.14, 0.25)
"""Five points before training, in sides of the box from its middle: about those of a face seen
from the front."""


class LightDetector(DetectorNetwork):
    """Residual stages at 1/8, 1/16 and 1/32 of the picture, joined from coarse to fine.

    Args:
        width: channels at 1/8 of the picture, the dial, a multiple of 4. A quarter of them at
            1/2, half at 1/4, one and a half times at 1/16, twice at 1/32. 32 have 0.29 M weights
            and take 0.34 G multiply-adds at 640 x 480; 48 have 0.66 M and take 0.76 G.
        depths: residual blocks at 1/8, 1/16 and 1/32.

    Shapes:
        (N,3,H,W) float32, 0 to 1, H and W multiples of 32 -> `Levels` of strides 8, 16 and 32.

    Raises:
        ConfigError: an option out of range.
    """

    strides = (8, 16, 32)
    multiple = 32

    def __init__(self, *, width: int = 32, depths: tuple[int, int, int] = (1, 1, 2)) -> None:
        super().__init__()
        if width < 4 or width % 4:
            raise ConfigError(f"width is {width}, expected a multiple of 4")
        if len(depths) != 3 or min(depths) < 0:
            raise ConfigError(f"depths are {depths}, expected three counts of blocks, 0 or more")
        sixteenth, deepest = width * 3 // 2, width * 2
        self.at_quarter = nn.Sequential(
            convolution(3, width // 4, 2), convolution(width // 4, width // 2, 2)
        )
        self.at_eighth = down(width // 2, width, depths[0])
        self.at_sixteenth = down(width, sixteenth, depths[1])
        self.at_deepest = down(sixteenth, deepest, depths[2])
        self.to_sixteenth = pointwise(deepest, sixteenth)
        self.to_eighth = pointwise(sixteenth, width)
        self.mixed_sixteenth = convolution(sixteenth, sixteenth)
        self.mixed_eighth = convolution(width, width)
        self.heads = nn.ModuleList(CellHead(each) for each in (width, sixteenth, deepest))

    @property
    def first_convolution(self) -> nn.Conv2d:
        first = self.at_quarter[0][0]  # type: ignore[index]
        assert isinstance(first, nn.Conv2d)
        return first

    def levels(self, pictures: Tensor) -> Levels:
        eighth = self.at_eighth(self.at_quarter(pictures))
        sixteenth = self.at_sixteenth(eighth)
        coarse = self.at_deepest(sixteenth)
        middle = self.mixed_sixteenth(sixteenth + doubled(self.to_sixteenth(coarse)))
        fine = self.mixed_eighth(eighth + doubled(self.to_eighth(middle)))
        joined = zip(self.heads, (fine, middle, coarse), strict=True)
        return tuple(head(features) for head, features in joined)


class CellHead(nn.Module):
    """What a grid knows -> the numbers of its cells: (N,C,h,w) -> (N,15,h,w) float32."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.cells = nn.Conv2d(channels, PLANES, 1)
        nn.init.normal_(self.cells.weight, std=0.01)
        with torch.no_grad():
            self.cells.bias.zero_()  # type: ignore[union-attr]
            self.cells.bias[0] = -math.log(1 / FIRST_SCORE - 1)  # type: ignore[index]
            self.cells.bias[3:5] = math.log(FIRST_SIZE)  # type: ignore[index]
            self.cells.bias[5:] = torch.tensor(FIRST_POINTS)  # type: ignore[index]

    def forward(self, features: Tensor) -> Tensor:
        # Points to a hundredth of a face need more than bfloat16's eight bits.
        with torch.autocast(features.device.type, enabled=False):
            cells: Tensor = self.cells(features.float())
        return cells


def pointwise(before: int, after: int) -> nn.Sequential:
    """1x1 convolution and batch normalisation."""
    return nn.Sequential(nn.Conv2d(before, after, 1, bias=False), nn.BatchNorm2d(after))


def doubled(features: Tensor) -> Tensor:
    """Twice the size, each cell repeated: (N,C,h,w) -> (N,C,2h,2w)."""
    return functional.interpolate(features, scale_factor=2.0, mode="nearest")
