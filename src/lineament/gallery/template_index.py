"""Templates without people: embeddings found again among many, through the store's own index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lineament.gallery.collection import Collection
from lineament.gallery.filters import any_of
from lineament.gallery.store import Store
from lineament.gallery.table_schema import IndexKind, TableSchema

_QUERIES_A_CALL = 1000


class Neighbour(NamedTuple):
    """A template that a search found, and the cosine between both embeddings, -1 to 1."""

    id: str
    score: float


class TemplateIndex:
    """Embeddings by id in a collection of Milvus.

    Args:
        store: path of a Milvus Lite store, made where it is missing, or `http://...` of a Milvus
            server.
        dimension: D of the embeddings.
        collection: its name; made where it is missing.
        index: `hnsw` (approximate; recall is measured by benchmarks/gallery.py) or `flat` (exact).

    Raises:
        GalleryError: the store cannot be opened, or the collection has another dimension.
    """

    def __init__(
        self,
        store: str | Path,
        dimension: int,
        *,
        collection: str = "templates",
        index: IndexKind = "hnsw",
    ) -> None:
        self._store = Store(store)
        try:
            schema = TableSchema(collection, dimension, index=index)
            self._collection = Collection(self._store, schema)
        except BaseException:
            self._store.close()
            raise

    def insert(self, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Add templates.

        Args:
            ids: new ones, up to 64 ASCII letters and digits each.
            vectors: (N,D) float32 of length 1.
        """
        self._collection.insert(ids, vectors)

    def search(self, vectors: NDArray[np.float32], top: int) -> list[list[Neighbour]]:
        """The `top` most alike templates of each query, best first.

        A search of many queries at once costs much less than many searches.

        Args:
            vectors: (N,D) float32 of length 1.
            top: 1 to 16,384; fewer come back where there are fewer templates.
        """
        return [
            [Neighbour(hit.id, hit.score) for hit in hits]
            for first in range(0, len(vectors), _QUERIES_A_CALL)
            for hits in self._collection.search(vectors[first : first + _QUERIES_A_CALL], top)
        ]

    def delete(self, ids: Sequence[str]) -> None:
        """Delete templates; no later search finds them. Keys that are not there are passed over."""
        for first in range(0, len(ids), _QUERIES_A_CALL):
            self._collection.delete(any_of("id", ids[first : first + _QUERIES_A_CALL]))

    def flush(self) -> None:
        """Write what was inserted into the store's files and build the index over it.

        Before that everything is found as well, but slower. Call it once after many inserts.
        """
        self._collection.flush()
        self._collection.settle()

    def count(self) -> int:
        """How many templates there are."""
        return self._collection.count()

    def drop(self) -> None:
        """Delete the collection with all templates."""
        self._collection.drop()

    def close(self) -> None:
        """Free the store for others."""
        self._store.close()

    def __enter__(self) -> TemplateIndex:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
