"""The pictures of a run, listed once, in shards: a Parquet file with a row group for each shard.

A run that goes on reads the list again, not the folder: what is in a shard never changes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from lineament.bulk.picture_column import picture_column
from lineament.errors import DataError
from lineament.image import SUFFIXES


class Listed(NamedTuple):
    """One picture of a run.

    Attributes:
        source: what it is called in the results.
        file: the picture's file, or the Parquet file that holds its bytes; absolute.
        row: its row in the Parquet file; None of a picture that is a file itself.
        error: why there is nothing to read; None where there is.
    """

    source: str
    file: Path
    row: int | None = None
    error: str | None = None


def list_pictures(source: Path, *, column: str, skip: Path) -> Iterator[Listed]:
    """Every picture that an input names, in an order that does not change.

    Args:
        source: a folder, searched to the bottom for the suffixes of still pictures, hidden files
            left out; a `.parquet` file; or any other file, as a list of paths, one a line.
            Relative paths in a list or a table start from the current folder.
        column: of a Parquet file: text is taken as paths, binary (or a struct with a binary field
            `bytes`) as the encoded pictures themselves.
        skip: a folder to leave out of the search: that of the results.

    Raises:
        DataError: there is no such input, or it cannot be read as what it is.
    """
    if source.is_dir():
        return _in_folder(source, skip.resolve())
    if not source.exists():
        raise DataError(f"got --input {source}, but there is no such file or folder; check it")
    if source.suffix.lower() == ".parquet":
        return _in_table(source, column)
    return _in_list(source)


def write_listing(path: Path, pictures: Iterable[Listed], shard_size: int) -> int:
    """Write the list, `shard_size` pictures to a row group; how many pictures there are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [
            pa.field("source", pa.string()),
            pa.field("file", pa.binary()),
            pa.field("row", pa.int64()),
            pa.field("error", pa.string()),
        ]
    )
    pending, count = iter(pictures), 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while shard := list(islice(pending, shard_size)):
            rows = [{**one._asdict(), "file": os.fsencode(one.file)} for one in shard]
            table = pa.Table.from_pylist(rows, schema=schema)
            writer.write_table(table, row_group_size=shard_size)
            count += len(shard)
    return count


def count_shards(path: Path) -> int:
    """Shards of a list that `write_listing` wrote."""
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_row_groups)


def read_shard(path: Path, shard: int) -> list[Listed]:
    """The pictures of one shard."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        rows: list[dict[str, Any]] = file.read_row_group(shard).to_pylist()
    return [Listed(**{**row, "file": Path(os.fsdecode(row["file"]))}) for row in rows]


def _in_folder(folder: Path, skip: Path) -> Iterator[Listed]:
    refused: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=refused.append):
        here = Path(parent)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and (here / name).resolve() != skip
        )
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield _file(here / name)
    for error in refused:
        place = Path(os.fsdecode(error.filename or folder))
        reason = f"cannot open this folder: {error.strerror}; nothing in it was looked at"
        yield Listed(_shown(place), place.absolute(), error=reason)


def _in_list(path: Path) -> Iterator[Listed]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if b"\0" in line:
                raise DataError(
                    f"{path}, line {number}: got a zero byte, expected a text with one path a "
                    "line; a table needs a name that ends in .parquet, pictures a folder"
                )
            if name := line.strip(b"\r\n"):
                yield _file(Path(os.fsdecode(name)).expanduser())


def _in_table(path: Path, column: str) -> Iterator[Listed]:
    import pyarrow.parquet as pq

    where = picture_column(path, column)
    missing = f"the column {column} is empty in this row"
    if where.bytes_in is not None:
        rows = pq.read_metadata(path).num_rows
        for row in range(rows):
            yield Listed(f"{_shown(path)}#{row}", path.absolute(), row)
        return
    row = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=[column]):
            for name in batch.column(0).to_pylist():
                if name:
                    yield _file(Path(name).expanduser())
                else:
                    yield Listed(f"{_shown(path)}#{row}", path.absolute(), error=missing)
                row += 1


def _file(path: Path) -> Listed:
    return Listed(_shown(path), path.absolute())


def _shown(path: Path) -> str:
    """A path as printable text; bytes that are no UTF-8 become the replacement character."""
    return os.fsencode(path).decode("utf-8", errors="replace")
