"""People enrolled by their faces, found again, and forgotten for good."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from lineament.errors import ConfigError, EmbeddingError
from lineament.face import FaceEmbedding
from lineament.gallery.directory import Directory, dimension_of, nobody
from lineament.gallery.enrolment import Enrolee, enrol_people
from lineament.gallery.filters import any_of, any_tag_of
from lineament.gallery.forgetting import forget_people, forget_template
from lineament.gallery.names import checked_tags
from lineament.gallery.options import GalleryOptions
from lineament.gallery.parquet_file import read_parquet, write_parquet
from lineament.gallery.people import People
from lineament.gallery.results import (
    Candidate,
    Enrolment,
    Forgotten,
    SearchResult,
)
from lineament.gallery.sealing import seal_for
from lineament.gallery.searching import search_people
from lineament.gallery.store import Store
from lineament.gallery.templates import Templates
from lineament.weights import WeightRecord

_LOG = logging.getLogger(__name__)


class Gallery(Directory):
    """People by their faces in a store; get one from `Gallery.open`.

    Threads may share it. Ids are random and mean nothing outside the gallery.
    """

    @classmethod
    def open(
        cls,
        store: str | Path = "gallery.db",
        *,
        weight: WeightRecord,
        collection: str = "faces",
        key: bytes | None = None,
        options: GalleryOptions | None = None,
        create: bool = True,
    ) -> Gallery:
        """Open a gallery. Those whose time is over are forgotten first.

        Args:
            store: path of a Milvus Lite store, or `http://...` of a Milvus server or cluster.
            weight: recognition weight whose embeddings it holds.
            collection: its name within the store.
            key: 32 bytes; with it everything but ids and dates lies encrypted in the store.
            options: thresholds and limits.
            create: make what is missing; otherwise a missing store is an error.

        Raises:
            GalleryError: the store is missing, full, in use, or does not answer; or the gallery
                is of another weight or key.
        """
        options = options or GalleryOptions()
        consistency, size, seal = options.consistency, dimension_of(weight), seal_for(key)
        opened = Store(store, create=create)
        try:
            people = People(
                opened, collection, seal, weight.identifier, size, consistency=consistency
            )
            templates = Templates(
                opened, collection, size, seal, index=options.index, consistency=consistency
            )
            gallery = cls(opened, people, templates, weight, options, collection)
            gallery.forget_expired()
        except BaseException:
            opened.close()
            raise
        return gallery

    def __init__(
        self,
        store: Store,
        people: People,
        templates: Templates,
        weight: WeightRecord,
        options: GalleryOptions,
        name: str,
    ) -> None:
        super().__init__(store, people, templates, weight, name)
        self._options = options
        self._lock = threading.RLock()
        self._closed = False

    def enrol(
        self,
        name: str,
        candidates: Sequence[Candidate],
        *,
        tags: Sequence[str] = (),
        retention_days: float | None = None,
        allow_lookalike: bool = False,
    ) -> Enrolment:
        """Add templates to a person, who is made where the name is new.

        When it returns, what it names lies on the disk.

        Args:
            name: of the person, up to 200 characters.
            candidates: faces, each alone in its picture or chosen by the caller.
            tags: added to those that the person has.
            retention_days: days from now until the person is forgotten, in place of what was
                said before; None leaves that as it is.
            allow_lookalike: enrol what resembles a person of another name.

        Raises:
            ConfigError: a name, a tag, a thumbnail or a number that cannot be.
            EmbeddingError: an embedding of another weight.
            GalleryError: the store failed.
        """
        return self.enrol_many(
            [Enrolee(name, candidates, tags)],
            retention_days=retention_days,
            allow_lookalike=allow_lookalike,
        )[0]

    def enrol_many(
        self,
        enrolees: Sequence[Enrolee],
        *,
        retention_days: float | None = None,
        allow_lookalike: bool = False,
    ) -> list[Enrolment]:
        """As `enrol` for many people, with one search and one write for all: much faster."""
        for each in enrolees:
            self._stack([candidate.embedding for candidate in each.candidates])
        with self._lock:
            done = enrol_people(
                self._people,
                self._templates,
                enrolees,
                self._weight,
                self._options,
                retention_days=retention_days,
                allow_lookalike=allow_lookalike,
            )
        _LOG.info(
            "enrolled %d templates of %d people",
            sum(len(each.enrolled) for each in done),
            len(done),
        )
        return done

    def search(
        self,
        embeddings: Sequence[FaceEmbedding],
        *,
        top: int = 5,
        fpir: float | None = None,
        people: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
    ) -> list[SearchResult]:
        """Whom each face resembles.

        Args:
            top: people for each face, 1 to 100.
            fpir: wanted false positive identification rate; None takes that of the options. See
                `lineament.gallery.open_set`; all templates of the gallery count as searched,
                whatever the filters.
            people: search among these ids alone.
            tags: search among people with at least one of these tags alone.

        Raises:
            ConfigError: a number out of range.
            EmbeddingError: an embedding of another weight.
            GalleryError: the store failed.
        """
        filters = []
        if people is not None:
            filters.append(any_of("person", people))
        if tags is not None:
            filters.append(any_tag_of("tags", self._people.tokens(checked_tags(tags))))
        return search_people(
            self._people,
            self._templates,
            self._stack(embeddings),
            top,
            self._options.fpir if fpir is None else fpir,
            self._weight.calibration,
            " and ".join(filters),
        )

    def forget(self, *, person: str | None = None, template: str | None = None) -> Forgotten:
        """Delete a person with all templates, or one template; prove that nothing is found.

        The last template of a person takes the person with it.

        Args:
            person: id.
            template: id; give one of the two.

        Raises:
            ConfigError: not exactly one id was given.
            GalleryError: no such person or template, or something was found afterwards.
        """
        with self._lock:
            if template is not None and person is None:
                return forget_template(self._people, self._templates, template)
            if person is None or template is not None:
                raise ConfigError("got no id or two, expected a person's or a template's")
            if not self._people.there([person]):
                raise nobody(person)
            return forget_people(self._people, self._templates, [person])

    def forget_expired(self) -> Forgotten:
        """Forget everybody whose time is over. Such people are not found before that either."""
        with self._lock:
            expired = self._people.expired()
            if expired:
                _LOG.info("forgetting %d people whose time is over", len(expired))
            return forget_people(self._people, self._templates, expired)

    def export(self, path: Path) -> int:
        """Write everything into a Parquet file, unencrypted; how many templates that are.

        docs/gallery.md lists the columns. Only this user of the computer may read the file.

        Raises:
            GalleryError: the file cannot be written.
        """
        return write_parquet(
            path, self._people, self._templates, self._weight.identifier, self._dimension
        )

    def import_(self, path: Path) -> int:
        """Add what `export` wrote; how many templates are new.

        Templates whose ids are here already are passed over. A name that is here already gets
        the templates of the file; other people keep their ids.

        Raises:
            GalleryError: the file is no such export, or of another weight.
        """
        with self._lock:
            return read_parquet(
                path, self._people, self._templates, self._weight.identifier, self._dimension
            )

    def settle(self) -> None:
        """Wait until a Milvus Lite store has built its index; until then searches are slower."""
        self._templates.settle()

    def close(self) -> None:
        """Free the store for others."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._store.close()

    def __enter__(self) -> Gallery:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _stack(self, embeddings: Sequence[FaceEmbedding]) -> NDArray[np.float32]:
        """(N,D) float32 of embeddings of the gallery's weight."""
        for each in embeddings:
            if each.weight != self._weight.identifier or len(each.vector) != self._dimension:
                raise EmbeddingError(
                    f"got an embedding of {each.weight} of {len(each.vector)} numbers, expected "
                    f"one of {self._weight.identifier} of {self._dimension}, as the gallery holds "
                    "them; embed the picture by that weight"
                )
        rows = [each.vector for each in embeddings]
        return np.stack(rows) if rows else np.empty((0, self._dimension), dtype=np.float32)
