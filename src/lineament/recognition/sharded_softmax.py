"""Cross-entropies over classes of which each process holds a part.

No process ever sees all logits: they share each sample's largest logit, the sum of its
exponentials, and the logit of its true class.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor


class _ShardedCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, logits: Tensor, columns: Tensor, split: bool) -> Tensor:
        rows = (columns >= 0).nonzero()[:, 0]
        own = columns[rows]
        highest = logits.amax(dim=1)
        if split:
            dist.all_reduce(highest, dist.ReduceOp.MAX)
        shifted = logits - highest[:, None]
        true = shifted.new_zeros(len(columns))
        true[rows] = shifted[rows, own]
        exponentials = shifted.exp_()
        both = torch.stack([exponentials.sum(dim=1), true])
        if split:
            dist.all_reduce(both)
        total, true = both
        ctx.save_for_backward(exponentials, total, rows, own)
        losses: Tensor = total.log() - true
        return losses

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        exponentials, total, rows, own = ctx.saved_tensors
        upstream = gradients[0]
        gradient = exponentials * (upstream / total)[:, None]
        gradient[rows, own] -= upstream[rows]
        return gradient, None, None


def sharded_cross_entropy(logits: Tensor, columns: Tensor, split: bool) -> Tensor:
    """Cross-entropy of each sample over the classes of all processes.

    Args:
        logits: (N,C) float32 of the whole batch over the classes of this process, C at least 1.
        columns: (N,) int64 column of the true class, -1 where another process holds it. Exactly
            one process holds it.
        split: whether other processes hold other classes.

    Returns:
        (N,) float32, the same on every process. The gradient that comes back must be the same
        there as well: then that of the logits needs no exchange.
    """
    losses: Tensor = _ShardedCrossEntropy.apply(  # type: ignore[no-untyped-call]
        logits, columns, split
    )
    return losses
