"""Something that a group's picture shows in front of its backdrop."""

from __future__ import annotations

from dataclasses import dataclass

from lineament.face import FloatArray
from lineament.synthesis.groups.arrangement import Spot
from lineament.synthesis.groups.placing import Placed


@dataclass(frozen=True, eq=False)
class Thing:
    """A cut-out in its place, or a pattern at a spot.

    Attributes:
        spot: where, and how large. placed: the cut-out, None for a pattern.
        pattern: (S,S,4) float32 linear RGB times coverage, and coverage; None for a cut-out.
        blur: standard deviation in pixels of the picture.
    """

    spot: Spot
    placed: Placed | None
    pattern: FloatArray | None = None
    blur: float = 0.0
