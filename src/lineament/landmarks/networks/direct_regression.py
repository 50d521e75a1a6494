"""CNN-6 and CNN-7: direct regression of coordinates (Feng et al., CVPR 2018, section 3 and 6).

Plain stacks of 3x3 convolution, ReLU and 2x2 max pooling down to 2x2x512, then two fully
connected layers. No normalisation, no dropout.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from lineament.landmarks.networks import LandmarkNetwork

CHANNELS: dict[str, tuple[int, ...]] = {
    "cnn6": (32, 64, 128, 256, 512),
    "cnn7": (64, 64, 128, 256, 512, 512),
}
"""Output channels of each convolution. The paper gives CNN-7's first and last; the others follow
the author's remarks on its size (24.7 MB)."""

INPUT_SIZE = {name: 2 ** (len(channels) + 1) for name, channels in CHANNELS.items()}
"""Side of the input in pixels: 64 for CNN-6, 128 for CNN-7."""


class DirectRegression(LandmarkNetwork):
    """Coordinates straight from pixels.

    Args:
        name: `cnn6` (input 64) or `cnn7` (input 128).
        points: number of points L.

    Shapes:
        input (N,3,S,S) float32, 0 to 1; output (N,2L) float32 in input pixels, x1..xL, y1..yL.
    """

    def __init__(self, name: Literal["cnn6", "cnn7"], points: int) -> None:
        super().__init__()
        channels = (3, *CHANNELS[name])
        layers: list[nn.Module] = []
        for before, after in pairwise(channels):
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        self.features = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Flatten(), nn.Linear(4 * channels[-1], 1024), nn.ReLU(), nn.Linear(1024, 2 * points)
        )
        self.size = INPUT_SIZE[name]
        self.points = points
        self._initialise()

    def forward(self, images: Tensor) -> Tensor:
        features = self.features(images)
        # Coordinates up to 128 need more than bfloat16's eight bits.
        with torch.autocast(images.device.type, enabled=False):
            output: Tensor = self.head(features.float())
        return output

    def coordinates(self, output: Tensor) -> Tensor:
        """The output itself, (N,2L) float32 in input pixels."""
        return output

    def start_at(self, mean_points: Tensor) -> None:
        """Let the untrained network answer with a mean shape (L,2), in input pixels."""
        last = self.head[-1]
        assert isinstance(last, nn.Linear)
        with torch.no_grad():
            last.bias.copy_(mean_points.T.reshape(-1))

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                assert module.bias is not None
                nn.init.zeros_(module.bias)
        last = self.head[-1]
        assert isinstance(last, nn.Linear)
        nn.init.normal_(last.weight, std=0.01)


class Cnn6(DirectRegression):
    """CNN-6 for L points, input 64."""

    def __init__(self, points: int) -> None:
        super().__init__("cnn6", points)


class Cnn7(DirectRegression):
    """CNN-7 for L points, input 128."""

    def __init__(self, points: int) -> None:
        super().__init__("cnn7", points)
