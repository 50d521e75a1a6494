"""The light encoder: an embedding for a CPU, from plain residual convolutions.

Our own choice for the best embedding per millisecond on two cores, and per hour of training there:

- Plain 3 x 3 convolutions with ReLU. ONNX Runtime computes a convolution, its sum and its ReLU as
  one, which it does not do for PReLU. At 48 channels it is as quick as MobileFaceNet (Chen et al.,
  CCBR 2018; 2.7 against 2.5 ms of one core), whose depthwise convolutions take four times as long
  to train on a CPU (40 against 10 ms of one core for a picture, forward and backward).
- A stride of four after two convolutions, and most of the work at 28 x 28 to 7 x 7.
- A head that keeps the place of each feature, as recognition networks do (Deng et al., CVPR 2019):
  few channels at each of the 7 x 7 places, one linear layer over all of them, and a batch
  normalisation.

The one that ships is smaller than the defaults: `first_stride` 3 and `instance_norm`, see
recipes/recognition/light_pair.toml.
"""

from __future__ import annotations

import math

from torch import Tensor, nn

from lineament.errors import ConfigError
from lineament.landmarks.networks.residual import convolution, down
from lineament.recognition.networks.encoder import (
    EncoderOutput,
    FaceEncoder,
    normalised,
    without_autocast,
)
from lineament.recognition.networks.instance_norm import normalise_half_by_picture

NORM_EPS = 2e-5
"""Of the last batch normalisation, as in the vision transformer."""

HALVINGS = 8
"""What the three stages divide the size by."""


class LightEncoder(FaceEncoder):
    """Residual stages at 1/4, 1/8 and 1/16 of the crop.

    Args:
        width: channels at 1/4 of the crop, the dial; half of them at 1/2, twice at 1/8, four
            times at 1/16. 64 take 0.45 G multiply-adds and 96 one G.
        depths: residual blocks at 1/4, 1/8 and 1/16.
        dimension: of the embedding; without one four times the width, at most 512.
        squeeze: channels of each place that the head sees.
        first_stride: of the first convolution: 2, or 3 for one five pixels wide, with which the
            stages stand at 1/6, 1/12 and 1/24 of the crop and take half as long.
        instance_norm: normalise half of the channels by the picture's own mean and deviation in
            all but the last stage, see `instance_norm`.

    Shapes:
        (N,3,112,112) float32, 0 to 1 -> `EncoderOutput` without ranking and token_std.

    Raises:
        ConfigError: an option out of range.
    """

    def __init__(
        self,
        *,
        width: int = 64,
        depths: tuple[int, int, int] = (2, 3, 2),
        dimension: int | None = None,
        squeeze: int = 64,
        first_stride: int = 2,
        instance_norm: bool = False,
    ) -> None:
        super().__init__()
        self.dimension = min(4 * width, 512) if dimension is None else dimension
        for name, count in (("dimension", self.dimension), ("squeeze", squeeze)):
            if count < 1:
                raise ConfigError(f"{name} is {count}, expected at least 1")
        if len(depths) != 3 or min(depths) < 0:
            raise ConfigError(f"depths are {depths}, expected three counts of blocks, 0 or more")
        if width < 2 or width % 2:
            raise ConfigError(f"width is {width}, expected an even number of channels")
        if first_stride not in (2, 3):
            raise ConfigError(f"first_stride is {first_stride}, expected 2 or 3")
        half, quarter, eighth, sixteenth = width // 2, width, 2 * width, 4 * width
        self.stem = convolution(3, half, first_stride, kernel=2 * first_stride - 1)
        self.at_quarter = down(half, quarter, depths[0])
        self.at_eighth = down(quarter, eighth, depths[1])
        self.at_sixteenth = down(eighth, sixteenth, depths[2])
        if instance_norm:
            for part in (self.stem, self.at_quarter, self.at_eighth):
                normalise_half_by_picture(part)
        self.squeeze = nn.Sequential(
            nn.Conv2d(sixteenth, squeeze, 1, bias=False), nn.BatchNorm2d(squeeze)
        )
        places = math.ceil(self.size / (HALVINGS * first_stride)) ** 2
        self.reduce = nn.Linear(squeeze * places, self.dimension, bias=False)
        self.norm = nn.BatchNorm1d(self.dimension, eps=NORM_EPS)

    def forward(self, images: Tensor) -> EncoderOutput:
        features = self.at_quarter(self.stem(normalised(images)))
        features = self.at_sixteenth(self.at_eighth(features))
        reduced = self.reduce(self.squeeze(features).flatten(1))
        with without_autocast(reduced):
            return EncoderOutput(self.norm(reduced.float()), None, None)
