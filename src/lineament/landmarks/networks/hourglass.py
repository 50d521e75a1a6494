"""Stacked hourglasses with CoordConv and a boundary channel (Wang et al., ICCV 2019).

"Adaptive Wing Loss for Robust Face Alignment via Heatmap Regression", section 6. The hourglass and
its blocks are those of Bulat and Tzimiropoulos, "Binarized Convolutional Landmark Localizers",
ICCV 2017, after Newell et al., ECCV 2016.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from lineament.errors import ConfigError
from lineament.landmarks.heatmaps import STRIDE, decode
from lineament.landmarks.networks import LandmarkNetwork
from lineament.landmarks.networks.coord_conv import CoordConv

DEPTH = 4
"""Halvings inside an hourglass: 64 down to 4."""


class HierarchicalBlock(nn.Module):
    """Hierarchical, parallel and multi-scale residual block.

    Three times batch normalisation, ReLU and 3x3 convolution, with 1/2, 1/4 and 1/4 of the output
    channels; the three results side by side are added to the input.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        channels = (inputs, outputs // 2, outputs // 4, outputs // 4)
        self.steps = nn.ModuleList(
            nn.Sequential(
                nn.BatchNorm2d(before),
                nn.ReLU(inplace=True),
                nn.Conv2d(before, after, 3, padding=1, bias=False),
            )
            for before, after in pairwise(channels)
        )
        self.shortcut = (
            nn.Identity()
            if inputs == outputs
            else nn.Sequential(
                nn.BatchNorm2d(inputs),
                nn.ReLU(inplace=True),
                nn.Conv2d(inputs, outputs, 1, bias=False),
            )
        )

    def forward(self, features: Tensor) -> Tensor:
        found, results = features, []
        for step in self.steps:
            found = step(found)
            results.append(found)
        output: Tensor = torch.cat(results, dim=1) + self.shortcut(features)
        return output


class Hourglass(nn.Module):
    """One level: a block at full size beside blocks at half size, around the next level."""

    def __init__(self, depth: int, features: int) -> None:
        super().__init__()
        self.beside = HierarchicalBlock(features, features)
        self.before = HierarchicalBlock(features, features)
        self.inner = (
            Hourglass(depth - 1, features) if depth > 1 else HierarchicalBlock(features, features)
        )
        self.after = HierarchicalBlock(features, features)

    def forward(self, features: Tensor) -> Tensor:
        half = self.after(self.inner(self.before(functional.avg_pool2d(features, 2))))
        output: Tensor = self.beside(features) + functional.interpolate(half, scale_factor=2.0)
        return output


class Stack(nn.Module):
    """CoordConv, hourglass, and the maps that it finds."""

    def __init__(self, points: int, features: int, side: int, *, first: bool) -> None:
        super().__init__()
        self.places = CoordConv(features, features, side, boundary=not first)
        self.hourglass = Hourglass(DEPTH, features)
        self.block = HierarchicalBlock(features, features)
        self.mix = nn.Sequential(
            nn.Conv2d(features, features, 1), nn.BatchNorm2d(features), nn.ReLU(inplace=True)
        )
        self.maps = nn.Conv2d(features, points + 1, 1)

    def forward(self, features: Tensor, maps: Tensor | None) -> tuple[Tensor, Tensor]:
        boundary = None if maps is None else maps[:, -1:]
        found = self.mix(self.block(self.hourglass(self.places(features, boundary))))
        # Peaks and their neighbours differ by less than half precision can tell.
        with torch.autocast(features.device.type, enabled=False):
            return found, self.maps(found.float())


class StackedHourglass(LandmarkNetwork):
    """Heatmaps of the points and of the facial boundary, refined from stack to stack.

    Args:
        points: number of points L.
        stacks: number of hourglasses; the paper has 4.
        features: channels inside the hourglasses, a multiple of 16; the paper has 256.

    Shapes:
        forward: (N,3,256,256) float32, RGB, 0 to 1 -> for each stack (N,L+1,64,64) float32, the
            last channel is the boundary; no activation at the end.
        coordinates: those maps -> (N,2L) float32 in input pixels, from the last stack's peaks.

    Raises:
        ConfigError: no stack, or features not a multiple of 16.
    """

    size = 256

    def __init__(self, points: int, stacks: int = 4, features: int = 256) -> None:
        super().__init__()
        if stacks < 1 or features < 16 or features % 16:
            raise ConfigError(
                f"hourglass with {stacks} stacks of {features} features; give at least one stack "
                "and a multiple of 16 features"
            )
        self.points = points
        quarter, half = features // 4, features // 2
        self.first = CoordConv(3, quarter, self.size, kernel=7, stride=2, padding=3)
        self.stem = nn.Sequential(
            nn.BatchNorm2d(quarter),
            nn.ReLU(inplace=True),
            HierarchicalBlock(quarter, half),
            nn.AvgPool2d(2),
            HierarchicalBlock(half, half),
            HierarchicalBlock(half, features),
        )
        side = self.size // STRIDE
        self.stacks = nn.ModuleList(
            Stack(points, features, side, first=number == 0) for number in range(stacks)
        )
        between = range(stacks - 1)
        self.pass_features = nn.ModuleList(nn.Conv2d(features, features, 1) for _ in between)
        self.pass_maps = nn.ModuleList(nn.Conv2d(points + 1, features, 1) for _ in between)

    def forward(self, images: Tensor) -> list[Tensor]:
        features: Tensor = self.stem(self.first(images))
        outputs: list[Tensor] = []
        for number, stack in enumerate(self.stacks):
            found, maps = stack(features, outputs[-1] if outputs else None)
            outputs.append(maps)
            if number + 1 < len(self.stacks):
                passed = self.pass_features[number](found) + self.pass_maps[number](maps)
                features = features + passed
        return outputs

    def coordinates(self, output: list[Tensor]) -> Tensor:
        """Peaks of the last stack's point maps, (N,2L) float32 in input pixels."""
        return decode(output[-1][:, :-1])
