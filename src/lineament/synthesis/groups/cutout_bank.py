"""A folder of cut-outs, read at random."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from lineament.errors import DataError
from lineament.face import FloatArray
from lineament.synthesis.groups.cutout import KINDS, LEVELS, PEOPLE, Kind
from lineament.synthesis.groups.cutout_file import (
    FACTS,
    PICTURES,
    decode_cutout_facts,
    decode_picture,
)
from lineament.synthesis.groups.light import to_light
from lineament.synthesis.shard_reader import SHARDS

ENLARGED = 1.5
"""A head is enlarged by this at most, as long as there is any that needs no more."""

LARGEST_SHARE = 0.5
"""So large a share of a kind, the largest of it, is always to choose from."""


RINGS = 6
"""How much of a face is seen is counted on so many rings of points within its outline."""


@dataclass(frozen=True, eq=False)
class BankEntry:
    """A cut-out that is not decoded.

    Attributes:
        kind: see `cutout.KINDS`.
        size: pixels of a side.
        outline: (32,2) and points: (5,2) float32. seen: (5,) bool.
        side: root of the area of the face's box, in pixels.
        hidden: share, 0 to 1, of the face that things of its own picture cover.
        path: the shard. spans: offset and length of the picture at each level.
    """

    kind: Kind
    size: int
    outline: FloatArray
    points: FloatArray
    seen: NDArray[np.bool_]
    side: float
    hidden: float
    path: Path
    spans: tuple[tuple[int, int], ...]

    @cached_property
    def face_samples(self) -> tuple[FloatArray, FloatArray]:
        """(N,2) float32 points all over the face, and the share (N,) of it each stands for."""
        middle = self.outline.mean(axis=0)
        spokes = self.outline - middle
        following = np.roll(spokes, -1, axis=0)
        area = np.abs(spokes[:, 0] * following[:, 1] - spokes[:, 1] * following[:, 0])
        way = np.sqrt((np.arange(RINGS, dtype=np.float32) + 0.5) / RINGS)[:, None, None]
        points = middle + way * (spokes + following) / 2
        shares = np.broadcast_to(area / (RINGS * area.sum()), (RINGS, len(area)))
        return points.reshape(-1, 2), shares.reshape(-1).astype(np.float32)

    def light(self, level: int) -> FloatArray:
        """(s,s,4) float32 linear RGB times coverage, and coverage; s is `size` / 2^`level`.

        Raises:
            DataError: the shard is not as it was.
        """
        offset, length = self.spans[level]
        try:
            with self.path.open("rb") as file:
                file.seek(offset)
                content = file.read(length)
        except OSError as error:
            raise DataError(f"cannot read {self.path}: {error.strerror}") from error
        return to_light(decode_picture(content, f"{self.path} at {offset}"))


class CutOutBank:
    """All cut-outs of a folder; only the small facts are read at once.

    Args:
        folder: as `lineament synth cutouts` writes it.

    Raises:
        DataError: there are no shards, one is torn or not of cut-outs, or nobody is in them.
    """

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.glob(SHARDS))
        if not paths:
            raise DataError(
                f"no {SHARDS} in {folder}; make some with "
                f"`lineament synth cutouts recipes/synthesis/cutouts.toml --out {folder}`"
            )
        entries = [entry for path in paths for entry in _entries(path)]
        entries.sort(key=lambda entry: entry.side)
        self._of_kind = {kind: [entry for entry in entries if entry.kind == kind] for kind in KINDS}
        self._sides = {
            kind: np.array([entry.side for entry in found]) for kind, found in self._of_kind.items()
        }
        if not self._of_kind[PEOPLE[0]]:
            raise DataError(f"{folder} holds no cut-out of the kind {PEOPLE[0]!r}")

    def __len__(self) -> int:
        return sum(len(entries) for entries in self._of_kind.values())

    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of which there are any."""
        return tuple(kind for kind in KINDS if self._of_kind[kind])

    def draw(self, random: np.random.Generator, kind: Kind, side: float) -> BankEntry:
        """One of a kind that is sharp enough for a face of `side` pixels, where there is one."""
        entries = self._of_kind[kind]
        first = int(np.searchsorted(self._sides[kind], side / ENLARGED))
        first = min(first, int(len(entries) * (1 - LARGEST_SHARE)))
        return entries[int(random.integers(first, len(entries)))]


def _entries(path: Path) -> Sequence[BankEntry]:
    spans: dict[str, dict[str, tuple[int, int]]] = {}
    entries = []
    try:
        with tarfile.open(path, "r:") as tar, path.open("rb") as file:
            for member in tar:
                key, _, extension = member.name.partition(".")
                spans.setdefault(key, {})[extension] = (member.offset_data, member.size)
            for key, found in spans.items():
                entries.append(_entry(path, key, found, _read(file, found.get(FACTS, (0, 0)))))
    except (tarfile.TarError, OSError) as error:
        raise DataError(f"{path} is torn or not a tar file: {error}") from error
    return entries


def _read(file: BinaryIO, span: tuple[int, int]) -> bytes:
    file.seek(span[0])
    return file.read(span[1])


def _entry(path: Path, key: str, spans: dict[str, tuple[int, int]], content: bytes) -> BankEntry:
    try:
        facts = decode_cutout_facts(key, {FACTS: content})
        pictures = tuple(spans[name] for name in PICTURES[:LEVELS])
    except (DataError, KeyError) as error:
        raise DataError(f"{path} is no shard of cut-outs: {error}; make it anew") from error
    points = np.array(facts["points"], np.float32)
    outline = np.array(facts["outline"], np.float32)
    width, height = outline.max(axis=0) - outline.min(axis=0)
    return BankEntry(
        kind=facts["kind"],
        size=facts["size"],
        outline=outline,
        points=np.ascontiguousarray(points[:, :2]),
        seen=points[:, 2] > 0,
        side=float(np.sqrt(width * height)),
        hidden=float(facts["attributes"]["occlusion"]),
        path=path,
        spans=pictures,
    )
