"""What `lineament parse` writes beside data and annotated pictures: masks, run lengths, effects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from lineament import image
from lineament.cli.inputs import Source
from lineament.cli.picture_names import PictureNames
from lineament.cli.reading import Photo
from lineament.effects.background_blur import blur_background
from lineament.effects.cut_out import cut_out
from lineament.errors import ConfigError
from lineament.face import Face
from lineament.face_parts import photo_mask
from lineament.parsing.coco_document import CocoDocument
from lineament.parsing.part_schemes import PartScheme
from lineament.picture_file.png_writer import write_palette, write_rgba

EXPORTS = ("palette", "rle", "cutout", "background-blur")
FOLDERS = {"palette": "masks", "cutout": "cutouts", "background-blur": "blurred"}
COCO = "coco.json"


class PartFiles:
    """Writes the exports that were asked for, photo by photo.

    Args:
        out: the folder of the results, which exists.
        exports: names out of `EXPORTS`.
        scheme: of all parts.
        sources: the files that will be read, none of which may be written over.

    Raises:
        ConfigError: an export is unknown, or a folder cannot be made.
    """

    def __init__(
        self, out: Path, exports: Sequence[str], scheme: PartScheme, sources: Sequence[Source]
    ) -> None:
        self._out = out
        self._scheme = scheme
        self._exports = exports
        self._coco = CocoDocument(scheme) if "rle" in exports else None
        self._names: dict[str, PictureNames] = {}
        inputs = [source.path for source in sources]
        if self._coco and (out / COCO).resolve() in {path.resolve() for path in inputs}:
            raise ConfigError(f"{out / COCO} is one of the inputs; choose another place")
        try:
            for export in exports:
                if export in FOLDERS:
                    folder = out / FOLDERS[export]
                    folder.mkdir(parents=True, exist_ok=True)
                    self._names[export] = PictureNames(folder, inputs)
        except OSError as error:
            raise ConfigError(
                f"cannot write to {error.filename}: {error.strerror}; choose another place"
            ) from error

    def add(self, photo: Photo, faces: Sequence[Face]) -> dict[str, list[str | None]]:
        """Write the files of one photo or frame.

        Returns:
            Of each export the files from the folder: of `cutout` one for each face, None where
            there is nothing to cut out; of the others one for the photo, none where
            `background-blur` has no face to go by.
        """
        height, width = photo.image.shape[:2]
        parts = [face.parts for face in faces if face.parts is not None]
        files: dict[str, list[str | None]] = {}
        for export in self._exports:
            if export == "rle" and self._coco:
                name = photo.source.name
                frame = "" if photo.frame is None else f"#{photo.frame}"
                self._coco.add(f"{name}{frame}", height, width, faces)
                files[export] = [COCO]
            elif export == "palette":
                path, name = self._place(export, photo, ".png")
                write_palette(path, photo_mask(parts, height, width), self._scheme.palette)
                files[export] = [name]
            elif export == "cutout":
                files[export] = [
                    self._cut_out(photo, face, place) for place, face in enumerate(faces)
                ]
            elif parts:
                path, name = self._place(export, photo, ".jpg")
                image.write(path, blur_background(photo.image, parts))
                files[export] = [name]
            else:
                files[export] = []
        return files

    def finish(self) -> list[Path]:
        """Write what covers all photos; the files and folders that a person will want to open."""
        written = [self._out / FOLDERS[export] for export in self._exports if export in FOLDERS]
        if self._coco:
            path = self._out / COCO
            path.write_text(json.dumps(self._coco.data()) + "\n", encoding="utf-8")
            written.append(path)
        return written

    def _cut_out(self, photo: Photo, face: Face, place: int) -> str | None:
        alone = cut_out(photo.image, face.parts) if face.parts is not None else None
        if alone is None:
            return None
        path, name = self._place("cutout", photo, f"-face{place}.png")
        write_rgba(path, alone)
        return name

    def _place(self, export: str, photo: Photo, suffix: str) -> tuple[Path, str]:
        """The path of a new file, and the same from the folder of the results."""
        name = f"{FOLDERS[export]}/{self._names[export].choose(photo, suffix)}"
        return self._out / name, name


def known_exports(text: str | None) -> tuple[str, ...]:
    """Names with commas between, each once; None: none.

    Raises:
        ConfigError: one is unknown.
    """
    names = [name.strip() for name in text.split(",")] if text else []
    for name in names:
        if name not in EXPORTS:
            raise ConfigError(f"no export named {name!r}; the exports are {', '.join(EXPORTS)}")
    return tuple(dict.fromkeys(names))
