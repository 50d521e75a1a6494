"""Reads WebDataset shards with the standard library, one after another, and checks them."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lineament.errors import DataError
from lineament.synthesis.sample_file import FACTS, Sample, decode, decode_facts

SHARDS = "shard-*.tar"
_BLOCK = 512


def shard_path(folder: Path, number: int) -> Path:
    """File of shard `number` from 0."""
    return folder / f"shard-{number:06d}.tar"


def find_shards(folder: Path) -> list[Path]:
    """The finished shards of a folder in the order of their numbers.

    Raises:
        DataError: there is none.
    """
    paths = sorted(folder.glob(SHARDS))
    if not paths:
        raise DataError(
            f"no {SHARDS} in {folder}; make some with "
            f"`lineament synth generate recipes/synthesis/faces.toml --out {folder}`"
        )
    return paths


def read_shard(path: Path) -> Iterator[Sample]:
    """The samples of a shard in the order in which they were written.

    Raises:
        DataError: the file is torn, is no tar, or a member is not what it should be; the message
            names file and member.
    """
    for key, files in _grouped(path):
        try:
            rendering = decode(key, files)
        except DataError as error:
            raise DataError(f"{path}: {error}; make the shard anew") from error
        yield Sample(key, rendering)


Decode = Callable[[str, Mapping[str, bytes]], dict[str, Any]]
"""From the key and the files of a sample to what its JSON says."""


def read_facts(path: Path, decode: Decode = decode_facts) -> list[dict[str, Any]]:
    """What the shard's JSON members say, without decoding pictures; errors as for `read_shard`.

    Args:
        decode: reads and checks the JSON of one sample.
    """
    facts = []
    for key, files in _grouped(path, only=FACTS):
        try:
            facts.append(decode(key, files))
        except DataError as error:
            raise DataError(f"{path}: {error}; make the shard anew") from error
    return facts


def _grouped(path: Path, only: str | None = None) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Key and content by extension of each sample; `only` leaves the others' content empty."""
    _check_end(path)
    group: dict[str, bytes] = {}
    current, member = "", None
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                key, dot, extension = member.name.partition(".")
                if not member.isfile() or not dot:
                    raise DataError(
                        f"{path}: member {member.name!r} is not of a sample; expected KEY.EXTENSION"
                    )
                if key != current and group:
                    yield current, group
                    group = {}
                current = key
                wanted = only is None or extension == only
                group[extension] = _content(tar, member) if wanted else b""
    except (tarfile.TarError, OSError) as error:
        place = f" at or after member {member.name!r}" if member else ""
        raise DataError(f"{path} is torn or not a tar file{place}: {error}") from error
    if group:
        yield current, group


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    assert file is not None
    return file.read()


def _check_end(path: Path) -> None:
    """A whole tar ends with two empty blocks; without this look a cut could go unseen."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(size - 2 * _BLOCK, 0))
            end = file.read()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    if size % _BLOCK or size < 2 * _BLOCK or any(end):
        raise DataError(
            f"{path} is torn or not a tar file: its {size} bytes do not end as a tar does; "
            "make the shard anew"
        )
