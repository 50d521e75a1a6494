"""TCDCN: one small grey network for points and attributes together.

Zhang, Luo, Loy and Tang, "Facial Landmark Detection by Deep Multi-task Learning", ECCV 2014 (40
pixels, five points), and "Learning Deep Representation for Face Alignment with Auxiliary
Attributes", TPAMI 2016 (60 pixels, 68 points; sizes of the released model).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, get_args

import torch
from torch import Tensor, nn

from lineament.attributes.networks import AttributeNetwork, AttributeOutput, standardised
from lineament.attributes.networks.locally_connected import LocallyConnected
from lineament.errors import ConfigError

Activation = Literal["abs_tanh", "relu"]
PointsHead = Literal["linear", "tanh"]

LUMA = (0.299, 0.587, 0.114)
"""Grey from red, green and blue (ITU-R BT.601)."""


class Tcdcn(AttributeNetwork):
    """Four convolutions without padding, 2x2 pools after the first three, one shared layer.

    The picture is made grey and standardised by its own mean and deviation.

    Args:
        points: number of points L.
        tasks: names of the tasks.
        activation: after every convolution and after the shared layer: |tanh| as published, or
            ReLU.
        activate_input: apply it to the standardised picture as well.
        locally_connected: let the fourth convolution have kernels of its own at every place.
        points_head: the points come out in units of the crop's side (pixel / size) and may lie
            outside it; `tanh` bounds them to -1 to 1, which does not reach points farther out.
        angles: add a head for yaw, pitch and roll, which the papers do not have.

    Raises:
        ConfigError: an unknown activation or head of points.
    """

    kept_layers = ("conv1", "conv2", "conv3")
    kernels: ClassVar[tuple[int, int, int, int]]
    channels: ClassVar[tuple[int, int, int, int]]
    features: ClassVar[int]
    luma: Tensor

    def __init__(
        self,
        points: int,
        tasks: Sequence[str],
        *,
        activation: Activation = "abs_tanh",
        activate_input: bool = False,
        locally_connected: bool = False,
        points_head: PointsHead = "linear",
        angles: bool = False,
    ) -> None:
        super().__init__(points, tasks, self.features, angles)
        _check("activation", activation, get_args(Activation))
        _check("points_head", points_head, get_args(PointsHead))
        self.register_buffer("luma", torch.tensor(LUMA).view(3, 1, 1), persistent=False)
        self.activation = nn.ReLU() if activation == "relu" else AbsTanh()
        self.activate_input, self.bounded = activate_input, points_head == "tanh"
        self.pool = nn.MaxPool2d(2)
        c1, c2, c3, c4 = self.channels
        k1, k2, k3, k4 = self.kernels
        side = self.size
        for kernel in (k1, k2, k3):
            side = (side - kernel + 1) // 2
        self.conv1 = nn.Conv2d(1, c1, k1)
        self.conv2 = nn.Conv2d(c1, c2, k2)
        self.conv3 = nn.Conv2d(c2, c3, k3)
        self.conv4 = (
            LocallyConnected(c3, c4, k4, side) if locally_connected else nn.Conv2d(c3, c4, k4)
        )
        self.shared = nn.Linear(c4 * (side - k4 + 1) ** 2, self.features)
        self.points_head = nn.Linear(self.features, 2 * points)
        self._initialise()

    def forward(self, images: Tensor) -> AttributeOutput:
        features = standardised((images * self.luma).sum(dim=1, keepdim=True))
        if self.activate_input:
            features = self.activation(features)
        for layer in (self.conv1, self.conv2, self.conv3):
            features = self.pool(self.activation(layer(features)))
        features = self.activation(self.conv4(features))
        features = self.activation(self.shared(features.flatten(1)))
        # Fractions of a pixel need more than bfloat16's eight bits.
        with torch.autocast(images.device.type, enabled=False):
            features = features.float()
            points = self.points_head(features)
            points = torch.tanh(points) if self.bounded else points
            return AttributeOutput(points * self.size, *self.answers(features))

    def last_layers(self) -> dict[str, nn.Linear]:
        return {"points": self.points_head, **super().last_layers()}

    def start_at(self, mean_points: Tensor) -> None:
        """Let the untrained network answer with a mean shape (L,2), in crop pixels."""
        mean = mean_points.T.reshape(-1) / self.size
        with torch.no_grad():
            self.points_head.bias.copy_(mean.clamp(-0.99, 0.99).atanh() if self.bounded else mean)

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                if isinstance(self.activation, nn.ReLU):
                    nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                else:
                    nn.init.xavier_uniform_(module.weight)
                assert module.bias is not None
                nn.init.zeros_(module.bias)
        for head in self.last_layers().values():
            nn.init.normal_(head.weight, std=0.01)


class AbsTanh(nn.Module):
    """|tanh|, as after every layer of the papers."""

    def forward(self, features: Tensor) -> Tensor:
        return torch.tanh(features).abs()


class Tcdcn40(Tcdcn):
    """The network of ECCV 2014: 40 pixels, meant for five points; sides 40-36-18-16-8-6-3-2."""

    size = 40
    kernels = (5, 3, 3, 2)
    channels = (16, 48, 64, 64)
    features = 100


class Tcdcn60(Tcdcn):
    """The released network of TPAMI 2016: 60 pixels, meant for 68 points; sides
    60-56-28-24-12-10-5-3, then 720-512-2L."""

    size = 60
    kernels = (5, 5, 3, 3)
    channels = (20, 48, 64, 80)
    features = 512


def _check(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ConfigError(f"{option} of a TCDCN is {value!r}, expected one of {', '.join(known)}")
