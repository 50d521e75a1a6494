"""What `lineament align` does with each photo: faces found, one or all chosen, crops written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2
import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lineament import image
from lineament.cli.console import stderr
from lineament.cli.inputs import Problem, Source, shown
from lineament.cli.picture_names import PictureNames
from lineament.cli.reading import Photo, read_all
from lineament.detection import Detections, Detector
from lineament.errors import ConfigError
from lineament.face import ByteArray
from lineament.recognition.alignment import align

LIST = "aligned.jsonl"
ALIGNMENT = "alignment.json"
"""Files in the folder of the crops: what became of each photo, and how all were cut."""

NO_FACE = "NoFace"
CHUNK = 8


class AlignedPhotos:
    """Writes the crops of photo after photo; use it in a `with` block.

    Args:
        folder: of the photos; what lies below it decides where crops lie below `out`.
        out: made where it is missing.
        which: `largest`, `central`, `surest` or `all`.
        size: side of the crops in pixels.
        suffix: of the files, `.jpg` or `.png`.

    Attributes:
        written: how many crops.
        without_face: how many photos show no face.
        problems: those, and the photos that could not be read.

    Raises:
        ConfigError: `out` cannot be written.
    """

    def __init__(self, folder: Path, out: Path, which: str, size: int, suffix: str) -> None:
        self.written = self.without_face = 0
        self.problems: list[Problem] = []
        self._folder, self._out = folder, out
        self._which, self._size, self._suffix = which, size, suffix
        self._names: dict[Path, PictureNames] = {}
        try:
            out.mkdir(parents=True, exist_ok=True)
            self._list = (out / LIST).open("w", encoding="utf-8")
        except OSError as error:
            raise ConfigError(
                f"cannot write to {error.filename}: {error.strerror}; choose another place"
            ) from error

    def __enter__(self) -> AlignedPhotos:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._list.close()

    def add(self, photo: Photo, faces: Detections) -> None:
        """Write the crops of one photo; `faces` are in its pixels."""
        chosen = chosen_faces(faces, photo.image.shape[:2], self._which)
        if not chosen:
            self.without_face += 1
            self.fail(Problem(photo.source.name, NO_FACE, "shows no face that was found"))
            return
        crops: list[dict[str, Any]] = []
        for index in chosen:
            points = faces.five_points[index]
            path = self._place(photo)
            try:
                image.write(path, align(photo.image, points, self._size))
            except ValueError as error:
                self.fail(Problem(photo.source.name, "ValueError", str(error)))
                continue
            crops.append(
                {
                    "crop": shown(path.relative_to(self._out)),
                    "score": round(float(faces.scores[index]), 4),
                    "box": np.round(faces.boxes[index].astype(float), 2).tolist(),
                    "five_points": np.round(points.astype(float), 2).tolist(),
                }
            )
            self.written += 1
        self._say({"photo": photo.source.name, "faces": len(faces), "crops": crops})

    def fail(self, problem: Problem) -> None:
        """Note a photo that gives no crop."""
        self.problems.append(problem)
        self._say({"photo": problem.source, "error": problem.kind, "message": problem.message})

    def finish(self, detector: str, pad: float) -> None:
        """Write how the crops were cut, by which other commands see that they are aligned."""
        facts = {
            "template": "arcface-112",
            "made_by": "lineament align",
            "size": self._size,
            "detector": detector,
            "which": self._which,
            "pad": pad,
            "crops": self.written,
            "without_face": self.without_face,
            "failed": len(self.problems) - self.without_face,
        }
        text = json.dumps(facts, indent=2) + "\n"
        (self._out / ALIGNMENT).write_text(text, encoding="utf-8")

    def _say(self, line: dict[str, Any]) -> None:
        self._list.write(json.dumps(line) + "\n")

    def _place(self, photo: Photo) -> Path:
        """A new file below `out`, in the photo's own sub-folder."""
        own = self._out / photo.source.path.parent.relative_to(self._folder)
        if own not in self._names:
            own.mkdir(parents=True, exist_ok=True)
            self._names[own] = PictureNames(own, ())
        return own / self._names[own].choose(photo, self._suffix)


def align_all(
    detector: Detector, photos: Sequence[Source], crops: AlignedPhotos, pad: float
) -> None:
    """Find the faces of all photos, some photos at once, and hand them on in order.

    Args:
        pad: border put round a photo before faces are looked for, as a share of its longer side.
    """
    bar = Progress(
        *(TextColumn("photos"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()),
        console=stderr,
        transient=True,
        disable=not stderr.is_terminal,
    )
    read = read_all(photos, every=1)
    with bar:
        task = bar.add_task("photos", total=len(photos))
        while items := list(islice(read, CHUNK)):
            good = [item for item in items if isinstance(item, Photo)]
            found = iter(_detected(detector, [photo.image for photo in good], pad))
            for item in items:
                if isinstance(item, Photo):
                    crops.add(item, next(found))
                else:
                    crops.fail(item)
            bar.advance(task, len(items))


def chosen_faces(faces: Detections, shape: tuple[int, int], which: str) -> list[int]:
    """Which faces of a photo to take.

    Args:
        faces: N of them, best score first.
        shape: (height, width) of the photo.
        which: `all`; `surest`, the best score; `largest`, the largest box; `central`, the box
            whose middle is nearest to the photo's middle.
    """
    if not len(faces):
        return []
    if which == "all":
        return list(range(len(faces)))
    if which == "largest":
        return [int(faces.sides.argmax())]
    if which == "central":
        middles = (faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2
        middle = np.array([shape[1] - 1, shape[0] - 1]) / 2
        return [int(np.hypot(*(middles - middle).T).argmin())]
    return [0]


def _detected(detector: Detector, images: Sequence[ByteArray], pad: float) -> Iterator[Detections]:
    borders = [round(pad * max(each.shape[:2])) for each in images]
    padded = [
        np.asarray(
            cv2.copyMakeBorder(each, border, border, border, border, cv2.BORDER_REPLICATE),
            dtype=np.uint8,
        )
        for each, border in zip(images, borders, strict=True)
    ]
    if not padded:
        return
    for found, border in zip(detector.detect(padded), borders, strict=True):
        yield Detections(
            found.boxes - np.float32(border), found.scores, found.five_points - np.float32(border)
        )
