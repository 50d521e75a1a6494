"""A gallery in memory, exact and simple: what the server's tests talk to."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from lineament.errors import GalleryError
from lineament.gallery.results import (
    Enrolment,
    Forgotten,
    GalleryInfo,
    Person,
    Refusal,
    SearchMatch,
    SearchResult,
    Template,
)

SAME = 0.999
THRESHOLD = 0.7


@dataclass
class _Kept:
    shown: Template
    candidate: object


class StandInGallery:
    """The public methods of `lineament.gallery.gallery.Gallery` that the server calls.

    Attributes:
        failure: raised by every method while it is set.
    """

    def __init__(self, weight: str) -> None:
        self.weight = weight
        self.failure: Exception | None = None
        self._people: dict[str, Person] = {}
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.RLock()

    def _check(self) -> None:
        if self.failure:
            raise self.failure

    def enrol(self, name, candidates, *, tags=(), retention_days=None, allow_lookalike=False):
        self._check()
        with self._lock:
            now = datetime.now(UTC)
            expires = now + timedelta(days=retention_days) if retention_days else None
            person = self.find(name) or Person(
                secrets.token_hex(16), name, tuple(tags), 0, now, expires
            )
            added, refused = [], []
            for index, candidate in enumerate(candidates):
                near = [
                    kept
                    for kept in self._kept.values()
                    if kept.candidate.embedding.similarity(candidate.embedding) > SAME
                ]
                if any(kept.shown.person_id == person.id for kept in near):
                    refused.append(Refusal(index, None, "duplicate", "the same picture again"))
                elif near and not allow_lookalike:
                    other = near[0].shown.person_id
                    refused.append(Refusal(index, None, "lookalike", "another's face", other))
                else:
                    shown = Template(
                        *(secrets.token_hex(16), person.id, candidate.source),
                        candidate.embedding.quality,
                        now,
                        candidate.thumbnail is not None,
                    )
                    self._kept[shown.id] = _Kept(shown, candidate)
                    added.append(shown)
            if not added and person.id not in self._people:
                return Enrolment(None, (), tuple(refused))
            self._people[person.id] = person
            return Enrolment(self.person(person.id), tuple(added), tuple(refused))

    def search(self, embeddings, *, top=5, fpir=None, tags=None):
        self._check()
        results = []
        for embedding in embeddings:
            best = {}
            for kept in self._kept.values():
                person = self._people[kept.shown.person_id]
                if tags is not None and not set(tags) & set(person.tags):
                    continue
                score = embedding.similarity(kept.candidate.embedding)
                if person.id not in best or score > best[person.id].score:
                    best[person.id] = SearchMatch(person.id, person.name, kept.shown.id, score, 0.5)
            matches = sorted(best.values(), key=lambda match: -match.score)[:top]
            known = bool(matches) and matches[0].score >= THRESHOLD
            results.append(SearchResult(tuple(matches), THRESHOLD, fpir or 0.01, known))
        return results

    def forget(self, *, person=None, template=None):
        self._check()
        with self._lock:
            if template is not None:
                if template not in self._kept:
                    raise GalleryError("no such template")
                gone, owner = [template], self._kept[template].shown.person_id
            else:
                self.person(person)
                gone = [key for key, kept in self._kept.items() if kept.shown.person_id == person]
                owner = person
            for key in gone:
                del self._kept[key]
            left = any(kept.shown.person_id == owner for kept in self._kept.values())
            if not left:
                del self._people[owner]
            return Forgotten(() if left else (owner,), tuple(gone), True)

    def forget_expired(self):
        self._check()
        now = datetime.now(UTC)
        over = [each.id for each in self._people.values() if each.expires and each.expires < now]
        gone = [self.forget(person=each) for each in over]
        templates = tuple(template for each in gone for template in each.templates)
        return Forgotten(tuple(over), templates, True)

    def person(self, person_id):
        self._check()
        if person_id not in self._people:
            raise GalleryError("nobody with this id is enrolled")
        count = sum(kept.shown.person_id == person_id for kept in self._kept.values())
        return replace(self._people[person_id], templates=count)

    def find(self, name):
        self._check()
        found = [each.id for each in self._people.values() if each.name == name]
        return self.person(found[0]) if found else None

    def people(self, *, tags=None, offset=0, limit=100):
        self._check()
        found = [
            self.person(each.id)
            for each in sorted(self._people.values(), key=lambda person: person.name)
            if tags is None or set(tags) & set(each.tags)
        ]
        return found[offset : offset + limit]

    def count_people(self, *, tags=None):
        return len(self.people(tags=tags, limit=10**9))

    def templates(self, person_id):
        self.person(person_id)
        return [k.shown for k in self._kept.values() if k.shown.person_id == person_id]

    def thumbnail(self, template_id):
        self._check()
        kept = self._kept.get(template_id)
        return kept.candidate.thumbnail if kept else None

    def info(self):
        self._check()
        return GalleryInfo(
            *("memory", "lite", "faces", self.weight, 16),
            len(self._people),
            len(self._kept),
            False,
        )

    def close(self) -> None:
        pass
