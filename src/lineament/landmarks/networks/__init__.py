"""The landmark networks by name, and the contract that all of them keep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any, Literal, get_args

from torch import Tensor, nn

from lineament.errors import ConfigError

NetworkName = Literal["cnn6", "cnn7", "resnet50", "hourglass", "light"]

_HOMES = {
    "cnn6": ("direct_regression", "Cnn6"),
    "cnn7": ("direct_regression", "Cnn7"),
    "resnet50": ("resnet", "ResNet50"),
    "hourglass": ("hourglass", "StackedHourglass"),
    "light": ("light", "LightNetwork"),
}
"""Module of this package and class of each network; a module is imported once it is asked for."""


class LandmarkNetwork(nn.Module, ABC):
    """A network that finds the L points of one face in a square picture of it.

    Attributes:
        size: side S of the input in pixels.
        points: number of points L.

    Shapes:
        forward: (N,3,S,S) float32, RGB, 0 to 1 -> what the network's criterion compares with the
            truth: for direct regression the coordinates, for heatmaps the maps of every stack.
        coordinates: that output -> (N,2L) float32 in input pixels (centres at integers),
            x1..xL, y1..yL. Tensor operations alone, so that it can be exported.
    """

    size: int
    points: int

    if TYPE_CHECKING:  # any output: the criterion of a network knows what it gives

        def __call__(self, images: Tensor) -> Any: ...

    @abstractmethod
    def coordinates(self, output: Any) -> Tensor:
        """What `forward` returned -> (N,2L) float32 in input pixels, x1..xL, y1..yL."""

    def start_at(self, mean_points: Tensor) -> None:
        """Let the untrained network answer with a mean shape (L,2) float32, in input pixels.

        A network without coordinates of its own (heatmaps) leaves its weights as they are.
        """


class Coordinates(nn.Module):
    """A network that answers with coordinates whatever it compares in training.

    This is what is exported and what is evaluated: (N,3,S,S) float32 -> (N,2L) float32 in input
    pixels, x1..xL, y1..yL.
    """

    def __init__(self, network: LandmarkNetwork) -> None:
        super().__init__()
        self.network = network
        self.size, self.points = network.size, network.points

    def forward(self, images: Tensor) -> Tensor:
        return self.network.coordinates(self.network(images))


def build_network(name: str, points: int, **options: int | tuple[int, ...]) -> LandmarkNetwork:
    """A fresh network, of its published size unless options say otherwise, on the CPU.

    Args:
        name: `cnn6`, `cnn7`, `resnet50`, `hourglass` or `light`.
        points: number of points L.
        options: what the network's class takes beside the points, such as `stacks` and `features`
            of the hourglass.

    Raises:
        ConfigError: no such network, fewer than one point, or an option that it does not have.
    """
    if name not in _HOMES:
        raise ConfigError(f"no landmark network {name!r}; there are {', '.join(_HOMES)}")
    if points < 1:
        raise ConfigError(f"a landmark network for {points} points; give at least one")
    module, kind = _HOMES[name]
    factory = getattr(import_module(f"{__name__}.{module}"), kind)
    known = set(signature(factory).parameters) - {"points"}
    if unknown := set(options) - known:
        raise ConfigError(
            f"landmark network {name!r} has no option {', '.join(sorted(unknown))}; it has "
            f"{', '.join(sorted(known)) or 'none'}"
        )
    network = factory(points, **options)
    assert isinstance(network, LandmarkNetwork)
    return network


assert get_args(NetworkName) == tuple(_HOMES)
__all__ = ["Coordinates", "LandmarkNetwork", "NetworkName", "build_network"]
