"""What the operations of the gallery do, off the event loop, each with its entry in the audit log.

Work and entry are one step of one thread: a client that goes away in the middle leaves neither
without the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lineament.errors import GalleryError
from lineament.face import Face, FaceEmbedding
from lineament.gallery.results import (
    Candidate,
    Enrolment,
    Forgotten,
    Person,
    Refusal,
    SearchResult,
    Template,
)
from lineament.server.audit import AuditLog
from lineament.server.gallery_forms import EnrolForm, SearchForm
from lineament.server.photo_workers import Photo
from lineament.server.problem import Problem
from lineament.server.thumbnail import thumbnail

if TYPE_CHECKING:
    from lineament.gallery.gallery import Gallery

_ALL = 10**9

NO_FACE = (
    "no face was found in this picture, expected one; send a picture that shows the face larger "
    "or more clearly"
)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: name of the key and number of the request, for the audit log."""

    key: str | None
    request: str | None


@dataclass(frozen=True, slots=True)
class GalleryWork:
    """A gallery with its audit log.

    The methods block; they are for worker threads.
    """

    gallery: Gallery
    audit: AuditLog

    def enrol(
        self, form: EnrolForm, candidates: Sequence[Candidate | None], asker: Asker
    ) -> Enrolment:
        """Enrol the faces of one person; a picture without a face is refused."""
        places = [place for place, each in enumerate(candidates) if each is not None]
        refused = [
            Refusal(place, None, "no_face", NO_FACE)
            for place, each in enumerate(candidates)
            if each is None
        ]
        if not places:
            return Enrolment(self.gallery.find(form.name), (), tuple(refused))
        done = self.gallery.enrol(
            form.name,
            [each for each in candidates if each is not None],
            tags=form.tags,
            retention_days=form.retention_days,
            allow_lookalike=form.allow_lookalike,
        )
        if done.person:
            self.audit.write(
                "enrol",
                key=asker.key,
                request=asker.request,
                people=[done.person.id],
                templates=[template.id for template in done.enrolled],
                count=len(candidates),
            )
        refused += [replace(each, index=places[each.index]) for each in done.refused]
        refused.sort(key=lambda each: each.index)
        return Enrolment(done.person, done.enrolled, tuple(refused))

    def search(
        self, form: SearchForm, embeddings: Sequence[FaceEmbedding], asker: Asker
    ) -> list[SearchResult]:
        """Whom each face resembles; the audit log holds whom a search named."""
        found = (
            self.gallery.search(embeddings, top=form.top, fpir=form.fpir, tags=form.tags or None)
            if embeddings
            else []
        )
        named = dict.fromkeys(match.person_id for result in found for match in result.matches)
        self.audit.write(
            "search",
            key=asker.key,
            request=asker.request,
            people=list(named),
            count=len(embeddings),
        )
        return found

    def people(self, tags: Sequence[str], offset: int, limit: int) -> tuple[list[Person], int]:
        """A page of the people who have one of the tags, and how many there are in all."""
        wanted = list(tags) or None
        page = self.gallery.people(tags=wanted, offset=offset, limit=limit)
        return page, self.gallery.count_people(tags=wanted)

    def person(self, person: str) -> tuple[Person, list[Template]]:
        """A person and their templates."""
        with self._unknown("person"):
            return self.gallery.person(person), self.gallery.templates(person)

    def forget_person(self, person: str, asker: Asker) -> Forgotten:
        """Forget a person for good, and in the log what was done with them before."""
        try:
            with self._unknown("person"):
                gone = self.gallery.forget(person=person)
        except Problem:
            # A server that died between the two left this for whoever asks again.
            self.audit.purge({person}, ())
            raise
        return self._forgotten(gone, asker)

    def forget_template(self, template: str, asker: Asker) -> Forgotten:
        """Forget one template; with the last one its person."""
        with self._unknown("template"):
            gone = self.gallery.forget(template=template)
        return self._forgotten(gone, asker)

    def forget_expired(self) -> Forgotten:
        """Forget whose time is over."""
        gone = self.gallery.forget_expired()
        if gone.people or gone.templates:
            self.audit.forget("expire", gone.people, gone.templates)
        return gone

    def purge_absent(self) -> None:
        """Take those out of the log who are no longer in the gallery: a gallery forgets whose
        time is over when it is opened, and a server may die between forgetting and logging."""
        logged = self.audit.people()
        if logged:
            there = {person.id for person in self.gallery.people(limit=_ALL)}
            self.audit.purge(logged - there, ())

    def _forgotten(self, gone: Forgotten, asker: Asker) -> Forgotten:
        self.audit.forget(
            "forget", gone.people, gone.templates, key=asker.key, request=asker.request
        )
        return gone

    @contextmanager
    def _unknown(self, what: str) -> Iterator[None]:
        """An id that a working gallery does not know is a 404."""
        try:
            yield
        except GalleryError as error:
            self.gallery.info()  # raises where the store itself fails
            raise unknown_id(what) from error


def largest_candidate(photo: Photo, *, keep_thumbnail: bool) -> Candidate | None:
    """The largest face of a picture as a candidate; None where there is no face."""
    face = max(photo.faces, key=lambda each: each.box.width * each.box.height, default=None)
    if face is None or face.embedding is None:
        return None
    kept = thumbnail(photo.image, face.box) if keep_thumbnail else None
    side = max(face.box.width, face.box.height)
    return Candidate(face.embedding, None, kept, side)


def searched_face(face: Face, result: SearchResult) -> dict[str, Any]:
    """Plain data for JSON of one face and whom it resembles."""
    return {"box": face.box.to_list(), "score": round(face.score, 4), **result.to_dict()}


def unknown_id(what: str) -> Problem:
    return Problem(
        404,
        "not-found",
        f"there is no such {what}, expected the id of one; GET /v1/gallery/people lists them",
    )
