"""The encoders of face recognition by name, and how an ONNX file holds one."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from inspect import signature
from typing import Any, Literal, NamedTuple, get_args

from torch import Tensor, nn

from lineament.errors import ConfigError
from lineament.recognition.networks.encoder import EncoderOutput, FaceEncoder

EncoderName = Literal["transface-s", "transface-b", "transface-l", "vit", "light"]


class _Home(NamedTuple):
    """Where a network is built; its module is imported once it is asked for.

    Attributes:
        module, kind: module of this package and class.
        fixed: options that make it what its name says.
        usual: options that it has unless others are given.
    """

    module: str
    kind: str
    fixed: Mapping[str, Any] = {}
    usual: Mapping[str, Any] = {}


def _published(width: int, depth: int) -> _Home:
    """A size of TransFace: eight heads, gate and head over all channels."""
    fixed = {"width": width, "depth": depth, "heads": 8, "squeeze": 0}
    return _Home("vit", "VisionTransformer", fixed, {"drop_path": 0.05})


_HOMES = {
    "transface-s": _published(512, 12),
    "transface-b": _published(512, 24),
    "transface-l": _published(768, 24),
    "vit": _Home("vit", "VisionTransformer"),
    "light": _Home("light", "LightEncoder"),
}


class Exported(nn.Module):
    """A network as its ONNX file holds it: (N,3,112,112) float32, 0 to 1 -> `embedding` (N,D)
    float32, not yet of unit length."""

    def __init__(self, network: FaceEncoder) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        embedding: Tensor = self.network(images).embedding
        return embedding


def build_encoder(name: str, **options: Any) -> FaceEncoder:
    """A fresh network on the CPU, or on the device of an enclosing `with torch.device(...)`.

    Args:
        name: `transface-s`, `transface-b` or `transface-l`, of the published sizes; `vit`, the
            same network in a size of our own, by `width`; `light`, convolutions for the CPU, by
            `width`.
        options: what the network's class takes, such as `mask_ratio`. What makes a published size
            is no option.

    Raises:
        ConfigError: no such network, or an option that it does not have or that does not fit.
    """
    if name not in _HOMES:
        raise ConfigError(f"no recognition network {name!r}; there are {', '.join(_HOMES)}")
    home = _HOMES[name]
    factory = getattr(import_module(f"{__name__}.{home.module}"), home.kind)
    known = set(signature(factory).parameters) - set(home.fixed)
    if unknown := set(options) - known:
        raise ConfigError(
            f"recognition network {name!r} has no option {', '.join(sorted(unknown))}; it has "
            f"{', '.join(sorted(known))}"
        )
    network = factory(**{**home.usual, **options, **home.fixed})
    assert isinstance(network, FaceEncoder)
    return network


assert get_args(EncoderName) == tuple(_HOMES)
__all__ = ["EncoderName", "EncoderOutput", "Exported", "FaceEncoder", "build_encoder"]
