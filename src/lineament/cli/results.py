"""Where the results of a run go: stdout, CSV, and the output folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TextIO

from lineament import image
from lineament.cli.inputs import Problem, Source
from lineament.cli.output import CsvFaces, ErrorData, PhotoLine, face_data
from lineament.cli.picture_names import PictureNames
from lineament.cli.reading import Photo
from lineament.contact_sheet import SheetEntry, write_contact_sheet
from lineament.draw import draw_faces
from lineament.errors import ConfigError
from lineament.face import Face
from lineament.weights import WeightRecord

FACES = "faces.jsonl"
SHEET = "index.html"
PICTURES = "pictures"


class Results:
    """Writes each result to every place that was asked for, as it comes.

    Args:
        records: the weight record of each task.
        sources: the files that will be read, none of which may be written over.
        as_json: JSON Lines to stdout.
        csv: a file for one row per face.
        out: a folder for faces.jsonl and, with `draw`, the annotated pictures and index.html.
        draw: see `out`.

    Raises:
        ConfigError: a file or folder cannot be made.
    """

    def __init__(
        self,
        records: dict[str, WeightRecord],
        sources: Sequence[Source],
        *,
        as_json: bool = False,
        csv: Path | None = None,
        out: Path | None = None,
        draw: bool = False,
    ) -> None:
        self._weights = {task: record.name for task, record in records.items()}
        self._files = ExitStack()
        self._streams: list[TextIO] = [sys.stdout] if as_json else []
        self._rows: CsvFaces | None = None
        self._out = out
        self._names: PictureNames | None = None
        self._entries: list[SheetEntry] = []
        inputs = [source.path for source in sources]
        try:
            if csv:
                self._rows = CsvFaces(self._open(csv, inputs), records)
            if out:
                out.mkdir(parents=True, exist_ok=True)
                self._streams.append(self._open(out / FACES, inputs))
            if out and draw:
                (out / PICTURES).mkdir(exist_ok=True)
                self._names = PictureNames(out / PICTURES, inputs)
        except OSError as error:
            self._files.close()
            raise ConfigError(
                f"cannot write to {error.filename}: {error.strerror}; choose another place"
            ) from error

    def add(self, photo: Photo, faces: Sequence[Face], seconds: float) -> None:
        """Write the faces of one photo or frame, and on the contact sheet what time it took."""
        height, width = photo.image.shape[:2]
        line = PhotoLine(
            source=photo.source.name,
            frame=photo.frame,
            seconds=photo.seconds,
            width=width,
            height=height,
            picture=self._draw(photo, faces),
            weights=self._weights,
            faces=[face_data(face) for face in faces],
        )
        self._write(line)
        if self._rows:
            self._rows.write(line)
        place = "" if photo.frame is None else f" frame {photo.frame}"
        name = f"{photo.source.name}{place}"
        self._entries.append(
            SheetEntry(name, line.picture, len(faces), width, height, seconds=seconds)
        )

    def fail(self, problem: Problem) -> None:
        """Write the line of an input that could not be read."""
        error = ErrorData(kind=problem.kind, message=problem.message)
        self._write(PhotoLine(source=problem.source, weights=self._weights, error=error))
        self._entries.append(SheetEntry(problem.source, None, 0, 0, 0, 0.0, problem.message))

    def finish(self) -> list[Path]:
        """Write the contact sheet; the files that a person will want to open, best first."""
        if self._out is None:
            return []
        if self._names is None:
            return [self._out / FACES]
        write_contact_sheet(self._out / SHEET, self._entries, "Faces found by Lineament")
        return [self._out / SHEET, self._out / FACES]

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._files.close()

    def _draw(self, photo: Photo, faces: Sequence[Face]) -> str | None:
        if self._out is None or self._names is None:
            return None
        name = f"{PICTURES}/{self._names.choose(photo)}"
        image.write(self._out / name, draw_faces(photo.image, faces))
        return name

    def _write(self, line: PhotoLine) -> None:
        for stream in self._streams:
            stream.write(f"{line.text()}\n")
            stream.flush()

    def _open(self, path: Path, inputs: Sequence[Path]) -> TextIO:
        if path.resolve() in {each.resolve() for each in inputs}:
            raise ConfigError(f"{path} is one of the inputs; choose another place for results")
        stream = path.open("w", encoding="utf-8", newline="")
        return self._files.enter_context(stream)
