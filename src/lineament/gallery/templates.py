"""The templates of a gallery: rows of a collection, searched by the store or, sealed, in memory."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lineament.gallery.collection import MOST_HITS, Collection, Consistency
from lineament.gallery.filters import any_of
from lineament.gallery.memory_index import MemoryIndex
from lineament.gallery.results import Template
from lineament.gallery.sealing import Seal
from lineament.gallery.store import Store
from lineament.gallery.table_schema import LONGEST_TEXT, Column, IndexKind, TableSchema

LARGEST_THUMBNAIL = 48_000

_PLACEHOLDER = np.array([1, 0], dtype=np.float32)
_COLUMNS = (
    Column("person"),
    Column("tags", "tags"),
    Column("payload", length=8192),
    Column("thumbnail", length=LONGEST_TEXT),
)
_SEALED_VECTOR = Column("embedding", length=LONGEST_TEXT)


@dataclass(frozen=True, slots=True, eq=False)
class StoredTemplate:
    """A template with everything that the store keeps of it.

    Attributes:
        tags: tokens of the person's tags.
        vector: (D,) float32 of length 1.
        thumbnail: JPEG.
    """

    id: str
    person: str
    tags: tuple[str, ...]
    source: str | None
    quality: float | None
    enrolled: datetime
    vector: NDArray[np.float32]
    thumbnail: bytes | None

    @property
    def shown(self) -> Template:
        return Template(
            self.id, self.person, self.source, self.quality, self.enrolled, bool(self.thumbnail)
        )


class TemplateHit(NamedTuple):
    """A template that a search found."""

    id: str
    person: str
    score: float


class Templates:
    """All templates of a gallery.

    Sealed embeddings cannot be compared by the store: they are all read and opened at the start,
    and searched exactly in memory. What such a search finds is looked up in the store before it
    counts, so that what another process deleted is not found.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        dimension: int,
        seal: Seal,
        *,
        index: IndexKind,
        consistency: Consistency,
    ) -> None:
        self._seal = seal
        columns = (*_COLUMNS, _SEALED_VECTOR) if seal.encrypted else _COLUMNS
        size, kind = (len(_PLACEHOLDER), "flat") if seal.encrypted else (dimension, index)
        schema = TableSchema(name, size, columns, "flat" if kind == "flat" else "hnsw")
        self._rows = Collection(store, schema, consistency=consistency)
        self._columns = tuple(column.name for column in columns)
        self._memory = MemoryIndex(dimension) if seal.encrypted else None
        if self._memory is not None:
            for rows in self._rows.scan(("embedding",)):
                ids = [row.id for row in rows]
                opened = [self._open_vector(row.id, row.values["embedding"]) for row in rows]
                self._memory.insert(ids, np.stack(opened))

    @property
    def encrypted(self) -> bool:
        """Whether embeddings, names and pictures lie sealed in the store."""
        return self._seal.encrypted

    def insert(self, templates: Sequence[StoredTemplate], *, replace: bool = False) -> None:
        """Write templates; see `Collection.insert`."""
        if not templates:
            return
        ids = [template.id for template in templates]
        vectors = np.stack([template.vector for template in templates])
        stored = np.tile(_PLACEHOLDER, (len(ids), 1)) if self._memory is not None else vectors
        values = [self._values(template) for template in templates]
        self._rows.insert(ids, stored, values, replace=replace)
        if self._memory is not None:
            self._memory.insert(ids, vectors)

    def search(
        self,
        vectors: NDArray[np.float32],
        top: int,
        *,
        where: str = "",
        consistency: Consistency | None = None,
    ) -> list[list[TemplateHit]]:
        """The most alike templates of each query, best first.

        Args:
            vectors: (N,D) float32 of length 1.
            where: a filter of Milvus over `person` and `tags`.
        """
        if self._memory is None:
            found = self._rows.search(
                vectors, top, where=where, columns=("person",), consistency=consistency
            )
            return [
                [TemplateHit(hit.id, hit.values["person"], hit.score) for hit in hits]
                for hits in found
            ]
        allowed = None
        if where:
            allowed = [row.id for rows in self._rows.scan(where=where) for row in rows]
        near = self._memory.search(vectors, min(top, MOST_HITS), allowed)
        ids = list({template for hits in near for template, _ in hits})
        rows = self._rows.get(ids, ("person",), consistency=consistency)
        people = {row.id: row.values["person"] for row in rows}
        return [
            [
                TemplateHit(template, people[template], score)
                for template, score in hits
                if template in people
            ]
            for hits in near
        ]

    def get(self, ids: Sequence[str]) -> list[StoredTemplate]:
        """Those of these templates that are there, in the order of the ids."""
        rows = self._rows.get(ids, self._columns, vector=self._memory is None)
        found = {row.id: self._template(row) for row in rows}
        return [found[each] for each in ids if each in found]

    def of_people(self, people: Sequence[str]) -> list[StoredTemplate]:
        """All templates of a few people: 16 of 1,000 templates are as many as a server gives."""
        where = any_of("person", people)
        rows = self._rows.query(where, self._columns, vector=self._memory is None)
        return [self._template(row) for row in rows]

    def all(self) -> Iterator[list[StoredTemplate]]:
        """Every template, in parts, in order of the ids."""
        for rows in self._rows.scan(self._columns, vector=self._memory is None):
            yield [self._template(row) for row in rows]

    def there(self, ids: Sequence[str], *, consistency: Consistency | None = None) -> set[str]:
        """Which of these ids the store has."""
        return {row.id for row in self._rows.get(ids, consistency=consistency)}

    def delete_people(self, people: Sequence[str], ids: Sequence[str]) -> None:
        """Delete every template of these people; `ids` are those that are known."""
        self._rows.delete(any_of("person", people))
        if self._memory is not None:
            self._memory.delete(ids)

    def delete(self, ids: Sequence[str]) -> None:
        """Delete templates."""
        self._rows.delete(any_of("id", ids))
        if self._memory is not None:
            self._memory.delete(ids)

    def count(self, consistency: Consistency | None = None) -> int:
        """How many there are."""
        return self._rows.count(consistency)

    def settle(self) -> None:
        """See `Collection.settle`."""
        self._rows.settle()

    def purge(self) -> bool:
        """See `Collection.purge`."""
        return self._rows.purge()

    def _values(self, template: StoredTemplate) -> dict[str, Any]:
        payload = {
            "source": template.source,
            "quality": template.quality,
            "enrolled": template.enrolled.timestamp(),
        }
        values: dict[str, Any] = {
            "person": template.person,
            "tags": list(template.tags),
            "payload": self._seal.close(json.dumps(payload).encode(), f"{template.id}/payload"),
            "thumbnail": "",
        }
        if template.thumbnail:
            place = f"{template.id}/thumbnail"
            values["thumbnail"] = self._seal.close(template.thumbnail, place)
        if self._memory is not None:
            data = template.vector.astype("<f4").tobytes()
            values["embedding"] = self._seal.close(data, f"{template.id}/embedding")
        return values

    def _template(self, row: Any) -> StoredTemplate:
        values = row.values
        payload = json.loads(self._seal.open(values["payload"], f"{row.id}/payload"))
        vector = row.vector
        if vector is None:
            vector = self._open_vector(row.id, values["embedding"])
        picture = None
        if values["thumbnail"]:
            picture = self._seal.open(values["thumbnail"], f"{row.id}/thumbnail")
        return StoredTemplate(
            row.id,
            values["person"],
            tuple(values["tags"]),
            payload["source"],
            payload["quality"],
            datetime.fromtimestamp(payload["enrolled"], UTC),
            vector,
            picture,
        )

    def _open_vector(self, template: str, text: str) -> NDArray[np.float32]:
        data = self._seal.open(text, f"{template}/embedding")
        return np.frombuffer(data, dtype="<f4").astype(np.float32)


assert len(base64.b64encode(bytes(LARGEST_THUMBNAIL + 28))) <= LONGEST_TEXT
