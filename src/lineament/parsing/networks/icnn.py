"""iCNN: four rows of features at four scales that exchange what they know.

Zhou, Hu and Zhang, "Interlinked Convolutional Neural Networks for Face Parsing", ISNN 2015, in the
form of Yin et al., "End-to-end face parsing via interlinked convolutional neural networks",
Cognitive Neurodynamics 2021, section 3. Row r has side ceil(S / 2^r); nothing depends on S, so that
one body reads whole faces and patches.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

CHANNELS = (8, 16, 24, 32)
"""Of the rows, from the finest to the coarsest."""

INTERLINKS = 3


class ICNN(nn.Module):
    """A logit of each class for each pixel.

    Only layers that take part in the answer are built.

    Args:
        classes: number L of classes, background first.

    Shapes:
        (N,3,H,W) float32, 0 to 1, any size -> (N,L,H,W).
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.classes = classes
        self.inputs = nn.ModuleList(_convolution(3, c, nn.Tanh()) for c in CHANNELS)
        self.interlinks = nn.ModuleList(Interlink() for _ in range(INTERLINKS))
        self.integration = nn.ModuleList(
            _convolution(fine + coarse, fine, nn.Tanh()) for fine, coarse in pairwise(CHANNELS)
        )
        width = 2 * classes + CHANNELS[0]
        self.head = nn.Sequential(
            _convolution(CHANNELS[0], width, nn.Tanh()),
            nn.Conv2d(width, classes, 5, padding=2),
            nn.Conv2d(classes, classes, 9, padding=4),
        )

    def forward(self, images: Tensor) -> Tensor:
        pictures = [images]
        for _ in CHANNELS[1:]:
            pictures.append(halved(pictures[-1]))
        rows = [layer(picture) for layer, picture in zip(self.inputs, pictures, strict=True)]
        for interlink in self.interlinks:
            rows = interlink(rows)
        merged = rows[-1]
        for row, layer in zip(reversed(rows[:-1]), reversed(self.integration), strict=True):
            merged = layer(torch.cat([row, doubled(merged, row)], dim=1))
        logits: Tensor = self.head(merged)
        return logits


class Interlink(nn.Module):
    """Every row learns from the finer row, itself and the coarser row.

    All nodes read the rows as they were before: no node sees what another one has just written.
    """

    def __init__(self) -> None:
        super().__init__()
        self.nodes = nn.ModuleList(
            nn.Sequential(
                _convolution(sum(CHANNELS[max(row - 1, 0) : row + 2]), own, nn.ReLU()),
                _convolution(own, own, nn.ReLU()),
            )
            for row, own in enumerate(CHANNELS)
        )

    def forward(self, rows: Sequence[Tensor]) -> list[Tensor]:
        """Four rows, finest first -> four rows of the same shapes."""
        updated = []
        for number, (row, node) in enumerate(zip(rows, self.nodes, strict=True)):
            heard = [row]
            if number > 0:
                heard.insert(0, halved(rows[number - 1]))
            if number + 1 < len(rows):
                heard.append(doubled(rows[number + 1], row))
            updated.append(node(torch.cat(heard, dim=1)))
        return updated


def halved(features: Tensor) -> Tensor:
    """Maxima of 3x3 cells round every second one: (N,C,H,W) -> (N,C,ceil(H/2),ceil(W/2))."""
    return functional.max_pool2d(features, 3, 2, 1)


def doubled(coarse: Tensor, fine: Tensor) -> Tensor:
    """Every cell four times, cut to the size of the row that was halved to `coarse`."""
    twice = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
    return twice[:, :, : fine.shape[2], : fine.shape[3]]


def _convolution(before: int, after: int, activation: nn.Module) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 5, padding=2, bias=False), nn.BatchNorm2d(after), activation
    )
