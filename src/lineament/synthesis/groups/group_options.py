"""What a run of the composer may choose."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from lineament.strict import Strict


class GroupOptions(Strict):
    """Attributes:
        width, height: of the pictures in pixels.
        heads: least and greatest number of heads in a picture that is not empty; small numbers
            are more frequent. Backs of heads and statues are among them.
        sides: least and greatest side of a face's box (the root of width x height) in pixels,
            drawn log-uniformly; in a crowd the greatest is what leaves room for all.
        largest_roll: degrees by which a head is turned in the picture, besides its own posture.
        empty: share of the pictures without a face.
        distractors: share of the pictures with things that faces are taken for.
        photographs: share of the backgrounds that are photographs, where there are any.
        negatives: folder of people-free photographs, or of pieces of them that a detector took
            for faces; its pictures lie behind `negative_share` of all pictures and behind half of
            those without a face.
        negative_share: see there.
        degrade: whether the camera has faults (blur, noise, compression, ...).

    Raises:
        ValidationError: a range is empty or out of bounds.
    """

    width: int = Field(default=320, ge=32, le=4096)
    height: int = Field(default=320, ge=32, le=4096)
    heads: tuple[int, int] = (1, 30)
    sides: tuple[float, float] = (8.0, 500.0)
    largest_roll: float = Field(default=45.0, ge=0, le=180)
    empty: float = Field(default=0.1, ge=0, le=1)
    distractors: float = Field(default=0.4, ge=0, le=1)
    photographs: float = Field(default=0.6, ge=0, le=1)
    negatives: Path | None = None
    negative_share: float = Field(default=0.25, ge=0, le=1)
    degrade: bool = True

    @model_validator(mode="after")
    def _has_ranges(self) -> GroupOptions:
        low, high = self.heads
        if not 1 <= low <= high:
            raise ValueError(f"heads: got {self.heads}, expected 1 <= least <= greatest")
        small, large = self.sides
        if not 4 <= small <= large:
            raise ValueError(f"sides: got {self.sides}, expected 4 <= least <= greatest")
        return self
