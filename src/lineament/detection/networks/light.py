"""The light detector: faces on three grids from plain residual convolutions, for a CPU.

Our own choice for the most accurate faces per millisecond on two cores, and per hour of training
there; docs/detection.md holds the measurements:

- Plain 3 x 3 convolutions with ReLU, which ONNX Runtime computes as one with their sum. For the
  same time depthwise ones have fewer weights and do fewer multiply-adds, and they train several
  times as slowly on a CPU.
- Few channels while the picture is large: a stride of eight is reached by three convolutions, and
  the finest grid, which has three quarters of all cells, has one residual block.
- Two blocks at the coarsest grid, so that one of its cells sees 480 pixels: a face that fills the
  picture is seen whole.
- A pyramid (Lin et al., CVPR 2017) of few channels, and one convolution before the numbers of a
  cell, which score, box and points share.
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
            1/2, half at 1/4, one and a half times at 1/16, twice at 1/32, three quarters in the
            pyramid. 32 have 0.28 M weights and take 0.31 G multiply-adds at 640 x 480; 48 have
            0.62 M and take 0.68 G.
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
        sixteenth, deepest, mixed = width * 3 // 2, width * 2, width * 3 // 4
        self.at_quarter = nn.Sequential(
            convolution(3, width // 4, 2), convolution(width // 4, width // 2, 2)
        )
        self.at_eighth = down(width // 2, width, depths[0])
        self.at_sixteenth = down(width, sixteenth, depths[1])
        self.at_deepest = down(sixteenth, deepest, depths[2])
        self.from_deepest = nn.Sequential(pointwise(deepest, mixed), nn.ReLU(inplace=True))
        self.from_sixteenth = pointwise(sixteenth, mixed)
        self.from_eighth = pointwise(width, mixed)
        self.heads = nn.ModuleList(CellHead(mixed) for _ in self.strides)

    @property
    def first_convolution(self) -> nn.Conv2d:
        first = self.at_quarter[0][0]  # type: ignore[index]
        assert isinstance(first, nn.Conv2d)
        return first

    def levels(self, pictures: Tensor) -> Levels:
        eighth = self.at_eighth(self.at_quarter(pictures))
        sixteenth = self.at_sixteenth(eighth)
        coarse = self.from_deepest(self.at_deepest(sixteenth))
        middle = functional.relu(self.from_sixteenth(sixteenth) + doubled(coarse))
        fine = functional.relu(self.from_eighth(eighth) + doubled(middle))
        joined = zip(self.heads, (fine, middle, coarse), strict=True)
        return tuple(head(features) for head, features in joined)


class CellHead(nn.Module):
    """One level of the pyramid -> the numbers of its cells: (N,C,h,w) -> (N,15,h,w) float32."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix = convolution(channels, channels)
        self.cells = nn.Conv2d(channels, PLANES, 1)
        nn.init.normal_(self.cells.weight, std=0.01)
        with torch.no_grad():
            self.cells.bias.zero_()  # type: ignore[union-attr]
            self.cells.bias[0] = -math.log(1 / FIRST_SCORE - 1)  # type: ignore[index]
            self.cells.bias[3:5] = math.log(FIRST_SIZE)  # type: ignore[index]
            self.cells.bias[5:] = torch.tensor(FIRST_POINTS)  # type: ignore[index]

    def forward(self, features: Tensor) -> Tensor:
        mixed = self.mix(features)
        # Points to a hundredth of a face need more than bfloat16's eight bits.
        with torch.autocast(features.device.type, enabled=False):
            cells: Tensor = self.cells(mixed.float())
        return cells


def pointwise(before: int, after: int) -> nn.Sequential:
    """1x1 convolution and batch normalisation."""
    return nn.Sequential(nn.Conv2d(before, after, 1, bias=False), nn.BatchNorm2d(after))


def doubled(features: Tensor) -> Tensor:
    """Twice the size, each cell repeated: (N,C,h,w) -> (N,C,2h,2w)."""
    return functional.interpolate(features, scale_factor=2.0, mode="nearest")
