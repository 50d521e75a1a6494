"""Where a published dataset puts its files: releases and mirrors differ by a folder or two."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lineament.errors import ConfigError, DataError


def dataset_folder(folder: Path | str, dataset: str) -> Path:
    """The folder as a Path; a DataError where there is none."""
    root = Path(folder)
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise DataError(f"{dataset}: {root} {what}; expected its folder, see docs/datasets.md")
    return root


def first_that_is(root: Path, places: Sequence[str], dataset: str, what: str) -> Path:
    """The first of some places below a folder that exists.

    Raises:
        DataError: none does; the message lists all.
    """
    for place in places:
        if (root / place).exists():
            return root / place
    raise DataError(f"{dataset}: no {what} in {root}; expected {' or '.join(places)}")


def check_part(part: str, parts: Sequence[str], dataset: str) -> None:
    """A ConfigError where the dataset has no such part."""
    if part not in parts:
        raise ConfigError(f"{dataset} has no part {part!r}; there are {', '.join(parts)}")
