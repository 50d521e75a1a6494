"""Checkpoints: everything a run needs to go on to the same numbers, written in one move."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lineament.errors import DataError


def save(path: Path, network: nn.Module, optimiser: torch.optim.Optimizer, iteration: int) -> None:
    """Write a checkpoint; a kill in the middle leaves the one before whole."""
    state = {
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "iteration": iteration,
        "random": torch.get_rng_state(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def load(path: Path, network: nn.Module, optimiser: torch.optim.Optimizer | None = None) -> int:
    """Restore a checkpoint in place; returns the number of iterations that it has seen.

    Raises:
        DataError: the file is damaged or belongs to another network.
    """
    state = _read(path)
    try:
        network.load_state_dict(state["network"])
        if optimiser is not None:
            optimiser.load_state_dict(state["optimiser"])
            torch.set_rng_state(state["random"])
        return int(state["iteration"])
    except (KeyError, RuntimeError, ValueError) as error:
        raise DataError(
            f"{path} does not fit this recipe's network ({error}); give another `out` folder or "
            "remove the checkpoint"
        ) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise DataError(f"cannot read the checkpoint {path}: {error}") from error
    return state


def finite(loss: Tensor) -> bool:
    """Whether a loss is a number that a step can be taken from."""
    return bool(torch.isfinite(loss))
