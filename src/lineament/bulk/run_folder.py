"""The folder of a run: what was asked for, which pictures there are, which shards are done."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from lineament.bulk.listing import count_shards, list_pictures, write_listing
from lineament.bulk.options import BulkOptions
from lineament.bulk.shard import ShardTally
from lineament.bulk.tables import TABLES
from lineament.errors import ConfigError, DataError
from lineament.strict import Strict, describe_faults

PLAN, LISTING, DONE, LOCK = "run.json", "listing.parquet", "done", ".lock"
MOST_ATTEMPTS = 3


class Plan(Strict):
    """What a run was asked for; a run that goes on must ask for the same.

    Attributes:
        input: as it was given, made absolute.
        column: of an input in Parquet.
        options: what is done to each picture.
        weights: task -> identifier of the weight that runs.
        pictures: how many were listed.
    """

    input: str
    column: str
    options: BulkOptions
    weights: dict[str, str]
    pictures: int


class Totals(NamedTuple):
    """Sums over shards: pictures read, faces found, pictures that could not be read."""

    shards: int
    pictures: int
    faces: int
    bad: int


class RunFolder:
    """Results of a run and how far it has come. One process at a time may use it.

    Args:
        path: the folder; made where it is missing.

    Raises:
        ConfigError: the folder cannot be made, or another run is writing into it.
    """

    def __init__(self, path: Path) -> None:
        from filelock import FileLock, Timeout

        self.path = path.absolute()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self.path / LOCK)
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise ConfigError(
                f"another run is writing into {path}: wait for it, or choose another --output"
            ) from error
        except OSError as error:
            raise ConfigError(
                f"cannot write to {error.filename or path}: {error.strerror}; choose another place"
            ) from error

    @property
    def listing(self) -> Path:
        return self.path / LISTING

    def begin(
        self, source: Path, column: str, options: BulkOptions, weights: dict[str, str]
    ) -> Plan:
        """Start a run, or go on with the one that was begun here.

        Raises:
            ConfigError: the folder holds a run that asked for something else, or other files.
            DataError: the input holds no picture, or cannot be read.
        """
        asked: dict[str, Any] = {"input": str(source.expanduser().absolute()), "column": column}
        asked |= {"options": options, "weights": weights}
        if (self.path / PLAN).exists():
            plan = self._begun()
            for name, value in asked.items():
                if getattr(plan, name) != value:
                    raise ConfigError(
                        f"{self.path} holds a run with {name} {_text(getattr(plan, name))}, got "
                        f"{_text(value)}: ask for the same to go on with it, or choose another "
                        "--output"
                    )
            self._sweep()
            return plan
        strangers = sorted(
            {each.name for each in self.path.iterdir()} - {LOCK, LISTING, DONE, *TABLES}
        )
        if strangers:
            raise ConfigError(
                f"{self.path} holds other files, such as {strangers[0]}; choose a new folder"
            )
        for name in (DONE, *TABLES):
            (self.path / name).mkdir(exist_ok=True)
        found = list_pictures(source.expanduser(), column=column, skip=self.path)
        count = write_listing(self.listing, found, options.shard_size)
        if count == 0:
            raise DataError(f"{source} holds no picture; check --input")
        plan = Plan.model_validate({**asked, "pictures": count})
        _write(self.path / PLAN, plan.model_dump_json(indent=2) + "\n")
        return plan

    def missing(self) -> list[int]:
        """Numbers of the shards that are not done yet."""
        return [n for n in range(count_shards(self.listing)) if not self._mark(n).exists()]

    def mark_done(self, tally: ShardTally) -> None:
        """A shard's tables are whole; it will not be analysed again."""
        _write(self._mark(tally.shard), json.dumps(tally._asdict()) + "\n")
        (self.path / DONE / f".{tally.shard:06d}.attempts").unlink(missing_ok=True)

    def totals(self) -> Totals:
        """Sums over all shards that are done, in this run of the program and before."""
        marks = (json.loads(path.read_bytes()) for path in (self.path / DONE).glob("*.json"))
        tallies = [ShardTally(**mark) for mark in marks]
        return Totals(
            len(tallies),
            sum(tally.pictures for tally in tallies),
            sum(tally.faces for tally in tallies),
            sum(tally.bad for tally in tallies),
        )

    def close(self) -> None:
        """Let another process have the folder."""
        self._lock.release()

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begun(self) -> Plan:
        path = self.path / PLAN
        try:
            return Plan.model_validate_json(path.read_bytes())
        except ValidationError as error:
            faults = describe_faults(Plan, error)
            raise DataError(f"{path} is not that of a bulk run: {faults}") from error

    def _sweep(self) -> None:
        """Remove what a run that was broken off left half done."""
        for name in (DONE, *TABLES):
            for left in (self.path / name).glob(".*"):
                left.unlink(missing_ok=True)

    def _mark(self, shard: int) -> Path:
        return self.path / DONE / f"{shard:06d}.json"


def begin_attempt(folder: Path, shard: int) -> None:
    """Count an attempt at a shard: a picture that ends its worker must not do so for ever.

    Raises:
        DataError: its workers have died before; a run that goes on counts from none again.
    """
    with (folder / DONE / f".{shard:06d}.attempts").open("ab") as file:
        if file.tell() >= MOST_ATTEMPTS:
            raise DataError(
                f"its worker died {MOST_ATTEMPTS} times, from a lack of memory or over one "
                f"picture; the shard's pictures are row group {shard} of {folder / LISTING}"
            )
        file.write(b"+")


def _write(path: Path, text: str) -> None:
    """A file that is there whole or not at all, also after a crash of the machine."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _text(value: Any) -> str:
    return str(value.model_dump_json()) if isinstance(value, BulkOptions) else str(value)
