"""The forms of the gallery's operations."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from lineament.strict import Strict

PRINTED = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$"
"""Text without control characters that is not space alone."""

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTED)]
Tag = Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTED)]


def _flag(value: object) -> object:
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("got another text, expected true or false")
    return value


Flag = Annotated[bool, BeforeValidator(_flag)]


class EnrolForm(Strict):
    """Pictures of one person; of each the largest face is taken."""

    pictures: list[bytes] = Field(min_length=1, description="JPEG, PNG, WebP, BMP or TIFF")
    name: Name = Field(description="of the person; of one who is there it adds pictures")
    tags: list[Tag] = Field(default=[], max_length=16, description="to search and list by")
    retention_days: float | None = Field(
        default=None, gt=0, le=36525, description="days until the person is forgotten"
    )
    keep_thumbnails: Flag = Field(default=False, description="keep a small picture of each face")
    allow_lookalike: Flag = Field(
        default=False, description="enrol a face that resembles a person of another name"
    )


class SearchForm(Strict):
    """A picture whose faces are looked for."""

    picture: bytes = Field(description="JPEG, PNG, WebP, BMP or TIFF")
    top: int = Field(default=5, ge=1, le=100, description="most people for each face")
    fpir: float | None = Field(
        default=None, gt=0, lt=1, description="wanted false positive identification rate"
    )
    tags: list[Tag] = Field(
        default=[], max_length=16, description="look among people with one of these tags"
    )
