"""One cut-out as the files that a shard holds of it, there and back.

`KEY.png`, `KEY.half.png`, `KEY.quarter.png`, `KEY.eighth.png`: RGBA, each half as large as the one
before, by the mean of four pixels in linear light, so that a small head needs no large file.
`KEY.json`: key, kind, identity, scene, size, box, outline, points (x, y, seen), attributes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from lineament.errors import DataError
from lineament.face import ByteArray
from lineament.picture_file.opencv_log import silenced
from lineament.synthesis.attributes import Attributes
from lineament.synthesis.groups.cutout import DIRECTIONS, KINDS, LEVELS, CutOut
from lineament.synthesis.groups.light import halved, to_light, to_picture

PICTURES = ("png", "half.png", "quarter.png", "eighth.png")
FACTS = "json"
FACT_NAMES = {
    *("key", "kind", "identity", "scene", "size", "box", "outline", "points", "attributes"),
}
_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 4]
_SWAPPED = [2, 1, 0, 3]


def encode_cutout(key: str, cutout: CutOut) -> dict[str, bytes]:
    """Content of each file by its extension; the same cut-out gives the same bytes."""
    light, files = to_light(cutout.image), {}
    for level in range(LEVELS):
        image = cutout.image if level == 0 else to_picture(light)
        done, content = cv2.imencode(".png", image[..., _SWAPPED], _PNG)
        assert done
        files[PICTURES[level]] = content.tobytes()
        light = halved(light)
    seen = cutout.seen.astype(np.float32)
    facts = {
        "key": key,
        "kind": cutout.kind,
        "identity": cutout.identity,
        "scene": cutout.scene,
        "size": len(cutout.image),
        "box": _rounded(cutout.box),
        "outline": _rounded(cutout.outline),
        "points": _rounded(np.column_stack([cutout.points, seen])),
        "attributes": cutout.attributes.to_dict(),
    }
    files[FACTS] = json.dumps(facts, separators=(",", ":"), allow_nan=False).encode()
    return files


def decode_cutout(key: str, files: Mapping[str, bytes]) -> CutOut:
    """The cut-out of one sample's files.

    Raises:
        DataError: a file is missing, damaged or not what it should be; the message names it.
    """
    facts = decode_cutout_facts(key, files)
    if PICTURES[0] not in files:
        raise DataError(f"{key}.{PICTURES[0]} is missing; of this sample there are {[*files]}")
    try:
        return CutOut(
            image=decode_picture(files[PICTURES[0]], f"{key}.{PICTURES[0]}"),
            kind=facts["kind"],
            points=np.array(facts["points"], np.float32)[:, :2].copy(),
            seen=np.array(facts["points"])[:, 2] > 0,
            outline=np.array(facts["outline"], np.float32),
            attributes=Attributes.from_dict(facts["attributes"]),
            identity=facts["identity"],
            scene=facts["scene"],
        )
    except (DataError, ValueError, TypeError) as error:
        raise DataError(f"sample {key}: {error}") from error


def decode_cutout_facts(key: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What `KEY.json` says; errors as for `decode_cutout`."""
    try:
        facts: dict[str, Any] = json.loads(files.get(FACTS, b""))
    except ValueError as error:
        raise DataError(f"{key}.{FACTS} is missing or not JSON: {error}") from error
    if not isinstance(facts, dict) or set(facts) != FACT_NAMES:
        raise DataError(f"{key}.{FACTS}: expected an object with {', '.join(sorted(FACT_NAMES))}")
    if facts["key"] != key or facts["kind"] not in KINDS:
        raise DataError(
            f"{key}.{FACTS}: got key {facts['key']!r} and kind {facts['kind']!r}, expected "
            f"{key!r} and one of {', '.join(KINDS)}"
        )
    shapes = np.shape(facts["outline"]), np.shape(facts["points"])
    if shapes != ((DIRECTIONS, 2), (5, 3)):
        raise DataError(f"{key}.{FACTS}: outline and points are {shapes}")
    return facts


def decode_picture(content: bytes, name: str) -> ByteArray:
    """(S,S,4) uint8 RGBA of a file's content.

    Raises:
        DataError: it is no square picture with coverage.
    """
    try:
        with silenced():
            image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        image = None
    if image is None or image.ndim != 3 or image.shape[2] != 4 or image.dtype != np.uint8:
        raise DataError(f"{name} is not a picture with coverage ({len(content)} bytes)")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGRA2RGBA), np.uint8)


def _rounded(array: np.ndarray[Any, Any]) -> Any:
    return np.round(array.astype(np.float64), 3).tolist()
