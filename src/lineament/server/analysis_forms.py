"""The forms of the operations on pictures alone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from lineament.analyzer import DEFAULT_HEADS
from lineament.strict import Strict

Head = Literal["landmarks", "attributes", "parts", "embedding"]


def _split(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [] if value == "none" else [name.strip() for name in value.split(",")]


Heads = Annotated[
    tuple[Head, ...],
    BeforeValidator(_split),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^(none|(landmarks|attributes|parts|embedding)"
            "(,(landmarks|attributes|parts|embedding))*)$",
        }
    ),
]

Score = Annotated[float, Field(ge=0, le=1)]


class AnalyzeForm(Strict):
    """A picture, and what to find in it."""

    picture: bytes = Field(description="JPEG, PNG, WebP, BMP or TIFF")
    heads: Heads = Field(
        default=DEFAULT_HEADS,  # type: ignore[arg-type]
        description="landmarks, attributes, parts, embedding, with commas between; none: boxes "
        "alone",
    )
    min_score: Score | None = Field(default=None, description="least score of a face")


class VerifyForm(Strict):
    """Two pictures to compare."""

    first: bytes = Field(description="JPEG, PNG, WebP, BMP or TIFF")
    second: bytes = Field(description="JPEG, PNG, WebP, BMP or TIFF")
    fmr: float | None = Field(
        default=None, gt=0, lt=1, description="false match rate of the decision"
    )
