"""CurricularFace: wrong classes that come too near count little at first and much later.

Huang et al., "CurricularFace: Adaptive Curriculum Learning Loss for Deep Face Recognition", CVPR
2020, equations 3 to 7, and the authors' code where the angle with the margin exceeds pi.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lineament.recognition.combined_margin import falling_on
from lineament.recognition.margin_base import Margin, angle


class CurricularFace(Margin):
    """cos(theta + m) for the true class; a hard wrong class gets cos (t + cos).

    A wrong class is hard where its cosine exceeds cos(theta_true + m). t is the running mean of
    the true classes' cosines: near 0 at first, when hard classes are damped, it grows with what
    the network learns.

    Args:
        scale: factor s of all logits.
        margin: m in radians.
        momentum: share of t that a step keeps.

    Raises:
        ValueError: a value out of range.
    """

    progress: Tensor
    """() float32, the paper's t."""

    def __init__(self, scale: float = 64.0, margin: float = 0.5, momentum: float = 0.99) -> None:
        super().__init__(scale)
        if not 0 <= margin <= math.pi or not 0 <= momentum < 1:
            raise ValueError(
                f"got margin {margin} and momentum {momentum}, expected 0 to pi and 0 to below 1"
            )
        self.margin, self.momentum = margin, momentum
        self.register_buffer("progress", torch.zeros(()))

    def observe(self, target_cosines: Tensor, norms: Tensor) -> None:
        del norms
        self.progress.lerp_(target_cosines.mean().to(self.progress.dtype), 1 - self.momentum)

    def true_class(self, cosines: Tensor, norms: Tensor) -> Tensor:
        del norms
        return falling_on(cosines, torch.cos(angle(cosines) + self.margin), self.margin)

    def other_classes(self, cosines: Tensor, target_cosines: Tensor) -> Tensor:
        limit = torch.cos(angle(target_cosines) + self.margin)
        # The next step changes the buffer while the graph of this one may still be in use.
        progress = self.progress.clone()
        return torch.where(cosines > limit[:, None], cosines * (progress + cosines), cosines)
