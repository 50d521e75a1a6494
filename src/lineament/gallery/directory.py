"""Who is in a gallery: what can be read of it without a face."""

from __future__ import annotations

from collections.abc import Sequence

from lineament.errors import ConfigError, GalleryError
from lineament.gallery.names import checked_name, checked_tags
from lineament.gallery.people import People
from lineament.gallery.results import GalleryInfo, Person, Template
from lineament.gallery.store import Store
from lineament.gallery.templates import Templates
from lineament.weights import EmbeddingOutput, WeightRecord


class Directory:
    """The people of an open gallery and their templates."""

    def __init__(
        self, store: Store, people: People, templates: Templates, weight: WeightRecord, name: str
    ) -> None:
        self._store, self._people, self._templates = store, people, templates
        self._weight, self._name = weight, name
        self._dimension = dimension_of(weight)

    def person(self, person_id: str) -> Person:
        """A person by id.

        Raises:
            GalleryError: there is none.
        """
        found = self._people.get([person_id])
        if person_id not in found:
            raise nobody(person_id)
        return found[person_id].shown

    def find(self, name: str) -> Person | None:
        """A person by name; None where nobody has it."""
        name = checked_name(name)
        found = self._people.named([name])
        return found[name].shown if name in found else None

    def people(
        self, *, tags: Sequence[str] | None = None, offset: int = 0, limit: int = 100
    ) -> list[Person]:
        """People in order of their names; with tags, those who have at least one of them."""
        if offset < 0 or limit < 0:
            raise ConfigError(f"got offset {offset} and limit {limit}, expected none below 0")
        found = self._people.all(None if tags is None else checked_tags(tags))
        return [person.shown for person in found[offset : offset + limit]]

    def count_people(self, *, tags: Sequence[str] | None = None) -> int:
        """How many people there are; with tags, how many with at least one of them."""
        return self._people.count() if tags is None else len(self._people.all(checked_tags(tags)))

    def templates(self, person_id: str) -> list[Template]:
        """The templates of a person, the oldest first.

        Raises:
            GalleryError: there is no such person.
        """
        found = self._people.get([person_id])
        if person_id not in found:
            raise nobody(person_id)
        return [template.shown for template in self._templates.get(found[person_id].templates)]

    def thumbnail(self, template_id: str) -> bytes | None:
        """The JPEG of a template; None where none was kept, or there is no such template."""
        found = self._templates.get([template_id])
        alive = found and self._people.get([found[0].person])
        return found[0].thumbnail if alive else None

    def info(self) -> GalleryInfo:
        """What the gallery is, and how much is in it."""
        return GalleryInfo(
            store=self._store.name,
            kind=self._store.kind,
            collection=self._name,
            weight=self._weight.identifier,
            dimension=self._dimension,
            people=self._people.count(),
            templates=self._templates.count(),
            encrypted=self._templates.encrypted,
        )


def dimension_of(weight: WeightRecord) -> int:
    """D of a recognition weight's embeddings.

    Raises:
        ConfigError: the weight is of another task.
    """
    output = weight.networks[0].output
    if not isinstance(output, EmbeddingOutput):
        raise ConfigError(
            f"got the weight {weight.name} of task {weight.task}, expected one of recognition"
        )
    return output.dimension


def nobody(person: str) -> GalleryError:
    """The error for an id that no person has."""
    return GalleryError(
        f"nobody with the id {person!r} is enrolled; `lineament gallery people` lists all ids"
    )
