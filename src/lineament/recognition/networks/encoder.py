"""The contract that every network of face recognition keeps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

SIDE = 112
"""Side in pixels of an aligned crop of the ArcFace template."""


class EncoderOutput(NamedTuple):
    """What an encoder says of N aligned crops.

    Attributes:
        embedding: (N,D) float32, before it is brought to unit length.
        ranking: (N,T) float32, softmax of the gate over the T tokens, row by row of the picture:
            the higher, the more the network makes of that patch. None without a gate.
        token_std: (N,T) float32, standard deviation over the channels of each token as it goes
            into the head, so after the gate. None of a network without tokens.
    """

    embedding: Tensor
    ranking: Tensor | None
    token_std: Tensor | None


class FaceEncoder(nn.Module, ABC):
    """A network that makes of an aligned face a vector whose direction tells the person.

    Whatever it needs of its input it makes itself: all take the same.

    Attributes:
        size: side S of the input in pixels.
        dimension: length D of the embedding.
        patch: side in pixels of the patch behind each token, None of a network without tokens.
            The (S // patch)^2 patches start at the picture's top left corner; what is left over
            on the right and at the bottom is not looked at.

    Shapes:
        forward: (N,3,S,S) float32, RGB, 0 to 1 -> `EncoderOutput`.
    """

    size: int = SIDE
    dimension: int
    patch: int | None = None

    if TYPE_CHECKING:

        def __call__(self, images: Tensor) -> EncoderOutput: ...

    @abstractmethod
    def forward(self, images: Tensor) -> EncoderOutput:
        """(N,3,S,S) float32, RGB, 0 to 1 -> `EncoderOutput`."""


def normalised(images: Tensor) -> Tensor:
    """0 to 1 -> -1 to 1: (x - 0.5) / 0.5, as all of the field's published networks take it."""
    return images * 2 - 1


def without_autocast(tensor: Tensor) -> AbstractContextManager[object]:
    """Inside it, what is float32 on the tensor's device stays so, whatever the run's precision."""
    if not torch.amp.is_autocast_available(tensor.device.type):
        return nullcontext()
    return torch.autocast(tensor.device.type, enabled=False)
