"""Encoded bytes of identity pictures for a set that is written: copied where that can be."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple

import cv2
from pydantic import Field

from lineament.datasets.identity_pictures import IdentityPictures, StoredPictures
from lineament.errors import ImageError
from lineament.face import ByteArray
from lineament.picture_file.header import read_header
from lineament.strict import Strict

SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WebP": ".webp", "BMP": ".bmp", "TIFF": ".tif"}


class PictureEncoding(Strict):
    """How pictures are encoded that have no bytes that can be copied.

    Attributes:
        kind: `png` is lossless.
        quality: of JPEG, 1 to 100, with full colour resolution.
    """

    kind: Literal["jpeg", "png"] = "jpeg"
    quality: int = Field(ge=1, le=100, default=95)


class Encoded(NamedTuple):
    """Bytes of a picture and the suffix that a file of them has."""

    content: bytes
    suffix: str


def encoded(
    pictures: IdentityPictures, index: int, encoding: PictureEncoding, formats: Collection[str]
) -> Encoded:
    """A picture as it is stored, or encoded anew.

    The stored bytes are copied where they are of one of the formats and no EXIF orientation turns
    them, so that nothing is lost and no reader that leaves EXIF alone sees it turned.

    Args:
        formats: keys of `SUFFIXES` that the new set may hold.

    Raises:
        DataError or ImageError: the picture cannot be read; the message names it.
    """
    content = pictures.stored(index) if isinstance(pictures, StoredPictures) else None
    if content is not None:
        try:
            header = read_header(content)
        except ImageError:
            header = None  # reading the picture tells what is wrong, and of which
        if header and header.format in formats and header.orientation == 1:
            return Encoded(content, SUFFIXES[header.format])
    return encode_picture(pictures.picture(index), encoding)


def encode_picture(picture: ByteArray, encoding: PictureEncoding) -> Encoded:
    """(H,W,3) uint8 RGB as JPEG or PNG."""
    suffix, options = ".png", [cv2.IMWRITE_PNG_COMPRESSION, 6]
    if encoding.kind == "jpeg":
        suffix = ".jpg"
        options = [cv2.IMWRITE_JPEG_QUALITY, encoding.quality]
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    done, content = cv2.imencode(suffix, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    assert done, f"OpenCV did not encode {picture.shape} as {suffix}"
    return Encoded(content.tobytes(), suffix)
