"""The way of a candidate into the gallery: judged, given an id, written."""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from lineament.errors import ConfigError
from lineament.gallery.enrolment_gate import Gate
from lineament.gallery.names import checked_name, checked_tags
from lineament.gallery.options import GalleryOptions
from lineament.gallery.people import People, StoredPerson
from lineament.gallery.results import Candidate, Enrolment, Refusal
from lineament.gallery.templates import LARGEST_THUMBNAIL, StoredTemplate, Templates
from lineament.weights import WeightRecord

LONGEST_SOURCE = 1000
_LONGEST_RETENTION = 100 * 365.25
_NEAREST = 3
"""Templates that a candidate is compared with. Where all of them are the person's own, nobody
else's face is nearer."""


@dataclass(frozen=True, slots=True)
class Enrolee:
    """One person of many who are enrolled at once.

    Attributes:
        tags: added to those that the person has.
    """

    name: str
    candidates: Sequence[Candidate]
    tags: Sequence[str] = ()

    def checked(self) -> Enrolee:
        """The same with its texts in order.

        Raises:
            ConfigError: a name or tag that cannot be, or too large a thumbnail.
        """
        for candidate in self.candidates:
            size = len(candidate.thumbnail or b"")
            if size > LARGEST_THUMBNAIL:
                raise ConfigError(
                    f"got a thumbnail of {size} bytes, expected at most {LARGEST_THUMBNAIL}; make "
                    "it smaller"
                )
        return Enrolee(checked_name(self.name), self.candidates, checked_tags(self.tags))


def expiry(now: datetime, days: float | None) -> datetime | None:
    """When somebody enrolled now is forgotten.

    Raises:
        ConfigError: the days are not above 0, or too many.
    """
    if days is None:
        return None
    if not (math.isfinite(days) and 0 < days <= _LONGEST_RETENTION):
        raise ConfigError(f"got {days} retention days, expected more than 0 and at most 36525")
    return now + timedelta(days=days)


@dataclass(slots=True)
class _Outcome:
    """What becomes of one enrolee."""

    person: StoredPerson
    before: StoredPerson
    added: list[StoredTemplate] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    @property
    def exists(self) -> bool:
        return bool(self.person.templates)


def enrol_people(
    people: People,
    templates: Templates,
    enrolees: Sequence[Enrolee],
    weight: WeightRecord,
    options: GalleryOptions,
    *,
    retention_days: float | None,
    allow_lookalike: bool,
) -> list[Enrolment]:
    """Judge and write all candidates of all people; see `Gallery.enrol_many`."""
    now = datetime.now(UTC)
    expires = expiry(now, retention_days)
    enrolees = [each.checked() for each in enrolees]
    vectors = [each.embedding.vector for enrolee in enrolees for each in enrolee.candidates]
    known = people.named([each.name for each in enrolees])
    count = {person.id: len(person.templates) for person in known.values()}
    among = templates.count("Bounded") + len(vectors)
    gate = Gate(options, weight, among, count, allow_lookalike=allow_lookalike)
    gate.expect(len(vectors))
    near = iter(templates.search(np.stack(vectors), _NEAREST) if vectors else [])
    outcomes = []
    for enrolee in enrolees:
        before = known.get(enrolee.name) or StoredPerson(
            secrets.token_hex(16), enrolee.name, (), now, expires, ()
        )
        tags = checked_tags((*before.tags, *enrolee.tags))
        outcome = _Outcome(replace(before, tags=tags), before)
        for index, candidate in enumerate(enrolee.candidates):
            refusal = gate.judge(index, candidate, before.id, next(near))
            if refusal:
                outcome.refused.append(refusal)
            else:
                outcome.added.append(_template(candidate, outcome.person, now, people))
        ids = (template.id for template in outcome.added)
        outcome.person = replace(
            outcome.person,
            templates=(*before.templates, *ids),
            expires=before.expires if retention_days is None else expires,
        )
        known[enrolee.name] = outcome.person
        outcomes.append(outcome)
    _write(people, templates, outcomes)
    return [
        Enrolment(
            known[each.person.name].shown if each.exists else None,
            tuple(template.shown for template in each.added),
            tuple(each.refused),
        )
        for each in outcomes
    ]


def _write(people: People, templates: Templates, outcomes: Sequence[_Outcome]) -> None:
    """People first: a template whose person is not there would be nobody's and never deleted."""
    last = {each.person.id: each.person for each in outcomes if each.exists}
    people.put(list(last.values()))
    templates.insert([template for each in outcomes for template in each.added])
    for each in outcomes:
        if each.before.templates and each.person.tags != each.before.tags:
            tokens = people.tokens(each.person.tags)
            old = templates.get(each.before.templates)
            templates.insert([replace(one, tags=tokens) for one in old], replace=True)


def _template(
    candidate: Candidate, person: StoredPerson, now: datetime, people: People
) -> StoredTemplate:
    return StoredTemplate(
        secrets.token_hex(16),
        person.id,
        people.tokens(person.tags),
        None if candidate.source is None else candidate.source[:LONGEST_SOURCE],
        candidate.embedding.quality,
        now,
        candidate.embedding.vector,
        candidate.thumbnail,
    )
