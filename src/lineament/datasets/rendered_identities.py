"""Rendered people of `lineament synth generate` as identity pictures: aligned crops on disk."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament import image
from lineament.datasets.identity_pictures import Labels
from lineament.datasets.tar_index import Member, members
from lineament.errors import ConfigError, DataError, LineamentError
from lineament.face import ByteArray, FloatArray
from lineament.landmarks.training_faces import remembered
from lineament.recognition.alignment import SIZE, align
from lineament.synthesis.attributes import Attributes
from lineament.synthesis.sample_file import FACTS, PICTURES, POINT_COUNTS, POINTS, decode_facts
from lineament.synthesis.shard_reader import find_shards

log = logging.getLogger(__name__)

TAIL = 2**16
MOST_YAW, MOST_SEEN = 180.0, 5


@dataclass(frozen=True, eq=False)
class RenderedIdentities:
    """Aligned crops of rendered people, mapped from disk.

    Attributes:
        parts: crops (Ni,S,S,3) uint8 RGB of each shard, as the cache keeps them.
        rows: (N,) int64, which of all crops, counted through the parts, these are.
        labels: (N,) int64, 0 to C-1; people are numbered in the order in which they were
            rendered, so that more renderings leave the numbers of the first people alone.
        names: of the people: the seeds from which they were made.
        left_out: how many pictures and people the options left out.
    """

    parts: tuple[ByteArray, ...]
    rows: NDArray[np.int64]
    labels: Labels
    names: tuple[str, ...]
    left_out: tuple[int, int]
    aligned: bool = True

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        """(parts,) how many crops there are up to the end of each part."""
        return np.cumsum([len(part) for part in self.parts])

    def __len__(self) -> int:
        return len(self.rows)

    def picture(self, index: int, /) -> ByteArray:
        row = int(self.rows[index])
        part = int(np.searchsorted(self._ends, row, side="right"))
        return np.array(self.parts[part][row - int(self._ends[part])])


def read_rendered_identities(
    folder: Path | str,
    cache: Path,
    *,
    size: int = SIZE,
    max_yaw: float = MOST_YAW,
    max_occlusion: float = 1.0,
    least_seen: int = 0,
    least_pictures: int = 1,
) -> RenderedIdentities:
    """Crops of rendered people by the five points that the renderings carry.

    Crops are made once for each shard and kept in `cache`; a run that was broken off goes on at
    its shard, and shards that are added later leave the others' crops alone. The options below
    choose among the kept crops, so that all of them share one cache.

    Args:
        folder: of the shards.
        cache: folder that is made where it is missing.
        size: side of the crops in pixels.
        max_yaw: pictures of heads that are turned farther, in degrees to either side, are left
            out.
        max_occlusion: pictures of faces of which foreign things cover a larger share, 0 to 1, are
            left out.
        least_seen: pictures in which fewer of the five points are seen, 0 to 5, are left out.
        least_pictures: people of whom fewer pictures are left are left out.

    Raises:
        ConfigError: an option out of range.
        DataError: no shard, a damaged one, or nothing is left.
    """
    _check_options(size, max_yaw, max_occlusion, least_seen, least_pictures)
    shards = find_shards(Path(folder))
    kept = [_kept(path, Path(cache), size) for path in shards]
    whole = {name: np.concatenate([part[name] for part in kept]) for name in _FACTS}
    good = (
        (np.abs(whole["yaw"]) <= max_yaw)
        & (whole["occlusion"] <= max_occlusion)
        & (whole["seen"] >= least_seen)
    )
    _, first, person = np.unique(whole["identities"], return_index=True, return_inverse=True)
    by_appearance = np.argsort(np.argsort(first))[person.reshape(-1)]
    enough = np.bincount(by_appearance[good], minlength=len(first)) >= max(least_pictures, 1)
    rows = np.flatnonzero(good & enough[by_appearance]).astype(np.int64)
    if not len(rows):
        raise DataError(
            f"{folder}: of {len(good)} renderings of {len(first)} people none is left by max_yaw "
            f"{max_yaw}, max_occlusion {max_occlusion}, least_seen {least_seen} and "
            f"least_pictures {least_pictures}; allow more"
        )
    people = np.sort(first)[enough]
    numbers = np.cumsum(enough) - 1
    left_out = len(good) - len(rows), len(first) - len(people)
    log.info(
        "%s: %d aligned crops of %d people; %d pictures and %d people are left out",
        *(folder, len(rows), len(people), *left_out),
    )
    return RenderedIdentities(
        tuple(part["crops"] for part in kept),
        rows,
        numbers[by_appearance[rows]].astype(np.int64),
        tuple(str(seed) for seed in whole["identities"][people]),
        left_out,
    )


_FACTS: Mapping[str, type] = {
    "identities": np.int64,
    "yaw": np.float32,
    "occlusion": np.float32,
    "seen": np.int64,
}
"""What the cache keeps of each crop beside its pixels."""


def _kept(shard: Path, cache: Path, size: int) -> dict[str, NDArray[Any]]:
    facts = {
        "identity crops": str(shard.resolve()),
        "bytes": shard.stat().st_size,
        "tail": _tail(shard),
        "size": size,
    }
    return remembered(cache, facts, lambda place: _extract(shard, place, size))


def _tail(path: Path) -> str:
    """Checksum of the end of a shard: those of equal size differ there."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - TAIL, 0))
        return hashlib.sha256(file.read()).hexdigest()[:16]


def _extract(shard: Path, place: Path, size: int) -> None:
    log.info("cutting the faces of %s", shard)
    samples = list(_samples(shard))
    shape = (len(samples), size, size, 3)
    crops = np.lib.format.open_memmap(place / "crops.npy", "w+", np.uint8, shape)
    facts: dict[str, NDArray[Any]] = {
        name: np.empty(len(samples), kind) for name, kind in _FACTS.items()
    }
    for row, (key, files) in enumerate(samples):
        try:
            told = decode_facts(key, {FACTS: files[FACTS].read()})
            attributes = Attributes.from_dict(told["attributes"])
            points = _five_points(files[POINTS])
            picture = files[next(name for name in PICTURES if name in files)]
            crops[row] = align(image.read(picture.read()), points[:, :2], size)
        except (LineamentError, ValueError) as error:
            raise DataError(f"{shard}: sample {key}: {error}; make the shard anew") from error
        facts["identities"][row] = told["identity"]
        facts["yaw"][row] = attributes.yaw
        facts["occlusion"][row] = attributes.occlusion
        facts["seen"][row] = points[:, 2].sum()
    crops.flush()
    for name, values in facts.items():
        np.save(place / f"{name}.npy", values)


def _samples(shard: Path) -> Iterator[tuple[str, dict[str, Member]]]:
    """Key and files of each sample; masks, half of the work of reading, are left where they are."""
    for key, group in groupby(members(shard), key=lambda member: member.split[0]):
        files = {member.split[1]: member for member in group}
        if not {FACTS, POINTS} <= set(files) or not set(PICTURES) & set(files):
            raise DataError(
                f"{shard}: sample {key} has {', '.join(sorted(files))}; expected a picture, "
                f"{POINTS} and {FACTS} as `lineament synth generate` writes them"
            )
        yield key, files


def _five_points(member: Member) -> FloatArray:
    """(5,3) x, y and whether the point is seen, of the points of a sample."""
    points = np.lib.format.read_array(io.BytesIO(member.read()), allow_pickle=False)
    wanted = (sum(POINT_COUNTS), 3)
    if points.shape != wanted or points.dtype != np.float32:
        raise member.wrong(f"got {points.dtype} {points.shape}, expected float32 {wanted}")
    return np.asarray(points[-POINT_COUNTS[-1] :], dtype=np.float32)


def _check_options(
    size: int, max_yaw: float, max_occlusion: float, least_seen: int, least_pictures: int
) -> None:
    bounds = {
        "size": (size, 16, 1024),
        "max_yaw": (max_yaw, 0, MOST_YAW),
        "max_occlusion": (max_occlusion, 0, 1),
        "least_seen": (least_seen, 0, MOST_SEEN),
        "least_pictures": (least_pictures, 1, 1 << 31),
    }
    for name, (value, low, high) in bounds.items():
        if not low <= value <= high:
            raise ConfigError(f"{name} is {value}, expected {low} to {high}")
