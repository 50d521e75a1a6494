"""Pictures of textures, with their transparency."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.errors import DataError
from lineament.face import ByteArray
from lineament.synthesis.asset_build.originals import Original


def read_rgba(original: Original) -> ByteArray:
    """Decode a picture, (H,W,4) uint8 RGBA; opaque where the file has no transparency.

    Raises:
        DataError: it is no picture, or damaged.
    """
    try:
        picture = cv2.imdecode(np.frombuffer(original.content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        picture = None
    if picture is None:
        raise DataError(
            f"{original.path} cannot be read as a picture, expected PNG or JPEG; get it again"
        )
    if picture.dtype == np.uint16:
        picture = np.round(picture / 257).astype(np.uint8)
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    code = cv2.COLOR_BGRA2RGBA if picture.shape[2] == 4 else cv2.COLOR_BGR2RGBA
    return np.asarray(cv2.cvtColor(picture, code), dtype=np.uint8)
