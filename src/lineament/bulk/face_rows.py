"""The table of faces: which columns it has, and the row of a face. docs/bulk.md lists them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lineament.face import Face
from lineament.weights import (
    AttributesOutput,
    EmbeddingOutput,
    PartsOutput,
    PointsOutput,
    WeightRecord,
)

FORMAT = "lineament.bulk-faces/1"


class FaceRows:
    """Columns for the heads of a run, and rows that fill them.

    Args:
        records: the weight record of each task that runs.

    Attributes:
        schema: of the table, a `pyarrow.Schema`.
    """

    def __init__(self, records: Mapping[str, WeightRecord]) -> None:
        import pyarrow as pa

        outputs = {task: record.networks[-1].output for task, record in records.items()}
        real, whole, text = pa.float32(), pa.int32(), pa.string()
        fields = {"source": text, "face": whole, "x1": real, "y1": real, "x2": real, "y2": real}
        fields |= {"score": real, "five_points": pa.list_(real, 10)}
        metadata = {"format": FORMAT}
        self._attributes: AttributesOutput | None = None
        self._parts: PartsOutput | None = None
        points = outputs.get("landmarks")
        if isinstance(points, PointsOutput):
            fields["landmarks"] = pa.list_(real, 2 * points.count)
            fields |= dict.fromkeys(("yaw", "pitch", "roll"), real)
            metadata["landmarks"] = points.scheme
        attributes = outputs.get("attributes")
        if isinstance(attributes, AttributesOutput):
            self._attributes = attributes
            for task in attributes.tasks:
                fields |= {task: text, f"{task}_probability": real}
            if attributes.angles:
                fields |= {f"attributes_{angle}": real for angle in ("yaw", "pitch", "roll")}
        parts = outputs.get("parsing")
        if isinstance(parts, PartsOutput):
            self._parts = parts
            fields |= {f"area_{name}": whole for name in parts.classes[1:]}
            fields["parts"] = text
        embedding = outputs.get("recognition")
        if isinstance(embedding, EmbeddingOutput):
            fields |= {"quality": real, "weight": text}
            fields["embedding"] = pa.list_(real, embedding.dimension)
        self.schema = pa.schema(list(fields.items()), metadata=metadata)

    def row(self, source: str, number: int, face: Face) -> dict[str, Any]:
        """The row of one face.

        Args:
            source: what its picture is called.
            number: its place in the picture, best score first.
            face: as the analyzer of the same records gives it.
        """
        box = face.box
        row: dict[str, Any] = {"source": source, "face": number, "score": face.score}
        row |= {"x1": box.x1, "y1": box.y1, "x2": box.x2, "y2": box.y2}
        row["five_points"] = face.five_points.reshape(-1)
        if face.landmarks:
            row["landmarks"] = face.landmarks.points.reshape(-1)
        if face.pose:
            row |= {"yaw": face.pose.yaw, "pitch": face.pose.pitch, "roll": face.pose.roll}
        if face.attributes and self._attributes:
            choices = face.attributes.choices
            for task in self._attributes.tasks:
                row |= {task: choices[task].label, f"{task}_probability": choices[task].probability}
            if face.attributes.pose:
                turn = face.attributes.pose
                row |= {"attributes_yaw": turn.yaw, "attributes_pitch": turn.pitch}
                row["attributes_roll"] = turn.roll
        if face.parts:
            row |= {f"area_{name}": area for name, area in face.parts.areas().items()}
            row["parts"] = json.dumps(face.parts.to_dict())
        if face.embedding:
            own = face.embedding
            row |= {"quality": own.quality, "weight": own.weight, "embedding": own.vector}
        return row
