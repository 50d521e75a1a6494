"""The Parquet index of a dataset: one row per sample, one row group per shard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lineament.synthesis.attributes import DERIVED, Attributes

FILE = "index.parquet"

_KINDS = {"float": pa.float64(), "int": pa.int64(), "bool": pa.bool_()}
_WORDS = {"pose_bin", "age_group"}
_BOX = ("box_x1", "box_y1", "box_x2", "box_y2")
_OF_SAMPLE = {
    "key": pa.string(),
    "shard": pa.string(),
    "identity": pa.int64(),
    "scene": pa.int64(),
    "size": pa.int32(),
} | dict.fromkeys(_BOX, pa.float32())
_OF_FACE = {field.name: _KINDS.get(str(field.type), pa.string()) for field in fields(Attributes)}
_DERIVED = {
    name: pa.string() if name.endswith(("bin", "group")) else pa.bool_() for name in DERIVED
}

SCHEMA = pa.schema(_OF_SAMPLE | _OF_FACE | _DERIVED)
"""Key, shard's file, seeds, size and box in pixels, then all of `Attributes`."""


def shard_table(shard: str, facts: Sequence[dict[str, Any]]) -> pa.Table:
    """Rows of one shard from what the JSON of its samples says."""
    rows = [
        {name: fact[name] for name in ("key", "identity", "scene", "size")}
        | {"shard": shard}
        | dict(zip(_BOX, fact["box"], strict=True))
        | fact["attributes"]
        for fact in facts
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def write_index(path: Path, shards: Sequence[pa.Table]) -> None:
    """Write the tables of all shards in their order; the same rows give the same bytes."""
    with pq.ParquetWriter(path, SCHEMA) as writer:
        for table in shards:
            writer.write_table(table, row_group_size=max(len(table), 1))


def shares(table: pa.Table, column: str) -> dict[Any, float]:
    """Share, 0 to 1, of each value of a column, the values sorted."""
    counts = pc.value_counts(table[column]).to_pylist()
    total = max(len(table), 1)
    return {row["values"]: row["counts"] / total for row in sorted(counts, key=_by_value)}


def _by_value(row: dict[str, Any]) -> Any:
    return row["values"]
