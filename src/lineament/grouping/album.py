"""The faces of an album that are to be grouped, and those that are left aside and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament import image
from lineament.errors import ConfigError
from lineament.face import Box, ByteArray, Face
from lineament.geometry import crop_affine, warp

PICTURES = "faces"
SIDE = 160
MARGIN = 0.35
GREY = 128
"""Of a crop for the contact sheets: pixels of its side, what it shows round the box as parts of the
longer edge, and the shade beside the photo."""

_MARK = ".crops-of-lineament-group"

LEAST_SIDE = 24.0
"""Pixels of the longer side of a face's box, below which scores begin to fall (docs/gallery.md)."""


@dataclass(frozen=True, slots=True)
class AlbumFace:
    """One face of an album.

    Attributes:
        source: the photo or video.
        frame: of a video; None of a photo.
        number: its place in the picture, from 0, best score first.
        box, score: the detector's.
        quality: of its embedding, where the weight defines one.
        picture: its crop, relative to the folder of the results; None where none was asked for.
        aside: why it is not grouped; None where it is.
    """

    source: str
    frame: int | None
    number: int
    box: Box
    score: float
    quality: float | None
    picture: str | None
    aside: str | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON and for the table."""
        return {
            "source": self.source,
            "frame": self.frame,
            "face": self.number,
            "box": self.box.to_list(),
            "score": round(self.score, 4),
            "quality": None if self.quality is None else round(self.quality, 4),
            "picture": self.picture,
        }


class Album:
    """Collects faces with their embeddings, photo by photo.

    Args:
        folder: of the results; crops for the contact sheets are written into it as they come.
            None writes none.
        least_side: faces whose box's longer side is smaller are left aside.
        least_quality: faces whose embedding has a lower quality are left aside; None: none are.

    Attributes:
        faces: those to be grouped, in the order of their embeddings.
        aside: the others.

    Raises:
        ConfigError: the folder cannot be written.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        least_side: float = LEAST_SIDE,
        least_quality: float | None = None,
    ) -> None:
        self.faces: list[AlbumFace] = []
        self.aside: list[AlbumFace] = []
        self._vectors: list[NDArray[np.float32]] = []
        self._folder = folder
        self._least_side = least_side
        self._least_quality = least_quality
        if folder is not None:
            _make_room(folder / PICTURES)

    def add(self, source: str, frame: int | None, photo: ByteArray, faces: Sequence[Face]) -> None:
        """Take the faces of one photo or video frame.

        Args:
            photo: (H,W,3) uint8 RGB.
            faces: with their embeddings.
        """
        for number, face in enumerate(faces):
            own = face.embedding
            assert own is not None, "the head `embedding` runs"
            aside = self._why_aside(face)
            taken = AlbumFace(
                *(source, frame, number, face.box, face.score, own.quality),
                picture=self._picture(photo, face.box),
                aside=aside,
            )
            if aside is None:
                self.faces.append(taken)
                self._vectors.append(own.vector)
            else:
                self.aside.append(taken)

    def vectors(self, dimension: int) -> NDArray[np.float32]:
        """(N,D) float32, the embeddings of `faces`."""
        if not self._vectors:
            return np.zeros((0, dimension), dtype=np.float32)
        return np.stack(self._vectors)

    def _why_aside(self, face: Face) -> str | None:
        side = max(face.box.width, face.box.height)
        if side < self._least_side:
            return f"small: {side:.0f} pixels, expected at least {self._least_side:g}"
        quality = face.embedding.quality if face.embedding else None
        least = self._least_quality
        if quality is not None and least is not None and quality < least:
            return f"quality {quality:.4g}, expected at least {least:.4g}"
        return None

    def _picture(self, photo: ByteArray, box: Box) -> str | None:
        if self._folder is None:
            return None
        name = f"{PICTURES}/{len(self.faces) + len(self.aside):07d}.jpg"
        image.write(self._folder / name, portrait(photo, box))
        return name


def _make_room(folder: Path) -> None:
    """A folder for crops, without those of an earlier run and without touching anything else."""
    mark = folder / _MARK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if mark.exists():
            for old in folder.glob("*.jpg"):
                old.unlink()
        elif any(folder.iterdir()):
            raise ConfigError(
                f"{folder} holds files that no grouping wrote; choose another --out, or take them "
                "away"
            )
        mark.touch()
    except OSError as error:
        raise ConfigError(
            f"cannot write to {error.filename}: {error.strerror}; choose another place"
        ) from error


def portrait(photo: ByteArray, box: Box) -> ByteArray:
    """(160,160,3) uint8 RGB round a face; what lies beside the photo is grey."""
    side = (1 + 2 * MARGIN) * max(box.width, box.height)
    return warp(photo, crop_affine(box.centre, side, 0.0, SIDE), SIDE, border=GREY)
