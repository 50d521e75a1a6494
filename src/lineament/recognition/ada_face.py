"""AdaFace: the margin follows the quality of the picture, told by the length of its embedding.

Kim et al., "AdaFace: Quality Adaptive Margin for Face Recognition", CVPR 2022, equations 9 to 15,
with the limits of the authors' code.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lineament.recognition.margin_base import Margin, angle

SHORTEST, LONGEST = 1e-3, 100.0
"""Lengths of embeddings outside are cut off."""

EPSILON = 1e-3
"""Added to the deviation; and the angle with the margin stays so far from 0 and pi."""


class AdaFace(Margin):
    """cos(theta - m z) - (m + m z) for the true class, z the quality from -1 to 1.

    z is the length of the embedding, standardised by the running mean and deviation of lengths
    and multiplied by `concentration`. z = -1 is ArcFace and 0 is CosFace; towards 1 the margin
    stresses pictures that are far from their class: a good picture is worth it, one that nobody
    could recognise is not.

    Args:
        scale: factor s of all logits.
        margin: m in radians.
        concentration: the paper's h.
        momentum: share of the running values that a step keeps.

    Raises:
        ValueError: a value out of range.
    """

    mean: Tensor
    """() float32, running mean of the lengths."""

    deviation: Tensor
    """() float32, running standard deviation of the lengths."""

    def __init__(
        self,
        scale: float = 64.0,
        margin: float = 0.4,
        concentration: float = 0.333,
        momentum: float = 0.99,
    ) -> None:
        super().__init__(scale)
        if not 0 <= margin <= math.pi or concentration < 0 or not 0 <= momentum < 1:
            raise ValueError(
                f"got margin {margin}, concentration {concentration}, momentum {momentum}; "
                "expected 0 to pi, 0 or more, 0 to below 1"
            )
        self.margin, self.concentration, self.momentum = margin, concentration, momentum
        self.register_buffer("mean", torch.tensor(20.0))
        self.register_buffer("deviation", torch.tensor(100.0))

    def observe(self, target_cosines: Tensor, norms: Tensor) -> None:
        del target_cosines
        lengths = norms.clamp(SHORTEST, LONGEST).to(self.mean.dtype)
        self.mean.lerp_(lengths.mean(), 1 - self.momentum)
        # One length has no deviation.
        if len(lengths) > 1:
            self.deviation.lerp_(lengths.std(), 1 - self.momentum)

    def true_class(self, cosines: Tensor, norms: Tensor) -> Tensor:
        change = self.margin * self.quality(norms)
        turned = (angle(cosines) - change).clamp(EPSILON, math.pi - EPSILON)
        return torch.cos(turned) - (self.margin + change)

    def quality(self, norms: Tensor) -> Tensor:
        """(M,) lengths of embeddings -> (M,) the paper's z, -1 to 1."""
        lengths = norms.clamp(SHORTEST, LONGEST)
        standard = (lengths - self.mean) / (self.deviation + EPSILON)
        return (standard * self.concentration).clamp(-1, 1)
