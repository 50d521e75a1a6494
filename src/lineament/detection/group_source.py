"""Composed group pictures as what a detector learns from."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from lineament.detection.kept_pictures import KeptPictures
from lineament.detection.picture_source import LabelledPicture, PictureMaker
from lineament.strict import Strict
from lineament.synthesis.groups.composer import GroupComposer
from lineament.synthesis.groups.group_options import GroupOptions

HELD_OUT = 2**62
"""Validation pictures have numbers from here on, which no training picture has."""


class GroupSource(Strict):
    """Pictures of `lineament.synthesis.groups`, made while training or kept.

    Attributes:
        cutouts: folder of rendered heads.
        backgrounds: folder of people-free pictures to stand behind them.
        options: size of the pictures, and what they show; `negatives` is the folder of hard
            negatives.
        share: how often, beside the shares of the other sources.
        kept: so many pictures are made once, kept in the cache and learnt again and again;
            absent: every picture is new, made by the loader's workers.
        validation_cutouts: heads of other people, to validate on; absent: other pictures of the
            same people.
        validation_backgrounds: what stands behind those; absent: the same as in training.
        validation_pictures: how many validate.
    """

    kind: Literal["groups"]
    cutouts: Path
    backgrounds: Path | None = None
    options: GroupOptions = GroupOptions()
    share: float = Field(gt=0, default=1.0)
    kept: int | None = Field(gt=0, default=None)
    validation_cutouts: Path | None = None
    validation_backgrounds: Path | None = None
    validation_pictures: int = Field(ge=0, default=200)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the pictures."""
        return self.options.height, self.options.width

    def open(self, cache: Path, seed: int) -> PictureMaker:
        """The pictures to train on.

        Raises:
            DataError: a folder is missing or not in its layout.
        """
        maker = self.composer(self.cutouts, self.backgrounds)
        if self.kept is None:
            return maker
        facts = {
            "options": self.options.model_dump(mode="json"),
            "folders": [_files(self.cutouts), _files(self.backgrounds)],
        }
        return KeptPictures(maker, seed * self.kept, self.kept, cache, facts)

    def held_out(self) -> list[LabelledPicture]:
        """The pictures to validate on.

        Raises:
            DataError: a folder is missing or not in its layout.
        """
        if not self.validation_pictures:
            return []
        maker = self.composer(
            self.validation_cutouts or self.cutouts,
            self.validation_backgrounds or self.backgrounds,
        )
        return [maker.picture(HELD_OUT + number) for number in range(self.validation_pictures)]

    def composer(self, cutouts: Path, backgrounds: Path | None) -> PictureMaker:
        """What makes pictures of these folders."""
        return GroupComposer(cutouts, backgrounds, self.options)


def _files(folder: Path | None) -> list[list[str | int]]:
    """Names and sizes of all files of a folder, in order."""
    if folder is None:
        return []
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [[path.relative_to(folder).as_posix(), path.stat().st_size] for path in files]
