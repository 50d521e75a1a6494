"""One sample of a dataset as the files that a shard holds of it, there and back.

`KEY.png` or `KEY.jpg`: the picture. `KEY.mask.png`: grey, the numbers of `Part`.
`KEY.points.npy`: (171,3) float32 x, y, visible (1 or 0): 68 points of 300-W, 98 of WFLW, five.
`KEY.json`: key, identity, scene, size, box, attributes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from pydantic import Field

from lineament.errors import DataError
from lineament.face import ByteArray, FloatArray
from lineament.picture_file.opencv_log import silenced
from lineament.strict import Strict
from lineament.synthesis.attributes import Attributes
from lineament.synthesis.rendering import Rendering

PICTURES = ("png", "jpg")
MASK, POINTS, FACTS = "mask.png", "points.npy", "json"
POINT_COUNTS = (68, 98, 5)
KEY_DIGITS = 9
FACT_NAMES = {"key", "identity", "scene", "size", "box", "attributes"}

_PHOTO_PNG = [cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
"""For pictures with noise both quicker and smaller than the general strategy."""

_MASK_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 3]


class ImageFormat(Strict):
    """How pictures are kept; masks are always lossless.

    Attributes:
        kind: `png` is lossless.
        quality: of JPEG, with full colour resolution.
    """

    kind: Literal["png", "jpeg"] = "png"
    quality: int = Field(ge=1, le=100, default=95)


@dataclass(frozen=True)
class Sample:
    """A rendering with its name in the dataset."""

    key: str
    rendering: Rendering


def sample_key(index: int) -> str:
    """Name of sample number `index` from 0."""
    return f"{index:0{KEY_DIGITS}d}"


def encode(key: str, rendering: Rendering, picture: ImageFormat) -> dict[str, bytes]:
    """Content of each file by its extension; the same rendering gives the same bytes."""
    if picture.kind == "png":
        extension, options = "png", _PHOTO_PNG
    else:
        extension = "jpg"
        options = [cv2.IMWRITE_JPEG_QUALITY, picture.quality]
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    facts = {
        "key": key,
        "identity": rendering.identity,
        "scene": rendering.scene,
        "size": rendering.size,
        "box": [round(float(value), 3) for value in rendering.box],
        "attributes": rendering.attributes.to_dict(),
    }
    return {
        extension: _picture_bytes(extension, rendering.image[:, :, ::-1], options),
        MASK: _picture_bytes("png", rendering.mask, _MASK_PNG),
        POINTS: _array_bytes(_stacked_points(rendering)),
        FACTS: json.dumps(facts, separators=(",", ":"), allow_nan=False).encode(),
    }


def decode(key: str, files: Mapping[str, bytes]) -> Rendering:
    """The rendering of one sample's files.

    Raises:
        DataError: a file is missing, damaged or not what it should be; the message names it.
    """
    extension = next((name for name in PICTURES if name in files), PICTURES[0])
    image = _picture(key, extension, files, cv2.IMREAD_COLOR)
    mask = _picture(key, MASK, files, cv2.IMREAD_GRAYSCALE)
    points = _points(key, files)
    facts = decode_facts(key, files)
    first, second, third = np.split(points, np.cumsum(POINT_COUNTS)[:-1])
    try:
        return Rendering(
            image=np.ascontiguousarray(image[:, :, ::-1]),
            mask=mask,
            points68=np.ascontiguousarray(first[:, :2]),
            visible68=first[:, 2] > 0,
            points98=np.ascontiguousarray(second[:, :2]),
            visible98=second[:, 2] > 0,
            points5=np.ascontiguousarray(third[:, :2]),
            box=np.array(facts["box"], dtype=np.float32),
            attributes=Attributes.from_dict(facts["attributes"]),
            identity=facts["identity"],
            scene=facts["scene"],
        )
    except (DataError, ValueError, TypeError) as error:
        raise DataError(f"sample {key}: {error}") from error


def decode_facts(key: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What `KEY.json` says; errors as for `decode`."""
    try:
        facts: dict[str, Any] = json.loads(_content(key, FACTS, files))
    except ValueError as error:
        raise DataError(f"{key}.{FACTS} is not JSON: {error}") from error
    if not isinstance(facts, dict) or set(facts) != FACT_NAMES:
        raise DataError(f"{key}.{FACTS}: expected an object with {', '.join(sorted(FACT_NAMES))}")
    if facts["key"] != key:
        raise DataError(f"{key}.{FACTS} belongs to the sample {facts['key']!r}")
    return facts


def _stacked_points(rendering: Rendering) -> FloatArray:
    points = np.concatenate([rendering.points68, rendering.points98, rendering.points5])
    seen = [rendering.visible68, rendering.visible98, rendering.visible5]
    return np.column_stack([points, np.concatenate(seen)]).astype("<f4")


def _array_bytes(array: FloatArray) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=(1, 0), allow_pickle=False)
    return file.getvalue()


def _picture_bytes(extension: str, picture: ByteArray, options: list[int]) -> bytes:
    done, encoded = cv2.imencode(f".{extension}", picture, options)
    assert done, f"OpenCV did not encode {picture.dtype} {picture.shape} as {extension}"
    return encoded.tobytes()


def _content(key: str, extension: str, files: Mapping[str, bytes]) -> bytes:
    if extension not in files:
        listed = ", ".join(f"{key}.{name}" for name in files)
        raise DataError(f"{key}.{extension} is missing; of this sample there are {listed}")
    return files[extension]


def _picture(key: str, extension: str, files: Mapping[str, bytes], mode: int) -> ByteArray:
    content = np.frombuffer(_content(key, extension, files), dtype=np.uint8)
    try:
        with silenced():
            picture = cv2.imdecode(content, mode) if content.size else None
    except cv2.error:
        picture = None
    if picture is None:
        raise DataError(f"{key}.{extension} is not a picture ({content.size} bytes)")
    return np.asarray(picture, dtype=np.uint8)


def _points(key: str, files: Mapping[str, bytes]) -> FloatArray:
    content = io.BytesIO(_content(key, POINTS, files))
    wanted = (sum(POINT_COUNTS), 3)
    try:
        points = np.lib.format.read_array(content, allow_pickle=False)
    except ValueError as error:
        raise DataError(f"{key}.{POINTS} is not an array: {error}") from error
    if points.shape != wanted or points.dtype != np.float32:
        raise DataError(
            f"{key}.{POINTS}: got {points.dtype} {points.shape}, expected float32 {wanted}"
        )
    return np.asarray(points, dtype=np.float32)
