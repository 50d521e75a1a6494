"""What the API answers, as models: OpenAPI is made from them, and the client reads by them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from lineament.cli.output import FaceData

BoxData = tuple[float, float, float, float]


class Answer(BaseModel):
    """Frozen; in JSON every key is always there, and a later release may add some."""

    model_config = ConfigDict(
        frozen=True, populate_by_name=True, json_schema_serialization_defaults_required=True
    )


class Health(Answer):
    status: Literal["ok", "stopping"] = Field(description="stopping: takes no new requests")
    version: str = Field(description="of the package")
    gallery: bool = Field(description="whether the server has a gallery")


class Model(Answer):
    """A weight, as `lineament models --json` tells it; docs/weights.md lists the keys."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    task: str
    licence: str
    state: str = Field(description="ok, absent or broken")
    message: str = Field(description="what is wrong and what to do")


class FoundFaces(Answer):
    """The faces of one picture; docs/output.md describes every field."""

    format: Literal["lineament.faces/1"] = Field(alias="schema", description="version")
    width: int = Field(gt=0, description="pixels, after the EXIF turn")
    height: int = Field(gt=0, description="pixels, after the EXIF turn")
    weights: dict[str, str] = Field(description="task -> name of the weight that ran")
    faces: list[FaceData] = Field(description="best score first; empty: none found")


class ComparedPicture(Answer):
    source: str = Field(description="first or second")
    faces: int = Field(description="how many were found")
    box: BoxData | None = Field(description="of the face that was taken")
    detector_score: float | None
    quality: float | None


class Verification(Answer):
    """Whether two pictures show one person, as `lineament verify --json` tells it."""

    format: Literal["lineament.verify/1"] = Field(alias="schema", description="version")
    weight: str
    pictures: list[ComparedPicture] = Field(min_length=2, max_length=2)
    rule: str = Field(description="which of several faces is taken")
    score: float | None = Field(description="cosine, -1 to 1; null: no face in a picture")
    probability: float | None = Field(description="of one person, at equal priors")
    threshold: float | None
    false_match_rate: float | None
    same: bool | None = Field(description="whether the score reaches the threshold")
    protocol: str | None
    reason: str | None = Field(description="why something is missing")


class GalleryState(Answer):
    """What the gallery is."""

    store: str
    kind: str = Field(description="lite or server")
    collection: str
    weight: str = Field(description="the only weight whose embeddings it takes")
    dimension: int
    people: int
    templates: int
    encrypted: bool


class PersonData(Answer):
    id: str
    name: str
    tags: list[str]
    templates: int = Field(description="how many")
    enrolled: datetime
    expires: datetime | None = Field(description="null: never")


class TemplateData(Answer):
    """One enrolled picture of a person; never its numbers."""

    id: str
    person_id: str
    source: str | None
    quality: float | None
    enrolled: datetime
    thumbnail: bool = Field(description="whether a picture of it is kept")


class PersonWithTemplates(Answer):
    person: PersonData
    templates: list[TemplateData]


class People(Answer):
    people: list[PersonData]
    total: int = Field(description="of all pages")


class RefusalData(Answer):
    index: int = Field(description="place of the picture in the request, from 0")
    source: str | None
    reason: str = Field(description="quality, duplicate, lookalike, no_face or full")
    message: str
    person_id: str | None = Field(description="of a lookalike, whom it resembles")


class EnrolmentData(Answer):
    person: PersonData | None = Field(description="null: all was refused, and nobody is new")
    enrolled: list[TemplateData]
    refused: list[RefusalData]


class SearchMatchData(Answer):
    person_id: str
    name: str
    template_id: str
    score: float
    probability: float | None


class SearchedFace(Answer):
    box: BoxData
    score: float = Field(description="the detector's confidence")
    matches: list[SearchMatchData] = Field(description="one for each person, best first")
    threshold: float | None
    fpir: float | None = Field(description="false positive identification rate")
    known: bool | None = Field(description="whether the best match reaches the threshold")
    reason: str | None = Field(description="why known is null")


class SearchAnswer(Answer):
    width: int
    height: int
    faces: list[SearchedFace]


class ForgottenData(Answer):
    """What is gone, which a search has proven."""

    people: list[str] = Field(description="ids of those of whom nothing is left")
    templates: list[str] = Field(description="ids")
    erased: bool = Field(description="whether the store's files were rewritten without them")
