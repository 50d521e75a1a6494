"""Where the results of a run go: stdout, CSV, and the output folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TextIO

from lineament import image
from lineament.cli.annotated_video import SUFFIX, AnnotatedVideo
from lineament.cli.inputs import Problem, Source
from lineament.cli.output import CsvFaces, ErrorData, PhotoLine, face_data
from lineament.cli.part_files import PartFiles
from lineament.cli.picture_names import PictureNames
from lineament.cli.reading import Photo
from lineament.cli.video import frame_rate
from lineament.contact_sheet import SheetEntry, write_contact_sheet
from lineament.draw import draw_faces, face_titles
from lineament.errors import ConfigError
from lineament.face import Face
from lineament.weights import WeightRecord

FACES = "faces.jsonl"
SHEET = "index.html"
PICTURES = "pictures"
VIDEOS = "videos"


class Results:
    """Writes each result to every place that was asked for, as it comes.

    Args:
        records: the weight record of each task.
        sources: the files that will be read, none of which may be written over.
        as_json: JSON Lines to stdout.
        csv: a file for one row per face.
        out: a folder for faces.jsonl and, with `draw`, the annotated pictures and videos and
            index.html.
        draw: see `out`.
        axes: draw the axes of each head too.
        every: which frames of a video there are, for the rate of the annotated one.
        exports: further files of the parts, written into `out`.

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
        axes: bool = False,
        every: int = 1,
        exports: PartFiles | None = None,
    ) -> None:
        self._exports = exports
        self._weights = {task: record.name for task, record in records.items()}
        self._files = ExitStack()
        self._streams: list[TextIO] = [sys.stdout] if as_json else []
        self._rows: CsvFaces | None = None
        self._out = out
        self._names: PictureNames | None = None
        self._entries: list[SheetEntry] = []
        self._axes = axes
        self._every = every
        self._video_names: PictureNames | None = None
        self._video: AnnotatedVideo | None = None
        self._videos: dict[Path, Path] = {}
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
                if any(source.kind == "video" for source in sources):
                    (out / VIDEOS).mkdir(exist_ok=True)
                    self._video_names = PictureNames(out / VIDEOS, inputs)
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
            files=self._exports.add(photo, faces) if self._exports else {},
            weights=self._weights,
            faces=[face_data(face) for face in faces],
        )
        self._write(line)
        if self._rows:
            self._rows.write(line)
        place = "" if photo.frame is None else f" frame {photo.frame}"
        name = f"{photo.source.name}{place}"
        described = tuple(
            (title, *face.attributes.phrases())
            for face, title in zip(faces, face_titles(faces), strict=True)
            if face.attributes
        )
        self._entries.append(
            SheetEntry(
                *(name, line.picture, len(faces), width, height),
                seconds=seconds,
                described=described,
            )
        )

    def fail(self, problem: Problem) -> None:
        """Write the line of an input that could not be read."""
        error = ErrorData(kind=problem.kind, message=problem.message)
        self._write(PhotoLine(source=problem.source, weights=self._weights, error=error))
        self._entries.append(SheetEntry(problem.source, None, 0, 0, 0, 0.0, problem.message))

    def finish(self) -> list[Path]:
        """Finish the videos and write the contact sheet; the files that a person will want to
        open, best first."""
        self._close_video()
        if self._out is None:
            return []
        exported = self._exports.finish() if self._exports else []
        if self._names is None:
            return [self._out / FACES, *exported]
        write_contact_sheet(self._out / SHEET, self._entries, "Faces found by Lineament")
        return [self._out / SHEET, *self._videos.values(), self._out / FACES, *exported]

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close_video()
        self._files.close()

    def _draw(self, photo: Photo, faces: Sequence[Face]) -> str | None:
        if self._out is None or self._names is None:
            return None
        name = f"{PICTURES}/{self._names.choose(photo)}"
        drawn = draw_faces(photo.image, faces, axes=self._axes)
        image.write(self._out / name, drawn)
        if photo.frame is not None:
            self._video_of(photo.source.path).write(drawn)
        return name

    def _video_of(self, path: Path) -> AnnotatedVideo:
        """The annotated video of an input; that of the input before it is finished."""
        if self._video is None or path not in self._videos:
            self._close_video()
            assert self._out is not None and self._video_names is not None
            name = self._video_names.choose_video(path, SUFFIX)
            self._videos[path] = self._out / VIDEOS / name
            self._video = AnnotatedVideo(self._videos[path], frame_rate(path) / self._every)
        return self._video

    def _close_video(self) -> None:
        if self._video is not None:
            self._video.close()
            self._video = None

    def _write(self, line: PhotoLine) -> None:
        for stream in self._streams:
            stream.write(f"{line.text()}\n")
            stream.flush()

    def _open(self, path: Path, inputs: Sequence[Path]) -> TextIO:
        if path.resolve() in {each.resolve() for each in inputs}:
            raise ConfigError(f"{path} is one of the inputs; choose another place for results")
        stream = path.open("w", encoding="utf-8", newline="")
        return self._files.enter_context(stream)
