"""Rows of the table of landmark systems: what fills them, and how they are printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lineament.datasets.labelled_face import LabelledFace
from lineament.evaluation.error_distribution import Doubles, failure_rate
from lineament.evaluation.landmark_errors import Flags, LandmarkErrors
from lineament.face import ByteArray, FloatArray


@dataclass(frozen=True, eq=False)
class Question:
    """One face to be scored.

    Attributes:
        photo: (H,W,3).
        box: (4,) of our detector; None where it missed the face.
        face: the truth, for telling which of a system's own detections is meant; nothing else.
    """

    photo: ByteArray
    box: FloatArray | None
    face: LabelledFace


Answer = Callable[[Question], FloatArray | None]
"""Points (L,2) of the face of a question; None where the system missed it."""


@dataclass(frozen=True)
class TimedFaces:
    """Photos (H,W,3), the box (4,) of one face in each, our detector's median per photo."""

    photos: list[ByteArray]
    boxes: list[FloatArray]
    detector_ms: float


@dataclass
class Row:
    """One system; None where a figure was not measured or has no meaning for it.

    Attributes:
        points: points of a face.
        parameters: trained numbers of the networks.
        megabytes: size of its model files, 10^6 bytes.
        ms: one face, one photo in a call, its place given; cropping included.
        fastest_ms: the fastest of the same calls.
        network_ms: the networks of that alone.
        flow_ms: a photo from its detector to the points.
        batch_rate: faces a second, 32 in a call, cropping included.
        batch_gain: `batch_rate` over the faces a second of singles.
        ocular, pupil: mean NME of the faces that the system found, % inter-ocular, inter-pupil.
        shared: as `ocular`, of the faces that every system with a score found.
        fr8: share of all faces with an inter-ocular NME above 8 % or missed, %.
        missed: faces that its detector did not find.
    """

    system: str
    points: int | None = None
    parameters: int | None = None
    megabytes: float | None = None
    ms: float | None = None
    fastest_ms: float | None = None
    network_ms: float | None = None
    flow_ms: float | None = None
    batch_rate: float | None = None
    batch_gain: float | None = None
    ocular: float | None = None
    pupil: float | None = None
    shared: float | None = None
    fr8: float | None = None
    missed: int | None = None
    note: str | None = None

    def fill_accuracy(self, errors: LandmarkErrors, shared: Flags) -> None:
        """Scores of all faces; `shared` (N,) are those that every system found."""
        ocular, pupil = errors.nme("inter_ocular"), errors.nme("inter_pupil")
        self.ocular = _percent(ocular[errors.usable("inter_ocular")])
        self.pupil = _percent(pupil[errors.usable("inter_pupil")])
        self.shared = _percent(ocular[shared])
        self.fr8 = 100 * failure_rate(ocular[~np.isnan(ocular)], 0.08)
        self.missed = int((~errors.found).sum())


SPEED = {
    "points": ("points", "{}"),
    "parameters": ("parameters", "{:,}"),
    "megabytes": ("MB", "{:.2f}"),
    "ms": ("ms/face", "{:.2f}"),
    "fastest_ms": ("fastest", "{:.2f}"),
    "network_ms": ("network only", "{:.2f}"),
    "flow_ms": ("with detector", "{:.1f}"),
    "batch_rate": ("faces/s, 32", "{:.0f}"),
    "batch_gain": ("x singles", "{:.2f}"),
}
ACCURACY = {
    "ocular": ("NME inter-ocular", "{:.2f}"),
    "pupil": ("NME inter-pupil", "{:.2f}"),
    "shared": ("inter-ocular, found by all", "{:.2f}"),
    "fr8": ("FR@8", "{:.2f}"),
    "missed": ("missed", "{}"),
}


def markdown(rows: Sequence[Row], *, accuracy: bool) -> str:
    """The rows as an aligned Markdown table, their notes numbered below it."""
    columns = {**SPEED, **(ACCURACY if accuracy else {})}
    notes = list(dict.fromkeys(row.note for row in rows if row.note))
    lines = [["system", *(title for title, _ in columns.values())]]
    for row in rows:
        mark = f" [{notes.index(row.note) + 1}]" if row.note else ""
        cells = [
            form.format(value) if (value := getattr(row, name)) is not None else "-"
            for name, (_, form) in columns.items()
        ]
        lines.append([row.system + mark, *cells])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = [_line(line, widths) for line in lines]
    rule = ["-" * (widths[0] + 2), *(f"{'-' * (width + 1)}:" for width in widths[1:])]
    text.insert(1, f"|{'|'.join(rule)}|")
    return "\n".join([*text, "", *(f"[{n}] {note}" for n, note in enumerate(notes, 1))]).rstrip()


def _percent(errors: Doubles) -> float | None:
    return 100 * float(errors.mean()) if len(errors) else None


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    aligned = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(aligned)} |"
