"""A small picture of one face, for those who ask to keep one."""

from __future__ import annotations

import cv2

from lineament.face import Box, ByteArray
from lineament.geometry import crop_affine, warp

SIDE = 160
MARGIN = 1.4
"""Side of what is shown, in longer sides of the box."""

QUALITY = 85


def thumbnail(image: ByteArray, box: Box) -> bytes:
    """A JPEG of 160 x 160 pixels, a few thousand bytes, of the square round a face.

    Args:
        image: (H,W,3) uint8 RGB.
        box: in photo pixels; what lies beside the photo repeats its border.
    """
    side = MARGIN * max(box.width, box.height)
    crop = warp(image, crop_affine(box.centre, side, 0.0, SIDE), SIDE)
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    done, encoded = cv2.imencode(".jpg", cv2.cvtColor(crop, cv2.COLOR_RGB2BGR), options)
    assert done, "OpenCV encodes every array of this shape"
    return encoded.tobytes()
