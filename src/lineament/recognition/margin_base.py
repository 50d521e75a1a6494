"""What all margins share: logits of a batch over classes, of which this process may hold a part.

A softmax over cosines learns embeddings whose angles tell people apart. A margin makes the true
class harder to reach, and some make wrong classes harder to leave. The classes may be split over
processes, so a margin gets the cosine of the true class apart from the columns that it sees.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

LEAST_SQUARED_SINE = 1e-12
"""Below it the gradient of an angle is cut off: at a cosine of 1 or -1 it would be infinite."""


class Margin(nn.Module):
    """Scaled cosines, without a margin; a margin overrides what it changes.

    Args:
        scale: factor s of all logits.

    Raises:
        ValueError: the scale is not above 0.
    """

    def __init__(self, scale: float) -> None:
        super().__init__()
        if not scale > 0:
            raise ValueError(f"got scale {scale}, expected a number above 0")
        self.scale = scale

    def forward(
        self, cosines: Tensor, columns: Tensor, target_cosines: Tensor, norms: Tensor
    ) -> Tensor:
        """Logits of N samples over C classes.

        Running values are updated first, once a call, while training with gradients on.

        Args:
            cosines: (N,C) float32 between embeddings and class centres.
            columns: (N,) int64 column of the true class; -1 where it is not among these.
            target_cosines: (N,) cosine of the true class of every sample, wherever it is held;
                no gradient flows through it.
            norms: (N,) lengths of the embeddings; no gradient flows through them.

        Returns:
            (N,C) logits, scaled.
        """
        target_cosines, norms = target_cosines.detach(), norms.detach()
        if self.training and torch.is_grad_enabled():
            self.observe(target_cosines, norms)
        rows = (columns >= 0).nonzero()[:, 0]
        place = rows, columns[rows]
        true = self.true_class(cosines[place], norms[rows])
        logits = self.other_classes(cosines, target_cosines) * self.scale
        return logits.index_put_(place, true * self.scale)

    def observe(self, target_cosines: Tensor, norms: Tensor) -> None:
        """Follow a training batch, given as to `forward`: the same on every process."""

    def true_class(self, cosines: Tensor, norms: Tensor) -> Tensor:
        """(M,) cosines of true classes, with lengths (M,) of their embeddings -> (M,)."""
        del norms
        return cosines

    def other_classes(self, cosines: Tensor, target_cosines: Tensor) -> Tensor:
        """(N,C) cosines -> (N,C); what stands in the true class's column is replaced."""
        del target_cosines
        return cosines


class PlainSoftmax(Margin):
    """Cosines times a scale, the softmax without a margin (Wang et al., NormFace, MM 2017)."""

    def __init__(self, scale: float = 64.0) -> None:
        super().__init__(scale)


def angle(cosines: Tensor) -> Tensor:
    """Angles in radians, 0 to pi, with a finite gradient at cosines of 1 and -1 and beyond.

    There the gradient is 0 as nearly as a number says; everywhere else it is the true one.
    """
    squared = (1 - cosines) * (1 + cosines)
    return torch.atan2(squared.clamp(min=LEAST_SQUARED_SINE).sqrt(), cosines)
