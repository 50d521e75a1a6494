"""What `lineament analyze` writes: JSON Lines and CSV. docs/output.md describes every field.

The classes below are the schema: docs/faces.schema.json is made from them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TextIO

from pydantic import BaseModel, ConfigDict, Field

from lineament.face import FIVE_POINTS, NAMED_ATTRIBUTES, Face
from lineament.weights import AttributesOutput, PartsOutput, PointsOutput, WeightRecord

SCHEMA: Literal["lineament.faces/1"] = "lineament.faces/1"

Point = tuple[float, float]


def _open_to_additions(schema: dict[str, Any]) -> None:
    """We refuse a key that the schema lacks; readers must let one of a later release pass."""
    schema.pop("additionalProperties", None)


class Line(BaseModel):
    """Frozen; an unknown key is an error; in JSON every key is always there."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        json_schema_serialization_defaults_required=True,
        json_schema_extra=_open_to_additions,
    )


class LandmarksData(Line):
    scheme: str = Field(description="order of the points, such as ibug-68")
    points: list[Point] = Field(description="x, y in photo pixels")


class PoseData(Line):
    yaw: float = Field(description="degrees; positive: towards the person's own left")
    pitch: float = Field(description="degrees; positive: the person looks up")
    roll: float = Field(description="degrees; positive: the person's left side is raised")


class ChoiceData(Line):
    label: str = Field(description="the most probable class")
    probability: float = Field(ge=0, le=1, description="of that class, calibrated")
    probabilities: dict[str, float] = Field(description="class -> probability; they add to 1")


class AttributesData(Line):
    """A choice is null where the weight does not answer its question."""

    gender_presentation: ChoiceData | None = Field(description="feminine, masculine: as pictured")
    age_group: ChoiceData | None = Field(description="of the appearance")
    smile: ChoiceData | None = Field(description="no, yes")
    glasses: ChoiceData | None = Field(description="no, yes")
    pose_bin: ChoiceData | None = Field(description="left profile to right profile, the viewer's")
    others: dict[str, ChoiceData] = Field(description="further choices by task")
    pose: PoseData | None = Field(description="the turn that the attribute network gives")
    landmarks: LandmarksData | None = Field(description="the points that it gives")


class PartsData(Line):
    scheme: str = Field(description="the classes, such as celebamask-19")
    region: tuple[int, int, int, int] = Field(description="x, y, width, height in photo pixels")
    areas: dict[str, int] = Field(description="class -> pixels; the background is left out")
    polygons: dict[str, list[list[list[Point]]]] = Field(
        description="class -> pieces -> rings, the outer one first, then the holes -> x, y"
    )


class EmbeddingData(Line):
    weight: str = Field(description="what made it; only those of one weight can be compared")
    quality: float | None = Field(description="higher is better; null if the weight tells none")
    vector: list[float] = Field(description="of length 1")


class FaceData(Line):
    box: tuple[float, float, float, float] = Field(description="x1, y1, x2, y2 in photo pixels")
    score: float = Field(ge=0, le=1, description="the detector's confidence")
    five_points: Annotated[list[Point], Field(min_length=5, max_length=5)] = Field(
        description="right eye, left eye, nose tip, right and left mouth corner"
    )
    landmarks: LandmarksData | None = Field(description="null if the head was not asked for")
    pose: PoseData | None = Field(description="null if it does not follow from landmarks")
    attributes: AttributesData | None = Field(description="null if the head was not asked for")
    parts: PartsData | None = Field(description="null if the head was not asked for")
    embedding: EmbeddingData | None = Field(description="null if the head was not asked for")
    track: int | None = Field(ge=1, description="number of the track in its video; null: a photo")


class ErrorData(Line):
    kind: str = Field(description="type of the error")
    message: str = Field(description="what was wrong and what to do")


class PhotoLine(Line):
    """One line of faces.jsonl: one photo, one frame of a video, or one input that failed."""

    format: Literal["lineament.faces/1"] = Field(default=SCHEMA, alias="schema")
    source: str = Field(description="path as it was given or found in a folder")
    frame: int | None = Field(default=None, ge=0, description="video frame, from 0; null: a photo")
    seconds: float | None = Field(default=None, ge=0, description="time of the video frame")
    width: int | None = Field(default=None, gt=0, description="pixels, after the EXIF turn")
    height: int | None = Field(default=None, gt=0, description="pixels, after the EXIF turn")
    picture: str | None = Field(default=None, description="annotated picture, from the folder")
    files: dict[str, list[str | None]] = Field(
        default={}, description="export -> its files, from the folder"
    )
    weights: dict[str, str] = Field(description="task -> name of the weight that ran")
    error: ErrorData | None = Field(default=None, description="why the input could not be read")
    faces: list[FaceData] = Field(default=[], description="best score first; empty: none found")

    @classmethod
    def schema_text(cls) -> str:
        """The JSON Schema of a line, as docs/faces.schema.json holds it."""
        return json.dumps(cls.model_json_schema(mode="serialization"), indent=2) + "\n"

    def text(self) -> str:
        """The line as JSON without a line break, in ASCII."""
        return self.model_dump_json(by_alias=True, ensure_ascii=True)


def face_data(face: Face) -> FaceData:
    """A face as it stands in the line of its photo."""
    return FaceData.model_validate(face.to_dict())


class CsvFaces:
    """One row for each face; photos without a face and broken files give no row.

    Args:
        stream: an open text file (newline="").
        records: the weight record of each task, which say how many landmarks there will be,
            which attributes and which parts.
    """

    def __init__(self, stream: TextIO, records: dict[str, WeightRecord]) -> None:
        self._writer = csv.writer(stream)
        self._count = _landmark_count(records)
        self._attributes = _attributes_output(records)
        self._parts = _part_names(records)
        self._writer.writerow(self._header())

    def write(self, line: PhotoLine) -> None:
        for number, face in enumerate(line.faces):
            row: list[Any] = [line.source, line.frame, line.seconds, line.width, line.height]
            pose = face.pose
            row += [number, face.track, face.score, *face.box]
            row += [pose.yaw, pose.pitch, pose.roll] if pose else [None] * 3
            row += _flat(face.five_points)
            if face.landmarks:
                row += _flat(face.landmarks.points)
            if face.attributes and self._attributes:
                row += _attribute_cells(face.attributes, self._attributes)
            if face.parts:
                row += [face.parts.areas[name] for name in self._parts]
            self._writer.writerow(row)

    def _header(self) -> list[str]:
        names = ["source", "frame", "seconds", "width", "height", "face", "track", "score"]
        names += ["x1", "y1", "x2", "y2", "yaw", "pitch", "roll"]
        points = [*FIVE_POINTS, *(f"point_{number}" for number in range(1, self._count + 1))]
        names += [f"{point}_{axis}" for point in points for axis in "xy"]
        if self._attributes:
            for task in self._attributes.tasks:
                names += [task, f"{task}_probability"]
            if self._attributes.angles:
                names += ["attributes_yaw", "attributes_pitch", "attributes_roll"]
        names += [f"area_{name}" for name in self._parts]
        return names


def _landmark_count(records: dict[str, WeightRecord]) -> int:
    if "landmarks" not in records:
        return 0
    output = records["landmarks"].networks[-1].output
    return output.count if isinstance(output, PointsOutput) else 0


def _attributes_output(records: dict[str, WeightRecord]) -> AttributesOutput | None:
    if "attributes" not in records:
        return None
    output = records["attributes"].networks[0].output
    return output if isinstance(output, AttributesOutput) else None


def _part_names(records: dict[str, WeightRecord]) -> tuple[str, ...]:
    """The classes whose areas have a column; none without parts."""
    output = records["parsing"].networks[0].output if "parsing" in records else None
    return output.classes[1:] if isinstance(output, PartsOutput) else ()


def _attribute_cells(data: AttributesData, output: AttributesOutput) -> list[Any]:
    named = {name: getattr(data, name) for name in NAMED_ATTRIBUTES}
    choices: dict[str, ChoiceData] = {**named, **data.others}
    cells: list[Any] = []
    for task in output.tasks:
        cells += [choices[task].label, choices[task].probability]
    if data.pose:
        cells += [data.pose.yaw, data.pose.pitch, data.pose.roll]
    return cells


def _flat(points: Sequence[Point]) -> list[float]:
    return [value for point in points for value in point]
