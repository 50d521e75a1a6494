"""Reading an .npz file whose arrays must be what is expected, without ever unpickling."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike, NDArray

from lineament.errors import DataError

MEND = "convert or copy the file again"

DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError),
    *(EOFError, MemoryError, NotImplementedError, OSError, RuntimeError, SyntaxError, ValueError),
)
"""What zipfile and numpy raise on bytes that are not a sound archive of sound arrays."""


class ArrayFile:
    """One .npz file; each array is compared with what it should be before its data is read.

    A length that the file itself decides has a name, as in `("vertices", 3)`. The first array
    that uses a name sets its length; those that follow must agree.

    Args:
        path: the file.
        lengths: named lengths that are known beforehand.

    Raises:
        DataError: the file is missing, or is not a complete zip archive.
    """

    def __init__(self, path: Path, **lengths: int) -> None:
        self.path = path
        self.lengths = dict(lengths)
        try:
            self._archive = zipfile.ZipFile(path)
        except FileNotFoundError as error:
            raise DataError(
                f"{path}: there is no such file; copy it there or give another folder"
            ) from error
        except (IsADirectoryError, PermissionError) as error:
            raise DataError(f"cannot read {path}: {error.strerror}") from error
        except DAMAGE as error:
            raise DataError(
                f"{path} is not an .npz file, or is cut off ({error}); {MEND}"
            ) from error

    def __enter__(self) -> ArrayFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all arrays, in the order of the file."""
        members = self._archive.namelist()
        return tuple(name.removesuffix(".npy") for name in members if name.endswith(".npy"))

    def array(
        self, name: str, dtype: DTypeLike, *shape: int | str, below: int | None = None
    ) -> NDArray[Any]:
        """Read one array.

        Args:
            name: name in the file.
            dtype: the exact type of its elements; `np.str_` takes strings of any length.
            shape: its shape; a string is a named length.
            below: where the array holds indices, the length of what they point into.

        Returns:
            the array, of this shape and type, in memory of its own.

        Raises:
            DataError: the array is missing, damaged, pickled, of another shape or type, holds NaN
                or infinity, or an index out of range; the message names file and array.
        """
        found_shape, found_type = self._header(name)
        wanted = np.dtype(dtype)
        same = found_type.kind == "U" if wanted.kind == "U" else found_type == wanted
        if found_type.hasobject:
            raise self._fault(name, f"holds pickled objects, expected {_type_name(wanted)}")
        if not same:
            found = _type_name(found_type)
            raise self._fault(name, f"is of type {found}, expected {_type_name(wanted)}")
        self._compare(name, found_shape, shape)
        array = self._data(name)
        if wanted.kind == "f" and not np.isfinite(array).all():
            bad = array.size - np.count_nonzero(np.isfinite(array))
            raise self._fault(name, f"has {bad} values that are NaN or infinite, expected numbers")
        if below is not None and (array.min() < 0 or array.max() >= below):
            wrong = array.min() if array.min() < 0 else array.max()
            raise self._fault(name, f"has the index {wrong}, expected 0 to {below - 1}")
        return array

    def strings(self, name: str, *shape: int | str) -> tuple[str, ...]:
        """A row of strings; arguments and errors as for `array`."""
        return tuple(str(text) for text in self.array(name, np.str_, *shape))

    def described(self) -> dict[str, str]:
        """Shape and type of every array in words, such as `(26719, 3) float32`, by name."""
        words = {}
        for name in self.names:
            try:
                shape, dtype = self._header(name)
                words[name] = f"{shape} {_type_name(dtype)}"
            except DataError:
                words[name] = "unreadable"
        return words

    def _header(self, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
        if name not in self.names:
            has = ", ".join(self.names[:12]) + (", ..." if len(self.names) > 12 else "")
            raise self._fault(name, f"is missing, the file has: {has or 'nothing'}")
        try:
            with self._archive.open(f"{name}.npy") as file:
                old = npy.read_magic(file) == (1, 0)
                read = npy.read_array_header_1_0 if old else npy.read_array_header_2_0
                shape, _, dtype = read(file)
        except DAMAGE as error:
            raise self._fault(name, f"is damaged ({error})") from error
        return shape, dtype

    def _data(self, name: str) -> NDArray[Any]:
        try:
            with self._archive.open(f"{name}.npy") as file:
                array: NDArray[Any] = npy.read_array(file, allow_pickle=False)
                _check_end(file)
        except DAMAGE as error:
            raise self._fault(name, f"is damaged ({error})") from error
        return array

    def _compare(self, name: str, found: tuple[int, ...], shape: tuple[int | str, ...]) -> None:
        """Compare a shape; set the named lengths that are still free."""
        known = [self.lengths.get(side, side) if isinstance(side, str) else side for side in shape]
        fits = len(found) == len(known) and all(
            size > 0 if isinstance(side, str) else size == side
            for size, side in zip(found, known, strict=True)
        )
        free: dict[str, int] = {}
        if fits:
            for size, side in zip(found, known, strict=True):
                if isinstance(side, str):
                    fits &= free.setdefault(side, size) == size
        if not fits:
            expected = ", ".join(str(side) for side in known)
            raise self._fault(name, f"has the shape {found}, expected ({expected})")
        self.lengths |= free

    def _fault(self, name: str, words: str) -> DataError:
        return DataError(f"{self.path}: array {name!r} {words}; {MEND}")


def _check_end(file: IO[bytes]) -> None:
    """Whether the data ends here; reaching the end also makes zipfile compare the checksum."""
    if file.read(1):
        raise ValueError("it is longer than its shape says")


def _type_name(dtype: np.dtype[Any]) -> str:
    return "strings" if dtype.kind == "U" else str(dtype)
