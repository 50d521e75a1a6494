"""Which column of a Parquet file holds pictures, and their bytes out of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lineament.errors import DataError

ROWS_AT_ONCE = 16
BYTES = "bytes"
"""The field of a struct that holds the encoded picture, as libraries of data sets write it."""


class PictureColumn(NamedTuple):
    """A column of a table.

    Attributes:
        name: of the column.
        bytes_in: what is read for the encoded pictures, `name` or `name.bytes`; None of a column
            of paths.
    """

    name: str
    bytes_in: str | None


def picture_column(path: Path, name: str) -> PictureColumn:
    """What a column of a Parquet file holds.

    Raises:
        DataError: the file is no Parquet file, has no such column, or the column holds neither
            text nor bytes.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path} cannot be read as Parquet: {error}") from error
    if name not in schema.names:
        raise DataError(
            f"{path} has no column {name!r}; it has {', '.join(schema.names)}: choose the one "
            "with the paths or the pictures with --column"
        )
    kind = schema.field(name).type
    if _is_binary(kind):
        return PictureColumn(name, name)
    if pa.types.is_struct(kind) and kind.get_field_index(BYTES) >= 0:
        if _is_binary(kind.field(BYTES).type):
            return PictureColumn(name, f"{name}.{BYTES}")
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return PictureColumn(name, None)
    raise DataError(
        f"{path}: column {name!r} holds {kind}, expected paths as text or pictures as binary"
    )


def stored_pictures(path: Path, name: str, rows: Sequence[int]) -> Iterator[bytes | None]:
    """The encoded pictures of some rows, in their order; None where a row is empty.

    Only the row groups that hold them are read, a few rows at a time.

    Args:
        path: the Parquet file.
        name: of the column.
        rows: rising.
    """
    import pyarrow.parquet as pq

    column = picture_column(path, name).bytes_in
    assert column is not None
    wanted = iter(rows)
    next_row = next(wanted, None)
    with pq.ParquetFile(path) as file:
        start = 0
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            if next_row is None:
                return
            if next_row < end:
                at = start
                batches = file.iter_batches(ROWS_AT_ONCE, row_groups=[group], columns=[column])
                for batch in batches:
                    while next_row is not None and next_row < at + len(batch):
                        yield _bytes_of(batch.column(0)[next_row - at].as_py())
                        next_row = next(wanted, None)
                    at += len(batch)
                    if next_row is None or next_row >= end:
                        break
            start = end


def _is_binary(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _bytes_of(value: Any) -> bytes | None:
    content: bytes | None = value[BYTES] if isinstance(value, dict) else value
    return content
