"""Text lists in blocks: the name of a picture, how many faces follow, and a line for each.

WIDER FACE and FDDB give their labels so, and want detections so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lineament.datasets.text_list import Line, read_list
from lineament.face import FloatArray

FEWEST = 4
"""Numbers in the line of a face at least."""


@dataclass(frozen=True, slots=True)
class Block:
    """One picture of a list.

    Attributes:
        name: the line of its name.
        rows: the lines of its faces, as many as the count says.
    """

    name: Line
    rows: tuple[Line, ...]

    def numbers(self, columns: int, expected: str) -> FloatArray:
        """(N,columns) float32; the words of each line must be just as many.

        Raises:
            DataError: another number of words, or one that is no finite number.
        """
        values = [row.numbers(row.words(columns, expected), expected) for row in self.rows]
        return np.array(values, dtype=np.float32).reshape(-1, columns)


def read_blocks(path: Path, dataset: str) -> list[Block]:
    """The pictures of a list, in its order.

    Where the count is 0, a line of zeros may follow, as WIDER FACE has it; it is passed over.

    Raises:
        DataError: no such file, an empty one, a count that is no whole number or does not match
            the lines that follow, or a name that comes twice.
    """
    lines = read_list(path, dataset)
    blocks: list[Block] = []
    seen: dict[str, int] = {}
    place = 0
    while place < len(lines):
        name = lines[place]
        text = name.text.strip()
        if len(text.split()) >= FEWEST and _numeric(text):
            before = f"; the count before it says {len(blocks[-1].rows)} faces" if blocks else ""
            raise name.wrong(f"numbers, {text[:40]!r}", f"the name of a picture{before}")
        if text in seen:
            raise name.wrong(f"picture {text!r} again (first on line {seen[text]})", "it once")
        seen[text] = name.number
        rows = _rows(lines, place, text)
        place += 2 + len(rows)
        if not rows and place < len(lines) and _only_zeros(lines[place].text):
            place += 1
        blocks.append(Block(name, rows))
    return blocks


def _rows(lines: Sequence[Line], place: int, name: str) -> tuple[Line, ...]:
    """The lines of the faces of the picture named on line `place`."""
    if place + 1 == len(lines):
        raise lines[place].wrong("the end of the file", f"the number of faces of {name} below it")
    head = lines[place + 1]
    word = head.text.strip()
    if not (word.isascii() and word.isdigit()):
        raise head.wrong(repr(word[:60]), f"the number of faces of {name}")
    count = int(word)
    rows = tuple(lines[place + 2 : place + 2 + count])
    for number, row in enumerate(rows, 1):
        if len(row.text.split()) == 1:
            raise row.wrong(
                repr(row.text.strip()[:60]),
                f"face {number} of the {count} of {name} that line {head.number} counts",
            )
    if len(rows) < count:
        raise head.wrong(f"{count} faces of {name}, but {len(rows)} lines to the end", "as many")
    return rows


def _numeric(text: str) -> bool:
    """Whether all words are numbers."""
    try:
        return len([float(word) for word in text.split()]) > 0
    except ValueError:
        return False


def _only_zeros(text: str) -> bool:
    return _numeric(text) and not any(float(word) for word in text.split())
