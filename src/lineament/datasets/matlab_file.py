"""Matlab's files: the old format through scipy, version 7.3 (HDF5) through h5py.

Neither package is needed for anything else here, so that they are imported on first use only.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lineament.errors import ConfigError, DataError

HDF5_MARK = b"\x89HDF\r\n\x1a\n"
HDF5_OFFSET = 512
"""Matlab puts a text header of this many bytes before the HDF5 file proper."""


def read_mat5(path: Path, names: Sequence[str], dataset: str) -> dict[str, Any]:
    """Variables of a file up to version 7, by name, as scipy gives them.

    Raises:
        ConfigError: scipy is not installed.
        DataError: the file is missing, is no such file or lacks a variable.
    """
    _require_file(path, dataset)
    if _is_hdf5(path):
        raise DataError(f"{path}: got a Matlab file of version 7.3, expected version 7 or older")
    matlab = _package("scipy.io", f"{dataset} is read", "pip install 'lineament[synth]'")
    try:
        found: dict[str, Any] = matlab.loadmat(str(path), variable_names=list(names))
    except Exception as error:  # scipy lets many kinds of errors out on damaged files
        raise DataError(f"{path}: not a readable Matlab file ({error})") from error
    _require_names(path, names, found)
    return {name: found[name] for name in names}


@contextmanager
def open_mat73(path: Path, names: Sequence[str], dataset: str) -> Iterator[Any]:
    """The open `h5py.File` of a file of version 7.3, with axes in reverse order to Matlab's.

    Raises:
        ConfigError: h5py is not installed.
        DataError: the file is missing, is no such file or lacks a variable.
    """
    _require_file(path, dataset)
    hdf5 = _package("h5py", f"{dataset} is read", "pip install h5py")
    try:
        file = hdf5.File(str(path), "r")
    except OSError as error:
        raise DataError(f"{path}: got no Matlab file of version 7.3 ({error})") from error
    with file:
        _require_names(path, names, file)
        yield file


def _package(name: str, purpose: str, command: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise ConfigError(f"{purpose} with {package}, which is not installed: {command}") from error


def _require_file(path: Path, dataset: str) -> None:
    if not path.is_file():
        raise DataError(f"{dataset}: no file {path}; docs/datasets.md shows the layout")


def _require_names(path: Path, names: Sequence[str], found: Any) -> None:
    missing = [name for name in names if name not in found]
    if missing:
        raise DataError(f"{path}: no variable {', '.join(missing)}; expected {', '.join(names)}")


def _is_hdf5(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(HDF5_OFFSET)
        return file.read(len(HDF5_MARK)) == HDF5_MARK
