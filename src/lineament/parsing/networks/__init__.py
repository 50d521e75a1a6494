"""The parsing networks by name, and the contract that all of them keep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from torch import Tensor, nn

from lineament.errors import ConfigError
from lineament.parsing.part_schemes import PartScheme

ParserName = Literal["stn_icnn", "light"]
Learns = Literal["coarse", "localisation", "patches", "end_to_end", "whole"]
"""What a stage teaches a network; all but `whole` are steps of STN-iCNN."""

_HOMES = {
    "stn_icnn": ("stn_icnn", "STNiCNN"),
    "light": ("light_parser", "LightParser"),
}
"""Module of this package and class of each network; a module is imported once it is asked for."""


class PartParser(nn.Module, ABC):
    """A network that gives every place of a square picture of a face its part.

    Attributes:
        steps: what the network can be taught, see `Learns`.
        values: what the scores are: `logits` (any number) or `probabilities` (0 to 1).
        size: side S of the input in pixels.
        map_size: side M of the map of scores; its cells cover the picture evenly.
        scheme: the part classes, C of them, background first.
        learns: what `forward` computes while it trains.
        frozen: names of the children that stay in evaluation while the others train.

    Shapes:
        forward: (N,3,S,S) float32, RGB, 0 to 1 -> what the network's criterion compares with the
            truth.
        scores: what `forward` returned in evaluation -> (N,C,M,M) float32, of which the highest
            is the part. Tensor operations alone, so that it can be exported.
    """

    steps: ClassVar[tuple[Learns, ...]]
    values: ClassVar[Literal["logits", "probabilities"]]
    size: int
    map_size: int

    if TYPE_CHECKING:  # any output: the criterion of a network knows what it gives

        def __call__(self, images: Tensor) -> Any: ...

    def __init__(self, scheme: PartScheme) -> None:
        super().__init__()
        self.scheme = scheme
        self.learns: Learns = self.steps[-1]
        self.frozen: tuple[str, ...] = ()

    @abstractmethod
    def scores(self, output: Any) -> Tensor:
        """What `forward` returned in evaluation -> (N,C,M,M) float32."""

    def learn(
        self, learns: Learns, frozen: Collection[str] = (), *, moving_statistics: bool = False
    ) -> None:
        """Teach one step from now on, and exactly these children nothing.

        Frozen weights get no gradient, so that optimisers pass them over and processes that share
        a training do not wait for them.

        Args:
            frozen: names of children; all others learn.
            moving_statistics: let the batch normalisations of frozen children still follow the
                pictures.

        Raises:
            ConfigError: the network has no such step or child.
        """
        if learns not in self.steps:
            raise ConfigError(
                f"{type(self).__name__} cannot learn {learns!r}; its stages learn "
                f"{', '.join(self.steps)}"
            )
        children = dict(self.named_children())
        if unknown := set(frozen) - set(children):
            raise ConfigError(
                f"{type(self).__name__} has no part {', '.join(sorted(unknown))} to freeze; it "
                f"has {', '.join(children)}"
            )
        self.learns = learns
        for name, child in children.items():
            child.requires_grad_(name not in frozen)
            if name in frozen:
                child.zero_grad(set_to_none=True)
        self.frozen = () if moving_statistics else tuple(frozen)
        self.train(self.training)

    def train(self, mode: bool = True) -> PartParser:
        """As of any module, but frozen children stay in evaluation: their buffers do not change."""
        super().train(mode)
        for name in self.frozen:
            self.get_submodule(name).eval()
        return self


class PartScores(nn.Module):
    """A network as its ONNX file holds it: (N,3,S,S) float32, 0 to 1 -> (N,C,M,M) float32."""

    def __init__(self, network: PartParser) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        return self.network.scores(self.network(images))


def build_parser(name: str, scheme: PartScheme, **options: Any) -> PartParser:
    """A fresh network, of its published size unless options say otherwise, on the CPU.

    Args:
        name: `stn_icnn` or `light`.
        scheme: the part classes.
        options: what the network's class takes beside them, such as `canvas` of STN-iCNN.

    Raises:
        ConfigError: no such network, an option that it does not have or that does not fit, or a
            scheme that it cannot answer.
    """
    if name not in _HOMES:
        raise ConfigError(f"no parsing network {name!r}; there are {', '.join(_HOMES)}")
    module, kind = _HOMES[name]
    factory = getattr(import_module(f"{__name__}.{module}"), kind)
    known = set(signature(factory).parameters) - {"scheme"}
    if unknown := set(options) - known:
        raise ConfigError(
            f"parsing network {name!r} has no option {', '.join(sorted(unknown))}; it has "
            f"{', '.join(sorted(known))}"
        )
    network = factory(scheme, **options)
    assert isinstance(network, PartParser)
    return network


assert get_args(ParserName) == tuple(_HOMES)
__all__ = ["Learns", "ParserName", "PartParser", "PartScores", "build_parser"]
