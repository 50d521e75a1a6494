"""Exact search in memory, for templates that lie encrypted in the store."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

_ROWS_A_BLOCK = 65_536
_FIRST_ROWS = 1024


class MemoryIndex:
    """Embeddings by id, compared one by one. Threads may share it.

    It needs 4 x D bytes of memory for each template: 100 MB for 100,000 of 256 numbers.
    """

    def __init__(self, dimension: int) -> None:
        self._vectors = np.empty((_FIRST_ROWS, dimension), dtype=np.float32)
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._ids)

    def insert(self, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Add templates, or replace those of the same ids.

        Args:
            vectors: (N,D) float32.
        """
        with self._lock:
            for template, vector in zip(ids, vectors, strict=True):
                row = self._rows.get(template, len(self._ids))
                if row == len(self._ids):
                    if row == len(self._vectors):
                        larger = np.empty((2 * row, self._vectors.shape[1]), dtype=np.float32)
                        larger[:row] = self._vectors
                        self._vectors = larger
                    self._ids.append(template)
                    self._rows[template] = row
                self._vectors[row] = vector

    def delete(self, ids: Sequence[str]) -> None:
        """Remove templates; ids that are not there are passed over."""
        with self._lock:
            for template in ids:
                row = self._rows.pop(template, None)
                if row is None:
                    continue
                last = len(self._ids) - 1
                self._vectors[row] = self._vectors[last]
                self._vectors[last] = 0
                self._ids[row] = self._ids[last]
                self._ids.pop()
                if row != last:
                    self._rows[self._ids[row]] = row

    def search(
        self, vectors: NDArray[np.float32], top: int, allowed: Collection[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """The ids with the largest inner products and these, best first, for each query.

        Args:
            vectors: (N,D) float32.
            allowed: search among these ids alone.
        """
        with self._lock:
            if allowed is None:
                rows = np.arange(len(self._ids))
            else:
                among = (self._rows.get(template) for template in allowed)
                rows = np.array([row for row in among if row is not None], dtype=np.int64)
            ids = [self._ids[row] for row in rows] if allowed is not None else list(self._ids)
            scores = np.empty((len(vectors), len(rows)), dtype=np.float32)
            for first in range(0, len(rows), _ROWS_A_BLOCK):
                block = slice(first, first + _ROWS_A_BLOCK)
                among_rows = block if allowed is None else rows[block]
                known = self._vectors[among_rows][: len(rows) - first]
                scores[:, block] = vectors @ known.T
        return [_best(line, ids, top) for line in scores]


def _best(scores: NDArray[np.float32], ids: Sequence[str], top: int) -> list[tuple[str, float]]:
    few = min(top, len(ids))
    best = np.argpartition(-scores, few - 1)[:few] if few < len(ids) else np.arange(len(ids))
    ordered = best[np.argsort(-scores[best], kind="stable")]
    return [(ids[row], float(np.clip(scores[row], -1, 1))) for row in ordered]
