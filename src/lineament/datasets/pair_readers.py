"""Every reader of verification pairs by the name of its protocol, without importing any of them."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lineament.errors import ConfigError

if TYPE_CHECKING:
    from lineament.datasets.verification_pairs import VerificationPairs


class PairReader(NamedTuple):
    """Where a reader is and what it reads; the first part is read where none is named."""

    module: str
    function: str
    parts: tuple[str, ...]


_HERE = "lineament.datasets"

PAIR_READERS = {
    "orl": PairReader(f"{_HERE}.orl", "read_orl", ("all",)),
    "lfw": PairReader(f"{_HERE}.lfw_pairs", "read_lfw_pairs", ("view2", "dev-train", "dev-test")),
    "bin": PairReader(f"{_HERE}.verification_bin", "read_verification_bin", ("all",)),
    "identities": PairReader(
        f"{_HERE}.identity_pairs", "read_identity_pairs", ("all", "validation", "test", "training")
    ),
}
"""`bin` reads LFW, CFP-FP, AgeDB-30, CALFW, CPLFW and any other set of that format."""


def find_pair_reader(name: str) -> PairReader:
    """The reader of this name, or a ConfigError that lists those that exist."""
    if name not in PAIR_READERS:
        near = difflib.get_close_matches(name.lower(), PAIR_READERS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ";"
        raise ConfigError(f"no pairs named {name!r}{hint} there are {', '.join(PAIR_READERS)}")
    return PAIR_READERS[name]


def read_pairs(name: str, path: Path | str, part: str | None = None) -> VerificationPairs:
    """The pairs of one part of a protocol; docs/datasets.md has all layouts.

    Args:
        name: a key of `PAIR_READERS`.
        path: of the folder, or of the .bin file.
        part: one of the reader's `parts`; the first of them where None.

    Raises:
        ConfigError: no such protocol or part.
        DataError: what lies there is not in the layout, or a file of it is malformed.
    """
    reader = find_pair_reader(name)
    read: Callable[[Path | str, str], VerificationPairs] = getattr(
        importlib.import_module(reader.module), reader.function
    )
    return read(path, part if part is not None else reader.parts[0])
