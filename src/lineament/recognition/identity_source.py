"""Where a recipe's people lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from lineament.datasets.identity_pictures import IdentityPictures
from lineament.datasets.identity_readers import read_identities
from lineament.strict import Strict

CACHED = ("rendered",)
"""Kinds whose aligned crops are kept in the recipe's cache."""


class IdentitySource(Strict):
    """Identity pictures of `datasets.identity_readers`.

    Attributes:
        kind: how they are kept: a `folder` for each person, `rec` of RecordIO, WebDataset
            `shards`, `rendered` shards of `lineament synth generate`, or the recipe of such shards,
            rendered `on-the-fly`.
        path: of the folder or file.
        part: of a set whose people are parted by the rule of `datasets.identity_pairs`.
        options: of the reader, such as `max_yaw` of renderings or `singles` of folders.
        validation_people: the last so many people are kept back and validate.
        limit: only the first so many people are learnt.
    """

    kind: Literal["folder", "rec", "shards", "rendered", "on-the-fly"]
    path: Path
    part: Literal["all", "training", "validation", "test"] = "all"
    options: dict[str, Any] = Field(default_factory=dict)
    validation_people: int = Field(ge=0, default=0)
    limit: int | None = Field(gt=0, default=None)

    def read(self, cache: Path) -> IdentityPictures:
        """All pictures of the source, those of the people who are kept back too.

        Raises:
            ConfigError: the reader has no such option.
            DataError: what lies there is not in the layout.
        """
        kept = {"cache": cache} if self.kind in CACHED else {}
        return read_identities(self.kind, self.path, self.part, **kept, **self.options)
