"""The groups as data: a table with a row for each face, and people with their faces as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lineament.errors import ConfigError
from lineament.grouping.album import Album, AlbumFace
from lineament.grouping.grouping import Grouping

TABLE, PEOPLE = "faces.parquet", "people.json"
FORMAT = "lineament.group/1"


def write_table(path: Path, album: Album, grouping: Grouping, weight: str) -> None:
    """One row for each face, also for those left aside; docs/grouping.md lists the columns.

    Raises:
        ConfigError: pyarrow is not installed, or the file cannot be written.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise ConfigError(
            f"the table needs pyarrow, which is not installed ({error}): "
            "pip install 'lineament[gallery]'"
        ) from error
    real, whole, text = pa.float32(), pa.int32(), pa.string()
    fields = [("source", text), ("frame", whole), ("face", whole), ("x1", real), ("y1", real)]
    fields += [("x2", real), ("y2", real), ("score", real), ("quality", real), ("weight", text)]
    fields += [("person", whole), ("fit", real), ("aside", text), ("picture", text)]
    rows = [
        _row(face, weight, int(group), float(fit))
        for face, group, fit in zip(album.faces, grouping.groups, grouping.fits, strict=True)
    ]
    rows += [_row(face, weight, None, None) for face in album.aside]
    table = pa.Table.from_pylist(rows, schema=pa.schema(fields, metadata={"format": FORMAT}))
    try:
        pq.write_table(table, path, compression="zstd")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror or error}") from error


def write_people(path: Path, album: Album, grouping: Grouping, weight: str) -> None:
    """People, the one with most faces first, each with its faces, the best fitting first.

    Raises:
        ConfigError: the file cannot be written.
    """
    threshold = grouping.threshold
    document = {
        "schema": FORMAT,
        "weight": weight,
        "threshold": round(threshold.score, 6),
        "false_match_rate": threshold.false_match_rate,
        "protocol": threshold.protocol,
        "people": [
            {
                "person": person,
                "faces": [
                    {**album.faces[face].to_dict(), "fit": round(float(grouping.fits[face]), 4)}
                    for face in faces
                ],
            }
            for person, faces in enumerate(grouping.members())
        ],
        "aside": [{**face.to_dict(), "reason": face.aside} for face in album.aside],
    }
    try:
        with path.open("w", encoding="utf-8") as file:
            json.dump(document, file)
            file.write("\n")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror or error}") from error


def _row(face: AlbumFace, weight: str, person: int | None, fit: float | None) -> dict[str, Any]:
    box = face.box
    row: dict[str, Any] = {"source": face.source, "frame": face.frame, "face": face.number}
    row |= {"x1": box.x1, "y1": box.y1, "x2": box.x2, "y2": box.y2}
    row |= {"score": face.score, "quality": face.quality, "weight": weight}
    return row | {"person": person, "fit": fit, "aside": face.aside, "picture": face.picture}
