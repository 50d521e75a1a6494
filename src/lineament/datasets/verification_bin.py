"""Reader and writer of NAME.bin, the verification sets of insightface (LFW, CFP-FP, AgeDB-30, ...).

Format: a pickle of (list of 2P encoded pictures, list of P booleans); pictures 2i and 2i+1 form
pair i. Protocol: ten contiguous folds without shuffling. Nothing of the pickle is executed; see
`lineament.datasets.plain_pickle`.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lineament import image
from lineament.datasets.identity_folder import ALIGNED_SIDE
from lineament.datasets.layout import check_part
from lineament.datasets.plain_pickle import plain, read_plain_pickle
from lineament.datasets.verification_pairs import VerificationPairs, contiguous_folds
from lineament.errors import DataError, ImageError
from lineament.face import ByteArray

DATASET = "verification .bin"
PARTS = ("all",)
PROTOCOL = 4


@dataclass(frozen=True)
class EncodedCrops:
    """Pictures of a .bin file, decoded on access.

    Attributes:
        path: the file, for messages.
        contents: encoded pictures.
        side: of the square crops that are given.
    """

    path: Path
    contents: Sequence[bytes]
    side: int = ALIGNED_SIDE

    def __len__(self) -> int:
        return len(self.contents)

    def __getitem__(self, index: int, /) -> ByteArray:
        """(side,side,3) uint8 RGB: the shorter side brought to `side` where it is not.

        Raises:
            DataError: the picture cannot be decoded or is no square; the message says its number.
        """
        try:
            picture = image.read(self.contents[index])
        except ImageError as error:
            raise DataError(f"{self.path}: picture {index} from 0: {error}") from error
        height, width = picture.shape[:2]
        if height != width:
            raise DataError(
                f"{self.path}: picture {index} from 0 has {width} x {height} pixels, expected a "
                f"square crop of {self.side}"
            )
        if width == self.side:
            return picture
        how = cv2.INTER_AREA if width > self.side else cv2.INTER_LINEAR
        scaled = cv2.resize(picture, (self.side, self.side), interpolation=how)
        return np.asarray(scaled, dtype=np.uint8)


def read_verification_bin(path: Path | str, part: str = "all") -> VerificationPairs:
    """The pairs of a .bin file, aligned crops of 112 pixels.

    Pictures may be bytes or one-dimensional uint8 arrays, answers Python's or numpy's booleans or
    a bool array; files of Python 2 and 3 and of all pickle protocols are read.

    Raises:
        ConfigError: no such part.
        DataError: the file is missing, no pickle, cut off, or holds anything but these lists.
    """
    check_part(part, PARTS, DATASET)
    path = Path(path)
    content = read_plain_pickle(path)
    if not isinstance(content, list | tuple) or len(content) != 2:
        raise _wrong(path, _described(content), "(list of pictures, list of booleans)")
    pictures, answers = (_listed(path, plain(each)) for each in content)
    for number, picture in enumerate(pictures):
        if not isinstance(picture, bytes):
            raise _wrong(path, f"{_described(picture)} as picture {number}", "bytes")
    for number, answer in enumerate(answers):
        if not isinstance(answer, bool):
            raise _wrong(path, f"{_described(answer)} as answer {number}", "True or False")
    if not answers or len(pictures) != 2 * len(answers):
        raise _wrong(
            path,
            f"{len(pictures)} pictures and {len(answers)} booleans",
            "two pictures for each boolean, one boolean at least",
        )
    count = len(answers)
    return VerificationPairs(
        name=path.stem,
        pictures=EncodedCrops(path, pictures),
        pairs=np.arange(2 * count, dtype=np.int64).reshape(-1, 2),
        same=np.array(answers, dtype=np.bool_),
        fold=contiguous_folds(count),
        aligned=True,
    )


def write_verification_bin(path: Path, pictures: Sequence[bytes], same: Sequence[bool]) -> None:
    """Write a .bin file that this reader and insightface's read.

    Args:
        pictures: 2P encoded crops of 112 pixels; numbers 2i and 2i+1 form pair i.
        same: P booleans.

    Raises:
        ValueError: not two pictures for each boolean.
        DataError: the file cannot be written.
    """
    if len(pictures) != 2 * len(same):
        raise ValueError(f"got {len(pictures)} pictures for {len(same)} booleans, expected twice")
    content = ([bytes(one) for one in pictures], [bool(one) for one in same])
    try:
        path.write_bytes(pickle.dumps(content, protocol=PROTOCOL))
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}") from error


def _listed(path: Path, values: Any) -> list[Any]:
    if not isinstance(values, list | tuple):
        raise _wrong(path, f"{_described(values)} in place of a list", "a list")
    return [plain(value) for value in values]


def _described(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"


def _wrong(path: Path, got: str, expected: str) -> DataError:
    return DataError(f"{path}: got {got}, expected {expected}; it is no verification set")
