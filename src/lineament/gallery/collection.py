"""One collection of a store: rows with a vector, written, read, searched and deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lineament.gallery.filters import any_of
from lineament.gallery.store import Store
from lineament.gallery.table_schema import TableSchema

Consistency = Literal["Strong", "Session", "Bounded"]

EXPLORED = 128
"""Candidates that a search of the HNSW graph keeps (`ef`), or the wanted number if larger."""

MOST_HITS = 16_384
"""Of one search; a limit of Milvus."""

_MESSAGE = 16 * 1024 * 1024
_IDS_A_CALL = 1000
_ROWS_A_SCAN = 10_000
_ROWS_A_SCAN_OF_LITE = 50_000
_FEW_UNFLUSHED = 128
_UNFLUSHED_PART = 20


class Row(NamedTuple):
    """What a read gives: id, the columns asked for, and the vector (D,) float32 if asked for."""

    id: str
    values: dict[str, Any]
    vector: NDArray[np.float32] | None


class Hit(NamedTuple):
    """A row that a search found, its inner product with the query, and the columns asked for."""

    id: str
    score: float
    values: dict[str, Any]


class Collection:
    """Rows of a store. The collection is made where it is missing.

    Args:
        consistency: what reads see: `Strong`, all that anybody wrote before; `Session`, all that
            this process wrote; `Bounded`, what was written some seconds ago. A Milvus Lite store
            is always strongly consistent.

    Raises:
        GalleryError: the collection has other columns or another dimension.
    """

    def __init__(
        self, store: Store, schema: TableSchema, *, consistency: Consistency = "Strong"
    ) -> None:
        self.store, self.name = store, schema.name
        self._consistency: Consistency = consistency
        self._row_bytes = 4 * schema.dimension + 256
        if store.call("has_collection", self.name):
            schema.check(store)
        else:
            with store.writing():
                schema.create(store, consistency)
        store.call("load_collection", self.name)
        self._rows: int | None = None
        self._unflushed = 0
        if store.lite:  # what a killed process left in the log is slow to search
            self.flush()

    def insert(
        self,
        ids: Sequence[str],
        vectors: NDArray[np.float32],
        values: Sequence[Mapping[str, Any]] = (),
        *,
        replace: bool = False,
    ) -> None:
        """Write rows. When this returns they are on the disk, and every read sees them.

        Args:
            ids: one for each row; up to 64 ASCII letters and digits.
            vectors: (N,D) float32.
            values: of the columns, one mapping for each row.
            replace: rows of these ids may be there and are replaced; without it ids must be new.
        """
        rows = [
            {"id": row_id, "vector": vector, **value}
            for row_id, vector, value in zip(ids, vectors, values or [{}] * len(ids), strict=True)
        ]
        for part, size in self._parts(rows):
            with self.store.writing(size):
                self.store.call("upsert" if replace else "insert", self.name, part)
                self._written(None if replace else len(part), len(part))

    def search(
        self,
        vectors: NDArray[np.float32],
        top: int,
        *,
        where: str = "",
        columns: Sequence[str] = (),
        consistency: Consistency | None = None,
    ) -> list[list[Hit]]:
        """The rows with the largest inner products, best first, one list for each query.

        Args:
            vectors: (N,D) float32.
            where: a filter of Milvus over the columns.
            columns: those that come with each hit.
            consistency: another one for this search.
        """
        found = self.store.call(
            "search",
            self.name,
            data=list(np.ascontiguousarray(vectors, dtype=np.float32)),
            anns_field="vector",
            limit=min(top, MOST_HITS),
            filter=where,
            output_fields=list(columns),
            search_params={"metric_type": "IP", "params": {"ef": max(EXPLORED, 2 * top)}},
            consistency_level=consistency or self._consistency,
        )
        return [
            [
                Hit(hit["id"], min(max(float(hit["distance"]), -1.0), 1.0), _plain(hit["entity"]))
                for hit in hits
            ]
            for hits in found
        ]

    def get(
        self,
        ids: Sequence[str],
        columns: Sequence[str] = (),
        *,
        vector: bool = False,
        consistency: Consistency | None = None,
    ) -> list[Row]:
        """Those of these rows that are there, in no order."""
        return [
            row
            for first in range(0, len(ids), _IDS_A_CALL)
            for row in self.query(
                any_of("id", ids[first : first + _IDS_A_CALL]),
                columns,
                vector=vector,
                consistency=consistency,
            )
        ]

    def query(
        self,
        where: str,
        columns: Sequence[str] = (),
        *,
        vector: bool = False,
        consistency: Consistency | None = None,
    ) -> list[Row]:
        """The rows that a filter of Milvus passes, in no order; a server gives 16,384 at most."""
        found = self.store.call(
            "query",
            self.name,
            filter=where,
            output_fields=["id", *columns, *(["vector"] if vector else [])],
            consistency_level=consistency or self._consistency,
        )
        return [
            Row(
                each["id"],
                _plain({name: each[name] for name in columns}),
                np.asarray(each["vector"], dtype=np.float32) if vector else None,
            )
            for each in found
        ]

    def scan(
        self, columns: Sequence[str] = (), *, vector: bool = False, where: str = ""
    ) -> Iterator[list[Row]]:
        """All rows in order of their ids, in parts.

        Args:
            where: a filter of Milvus over the columns.
        """
        parts = self._scan_parts(vector, where)
        digits = len(f"{parts:x}") - 1
        for part in range(parts):
            # Random hexadecimal ids fall evenly on ranges of their first digits.
            bounds = ['id >= ""'] if part == 0 else [f'id >= "{part:0{digits}x}"']
            if part + 1 < parts:
                bounds.append(f'id < "{part + 1:0{digits}x}"')
            if where:
                bounds.append(f"({where})")
            rows = self.query(" and ".join(bounds), columns, vector=vector)
            if rows:
                yield sorted(rows, key=lambda row: row.id)

    def _scan_parts(self, vector: bool, where: str) -> int:
        """A power of 16: a server gives few rows at once; Milvus Lite takes as long for few as for
        all, so that only what would not fit into memory twice is divided."""
        if self.store.lite:
            total, most = (self.count() if vector else 0), _ROWS_A_SCAN_OF_LITE
        else:
            total, most = self.count(where=where), _ROWS_A_SCAN
        parts = 1
        while parts * most < total:
            parts *= 16
        return parts

    def delete(self, where: str) -> None:
        """Delete the rows that a filter passes; every read from now on does without them."""
        with self.store.writing():
            self.store.call("delete", self.name, filter=where)
            self._written(None, 1)

    def count(self, consistency: Consistency | None = None, *, where: str = "") -> int:
        """How many rows there are, or how many a filter of Milvus passes."""
        if self.store.lite and self._rows is not None and not where:
            return self._rows
        found = self.store.call(
            "query",
            self.name,
            filter=where,
            output_fields=["count(*)"],
            consistency_level=consistency or self._consistency,
        )
        count = int(found[0]["count(*)"])
        if not where:
            self._rows = count
        return count

    def flush(self) -> None:
        """Write what lies in the log into the store's files."""
        with self.store.writing():
            self.store.call("flush", self.name)
            self._unflushed = 0

    def purge(self) -> bool:
        """Have the store rewrite its files without deleted rows.

        Returns:
            True where that is done (Milvus Lite); False where the store does it in its own time.
        """
        with self.store.writing():
            self._unflushed = 0
            if self.store.lite:
                self.store.lite.rewrite(self.name)
                return True
            self.store.call("flush", self.name)
            self.store.call("compact", self.name)
            return False

    def settle(self) -> None:
        """Wait until a Milvus Lite store has built its index in the background."""
        if self.store.lite:
            self.store.lite.settle(self.name)

    def drop(self) -> None:
        """Delete the collection with all rows."""
        with self.store.writing():
            self.store.call("drop_collection", self.name)

    def _written(self, new: int | None, changed: int) -> None:
        """Keep count, and let no long log gather in a Milvus Lite store: its search is slow."""
        self._rows = None if new is None or self._rows is None else self._rows + new
        self._unflushed += changed
        if self.store.lite and self._unflushed > max(
            _FEW_UNFLUSHED, (self._rows or 0) // _UNFLUSHED_PART
        ):
            self.flush()

    def _parts(self, rows: Sequence[dict[str, Any]]) -> Iterator[tuple[list[dict[str, Any]], int]]:
        """Rows in parts that fit into one message, with about their bytes."""
        part: list[dict[str, Any]] = []
        size = 0
        for row in rows:
            part.append(row)
            size += self._row_bytes + sum(len(v) for v in row.values() if isinstance(v, str))
            if size >= _MESSAGE:
                yield part, size
                part, size = [], 0
        if part:
            yield part, size


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers, texts and lists, where the client gives containers of its own."""
    return {
        name: value if isinstance(value, str | int) else list(value)
        for name, value in values.items()
    }
