"""Text lists of faces, a line each: reading them so that every complaint names file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from lineament.errors import DataError
from lineament.face import FloatArray

LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list that is not blank: its file, its number from 1 and its text."""

    path: Path
    number: int
    text: str

    def wrong(self, got: str, expected: str) -> DataError:
        """The error to raise about this line."""
        return DataError(f"{self.path}:{self.number}: got {got}, expected {expected}")

    def words(self, count: int, expected: str) -> list[str]:
        """The words between blanks; a DataError where there are not `count`."""
        words = self.text.split()
        if len(words) != count:
            raise self.wrong(f"{len(words)} values", f"{count}: {expected}")
        return words

    def numbers(self, words: Sequence[str], what: str) -> FloatArray:
        """(len(words),) float32; a DataError where one is no number or not finite."""
        for word in words:
            try:
                value = float(word)
            except ValueError as error:
                raise self.wrong(repr(word), f"a number ({what})") from error
            if not abs(value) <= LARGEST:
                raise self.wrong(repr(word), f"a finite number ({what})")
        return np.array([float(word) for word in words], dtype=np.float32)

    def choice(self, word: str, options: Sequence[str], what: str) -> int:
        """Place of the word among the options; a DataError where it is none of them."""
        if word not in options:
            raise self.wrong(f"{what} {word!r}", f"one of {', '.join(options)}")
        return options.index(word)

    def picture(self, folder: Path, name: str) -> Path:
        """Path of the picture that the line names below a folder, `/` or `\\` between parts.

        Raises:
            DataError: no such file, or the name leads out of the folder.
        """
        relative = PurePosixPath(name.replace("\\", "/"))
        if relative.is_absolute() or ".." in relative.parts:
            raise self.wrong(f"picture {name!r}", f"a path below {folder}")
        path = folder / relative
        if not path.is_file():
            raise DataError(f"{self.path}:{self.number}: its picture {path} is missing")
        return path


def read_list(path: Path, dataset: str) -> list[Line]:
    """The lines of a file that are not blank.

    Raises:
        DataError: the file is missing, cannot be read, is no text, or has no such line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DataError(f"{dataset}: no file {path}; docs/datasets.md shows the layout") from error
    except OSError as error:
        raise DataError(f"{dataset}: cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text file (byte {error.start}); expected a list") from error
    lines = [Line(path, n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise DataError(f"{dataset}: {path} is empty; expected a line for every face")
    return lines
