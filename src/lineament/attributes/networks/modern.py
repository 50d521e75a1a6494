"""The network that ships: 112 pixels in colour, points from maps, attributes from one vector.

Our own choice, after the light landmark network: plain 3x3 convolutions and residual blocks, most
of the work at 14 x 14 and below, where a CPU is quickest. Two things differ from TCDCN. Points are
means of distributions over a map (Sun et al., ECCV 2018), which see where things are; attributes
come from a vector that sees the whole face. Both share everything up to 1/16 of the crop.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from lineament.attributes.networks import AttributeNetwork, AttributeOutput, standardised
from lineament.landmarks.integral import mean_positions
from lineament.landmarks.networks.light import Rise
from lineament.landmarks.networks.residual import Residual

FINER = 2
"""Cells of the map along each side of a cell of the features."""


class Modern112(AttributeNetwork):
    """Points from maps of 28 x 28 cells and attributes from a vector, of crops of 112.

    Each picture is standardised by its own mean and deviation over its three colours together, so
    that colours keep their relation. Points reach a sixteenth of a side beyond the crop.

    Args:
        points: number of points L.
        tasks: names of the tasks.
        widths: channels at 1/2, 1/4, 1/8 and 1/16 of the crop.
        mixed: channels of the features from which the maps come, at 1/8.
        features: length of the vector from which tasks and angles are answered.
        dropout: share of that vector left out in training.
        angles: add a head for yaw, pitch and roll.
    """

    size = 112
    kept_layers = ("at_quarter", "at_eighth", "at_sixteenth")

    def __init__(
        self,
        points: int,
        tasks: Sequence[str],
        *,
        widths: tuple[int, int, int, int] = (24, 32, 96, 128),
        mixed: int = 64,
        features: int = 128,
        dropout: float = 0.0,
        angles: bool = True,
    ) -> None:
        super().__init__(points, tasks, features, angles)
        half, quarter, eighth, sixteenth = widths
        self.at_quarter = nn.Sequential(_halved(3, half), _halved(half, quarter))
        self.at_eighth = nn.Sequential(_halved(quarter, eighth), Residual(eighth), Residual(eighth))
        self.at_sixteenth = nn.Sequential(_halved(eighth, sixteenth), Residual(sixteenth))
        self.to_eighth = Rise(sixteenth, eighth, mixed)
        self.heat = nn.Conv2d(mixed, points * FINER**2, 1)
        side = -(-(self.size // 16) // 2)
        self.vector = nn.Sequential(
            _halved(sixteenth, sixteenth),
            nn.Flatten(),
            nn.Linear(sixteenth * side**2, features),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
        )

    def forward(self, images: Tensor) -> AttributeOutput:
        eighth = self.at_eighth(self.at_quarter(standardised(images)))
        sixteenth = self.at_sixteenth(eighth)
        heat = functional.pixel_shuffle(self.heat(self.to_eighth(sixteenth, eighth)), FINER)
        vector = self.vector(sixteenth)
        # Coordinates up to 112 need more than bfloat16's eight bits.
        with torch.autocast(images.device.type, enabled=False):
            points = mean_positions(heat.float(), self.size).transpose(1, 2).flatten(1)
            return AttributeOutput(points, *self.answers(vector.float()))


def _halved(before: int, after: int) -> nn.Sequential:
    """A convolution that halves height and width."""
    return nn.Sequential(
        nn.Conv2d(before, after, 3, 2, 1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )
