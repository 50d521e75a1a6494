"""Which columns a collection has: made in a store, and checked where it is there already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lineament.errors import GalleryError
from lineament.gallery.store import Store

IndexKind = Literal["hnsw", "flat"]

ID_LENGTH = 64
LONGEST_TEXT = 65_535
MOST_TAGS = 64
HNSW = {"M": 16, "efConstruction": 64}
"""Among 20,000 embeddings a denser graph took three times as long and found nothing more."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column beside id and vector.

    Attributes:
        kind: `text`, `integer` (64 bit), or `tags`, a list of texts.
        length: most bytes of a text.
    """

    name: str
    kind: Literal["text", "integer", "tags"] = "text"
    length: int = ID_LENGTH


@dataclass(frozen=True, slots=True)
class TableSchema:
    """What a collection is made of.

    Attributes:
        name: letters, digits and underscores.
        dimension: D of the vectors.
        columns: beside id and vector.
        index: `hnsw` (approximate) or `flat` (exact, slower).

    Raises:
        GalleryError: the name is not allowed.
    """

    name: str
    dimension: int
    columns: tuple[Column, ...] = ()
    index: IndexKind = "hnsw"

    def __post_init__(self) -> None:
        if not (self.name.isascii() and self.name.isidentifier()) or len(self.name) > 100:
            raise GalleryError(
                f"got the collection name {self.name!r}, expected up to 100 letters, digits and "
                "underscores, not beginning with a digit"
            )

    def create(self, store: Store, consistency: str) -> None:
        """Make the collection."""
        from pymilvus import DataType

        schema = store.client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=ID_LENGTH)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self.dimension)
        for column in self.columns:
            if column.kind == "tags":
                schema.add_field(
                    column.name,
                    DataType.ARRAY,
                    element_type=DataType.VARCHAR,
                    max_capacity=MOST_TAGS,
                    max_length=column.length,
                )
            elif column.kind == "integer":
                schema.add_field(column.name, DataType.INT64)
            else:
                schema.add_field(column.name, DataType.VARCHAR, max_length=column.length)
        indices = store.client.prepare_index_params()
        indices.add_index(
            "vector",
            index_type=self.index.upper(),
            metric_type="IP",
            params=HNSW if self.index == "hnsw" else {},
        )
        store.call(
            "create_collection",
            self.name,
            schema=schema,
            index_params=indices,
            consistency_level=consistency,
        )

    def check(self, store: Store) -> None:
        """Compare with a collection that is there.

        Raises:
            GalleryError: it has other columns, or vectors of another dimension.
        """
        fields = store.call("describe_collection", self.name)["fields"]
        names = {field["name"] for field in fields}
        expected = {"id", "vector", *(column.name for column in self.columns)}
        if names != expected:
            raise GalleryError(
                f"the collection {self.name} of {store.name} has the columns "
                f"{', '.join(sorted(names))}, expected {', '.join(sorted(expected))}: something "
                "else made it; name another collection"
            )
        found = next(field["params"]["dim"] for field in fields if field["name"] == "vector")
        if int(found) != self.dimension:
            raise GalleryError(
                f"the collection {self.name} of {store.name} has vectors of {found} numbers, "
                f"expected {self.dimension}; name another collection"
            )
