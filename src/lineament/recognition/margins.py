"""Which margin a recipe asks for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lineament.recognition.ada_face import AdaFace
from lineament.recognition.combined_margin import ArcFace, Combined, CosFace, Gradient
from lineament.recognition.curricular_face import CurricularFace
from lineament.recognition.margin_base import Margin, PlainSoftmax
from lineament.recognition.mv_softmax import MvSoftmax
from lineament.strict import Strict

__all__ = [
    "AdaFace",
    "ArcFace",
    "Combined",
    "CosFace",
    "CurricularFace",
    "Margin",
    "MarginOptions",
    "MvSoftmax",
    "PlainSoftmax",
    "build_margin",
]

Scale = Annotated[float, Field(gt=0)]
Radians = Annotated[float, Field(ge=0, le=3.14)]
Momentum = Annotated[float, Field(ge=0, lt=1)]
NotNegative = Annotated[float, Field(ge=0)]


class PlainSoftmaxOptions(Strict):
    """No margin; see `PlainSoftmax`."""

    kind: Literal["softmax"] = "softmax"
    scale: Scale = 64.0


class ArcFaceOptions(Strict):
    """See `ArcFace`; the defaults are those of TransFace's released code."""

    kind: Literal["arcface"] = "arcface"
    scale: Scale = 64.0
    margin: Radians = 0.5
    gradient: Gradient = "straight_through"
    monotone: bool = False


class CosFaceOptions(Strict):
    """See `CosFace`; the margin is the one used with PartialFC on WebFace."""

    kind: Literal["cosface"] = "cosface"
    scale: Scale = 64.0
    margin: NotNegative = 0.4


class CombinedOptions(Strict):
    """See `Combined`; the margins are those of ArcFace's paper, CM2."""

    kind: Literal["combined"] = "combined"
    scale: Scale = 64.0
    m1: float = Field(ge=1, default=1.0)
    m2: Radians = 0.3
    m3: NotNegative = 0.2
    gradient: Gradient = "straight_through"


class CurricularFaceOptions(Strict):
    """See `CurricularFace`."""

    kind: Literal["curricularface"] = "curricularface"
    scale: Scale = 64.0
    margin: Radians = 0.5
    momentum: Momentum = 0.99


class AdaFaceOptions(Strict):
    """See `AdaFace`."""

    kind: Literal["adaface"] = "adaface"
    scale: Scale = 64.0
    margin: Radians = 0.4
    concentration: NotNegative = 0.333
    momentum: Momentum = 0.99


class MvSoftmaxOptions(Strict):
    """See `MvSoftmax`."""

    kind: Literal["mv_softmax"] = "mv_softmax"
    scale: Scale = 32.0
    base: Literal["cosface", "arcface"] = "cosface"
    margin: Radians = 0.35
    weight: NotNegative = 0.2
    reweighting: Literal["adaptive", "fixed"] = "adaptive"


MarginOptions = Annotated[
    PlainSoftmaxOptions
    | ArcFaceOptions
    | CosFaceOptions
    | CombinedOptions
    | CurricularFaceOptions
    | AdaFaceOptions
    | MvSoftmaxOptions,
    Field(discriminator="kind"),
]
"""A margin with its numbers; `kind` says which."""

MARGINS: dict[str, type[Margin]] = {
    "softmax": PlainSoftmax,
    "arcface": ArcFace,
    "cosface": CosFace,
    "combined": Combined,
    "curricularface": CurricularFace,
    "adaface": AdaFace,
    "mv_softmax": MvSoftmax,
}


def build_margin(options: MarginOptions) -> Margin:
    """The margin that options describe."""
    return MARGINS[options.kind](**options.model_dump(exclude={"kind"}))
