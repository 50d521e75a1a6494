"""Checkpoints of a head of which every process holds a part, such as the centres of its classes.

Each process writes its own file. A run that goes on with another number of processes reads all
files and keeps the rows that are now its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from lineament.errors import DataError

State = dict[str, Any]
Learning = dict[int, Any]
"""The optimiser's state by the number of the head's parameter."""


class Head(Protocol):
    """A module that learns beside the network, on each process alone.

    Attributes:
        rows: the rows that this process holds of every parameter.
        classes: rows of all processes together.
    """

    rows: range
    classes: int

    @property
    def module(self) -> nn.Module:
        """What holds parameters and buffers; buffers are the same on every process."""
        ...


def save_head(folder: Path, head: Head, learning: Learning, iteration: int, rank: int) -> None:
    """Write this process's part.

    Args:
        learning: the optimiser's state by the number of the head's parameter.
    """
    names = {name for name, _ in head.module.named_parameters()}
    state = head.module.state_dict()
    path = _path(folder, iteration, rank)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(
        {
            "rows": (head.rows.start, head.rows.stop),
            "classes": head.classes,
            "parameters": {name: tensor for name, tensor in state.items() if name in names},
            "buffers": {name: tensor for name, tensor in state.items() if name not in names},
            "learning": learning,
        },
        partial,
    )
    partial.replace(path)


def load_head(folder: Path, head: Head, iteration: int) -> Learning:
    """Restore this process's rows from the files of any number of processes.

    Returns:
        The optimiser's state by the number of the head's parameter, for these rows.

    Raises:
        DataError: files are missing or damaged, or are of another number of classes.
    """
    parts = [_read(path) for path in sorted(folder.glob(_name(iteration, "*")))]
    parts.sort(key=lambda part: int(part["rows"][0]))
    ends = [int(part["rows"][1]) for part in parts]
    starts = [int(part["rows"][0]) for part in parts]
    if not parts or parts[0]["classes"] != head.classes or starts != [0, *ends[:-1]]:
        found = ", ".join(f"{start} to {end}" for start, end in zip(starts, ends, strict=True))
        raise DataError(
            f"{folder} holds rows {found or 'none'} of the head at iteration {iteration}, expected "
            f"0 to {head.classes}; give another `out` folder, or start anew"
        )
    if ends[-1] != head.classes:
        raise DataError(
            f"{folder} lacks rows {ends[-1]} to {head.classes} of the head at iteration "
            f"{iteration}; a file {_name(iteration, '*')} is missing"
        )
    wanted = slice(head.rows.start, head.rows.stop)
    own = {
        name: _rows([part["parameters"][name] for part in parts], wanted)
        for name in parts[0]["parameters"]
    }
    head.module.load_state_dict({**own, **parts[0]["buffers"]})
    return {
        number: {
            key: _rows([part["learning"][number][key] for part in parts], wanted)
            for key in values
            if _by_row(values[key])
        }
        | {key: value for key, value in values.items() if not _by_row(value)}
        for number, values in parts[0]["learning"].items()
    }


def remove_older(folder: Path, iteration: int, rank: int, world: int) -> None:
    """Delete this process's parts of other iterations, and those of processes that are no more."""
    for path in folder.glob("head-*.pt"):
        _, of_iteration, of_rank = path.stem.split("-")
        mine = int(of_rank) == rank or (rank == 0 and int(of_rank) >= world)
        if int(of_iteration) != iteration and mine:
            path.unlink()


def _by_row(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dim() > 0


def _rows(parts: list[Tensor], wanted: slice) -> Tensor:
    """Rows of parts that lie one behind the other; nothing else of their files is read."""
    taken, first = [], 0
    for part in parts:
        start, stop = max(wanted.start - first, 0), min(wanted.stop - first, len(part))
        if start < stop:
            taken.append(part[start:stop])
        first += len(part)
    return torch.cat(taken)


def _name(iteration: int, rank: int | str) -> str:
    return f"head-{iteration}-{rank}.pt"


def _path(folder: Path, iteration: int, rank: int) -> Path:
    return folder / _name(iteration, rank)


def _read(path: Path) -> State:
    try:
        state: State = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:
        raise DataError(f"cannot read the checkpoint {path}: {error}") from error
    return state
