"""Localisation networks: from the coarse parts to where each patch is cut.

Yin et al., Cognitive Neurodynamics 2021, section 3.2: a VGG-16 (Simonyan and Zisserman, ICLR 2015)
cut down to nine layers is the named network; the released checkpoints have a ResNet-18 (He et al.,
CVPR 2016). The paper ends in a ReLU, with which theta could never be negative; tanh stands here.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from lineament.landmarks.networks.residual import Residual
from lineament.parsing.networks.spatial_transformer import as_theta, scale_and_shift

LocalisationName = Literal["vgg9", "resnet18"]

_LARGEST = 0.99
"""Of what tanh is asked to answer before training: 1 would need an infinite input."""


class Localisation(nn.Module, ABC):
    """Scale and translation of P patches from a map of class probabilities.

    A subclass gives all six numbers of each theta; rotation and shear are masked out. The last
    layer sees the features divided by the root of their number: of thousands of them, one step of
    Adam else moves a patch across half the canvas.

    Shapes:
        (N,L,s,s) float32 -> (N,P,2,3) float32.
    """

    def __init__(self, patches: int) -> None:
        super().__init__()
        self.patches = patches

    @property
    @abstractmethod
    def last(self) -> nn.Linear:
        """The layer that gives the 6P numbers."""

    @abstractmethod
    def features(self, parts: Tensor) -> Tensor:
        """(N,L,s,s) -> (N,F)."""

    def bounded(self, raw: Tensor) -> Tensor:
        """What is done to the last layer's numbers; nothing by default."""
        return raw

    def unbounded(self, theta: Tensor) -> Tensor:
        """The numbers of the last layer that give this theta."""
        return theta

    def forward(self, parts: Tensor) -> Tensor:
        features = self.features(parts)
        # A thousandth of a canvas needs more than bfloat16's eight bits.
        with torch.autocast(parts.device.type, enabled=False):
            raw = self.bounded(self.last(features.float() / math.sqrt(self.last.in_features)))
        return as_theta(*scale_and_shift(raw.view(-1, self.patches, 2, 3)))

    def start_at(self, theta: Tensor) -> None:
        """Let the untrained network answer with this theta (P,2,3), or nearly so."""
        with torch.no_grad():
            nn.init.normal_(self.last.weight, std=0.01)
            self.last.bias.copy_(self.unbounded(theta).flatten())


class LocalisationVGG9(Localisation):
    """Eight 3x3 convolutions, a mean pool after every second one, one linear layer and tanh.

    Args:
        classes: number L of channels of the input.
        patches: number P of patches.
        size: side s of the input.
        width: channels of the first pair; the others have 2, 4 and 8 times as many.
    """

    def __init__(self, classes: int, patches: int, size: int = 128, width: int = 64) -> None:
        super().__init__(patches)
        channels = [classes, width, 2 * width, 4 * width, 8 * width]
        layers: list[nn.Module] = []
        for before, after in pairwise(channels):
            layers += [*_vgg_layer(before, after), *_vgg_layer(after, after)]
            layers.append(nn.AvgPool2d(3, 2, 1))
            size = -(-size // 2)
        self.convolutions = nn.Sequential(*layers)
        self.linear = nn.Linear(channels[-1] * size**2, 6 * patches)

    @property
    def last(self) -> nn.Linear:
        return self.linear

    def features(self, parts: Tensor) -> Tensor:
        found: Tensor = self.convolutions(parts)
        return found.flatten(1)

    def bounded(self, raw: Tensor) -> Tensor:
        return torch.tanh(raw)

    def unbounded(self, theta: Tensor) -> Tensor:
        return theta.clamp(-_LARGEST, _LARGEST).atanh()


class LocalisationResNet18(Localisation):
    """ResNet-18 with a linear output.

    Args:
        classes: number L of channels of the input.
        patches: number P of patches.
    """

    def __init__(self, classes: int, patches: int) -> None:
        super().__init__(patches)
        self.stem = nn.Sequential(
            nn.Conv2d(classes, 64, 7, 2, 3, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, 1),
        )
        layers: list[nn.Module] = [Residual(64), Residual(64)]
        for before, after in pairwise((64, 128, 256, 512)):
            layers += [HalvingResidual(before, after), Residual(after)]
        self.layers = nn.Sequential(*layers)
        self.linear = nn.Linear(512, 6 * patches)

    @property
    def last(self) -> nn.Linear:
        return self.linear

    def features(self, parts: Tensor) -> Tensor:
        found: Tensor = self.layers(self.stem(parts))
        return found.mean(dim=(2, 3))


class HalvingResidual(nn.Module):
    """Two 3x3 convolutions, the first of stride 2, beside a 1x1 convolution of stride 2."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv2d(before, after, 3, 2, 1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(inplace=True),
            nn.Conv2d(after, after, 3, 1, 1, bias=False),
            nn.BatchNorm2d(after),
        )
        self.beside = nn.Sequential(
            nn.Conv2d(before, after, 1, 2, bias=False), nn.BatchNorm2d(after)
        )

    def forward(self, features: Tensor) -> Tensor:
        return functional.relu(self.inner(features) + self.beside(features))


def _vgg_layer(before: int, after: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(before, after, 3, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )
