"""What a gallery takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from lineament.face import FaceEmbedding

Reason = Literal["quality", "duplicate", "lookalike", "no_face", "full"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One face that is to become a template.

    Attributes:
        source: where it is from, such as the name of a file; kept with the template.
        thumbnail: a small JPEG of the face, at most 48,000 bytes; None keeps no picture.
        side: longer side of the face's box in pixels of its photo; None where it is not known.
    """

    embedding: FaceEmbedding
    source: str | None = None
    thumbnail: bytes | None = None
    side: float | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is enrolled.

    Attributes:
        id: 32 random hexadecimal digits.
        templates: how many there are.
        enrolled: when the person was enrolled first, UTC.
        expires: when the person is forgotten without being asked, UTC; None: never.
    """

    id: str
    name: str
    tags: tuple[str, ...]
    templates: int
    enrolled: datetime
    expires: datetime | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "tags": list(self.tags),
            "templates": self.templates,
            "enrolled": self.enrolled.isoformat(),
            "expires": self.expires.isoformat() if self.expires else None,
        }


@dataclass(frozen=True, slots=True)
class Template:
    """One face of a person, without its embedding.

    Attributes:
        id: 32 random hexadecimal digits.
        quality: of its embedding, where the weight defines one.
        thumbnail: whether a picture of it is kept.
    """

    id: str
    person_id: str
    source: str | None
    quality: float | None
    enrolled: datetime
    thumbnail: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "id": self.id,
            "person_id": self.person_id,
            "source": self.source,
            "quality": None if self.quality is None else round(self.quality, 4),
            "enrolled": self.enrolled.isoformat(),
            "thumbnail": self.thumbnail,
        }


@dataclass(frozen=True, slots=True)
class Refusal:
    """A candidate that was not enrolled.

    Attributes:
        index: its place in the list that was given.
        reason: `quality` (too small a face, or too low a quality of its embedding), `duplicate`,
            `lookalike`, `no_face`, or `full`, where the person has as many templates as the
            gallery's options allow.
        message: what was got, what was expected, what to do.
        person_id: of a lookalike, whom it resembles.
    """

    index: int
    source: str | None
    reason: Reason
    message: str
    person_id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "index": self.index,
            "source": self.source,
            "reason": self.reason,
            "message": self.message,
            "person_id": self.person_id,
        }


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What became of the candidates of one person.

    Attributes:
        person: as enrolled now; None where every candidate was refused and nobody of that name
            was there before.
    """

    person: Person | None
    enrolled: tuple[Template, ...]
    refused: tuple[Refusal, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "person": self.person.to_dict() if self.person else None,
            "enrolled": [template.to_dict() for template in self.enrolled],
            "refused": [refusal.to_dict() for refusal in self.refused],
        }


@dataclass(frozen=True, slots=True)
class SearchMatch:
    """A person whom a face resembles.

    Attributes:
        template_id: of the person's template with the best score.
        score: cosine of both embeddings, -1 to 1.
        probability: that both are one person where, before looking, that is as likely as not, as
            in `lineament.recognition.match`; None of a weight without calibration.
    """

    person_id: str
    name: str
    template_id: str
    score: float
    probability: float | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; score and probability to six decimals."""
        return {
            "person_id": self.person_id,
            "name": self.name,
            "template_id": self.template_id,
            "score": round(self.score, 6),
            "probability": None if self.probability is None else round(self.probability, 6),
        }


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Whom one face resembles.

    Attributes:
        matches: one for each person, best first.
        threshold: least score of somebody known, at the wanted FPIR; None where it is unknown.
        fpir: the wanted false positive identification rate.
        known: whether the best score reaches the threshold; None where the threshold is unknown:
            the weight has no calibration, or was not measured at a false match rate as low as
            this number of templates needs.
        reason: why `known` is None; else None.
    """

    matches: tuple[SearchMatch, ...]
    threshold: float | None
    fpir: float
    known: bool | None
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "matches": [match.to_dict() for match in self.matches],
            "threshold": None if self.threshold is None else round(self.threshold, 6),
            "fpir": self.fpir,
            "known": self.known,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Who was forgotten. That none of it is found any more was proven by reading and searching.

    Attributes:
        people: ids of those of whom nothing is left.
        templates: ids of all templates that were deleted.
        erased: whether the store's files were rewritten without them at once; a Milvus server
            does that in its own time.
    """

    people: tuple[str, ...]
    templates: tuple[str, ...]
    erased: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "people": list(self.people),
            "templates": list(self.templates),
            "erased": self.erased,
        }


@dataclass(frozen=True, slots=True)
class GalleryInfo:
    """What a gallery is.

    Attributes:
        store: path, or address without a password.
        kind: `lite` or `server`.
        weight: identifier of the weight whose embeddings it holds.
    """

    store: str
    kind: str
    collection: str
    weight: str
    dimension: int
    people: int
    templates: int
    encrypted: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}
