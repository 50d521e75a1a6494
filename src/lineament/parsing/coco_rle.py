"""Run lengths of masks as COCO stores them (Lin et al., "Microsoft COCO", ECCV 2014; its mask API).

A mask is read column by column, from top to bottom. The first count is of zeros, also where there
are none, then ones and zeros take turns. In the compressed form each count but the first three
stands as its difference from the count two before it; a number is written in pieces of five bits,
the least first, the sixth bit saying that more pieces follow, the sign being that of the last
piece; each piece is the character of its value + 48.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lineament.errors import DataError

_FIRST = 48
_MORE = 0x20
_SIGN = 0x10


def run_lengths(mask: NDArray[np.bool_]) -> list[int]:
    """The counts of a mask (H,W): zeros first; they add to H x W."""
    flat = np.asarray(mask, dtype=np.bool_).ravel(order="F")
    if not flat.size:
        return []
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    counts = np.diff([0, *changes, flat.size])
    return [*([0] if flat[0] else []), *(int(count) for count in counts)]


def mask_of(counts: Sequence[int], height: int, width: int) -> NDArray[np.bool_]:
    """The mask (height,width) of its counts.

    Raises:
        DataError: a count is below 0, or they do not add to height x width.
    """
    if min(counts, default=0) < 0 or sum(counts) != height * width:
        raise DataError(
            f"run lengths must be counts from 0 that add to {height} x {width} = "
            f"{height * width}, got a sum of {sum(counts)}"
        )
    turns = np.arange(len(counts)) % 2 == 1
    return np.repeat(turns, counts).reshape((height, width), order="F")


def compress(counts: Sequence[int]) -> str:
    """Counts as COCO's text."""
    text = []
    for place, count in enumerate(counts):
        rest = count - counts[place - 2] if place > 2 else count
        more = True
        while more:
            piece = rest & 0x1F
            rest >>= 5
            more = rest != (-1 if piece & _SIGN else 0)
            text.append(chr(piece + (_MORE if more else 0) + _FIRST))
    return "".join(text)


def decompress(text: str) -> list[int]:
    """The counts of COCO's text.

    Raises:
        DataError: a character is none of the 64, or the text ends within a number.
    """
    counts: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character) - _FIRST
        if not 0 <= code < 2 * _MORE:
            raise DataError(f"compressed run lengths hold {character!r}, expected '0' to 'o'")
        value |= (code & 0x1F) << shift
        shift += 5
        if code & _MORE:
            continue
        if code & _SIGN:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = shift = 0
    if shift:
        raise DataError("compressed run lengths end within a number; the text was cut off")
    return counts
