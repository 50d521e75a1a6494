"""Checkpoints: everything a run needs to go on to the same numbers, written in one move."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lineament.errors import ConfigError, DataError
from lineament.training.head_checkpoint import Head, Learning, load_head

log = logging.getLogger(__name__)


def save(
    path: Path,
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    iteration: int,
    *,
    ended: bool = False,
) -> None:
    """Write a checkpoint; a kill in the middle leaves the one before whole.

    What the optimiser knows of a head, which stands behind the network's parameters, is left out:
    `head_checkpoint` keeps it.

    Args:
        ended: the stage is done, however many iterations it was allowed.
    """
    count = len(list(network.parameters()))
    learning = optimiser.state_dict()
    learning["state"] = {i: state for i, state in learning["state"].items() if i < count}
    state = {
        "network": network.state_dict(),
        "optimiser": learning,
        "iteration": iteration,
        "ended": ended,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def head_state(network: nn.Module, optimiser: torch.optim.Optimizer) -> Learning:
    """What the optimiser knows of the parameters behind those of the network, by their number."""
    count = len(list(network.parameters()))
    state: Learning = optimiser.state_dict()["state"]
    return {number - count: kept for number, kept in state.items() if number >= count}


def load(
    path: Path,
    network: nn.Module,
    optimiser: torch.optim.Optimizer | None = None,
    head: Head | None = None,
) -> int:
    """Restore a checkpoint in place; returns the number of iterations that it has seen.

    Raises:
        DataError: the file is damaged or belongs to another network, or the files of the head
            beside it do not hold all of it.
    """
    state = _read(path)
    try:
        network.load_state_dict(state["network"])
        if head is not None:
            count = len(list(network.parameters()))
            kept = load_head(path.parent, head, int(state["iteration"]))
            behind = {number + count: values for number, values in kept.items()}
            state["optimiser"]["state"] |= behind
        if optimiser is not None:
            optimiser.load_state_dict(state["optimiser"])
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


def ended(path: Path) -> bool:
    """Whether a stage ended before its last iteration."""
    return bool(_read(path).get("ended", False))


def iterations(path: Path) -> int:
    """Number of iterations that a checkpoint has seen; 0 where there is none."""
    return int(_read(path).get("iteration", 0)) if path.is_file() else 0


def load_network(path: Path, network: nn.Module, *, new_head: bool = False) -> None:
    """Let a network begin with the weights of another run of the same network.

    Args:
        new_head: leave layers of another shape, such as the last one of a network for another
            number of points, as they are.

    Raises:
        DataError: no such file, a damaged one, or a network of another kind or, unless
            `new_head`, of another number of points.
    """
    if not path.is_file():
        raise DataError(f"no checkpoint {path} to start from; train it first, or drop start_from")
    weights = _read(path).get("network", {})
    wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    others = [name for name in wanted | found if wanted.get(name) != found.get(name)]
    if others and not (new_head and found.keys() == wanted.keys()):
        name = others[0]
        raise DataError(
            f"{path} is of another network: {name} has the shape {found.get(name)} there, "
            f"{wanted.get(name)} is expected; start from the same network with as many points, or "
            "with new_head = true for other points"
        )
    for name in others:
        log.info("%s starts anew, its shape differs in %s", name, path)
    kept = {name: tensor for name, tensor in weights.items() if name not in others}
    network.load_state_dict(kept, strict=False)


def blend(network: nn.Module, others: Mapping[Path, float]) -> None:
    """Add checkpoints of the same network to its weights, each by its share.

    Runs that began with one checkpoint lie near one another, and their mean often does better on
    unlike pictures than each of them (Wortsman et al., "Model soups", ICML 2022).

    Args:
        network: keeps what the shares leave of 1.
        others: share, 0 to 1, of each checkpoint (`last.pt`).

    Raises:
        DataError: as of `load_network`.
        ConfigError: the shares add up to 1 or more.
    """
    left = 1 - sum(others.values())
    if left <= 0:
        raise ConfigError(
            f"the other checkpoints' shares add up to {1 - left:g}, expected less than 1"
        )
    own = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
    mixed = {name: left * tensor for name, tensor in own.items() if tensor.is_floating_point()}
    for path, share in others.items():
        load_network(path, network)
        weights = network.state_dict()
        for name in mixed:
            mixed[name] = mixed[name] + share * weights[name]
    network.load_state_dict(own | mixed)
