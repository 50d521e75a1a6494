"""Every reader of labelled parts by the name of its dataset, without importing any of them."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lineament.errors import ConfigError

if TYPE_CHECKING:
    from lineament.datasets.labelled_parts import LabelledParts


class PartReader(NamedTuple):
    """Where a reader is and what it reads; the first split is read where none is named.

    `scheme` names the classes of its masks, None where the caller has to say.
    """

    module: str
    function: str
    scheme: str | None
    splits: tuple[str, ...]


_HERE = "lineament.datasets"

PART_READERS = {
    "celebamask_hq": PartReader(
        f"{_HERE}.celebamask_hq",
        "read_celebamask_hq",
        "celebamask-19",
        ("all", "train", "validation", "stn-train", "stn-validation", "stn-test"),
    ),
    "helen_parsing": PartReader(
        f"{_HERE}.helen_parsing", "read_helen_parsing", "helen-11", ("train", "validation", "test")
    ),
    "lapa": PartReader(f"{_HERE}.lapa", "read_lapa", "lapa-11", ("train", "validation", "test")),
    "palette_masks": PartReader(
        f"{_HERE}.palette_masks", "read_palette_masks", None, ("all", "train", "validation")
    ),
}


def find_part_reader(name: str) -> PartReader:
    """The reader of this name, or a ConfigError that lists those that exist."""
    if name not in PART_READERS:
        near = difflib.get_close_matches(name.lower(), PART_READERS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ";"
        raise ConfigError(
            f"no dataset of parts named {name!r}{hint} there are {', '.join(PART_READERS)}"
        )
    return PART_READERS[name]


def read_parts(
    name: str, folder: Path | str, split: str | None = None, scheme: str | None = None
) -> list[LabelledParts]:
    """The pictures of one split of a dataset; docs/datasets.md has all layouts.

    Args:
        name: a key of `PART_READERS`.
        split: one of the reader's `splits`; the first of them where None.
        scheme: of a dataset that does not say so itself, the part scheme of its numbers;
            `celebamask-19` where None.

    Raises:
        ConfigError: no such dataset, split or scheme, or a scheme for a dataset that has its own.
        DataError: the folder is not in the layout, or a file of it is malformed.
    """
    reader = find_part_reader(name)
    read: Callable[..., list[LabelledParts]] = getattr(
        importlib.import_module(reader.module), reader.function
    )
    split = split if split is not None else reader.splits[0]
    if scheme in (None, reader.scheme):
        return read(folder, split)
    if reader.scheme is not None:
        raise ConfigError(
            f"{name} is labelled in {reader.scheme}, got the scheme {scheme!r}; leave it out"
        )
    return read(folder, split, scheme)
