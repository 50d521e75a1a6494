"""What an asset was built from: the provenance that its file carries inside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.errors import DataError
from lineament.synthesis.array_file import ArrayFile

PREFIX = "provenance/"
RECORD_FILE = "provenance.json"
"""Where a folder of pictures keeps its record."""


@dataclass(frozen=True)
class Origin:
    """One public project that an asset was built from.

    Attributes:
        source: address of the project.
        revision: git commit of the folder that was read, or `unknown`.
        licence: of the files that were read.
        inputs: SHA-256 of every file that was read (of its unpacked content), by its name
            within the folder.
    """

    source: str
    revision: str
    licence: str
    inputs: Mapping[str, str]


def record_arrays(origins: Sequence[Origin]) -> dict[str, NDArray[Any]]:
    """Arrays that record S origins with N inputs in all, to be added to an .npz file.

    Returns:
        `provenance/source`, `/revision`, `/licence`: (S,) strings; `/input`, `/sha256`: (N,)
        strings; `/input_source`: (N,) int32 rows of `source`.
    """
    inputs = [
        (row, name, digest)
        for row, origin in enumerate(origins)
        for name, digest in origin.inputs.items()
    ]
    return {
        f"{PREFIX}source": np.array([origin.source for origin in origins]),
        f"{PREFIX}revision": np.array([origin.revision for origin in origins]),
        f"{PREFIX}licence": np.array([origin.licence for origin in origins]),
        f"{PREFIX}input": np.array([name for _, name, _ in inputs]),
        f"{PREFIX}sha256": np.array([digest for _, _, digest in inputs]),
        f"{PREFIX}input_source": np.array([row for row, _, _ in inputs], np.int32),
    }


def read_record(file: ArrayFile) -> tuple[Origin, ...]:
    """The origins that an .npz file records; none if it holds no record.

    Raises:
        DataError: the record is damaged.
    """
    if not any(name.startswith(PREFIX) for name in file.names):
        return ()
    sources = file.strings(f"{PREFIX}source", "origins")
    revisions = file.strings(f"{PREFIX}revision", "origins")
    licences = file.strings(f"{PREFIX}licence", "origins")
    names = file.strings(f"{PREFIX}input", "inputs")
    digests = file.strings(f"{PREFIX}sha256", "inputs")
    rows = file.array(f"{PREFIX}input_source", np.int32, "inputs", below=len(sources))
    found: list[dict[str, str]] = [{} for _ in sources]
    for row, name, digest in zip(rows, names, digests, strict=True):
        found[row][name] = digest
    return tuple(map(Origin, sources, revisions, licences, found))


def write_record(folder: Path, origins: Sequence[Origin]) -> None:
    """Write the record of a folder of pictures, as `provenance.json`."""
    content = {"origins": [asdict(origin) for origin in origins]}
    (folder / RECORD_FILE).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read_folder_record(folder: Path) -> tuple[Origin, ...]:
    """The origins that a folder of pictures records; none if it holds no record.

    Raises:
        DataError: the record is damaged.
    """
    path = folder / RECORD_FILE
    try:
        origins = json.loads(path.read_text(encoding="utf-8"))["origins"]
        return tuple(Origin(**origin) for origin in origins)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} is not a record of provenance ({error}); build or copy the folder again"
        ) from error
