"""Batches of all processes on each of them, with gradients that survive DDP's averaging.

DDP divides the sum of the backbones' gradients by the number R of processes. A loss that every
process computes of the whole batch must therefore hand each of them R times the gradient of its own
samples; both functions here do. Batches must be equally large everywhere. On one process, without a
process group, everything is returned as it came.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor


class _Gathered(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, own: Tensor, shared: bool) -> Tensor:
        ctx.shared, ctx.count = shared, len(own)
        return gather_plain(own)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        gradient = gradients[0].contiguous()
        if not ctx.shared:
            gradient = gradient.clone()
            dist.all_reduce(gradient)
        first = dist.get_rank() * ctx.count
        return gradient[first : first + ctx.count] * dist.get_world_size(), None


def gather_shared(own: Tensor) -> Tensor:
    """(n,...) of this process -> (R n,...) of all, for what every process computes alike.

    The gradient that arrives must be the same on every process, as from a loss of the whole batch.
    """
    return _gather(own, shared=True)


def gather_summed(own: Tensor) -> Tensor:
    """(n,...) of this process -> (R n,...) of all, for what each process computes a part of.

    The gradients that arrive are summed over the processes, as from classes that are split.
    """
    return _gather(own, shared=False)


def gather_plain(own: Tensor) -> Tensor:
    """(n,...) of this process -> (R n,...) of all, without a gradient."""
    if _alone():
        return own
    parts = [torch.empty_like(own) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, own.detach().contiguous())
    return torch.cat(parts)


def check_equal(count: int, device: torch.device) -> None:
    """Make sure that all processes bring batches of one size.

    Raises:
        ValueError: they do not; on every process.
    """
    counts = gather_plain(torch.tensor([count], device=device)).tolist()
    if len(set(counts)) > 1:
        raise ValueError(
            f"the processes bring batches of {', '.join(map(str, counts))} samples, expected "
            "batches of one size; drop what is left over at the end of an epoch"
        )


def _gather(own: Tensor, shared: bool) -> Tensor:
    if _alone():
        return own
    gathered: Tensor = _Gathered.apply(own, shared)  # type: ignore[no-untyped-call]
    return gathered


def _alone() -> bool:
    return not (dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1)
