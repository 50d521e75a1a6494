"""Margins of the true class alone: ArcFace, CosFace and what combines them.

Deng et al., "ArcFace", CVPR 2019, equation 4: cos(m1 theta + m2) - m3. With m2 alone it is ArcFace,
with m3 alone CosFace (Wang et al., CVPR 2018), with m1 alone SphereFace.

The code that came with ArcFace's later releases and with TransFace computes the logit where
gradients are off, so that the gradient is the one of the cosine itself (straight through), without
the factor sin(theta + m) / sin(theta). That is the default here; "exact" is the true gradient.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from lineament.recognition.margin_base import Margin, angle

Gradient = Literal["straight_through", "exact"]


class Combined(Margin):
    """cos(m1 theta + m2) - m3 for the true class, the cosine for the others.

    Args:
        scale: factor s of all logits.
        m1: factor of the angle.
        m2: radians added to the angle.
        m3: subtracted from the cosine.
        gradient: of the true class's logit, see the module.
        monotone: where theta + m2 exceeds pi, cos(theta) - m2 sin(m2) in its place, which goes on
            falling, as in ArcFace's first release; otherwise the cosine rises again there. Needs
            m1 = 1.

    Raises:
        ValueError: a value out of range, or `monotone` with another m1 than 1.
    """

    def __init__(
        self,
        scale: float = 64.0,
        m1: float = 1.0,
        m2: float = 0.3,
        m3: float = 0.2,
        gradient: Gradient = "straight_through",
        monotone: bool = False,
    ) -> None:
        super().__init__(scale)
        if m1 < 1 or not 0 <= m2 <= math.pi or m3 < 0:
            raise ValueError(
                f"got margins m1 {m1}, m2 {m2}, m3 {m3}; expected m1 from 1, m2 from 0 to pi, m3 "
                "from 0"
            )
        if monotone and m1 != 1:
            raise ValueError(f"monotone is defined for m1 = 1, got {m1}")
        self.m1, self.m2, self.m3 = m1, m2, m3
        self.gradient, self.monotone = gradient, monotone

    def true_class(self, cosines: Tensor, norms: Tensor) -> Tensor:
        del norms
        if self.m1 == 1 and self.m2 == 0:
            return cosines - self.m3
        if self.gradient == "exact":
            return self._turned(cosines)
        with torch.no_grad():
            change = self._turned(cosines) - cosines
        return cosines + change

    def _turned(self, cosines: Tensor) -> Tensor:
        turned = torch.cos(self.m1 * angle(cosines) + self.m2)
        if self.monotone:
            turned = falling_on(cosines, turned, self.m2)
        return turned - self.m3


class ArcFace(Combined):
    """cos(theta + margin) for the true class (Deng et al., CVPR 2019); margin in radians."""

    def __init__(
        self,
        scale: float = 64.0,
        margin: float = 0.5,
        gradient: Gradient = "straight_through",
        monotone: bool = False,
    ) -> None:
        super().__init__(scale, 1.0, margin, 0.0, gradient, monotone)


class CosFace(Combined):
    """cos(theta) - margin for the true class (Wang et al., CVPR 2018)."""

    def __init__(self, scale: float = 64.0, margin: float = 0.4) -> None:
        super().__init__(scale, 1.0, 0.0, margin)


def falling_on(cosines: Tensor, turned: Tensor, margin: float) -> Tensor:
    """cos(theta + margin), and cos(theta) - margin sin(margin) where that angle exceeds pi."""
    beyond = cosines <= math.cos(math.pi - margin)
    return torch.where(beyond, cosines - margin * math.sin(margin), turned)
