"""The people of a gallery, and the row that says which weight and key the gallery is of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from lineament.errors import GalleryError
from lineament.gallery.collection import Collection, Consistency, Row
from lineament.gallery.filters import any_of, any_tag_of
from lineament.gallery.results import Person
from lineament.gallery.sealing import KEY_VARIABLE, Seal
from lineament.gallery.store import Store
from lineament.gallery.table_schema import LONGEST_TEXT, Column, TableSchema

FORMAT = 1
_ABOUT = "about"
_PLACEHOLDER = np.array([1, 0], dtype=np.float32)  # Milvus wants a vector in every collection
_COLUMNS = (
    Column("name"),
    Column("tags", "tags"),
    Column("expires", "integer"),
    Column("payload", length=LONGEST_TEXT),
)
_NEVER = 0
_NOBODY = -1


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A person with everything that the store keeps.

    Attributes:
        templates: ids. A template is written after its person, so that a process that is killed
            in between leaves an id without a template and never a template of nobody.
    """

    id: str
    name: str
    tags: tuple[str, ...]
    enrolled: datetime
    expires: datetime | None
    templates: tuple[str, ...]

    @property
    def shown(self) -> Person:
        return Person(
            self.id, self.name, self.tags, len(self.templates), self.enrolled, self.expires
        )

    def without(self, templates: Sequence[str]) -> StoredPerson:
        left = tuple(each for each in self.templates if each not in set(templates))
        return replace(self, templates=left)


class People:
    """All people of a gallery. Those whose time is over are not found, forgotten already or not.

    Raises:
        GalleryError: the gallery is of another weight, needs a key, has none, or another one.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        seal: Seal,
        weight: str,
        dimension: int,
        *,
        consistency: Consistency,
    ) -> None:
        schema = TableSchema(f"{name}_people", len(_PLACEHOLDER), _COLUMNS, "flat")
        self._rows = Collection(store, schema, consistency=consistency)
        self._seal = seal
        where = f"the collection {name} of {store.name}"
        about = self._rows.get([_ABOUT], ("payload",), consistency="Strong")
        if about:
            _check_about(json.loads(about[0].values["payload"]), seal, weight, where)
        else:
            payload = {
                "format": FORMAT,
                "weight": weight,
                "dimension": dimension,
                "encrypted": seal.encrypted,
                "check": seal.close(b"lineament", _ABOUT),
            }
            self._write(_ABOUT, "", (), _NOBODY, json.dumps(payload))

    def put(self, people: Sequence[StoredPerson]) -> None:
        """Write people, in place of those of the same ids."""
        if people:
            self._rows.insert(
                [person.id for person in people],
                np.tile(_PLACEHOLDER, (len(people), 1)),
                [self._values(person) for person in people],
                replace=True,
            )

    def get(
        self, ids: Sequence[str], *, consistency: Consistency | None = None
    ) -> dict[str, StoredPerson]:
        """Those of these people that are there, by id."""
        rows = self._rows.get(ids, ("expires", "payload"), consistency=consistency)
        return {person.id: person for person in self._alive(rows)}

    def there(self, ids: Sequence[str], *, consistency: Consistency | None = None) -> set[str]:
        """Which of these ids the store has, their time over or not."""
        return {row.id for row in self._rows.get(ids, consistency=consistency)}

    def named(self, names: Sequence[str]) -> dict[str, StoredPerson]:
        """Those of these people that are there, by name; of two of one name the older one."""
        tokens = [self._seal.token(name) for name in names]
        rows = self._rows.query(any_of("name", tokens), ("expires", "payload"))
        found = sorted(self._alive(rows), key=lambda each: (each.enrolled, each.id), reverse=True)
        return {person.name: person for person in found}

    def all(self, tags: Sequence[str] | None = None) -> list[StoredPerson]:
        """Everybody, or everybody with at least one of the tags, by name."""
        where = f"expires != {_NOBODY}"
        if tags is not None:
            where = any_tag_of("tags", self.tokens(tags))
        found = [
            person
            for rows in self._rows.scan(("expires", "payload"), where=where)
            for person in self._alive(rows)
        ]
        return sorted(found, key=lambda each: (each.name.casefold(), each.name, each.id))

    def expired(self) -> list[str]:
        """Ids of those whose time is over."""
        where = f"expires > {_NEVER} and expires <= {_now()}"
        return [row.id for rows in self._rows.scan(where=where) for row in rows]

    def delete(self, ids: Sequence[str]) -> None:
        """Delete people."""
        self._rows.delete(any_of("id", ids))

    def count(self) -> int:
        """How many there are."""
        return self._rows.count() - 1

    def tokens(self, tags: Sequence[str]) -> tuple[str, ...]:
        """What stands for tags in the store."""
        return tuple(self._seal.token(tag) for tag in tags)

    def purge(self) -> bool:
        """See `Collection.purge`."""
        return self._rows.purge()

    def _values(self, person: StoredPerson) -> dict[str, Any]:
        payload = {
            "name": person.name,
            "tags": person.tags,
            "enrolled": person.enrolled.timestamp(),
            "templates": person.templates,
        }
        expires = int(person.expires.timestamp()) if person.expires else _NEVER
        return {
            "name": self._seal.token(person.name),
            "tags": list(self.tokens(person.tags)),
            "expires": expires,
            "payload": self._seal.close(json.dumps(payload).encode(), person.id),
        }

    def _write(self, row: str, name: str, tags: Sequence[str], expires: int, payload: str) -> None:
        values = {"name": name, "tags": list(tags), "expires": expires, "payload": payload}
        self._rows.insert([row], _PLACEHOLDER[None], [values], replace=True)

    def _alive(self, rows: Sequence[Row]) -> list[StoredPerson]:
        now = _now()
        alive = []
        for row in rows:
            expires = row.values["expires"]
            if expires == _NEVER or expires > now:
                payload = json.loads(self._seal.open(row.values["payload"], row.id))
                alive.append(
                    StoredPerson(
                        row.id,
                        payload["name"],
                        tuple(payload["tags"]),
                        datetime.fromtimestamp(payload["enrolled"], UTC),
                        datetime.fromtimestamp(expires, UTC) if expires else None,
                        tuple(payload["templates"]),
                    )
                )
        return alive


def _check_about(about: dict[str, Any], seal: Seal, weight: str, where: str) -> None:
    if about["format"] != FORMAT:
        raise GalleryError(
            f"{where} is of format {about['format']}, expected {FORMAT}; read it with the version "
            "of lineament that wrote it, export it, and import it here"
        )
    if about["encrypted"] and not seal.encrypted:
        raise GalleryError(f"{where} is encrypted, and no key was given; set {KEY_VARIABLE} to it")
    if seal.encrypted and not about["encrypted"]:
        raise GalleryError(
            f"{where} is not encrypted, but a key was given; leave {KEY_VARIABLE} unset, or export "
            "the gallery and import it into a new one with the key"
        )
    seal.open(about["check"], _ABOUT)
    if about["weight"] != weight:
        raise GalleryError(
            f"{where} holds embeddings of {about['weight']}, but the weight in use is {weight}: "
            "they cannot be compared; use that weight, or enrol everybody anew in another "
            "collection"
        )


def _now() -> int:
    return int(datetime.now(UTC).timestamp())
