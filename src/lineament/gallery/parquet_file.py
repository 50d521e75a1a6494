"""A gallery as one Parquet file: written whole, read into another gallery."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from lineament.errors import ConfigError, GalleryError
from lineament.face import FaceEmbedding
from lineament.gallery.names import checked_name, checked_tags
from lineament.gallery.people import People, StoredPerson
from lineament.gallery.templates import StoredTemplate, Templates

FORMAT = "lineament.gallery/1"
_ROWS_A_READ = 2000


def _schema(weight: str, dimension: int) -> Any:
    import pyarrow as pa

    moment = pa.timestamp("us", tz="UTC")
    fields = [
        ("template_id", pa.string()),
        ("person_id", pa.string()),
        ("name", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("source", pa.string()),
        ("quality", pa.float64()),
        ("enrolled", moment),
        ("person_enrolled", moment),
        ("expires", moment),
        ("thumbnail", pa.binary()),
        ("embedding", pa.list_(pa.float32(), dimension)),
    ]
    return pa.schema(fields, metadata={"format": FORMAT, "weight": weight})


def write_parquet(
    path: Path, people: People, templates: Templates, weight: str, dimension: int
) -> int:
    """Write all templates with their people; how many. See `Gallery.export`.

    Raises:
        GalleryError: the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    owners = {person.id: person for person in people.all()}
    schema = _schema(weight, dimension)
    partial = path.with_name(f".{path.name}.partial")
    count = 0
    try:
        with (
            os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file,
            pq.ParquetWriter(file, schema) as writer,
        ):
            for stored in templates.all():
                rows = [_row(each, owners[each.person]) for each in stored if each.person in owners]
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
                count += len(rows)
        partial.replace(path)
    except OSError as error:
        raise GalleryError(
            f"the gallery cannot be written to {path}: {error.strerror or error}; name a file in "
            "a folder that is there, on a disk with space"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return count


def read_parquet(
    path: Path, people: People, templates: Templates, weight: str, dimension: int
) -> int:
    """Add the templates of a file; how many are new. See `Gallery.import_`.

    Raises:
        GalleryError: the file is no such export, or of another weight.
    """
    count = 0
    for rows in _read(path, weight, dimension):
        there = templates.there([row["template_id"] for row in rows])
        new = [row for row in rows if row["template_id"] not in there]
        known = people.named([row["name"] for row in new])
        added = []
        for row in new:
            known[row["name"]] = person = _with(known.get(row["name"]), row)
            added.append(
                StoredTemplate(
                    row["template_id"],
                    person.id,
                    people.tokens(person.tags),
                    row["source"],
                    row["quality"],
                    row["enrolled"],
                    row["embedding"],
                    row["thumbnail"],
                )
            )
        people.put(list(known.values()))
        templates.insert(added)
        count += len(added)
    return count


def _row(template: StoredTemplate, person: StoredPerson) -> dict[str, Any]:
    return {
        "template_id": template.id,
        "person_id": person.id,
        "name": person.name,
        "tags": list(person.tags),
        "source": template.source,
        "quality": template.quality,
        "enrolled": template.enrolled,
        "person_enrolled": person.enrolled,
        "expires": person.expires,
        "thumbnail": template.thumbnail,
        "embedding": template.vector,
    }


def _with(person: StoredPerson | None, row: dict[str, Any]) -> StoredPerson:
    """The person of a row, with its template."""
    if person is None:
        person = StoredPerson(
            row["person_id"], row["name"], row["tags"], row["person_enrolled"], row["expires"], ()
        )
    tags = tuple(dict.fromkeys((*person.tags, *row["tags"])))
    return replace(person, tags=tags, templates=(*person.templates, row["template_id"]))


def _read(path: Path, weight: str, dimension: int) -> Iterator[list[dict[str, Any]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            said = file.schema_arrow.metadata or {}
            if said.get(b"format") != FORMAT.encode():
                raise GalleryError(
                    f"{path} is no export of a gallery, expected a Parquet file of format "
                    f"{FORMAT}, as `lineament gallery export` writes it"
                )
            if said.get(b"weight") != weight.encode():
                raise GalleryError(
                    f"{path} holds embeddings of {said.get(b'weight', b'').decode()}, but the "
                    f"gallery's weight is {weight}: they cannot be compared; import it into a "
                    "gallery of that weight"
                )
            if not file.schema_arrow.equals(_schema(weight, dimension)):
                raise GalleryError(f"{path} has other columns than format {FORMAT} says")
            for batch in file.iter_batches(_ROWS_A_READ):
                yield [_checked(row, path, weight) for row in batch.to_pylist()]
    except (OSError, pa.ArrowException) as error:
        raise GalleryError(
            f"{path} cannot be read as Parquet: {error}; give a file that `lineament gallery "
            "export` wrote"
        ) from error


def _checked(row: dict[str, Any], path: Path, weight: str) -> dict[str, Any]:
    try:
        ids = (row["template_id"], row["person_id"])
        if not all(len(bytes.fromhex(each)) == 16 for each in ids):
            raise ValueError(f"ids need 32 hexadecimal digits, got {ids}")
        vector = FaceEmbedding(np.asarray(row["embedding"], dtype=np.float32), weight).vector
        return {
            **row,
            "name": checked_name(row["name"]),
            "tags": checked_tags(row["tags"] or ()),
            "enrolled": row["enrolled"] or datetime.now(UTC),
            "person_enrolled": row["person_enrolled"] or datetime.now(UTC),
            "embedding": vector,
        }
    except (TypeError, ValueError, ConfigError) as error:
        raise GalleryError(
            f"{path} has a row that is no template: {error}; give a file that `lineament gallery "
            "export` wrote"
        ) from error
