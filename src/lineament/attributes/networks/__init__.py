"""The attribute networks by name, and the contract that all of them keep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, get_args

import torch
from torch import Tensor, nn

from lineament.attributes.tasks import find_task
from lineament.errors import ConfigError
from lineament.weights import AttributeHead, AttributesOutput, PointsLayout, PointsOutput

AttributeNetworkName = Literal["tcdcn40", "tcdcn60", "modern112"]

_HOMES = {
    "tcdcn40": ("tcdcn", "Tcdcn40"),
    "tcdcn60": ("tcdcn", "Tcdcn60"),
    "modern112": ("modern", "Modern112"),
}
"""Module of this package and class of each network; a module is imported once it is asked for."""

ANGLE_UNIT = 90.0
"""Degrees that a head of angles answers with 1, so that its answers have the size of the others."""


class AttributeOutput(NamedTuple):
    """What a network says of N crops of side S.

    Attributes:
        points: (N,2L) float32 crop pixels, centres at integers, x1..xL, y1..yL.
        logits: for each task (N,C) float32, in the order of the task's classes.
        angles: (N,3) float32 yaw, pitch and roll in degrees, or None where nobody asked for them.
    """

    points: Tensor
    logits: dict[str, Tensor]
    angles: Tensor | None


class AttributeNetwork(nn.Module, ABC):
    """A network that finds L points of one face and answers tasks about it.

    Whatever it needs of its input (grey, standardised) it makes itself: all take the same.

    Attributes:
        size: side S of the input in pixels.
        points: number of points L.
        tasks: names of the tasks in the order of the output.
        heads: the last layer of each task, by its name.
        angles_head: the last layer of the angles, or None.
        kept_layers: names of the layers that go over to a network for other points.
        frozen: names of the modules that do not learn (`lineament.attributes.transfer.freeze`).

    Shapes:
        forward: (N,3,S,S) float32, RGB, 0 to 1 -> `AttributeOutput`.
    """

    kept_layers: ClassVar[tuple[str, ...]]
    size: int

    if TYPE_CHECKING:

        def __call__(self, images: Tensor) -> AttributeOutput: ...

    def __init__(self, points: int, tasks: Sequence[str], features: int, angles: bool) -> None:
        """
        Args:
            features: length F of the vector from which the heads answer.
            angles: whether there is a head for yaw, pitch and roll.
        """
        super().__init__()
        self.points, self.tasks = points, tuple(tasks)
        self.frozen: tuple[str, ...] = ()
        self.heads = nn.ModuleDict(
            {name: nn.Linear(features, len(find_task(name).classes)) for name in self.tasks}
        )
        self.angles_head = nn.Linear(features, 3) if angles else None

    @abstractmethod
    def forward(self, images: Tensor) -> AttributeOutput:
        """(N,3,S,S) float32, RGB, 0 to 1 -> `AttributeOutput`."""

    def answers(self, features: Tensor) -> tuple[dict[str, Tensor], Tensor | None]:
        """Logits and angles of `AttributeOutput` from the shared features (N,F) float32."""
        logits = {name: head(features) for name, head in self.heads.items()}
        if self.angles_head is None:
            return logits, None
        return logits, self.angles_head(features) * ANGLE_UNIT

    def last_layers(self) -> dict[str, nn.Linear]:
        """The linear layers that all answer from the shared features, by the name of their loss:
        the tasks, `angles`, and `points` where points are such an answer."""
        found = {name: head for name, head in self.heads.items() if isinstance(head, nn.Linear)}
        return found if self.angles_head is None else {**found, "angles": self.angles_head}

    def start_at(self, mean_points: Tensor) -> None:
        """Let the untrained network answer with a mean shape (L,2) float32, in crop pixels.

        A network without coordinates of its own (maps) leaves its weights as they are.
        """

    def train(self, mode: bool = True) -> AttributeNetwork:
        """As of any module, but frozen modules stay in evaluation: their buffers do not change."""
        super().train(mode)
        for name in self.frozen:
            self.get_submodule(name).eval()
        return self


class Exported(nn.Module):
    """A network as its ONNX file holds it: (N,3,S,S) float32, 0 to 1 -> a tuple of tensors.

    Attributes:
        names: of the tensors, in their order: `points` (N,2L), then the logits of each task by
            its name, then `angles` (N,3) where the network has them.
    """

    def __init__(self, network: AttributeNetwork) -> None:
        super().__init__()
        self.network = network
        angles = () if network.angles_head is None else ("angles",)
        self.names = ("points", *network.tasks, *angles)

    def output(
        self, scheme: str, temperatures: Mapping[str, float]
    ) -> AttributesOutput | PointsOutput:
        """What a weight record says of these tensors: of a network of points alone, that it is
        a landmark network.

        Args:
            scheme: name of the points' order of meaning.
            temperatures: of each task's softmax; 1 for those not named.
        """
        heads = tuple(
            AttributeHead(
                task=name,
                output=name,
                classes=find_task(name).classes,
                temperature=temperatures.get(name, 1.0),
            )
            for name in self.network.tasks
        )
        layout = {
            "name": "points",
            "count": self.network.points,
            "scheme": scheme,
            "order": "x_then_y",
            "unit": "input_pixels",
        }
        if self.names == ("points",):
            return PointsOutput.model_validate({"kind": "points", **layout})
        points = PointsLayout.model_validate(layout)
        angles = None if self.network.angles_head is None else "angles"
        return AttributesOutput(kind="attributes", points=points, heads=heads, angles=angles)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        output = self.network(images)
        logits = tuple(output.logits[name] for name in self.network.tasks)
        return (output.points, *logits, *(() if output.angles is None else (output.angles,)))


def standardised(images: Tensor) -> Tensor:
    """Each picture minus its own mean, divided by its own deviation: (N,C,H,W), over C, H and W.

    A picture of one colour becomes zero.
    """
    # Sums over thousands of pixels need more than half precision.
    with torch.autocast(images.device.type, enabled=False):
        centred = images.float() - images.float().mean(dim=(1, 2, 3), keepdim=True)
        variance = centred.square().mean(dim=(1, 2, 3), keepdim=True)
        return centred * torch.rsqrt(variance + 1e-6)


def build_attribute_network(
    name: str, points: int, tasks: Sequence[str], **options: Any
) -> AttributeNetwork:
    """A fresh network, of its published size unless options say otherwise, on the CPU.

    Args:
        name: `tcdcn40`, `tcdcn60` or `modern112`.
        points: number of points L.
        tasks: names of `lineament.attributes.tasks.TASKS`, in the order of the output; may be
            empty.
        options: what the network's class takes beside them, such as `activation` of the TCDCN.

    Raises:
        ConfigError: no such network or task, a task twice, fewer than one point, or an option
            that the network does not have.
    """
    if name not in _HOMES:
        raise ConfigError(f"no attribute network {name!r}; there are {', '.join(_HOMES)}")
    if points < 1:
        raise ConfigError(f"an attribute network for {points} points; give at least one")
    if len(set(tasks)) != len(tasks):
        raise ConfigError(f"every task can be asked once, got {', '.join(tasks)}")
    module, kind = _HOMES[name]
    factory = getattr(import_module(f"{__name__}.{module}"), kind)
    known = set(signature(factory).parameters) - {"points", "tasks"}
    if unknown := set(options) - known:
        raise ConfigError(
            f"attribute network {name!r} has no option {', '.join(sorted(unknown))}; it has "
            f"{', '.join(sorted(known))}"
        )
    network = factory(points, tasks, **options)
    assert isinstance(network, AttributeNetwork)
    return network


assert get_args(AttributeNetworkName) == tuple(_HOMES)
__all__ = [
    "ANGLE_UNIT",
    "AttributeNetwork",
    "AttributeNetworkName",
    "AttributeOutput",
    "Exported",
    "build_attribute_network",
    "standardised",
]
