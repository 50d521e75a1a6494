"""Where `lineament anonymise` puts its copies."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lineament import image
from lineament.cli.inputs import Problem, Source
from lineament.cli.picture_names import PictureNames
from lineament.cli.reading import Photo
from lineament.effects.anonymise import AnonymiseOptions, anonymise
from lineament.errors import ConfigError
from lineament.face import Face

LOSSLESS = frozenset({".png", ".bmp", ".dib", ".tif", ".tiff"})
"""Suffixes of photos whose copies are PNG; those of all others are JPEG."""


class AnonymisedPhotos:
    """Writes the copy of each photo, without any of the file's other contents such as EXIF.

    Args:
        out: folder of the copies; made where it is missing.
        sources: the photos, none of which is written over.
        options: how faces are hidden.
        as_json: one line for each photo and failed input on stdout.

    Attributes:
        unchanged: names of the photos in which no face was found.

    Raises:
        ConfigError: the folder cannot be made.
    """

    def __init__(
        self, out: Path, sources: Sequence[Source], options: AnonymiseOptions, *, as_json: bool
    ) -> None:
        self._out = out
        self._options = options
        self._as_json = as_json
        self.unchanged: list[str] = []
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"cannot write to {error.filename}: {error.strerror}; choose another place"
            ) from error
        self._names = PictureNames(out, [source.path for source in sources])

    def add(self, photo: Photo, faces: Sequence[Face], seconds: float) -> None:  # noqa: ARG002
        """Write the copy of one photo."""
        suffix = ".png" if photo.source.path.suffix.lower() in LOSSLESS else ".jpg"
        name = self._names.choose(photo, suffix)
        image.write(self._out / name, anonymise(photo.image, faces, self._options))
        if not faces:
            self.unchanged.append(photo.source.name)
        hidden = [{"box": face.box.to_list(), "score": round(face.score, 4)} for face in faces]
        self._say({"source": photo.source.name, "copy": name, "error": None, "hidden": hidden})

    def fail(self, problem: Problem) -> None:
        """Say that an input could not be read."""
        error = {"kind": problem.kind, "message": problem.message}
        self._say({"source": problem.source, "copy": None, "error": error, "hidden": []})

    def _say(self, line: dict[str, Any]) -> None:
        if self._as_json:
            sys.stdout.write(f"{json.dumps(line)}\n")
            sys.stdout.flush()
