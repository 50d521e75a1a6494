"""A table of embeddings as a file: Parquet, written while it grows, or NumPy's .npz."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from lineament.cli.inputs import Problem
from lineament.cli.reading import Photo
from lineament.errors import ConfigError
from lineament.face import Face

SUFFIXES = (".parquet", ".npz")
ROWS_AT_ONCE = 4096
FORMAT = "lineament.embeddings/1"

COLUMNS = (
    *("source", "frame", "face", "x1", "y1", "x2", "y2"),
    *("score", "quality", "weight", "embedding"),
)
"""docs/output.md says what each holds."""


def check_table_name(path: Path) -> None:
    """Refuse a table that could not be written, before any work.

    Raises:
        ConfigError: another suffix than those of `SUFFIXES`, or Parquet without pyarrow.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigError(f"got --out {path}, expected a name that ends in {' or '.join(SUFFIXES)}")
    if path.suffix.lower() == ".parquet":
        try:
            importlib.import_module("pyarrow.parquet")
        except ImportError as error:
            raise ConfigError(
                f"a .parquet file needs pyarrow, which is not installed ({error}): pip install "
                "pyarrow (the extra lineament[synth] brings it, too), or give a name that ends "
                "in .npz"
            ) from error


class EmbeddingTable:
    """Takes the faces of a run and writes one row for each.

    The file appears under its name when `finish` is called; what was there before stays as it
    was until then, and after a failure. A Parquet file grows on the disk; the rows of an .npz
    file are held in memory.

    Args:
        path: the file, as `check_table_name` accepts it; its folder is made where it is missing.
        dimension: numbers of an embedding.

    Raises:
        ConfigError: the file cannot be written.
    """

    def __init__(self, path: Path, dimension: int) -> None:
        self._path = path
        self._dimension = dimension
        self._part = path.with_name(f"{path.name}.part")
        self._rows: list[tuple[Any, ...]] = []
        self._writer: Any = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._part.write_bytes(b"")
        except OSError as error:
            raise ConfigError(
                f"cannot write to {error.filename}: {error.strerror}; choose another place"
            ) from error
        if path.suffix.lower() == ".parquet":
            self._writer = self._opened()

    def add(self, photo: Photo, faces: Sequence[Face], seconds: float) -> None:  # noqa: ARG002
        """Take the faces of one photo or frame."""
        for number, face in enumerate(faces):
            box, own = face.box, face.embedding
            assert own is not None
            self._rows.append(
                (
                    *(photo.source.name, photo.frame, number, box.x1, box.y1, box.x2, box.y2),
                    *(face.score, own.quality, own.weight, own.vector),
                )
            )
        if self._writer is not None and len(self._rows) >= ROWS_AT_ONCE:
            self._flush()

    def fail(self, problem: Problem) -> None:
        """An input that could not be read has no row; the summary of the run names it."""

    def finish(self) -> None:
        """Write what is left and give the file its name."""
        if self._writer is not None:
            self._flush()
            self._writer.close()
            self._writer = None
        else:
            self._write_arrays()
        self._part.replace(self._path)

    def __enter__(self) -> EmbeddingTable:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._part.unlink(missing_ok=True)

    def _opened(self) -> Any:
        import pyarrow as pa
        import pyarrow.parquet as pq

        types = {"source": pa.string(), "frame": pa.int32(), "face": pa.int32()}
        types |= {name: pa.float32() for name in ("x1", "y1", "x2", "y2", "score", "quality")}
        types |= {"weight": pa.string(), "embedding": pa.list_(pa.float32(), self._dimension)}
        fields = [(name, types[name]) for name in COLUMNS]
        schema = pa.schema(fields, metadata={"format": FORMAT})
        return pq.ParquetWriter(self._part, schema, compression="zstd")

    def _flush(self) -> None:
        import pyarrow as pa

        if not self._rows:
            return
        schema = self._writer.schema
        columns = list(zip(*self._rows, strict=True))
        arrays = [
            pa.array(column, type=schema.field(name).type)
            for name, column in zip(COLUMNS[:-1], columns[:-1], strict=True)
        ]
        flat = pa.array(np.concatenate(columns[-1]))
        arrays.append(pa.FixedSizeListArray.from_arrays(flat, self._dimension))
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        self._rows = []

    def _write_arrays(self) -> None:
        columns = dict(zip(COLUMNS, zip(*self._rows, strict=True), strict=False))
        empty: dict[str, Any] = dict.fromkeys(COLUMNS, ())
        found = {**empty, **columns}
        frames = [-1 if frame is None else frame for frame in found["frame"]]
        qualities = [np.nan if each is None else each for each in found["quality"]]
        vectors = np.array(found["embedding"], dtype=np.float32)
        boxes = np.array([found[edge] for edge in ("x1", "y1", "x2", "y2")], dtype=np.float32)
        with self._part.open("wb") as stream:
            np.savez(
                stream,
                format=np.array(FORMAT),
                source=np.array(found["source"], dtype=np.str_),
                frame=np.array(frames, dtype=np.int32),
                face=np.array(found["face"], dtype=np.int32),
                box=boxes.T,
                score=np.array(found["score"], dtype=np.float32),
                quality=np.array(qualities, dtype=np.float32),
                weight=np.array(found["weight"], dtype=np.str_),
                embedding=vectors.reshape(len(self._rows), self._dimension),
            )
