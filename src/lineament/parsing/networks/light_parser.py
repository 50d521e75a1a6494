"""The light parser: all classes in one pass of a small encoder and a decoder of sums.

Our own choice for the best parts per millisecond on a CPU, after the light landmark network: plain
3x3 convolutions, a stride of four after two of them, and most of the work at 1/8 and 1/16, where a
CPU is quickest. Unlike STN-iCNN it has no patches, so that skin, hair and clothes, which have no
place to crop, cost nothing more. Two things help it:

- The mean of the deepest features, added to all of them: whether there is a hat or a pair of
  glasses is a matter of the whole picture (global context as in ParseNet, Liu et al., ICLR 2016).
- Scores at half the stride come out of the same features by rearranging channels (Shi et al., CVPR
  2016), so that thin brows and lips have finer edges at little cost.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from lineament.errors import ConfigError
from lineament.landmarks.networks.light import Rise
from lineament.landmarks.networks.residual import convolution, down
from lineament.parsing.networks import PartParser
from lineament.parsing.part_schemes import PartScheme

FEATURE_STRIDE = 4


class LightParser(PartParser):
    """Logits of all classes at a half or a quarter of the picture's size.

    Args:
        scheme: any.
        size: side S of the input in pixels, a multiple of 32.
        stride: pixels of the picture per cell of the map, 4 or 2.
        widths: channels at 1/2, 1/4, 1/8, 1/16 and 1/32 of the picture.
        mixed: channels of the decoder at 1/16, 1/8 and 1/4.

    Shapes:
        (N,3,S,S) float32, 0 to 1 -> (N,C,S/stride,S/stride) float32 logits.

    Raises:
        ConfigError: the size is no multiple of 32, or another stride.
    """

    steps = ("whole",)
    values = "logits"

    def __init__(
        self,
        scheme: PartScheme,
        *,
        size: int = 256,
        stride: int = 4,
        widths: tuple[int, int, int, int, int] = (32, 48, 96, 192, 256),
        mixed: tuple[int, int, int] = (128, 96, 64),
    ) -> None:
        super().__init__(scheme)
        if size <= 0 or size % 32:
            raise ConfigError(f"size is {size}, expected a multiple of 32")
        if stride not in (2, 4):
            raise ConfigError(f"stride is {stride}, expected 2 or 4")
        self.size, self.map_size = size, size // stride
        self.finer = FEATURE_STRIDE // stride
        half, quarter, eighth, sixteenth, deepest = widths
        self.at_quarter = nn.Sequential(convolution(3, half, 2), convolution(half, quarter, 2))
        self.at_eighth = down(quarter, eighth, blocks=2)
        self.at_sixteenth = down(eighth, sixteenth, blocks=2)
        self.at_deepest = down(sixteenth, deepest, blocks=1)
        self.context = nn.Conv2d(deepest, deepest, 1)
        self.to_sixteenth = Rise(deepest, sixteenth, mixed[0])
        self.to_eighth = Rise(mixed[0], eighth, mixed[1])
        self.mix_eighth = convolution(mixed[1], mixed[1])
        self.to_quarter = Rise(mixed[1], quarter, mixed[2])
        self.mix_quarter = convolution(mixed[2], mixed[2])
        self.parts = nn.Conv2d(mixed[2], len(scheme.classes) * self.finer**2, 1)

    def forward(self, images: Tensor) -> Tensor:
        quarter = self.at_quarter(images * 2 - 1)
        eighth = self.at_eighth(quarter)
        sixteenth = self.at_sixteenth(eighth)
        deepest = self.at_deepest(sixteenth)
        deepest = functional.relu(deepest + self.context(deepest.mean(dim=(2, 3), keepdim=True)))
        features = self.to_sixteenth(deepest, sixteenth)
        features = self.mix_eighth(self.to_eighth(features, eighth))
        features = self.mix_quarter(self.to_quarter(features, quarter))
        logits: Tensor = functional.pixel_shuffle(self.parts(features), self.finer)
        return logits.float()

    def scores(self, output: Tensor) -> Tensor:
        """The logits themselves."""
        return output
