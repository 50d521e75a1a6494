"""The detectors by name, and the contract that all of them keep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import deepcopy
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any, Literal, get_args

import torch
from torch import Tensor, nn

from lineament.errors import ConfigError

NetworkName = Literal["light"]

_HOMES = {"light": ("light", "LightDetector")}
"""Module of this package and class of each network; a module is imported once it is asked for."""

PLANES = 15
"""Numbers of a cell: logit, shift of the middle, logarithm of the size, five points; see
`lineament.weight_output.AnchorFreeOutput`."""

MIDDLE = 127.5
"""Grey that an exported network takes as 0, and the scale of what it takes."""

Levels = tuple[Tensor, ...]
"""A grid (N,15,H / stride,W / stride) float32 for each stride of a network."""


class DetectorNetwork(nn.Module, ABC):
    """A network that says of each cell of several grids whether it shows a face, and where.

    Attributes:
        strides: pixels from cell to cell of each grid, the finest first.
        multiple: H and W of a picture are multiples of this.

    Shapes:
        forward: (N,3,H,W) float32, RGB, 0 to 1 -> `Levels`.
    """

    strides: tuple[int, ...]
    multiple: int

    if TYPE_CHECKING:

        def __call__(self, images: Tensor) -> Levels: ...

    def forward(self, images: Tensor) -> Levels:
        """(N,3,H,W) float32, RGB, 0 to 1 -> `Levels`."""
        return self.levels(images * 2 - 1)

    @property
    @abstractmethod
    def first_convolution(self) -> nn.Conv2d:
        """What sees the picture, without a bias."""

    @abstractmethod
    def levels(self, pictures: Tensor) -> Levels:
        """(N,3,H,W) float32, RGB, -1 to 1 -> `Levels`."""


class Exported(nn.Module):
    """A network as its ONNX file holds it: (N,3,H,W) float32, RGB, value - 127.5 -> `Levels`.

    Bytes become such an input by one subtraction: the scale lies in the first convolution.
    """

    def __init__(self, network: DetectorNetwork) -> None:
        super().__init__()
        self.network = deepcopy(network)
        with torch.no_grad():
            self.network.first_convolution.weight /= MIDDLE

    def forward(self, pictures: Tensor) -> Levels:
        return self.network.levels(pictures)


def build_detector(name: str, **options: Any) -> DetectorNetwork:
    """A fresh network on the CPU.

    Args:
        name: `light`.
        options: what the network's class takes, such as `width`.

    Raises:
        ConfigError: no such network, or an option that it does not have or that does not fit.
    """
    if name not in _HOMES:
        raise ConfigError(f"no detection network {name!r}; there are {', '.join(_HOMES)}")
    module, kind = _HOMES[name]
    factory = getattr(import_module(f"{__name__}.{module}"), kind)
    known = set(signature(factory).parameters)
    if unknown := set(options) - known:
        raise ConfigError(
            f"detection network {name!r} has no option {', '.join(sorted(unknown))}; it has "
            f"{', '.join(sorted(known))}"
        )
    network = factory(**options)
    assert isinstance(network, DetectorNetwork)
    return network


assert get_args(NetworkName) == tuple(_HOMES)
__all__ = ["DetectorNetwork", "Exported", "Levels", "NetworkName", "build_detector"]
