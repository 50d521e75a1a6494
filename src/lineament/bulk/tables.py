"""The three tables of one shard: they appear under their names when the shard is done."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Any

FACES, PICTURES, BAD = "faces", "pictures", "bad"
TABLES = (FACES, PICTURES, BAD)
ROWS_AT_ONCE = 2048


def table_name(shard: int) -> str:
    return f"shard-{shard:06d}.parquet"


def pictures_schema() -> Any:
    """One row for each picture that was read."""
    import pyarrow as pa

    whole = pa.int32()
    fields = [("source", pa.string()), ("width", whole), ("height", whole), ("faces", whole)]
    return pa.schema(fields, metadata={"format": "lineament.bulk-pictures/1"})


def bad_schema() -> Any:
    """One row for each picture that could not be read."""
    import pyarrow as pa

    fields = [(name, pa.string()) for name in ("source", "kind", "message")]
    return pa.schema(fields, metadata={"format": "lineament.bulk-bad/1"})


class ShardTables:
    """Takes the rows of a shard; a part of them is in memory, the rest in hidden files.

    Args:
        folder: of the results.
        shard: number of the shard.
        faces: schema of the table of faces.
    """

    def __init__(self, folder: Path, shard: int, faces: Any) -> None:
        import pyarrow.parquet as pq

        schemas = {FACES: faces, PICTURES: pictures_schema(), BAD: bad_schema()}
        self._rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
        self._paths: dict[str, tuple[Path, Path]] = {}
        self._writers: dict[str, Any] = {}
        for table, schema in schemas.items():
            path = folder / table / table_name(shard)
            part = path.with_name(f".{path.name}.{os.getpid()}.part")
            self._paths[table] = part, path
            self._writers[table] = pq.ParquetWriter(part, schema, compression="zstd")

    def add(self, table: str, row: dict[str, Any]) -> None:
        """Take one row of one of `TABLES`."""
        rows = self._rows[table]
        rows.append(row)
        if len(rows) == ROWS_AT_ONCE:
            self._flush(table)

    def finish(self) -> None:
        """Write what is left and give the files their names."""
        for table in TABLES:
            self._flush(table)
        self._close()
        for part, path in self._paths.values():
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(path)

    def __enter__(self) -> ShardTables:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()
        for part, _ in self._paths.values():
            part.unlink(missing_ok=True)

    def _flush(self, table: str) -> None:
        import pyarrow as pa

        if rows := self._rows[table]:
            writer = self._writers[table]
            writer.write_table(pa.Table.from_pylist(rows, schema=writer.schema))
            self._rows[table] = []

    def _close(self) -> None:
        while self._writers:
            self._writers.popitem()[1].close()
