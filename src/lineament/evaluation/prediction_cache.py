"""Predictions kept in an .npz file: predict once, score from there.

A file is named and marked with a key over everything that could change the predictions: the
networks' checksums and contracts, the detector's options, the boxes' source, the device, the
pictures' bytes and their labels, and the code and libraries that run the networks. Predictions
under another key are never used.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

import lineament
from lineament.datasets.labelled_face import LabelledFace
from lineament.errors import DataError
from lineament.evaluation.predictions import Predictions
from lineament.weights import WeightRecord

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from lineament.detection import Detector

logger = logging.getLogger(__name__)

UNINVOLVED = frozenset({"cli", "synthesis", "training"})
"""Rooms of the package whose code has no part in a prediction."""

DECIDING_LIBRARIES = ("numpy", "cv2", "onnxruntime")

Kept = TypeVar("Kept", bound="DataclassInstance")


class Recorded(Protocol):
    """What has a weight record, such as an estimator."""

    @property
    def record(self) -> WeightRecord: ...


def predict_or_load(
    folder: Path,
    stem: str,
    facts: Mapping[str, Any],
    compute: Callable[[], Predictions],
) -> tuple[Predictions, Path]:
    """Predictions of landmarks, by `arrays_or_load`."""
    return arrays_or_load(folder, stem, facts, compute, Predictions)


def arrays_or_load(
    folder: Path,
    stem: str,
    facts: Mapping[str, Any],
    compute: Callable[[], Kept],
    kind: type[Kept],
) -> tuple[Kept, Path]:
    """Predictions from `folder`, or computed and kept there.

    Args:
        folder: made if it is missing.
        stem: readable beginning of the file's name.
        facts: plain data from `deciding_facts`; their digest is the key.
        compute: makes the predictions where none are kept under this key.
        kind: dataclass of the predictions; every field is an array.

    Returns:
        The predictions and the file that holds them.

    Raises:
        DataError: the folder cannot be written.
    """
    text = json.dumps(facts, sort_keys=True)
    path = folder / f"{stem}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.npz"
    kept = _load(path, text, kind)
    if kept is not None:
        logger.info("predictions from %s", path)
        return kept, path
    made = compute()
    try:
        _save(path, text, made)
    except OSError as error:
        raise DataError(
            f"cannot keep the predictions in {folder}: {error.strerror}; choose another --out"
        ) from error
    return made, path


def deciding_facts(
    faces: Sequence[LabelledFace],
    estimator: Recorded,
    detector: Detector | None,
    options: Mapping[str, Any],
    device: str,
    source: str | None = None,
) -> dict[str, Any]:
    """Everything that could change the predictions, as plain data for JSON.

    Raises:
        DataError: a picture cannot be read.
    """
    return {
        "landmarks": _contracts(estimator.record),
        "detector": _contracts(detector.record) if detector else None,
        "options": dict(options) if detector else None,
        "boxes": "detector" if detector else source or "truth",
        "device": device,
        "provider": detector.provider if detector else None,
        "listing": listing_digest(faces),
        "code": _code_digest(),
        "libraries": {
            name: str(importlib.import_module(name).__version__) for name in DECIDING_LIBRARIES
        },
    }


def listing_digest(faces: Sequence[LabelledFace]) -> str:
    """sha256 over names, bytes of the pictures, true points and boxes, in the listing's order.

    Raises:
        DataError: a picture cannot be read.
    """
    pictures: dict[Path, bytes] = {}
    digest = hashlib.sha256()
    for face in faces:
        if face.image not in pictures:
            pictures[face.image] = file_digest(face.image)
        digest.update(json.dumps([face.name, face.image.suffix, face.scheme]).encode())
        digest.update(pictures[face.image])
        digest.update(face.points.astype("<f4").tobytes())
        if face.box is not None:
            digest.update(face.box.astype("<f4").tobytes())
    return digest.hexdigest()


def file_digest(path: Path) -> bytes:
    """sha256 of a file's bytes.

    Raises:
        DataError: it cannot be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error


def _contracts(record: WeightRecord) -> list[dict[str, Any]]:
    return [network.model_dump(mode="json", exclude={"source"}) for network in record.networks]


@cache
def _code_digest() -> str:
    """sha256 over the package's files, once per process: an edit does not change loaded code."""
    root = Path(str(lineament.__file__)).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        if inside.parts[0] not in UNINVOLVED:
            digest.update(inside.as_posix().encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _save(path: Path, key: str, predictions: DataclassInstance) -> None:
    """Write beside the goal and rename, so that a killed run leaves no half file under it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            arrays = {name.name: getattr(predictions, name.name) for name in fields(predictions)}
            np.savez_compressed(file, key=np.array(key), **arrays)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _load(path: Path, key: str, kind: type[Kept]) -> Kept | None:
    """Kept predictions under exactly this key; None where there are none or the file is bad."""
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["key"]) != key:
                return None
            return kind(**{field.name: file[field.name] for field in fields(kind)})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        logger.warning("%s is damaged (%s): predicting again", path, error)
        return None
