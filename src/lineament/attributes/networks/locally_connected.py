"""A convolution whose kernel is another one at every place.

Faces in crops are aligned, so that a place has a meaning: DeepFace (Taigman et al., CVPR 2014),
and the fourth convolution of TCDCN (Zhang et al., ECCV 2014).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class LocallyConnected(nn.Module):
    """Unshared convolution of stride 1 without padding.

    Args:
        inputs, outputs: channels before and after.
        kernel: side K of the kernels.
        side: height and width of the features before; after it is side - K + 1.

    Attributes:
        weight: (outputs, inputs*K*K, after, after); the K*K kernel places of each input channel
            row by row, channel after channel.
        bias: (outputs, after, after).
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, side: int) -> None:
        super().__init__()
        self.kernel, self.after = kernel, side - kernel + 1
        if self.after < 1:
            raise ValueError(f"a kernel of {kernel} does not fit into features of {side}")
        places = (self.after, self.after)
        self.weight = nn.Parameter(torch.empty(outputs, inputs * kernel * kernel, *places))
        self.bias = nn.Parameter(torch.zeros(outputs, *places))
        fan_in, fan_out = inputs * kernel * kernel, outputs * kernel * kernel
        nn.init.normal_(self.weight, std=math.sqrt(2 / (fan_in + fan_out)))

    def forward(self, features: Tensor) -> Tensor:
        """(N,inputs,side,side) -> (N,outputs,after,after)."""
        steps, after = range(self.kernel), self.after
        shifted = torch.stack(
            [features[:, :, y : y + after, x : x + after] for y in steps for x in steps], dim=2
        )
        return torch.einsum("nkyx,okyx->noyx", shifted.flatten(1, 2), self.weight) + self.bias
