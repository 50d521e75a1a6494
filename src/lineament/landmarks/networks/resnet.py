"""ResNet-50 that answers coordinates (He et al., CVPR 2016; Feng et al., CVPR 2018, section 6).

Version 1.5: the stride of a bottleneck is in its 3x3 convolution, as in the weights that most
libraries publish. Modules have the names of those weights, so that they can be loaded.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from lineament.errors import WeightError
from lineament.landmarks.networks import LandmarkNetwork
from lineament.landmarks.networks.state_dict import read_state_dict

EXPANSION = 4
"""Output channels of a bottleneck over its inner ones."""

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the pictures on which published weights were trained: RGB, 0 to 1."""


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolution with batch normalisation, added to the input."""

    def __init__(self, inputs: int, inner: int, stride: int) -> None:
        super().__init__()
        outputs = inner * EXPANSION
        self.conv1 = nn.Conv2d(inputs, inner, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Module | None = None
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, features: Tensor) -> Tensor:
        found = self.relu(self.bn1(self.conv1(features)))
        found = self.relu(self.bn2(self.conv2(found)))
        found = self.bn3(self.conv3(found))
        beside = features if self.downsample is None else self.downsample(features)
        output: Tensor = self.relu(found + beside)
        return output


class ResNet50(LandmarkNetwork):
    """Coordinates straight from pixels.

    The input is 224, as in the network's own paper; the landmark paper does not say. Pictures are
    normalised inside, as published backbones expect.

    Args:
        points: number of points L.

    Shapes:
        input (N,3,224,224) float32, RGB, 0 to 1; output (N,2L) float32 in input pixels,
        x1..xL, y1..yL.
    """

    size = 224
    mean: Tensor
    std: Tensor

    def __init__(self, points: int) -> None:
        super().__init__()
        self.points = points
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(3, 1, 1), persistent=False)
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = _layer(64, 64, blocks=3, stride=1)
        self.layer2 = _layer(256, 128, blocks=4, stride=2)
        self.layer3 = _layer(512, 256, blocks=6, stride=2)
        self.layer4 = _layer(1024, 512, blocks=3, stride=2)
        self.fc = nn.Linear(2048, 2 * points)
        self._initialise()

    def forward(self, images: Tensor) -> Tensor:
        features = self.relu(self.bn1(self.conv1((images - self.mean) / self.std)))
        features = self.maxpool(features)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            features = layer(features)
        # Coordinates up to 224 need more than bfloat16's eight bits.
        with torch.autocast(images.device.type, enabled=False):
            output: Tensor = self.fc(features.float().mean(dim=(2, 3)))
        return output

    def coordinates(self, output: Tensor) -> Tensor:
        """The output itself, (N,2L) float32 in input pixels."""
        return output

    def start_at(self, mean_points: Tensor) -> None:
        """Let the untrained network answer with a mean shape (L,2), in input pixels."""
        with torch.no_grad():
            self.fc.bias.copy_(mean_points.T.reshape(-1))

    def load_backbone(self, path: Path) -> None:
        """Take everything but the last layer from a published ResNet-50.

        Args:
            path: a safetensors file or a torch state dict with the usual names (conv1.weight,
                layer1.0.conv1.weight, ...); its classifier `fc` is left out.

        Raises:
            WeightError: the file is missing or damaged, names or shapes are not those of a
                ResNet-50, or reading it would run code. The network is then as it was.
        """
        given = {k: v for k, v in read_state_dict(path).items() if not k.startswith("fc.")}
        # Files older than the counter of batches do not have it, and nothing here reads it.
        own = {k: v for k, v in self.state_dict().items() if not k.startswith("fc.")}
        needed = {name for name in own if not name.endswith("num_batches_tracked")}
        missing, unknown = sorted(needed - set(given)), sorted(set(given) - set(own))
        if missing or unknown:
            raise WeightError(
                f"{path.name} is not a ResNet-50: {len(missing)} tensors are missing "
                f"({', '.join(missing[:3])}), {len(unknown)} are unknown "
                f"({', '.join(unknown[:3])}); names like layer1.0.conv1.weight are expected"
            )
        for name, tensor in given.items():
            if tensor.shape != own[name].shape:
                raise WeightError(
                    f"{path.name} is not a ResNet-50: {name} has shape {tuple(tensor.shape)}, "
                    f"expected {tuple(own[name].shape)}"
                )
        self.load_state_dict(given, strict=False)

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        nn.init.normal_(self.fc.weight, std=0.01)
        nn.init.zeros_(self.fc.bias)


def _layer(inputs: int, inner: int, blocks: int, stride: int) -> nn.Sequential:
    first = Bottleneck(inputs, inner, stride)
    rest = [Bottleneck(inner * EXPANSION, inner, 1) for _ in range(blocks - 1)]
    return nn.Sequential(first, *rest)
