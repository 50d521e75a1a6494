"""MV-Softmax: wrong classes that beat the true one count more.

Wang et al., "Mis-classified Vector Guided Softmax Loss for Face Recognition", AAAI 2020, equations
7 to 10, on the margin of ArcFace or of CosFace.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from lineament.recognition.margin_base import Margin, angle


class MvSoftmax(Margin):
    """The true class as ArcFace or CosFace has it; mis-classified vectors get a larger logit.

    A wrong class is a mis-classified vector where its cosine exceeds the true class's with its
    margin. Its cosine becomes (t + 1) cos + t if adaptive, cos + t if fixed.

    Args:
        scale: factor s of all logits.
        base: `cosface` (the paper's MV-AM) or `arcface` (MV-Arc).
        margin: of the base, radians for ArcFace.
        weight: the paper's t; 0 leaves the base alone.
        reweighting: of mis-classified vectors.

    Raises:
        ValueError: a value out of range.
    """

    def __init__(
        self,
        scale: float = 32.0,
        base: Literal["cosface", "arcface"] = "cosface",
        margin: float = 0.35,
        weight: float = 0.2,
        reweighting: Literal["adaptive", "fixed"] = "adaptive",
    ) -> None:
        super().__init__(scale)
        if not 0 <= margin <= math.pi or weight < 0:
            raise ValueError(f"got margin {margin}, weight {weight}; expected 0 to pi, 0 or more")
        self.base, self.margin = base, margin
        self.weight, self.reweighting = weight, reweighting

    def true_class(self, cosines: Tensor, norms: Tensor) -> Tensor:
        del norms
        if self.base == "cosface":
            return cosines - self.margin
        return torch.cos(angle(cosines) + self.margin)

    def other_classes(self, cosines: Tensor, target_cosines: Tensor) -> Tensor:
        limit = self.true_class(target_cosines, target_cosines)
        factor = self.weight + 1 if self.reweighting == "adaptive" else 1.0
        raised = cosines * factor + self.weight
        return torch.where(cosines > limit[:, None], raised, cosines)
