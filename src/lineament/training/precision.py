"""The precision in which a run really computes, where the device cannot do what its recipe asks."""

from __future__ import annotations

import logging
from functools import cache

import torch

log = logging.getLogger(__name__)

PLAIN = "32-true"


def usable_precision(precision: str, device: str) -> str:
    """The precision itself, or `32-true` where it would be far slower.

    A CPU without instructions for bfloat16 imitates them: its training steps then take ten to
    twenty times as long as in float32, and are no better.

    Args:
        precision: in Lightning Fabric's words, such as `bf16-mixed`.
        device: in Fabric's or PyTorch's words; `auto` is the CPU where there is no accelerator.
    """
    on_cpu = device == "cpu" or (device == "auto" and not torch.accelerator.is_available())
    if precision == "bf16-mixed" and on_cpu and not _computes_bfloat16():
        _say_once()
        return PLAIN
    return precision


def _computes_bfloat16() -> bool:
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


@cache
def _say_once() -> None:
    log.warning("this CPU has no instructions for bfloat16: bf16-mixed is computed as %s", PLAIN)
