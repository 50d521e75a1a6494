"""A file name for each annotated picture or video, none taken twice and none that is an input."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lineament.cli.inputs import shown
from lineament.cli.reading import Photo


class PictureNames:
    """Names in one folder.

    Two photos of one name from different folders get `name.jpg` and `name-2.jpg`; names that
    differ only in upper and lower case count as one, as some file systems hold them to be. A
    photo that lies in the folder itself is never written over.

    Args:
        folder: where the pictures will be written.
        inputs: the files that are read.
    """

    def __init__(self, folder: Path, inputs: Iterable[Path]) -> None:
        here = folder.resolve()
        real = (path.resolve() for path in inputs)
        self._taken = {path.name.casefold() for path in real if path.parent == here}

    def choose(self, photo: Photo, suffix: str = ".jpg") -> str:
        """The file name for a photo, or for a frame of a video (`clip-000120.jpg`)."""
        stem = shown(photo.source.path.stem)
        if photo.frame is not None:
            stem = f"{stem}-{photo.frame:06d}"
        return self._free(stem, suffix)

    def choose_video(self, path: Path, suffix: str) -> str:
        """The file name for the whole of a video."""
        return self._free(shown(path.stem), suffix)

    def _free(self, stem: str, suffix: str) -> str:
        name, number = f"{stem}{suffix}", 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{stem}-{number}{suffix}"
        self._taken.add(name.casefold())
        return name
