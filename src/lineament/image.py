"""A path or bytes to an RGB picture, safely: bounded, turned upright, never half a picture."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.errors import ImageError
from lineament.face import ByteArray
from lineament.picture_file.damage import check_decoded, check_stored
from lineament.picture_file.header import Header, bare_png, read_header
from lineament.picture_file.opencv_log import silenced
from lineament.picture_file.tiff_tags import without_orientation

logger = logging.getLogger(__name__)

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".dib", ".tif", ".tiff"}
)
"""Lower-case suffixes of the still pictures that `read` reads."""

LONGEST_SIDE = 1 << 20
JPEG_OPTIONS = [
    cv2.IMWRITE_JPEG_QUALITY,
    95,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
]
"""No colour is subsampled, so that thin coloured lines stay sharp."""


def read(
    source: str | os.PathLike[str] | bytes,
    *,
    max_pixels: int = 100_000_000,
    max_bytes: int = 100 * 2**20,
) -> ByteArray:
    """Read a JPEG, PNG, WebP, BMP or TIFF picture; the bytes decide which, not the name.

    The EXIF or TIFF orientation is applied. Grey becomes RGB; alpha is laid on white; 16-bit
    samples are divided by 257 and rounded (to within one level for TIFF); CMYK becomes RGB
    without colour profiles (a CMYK JPEG is taken as inverted, as Adobe writes it). Of an
    animation or a TIFF of many pages the first picture is read. Alpha of a grey TIFF and the
    transparent shade of a grey PNG are ignored.

    Args:
        source: path of a file, or the bytes of one.
        max_pixels: bound on width x height, checked from the header before decoding.
        max_bytes: bound on the file's size, checked before it is read.

    Returns:
        (H,W,3) uint8 RGB, C-contiguous.

    Raises:
        ImageError: there is no such file, or it is not readable, empty, of another format,
            truncated, damaged, too large, or made of samples whose brightness is unknown
            (floating point, signed, or other widths than 1, 2, 4, 8 and 16 bits).
    """
    name = "the given bytes" if isinstance(source, bytes) else os.fspath(source)
    try:
        data = source if isinstance(source, bytes) else _file_bytes(Path(source), max_bytes)
        if len(data) > max_bytes:
            raise _too_many_bytes(len(data), max_bytes)
        if not data:
            raise ImageError("it is empty (0 bytes)")
        header = read_header(data)
        _check_size(header, max_pixels)
        check_stored(data, header)
        return _upright(_rgb(_decoded(data, header), header), header.orientation)
    except ImageError as error:
        raise ImageError(f"cannot read {name}: {error}") from error.__cause__


def write(path: str | os.PathLike[str], image: ByteArray) -> None:
    """Write an RGB picture as JPEG (quality 95, 4:4:4) or PNG, as the suffix says.

    Args:
        path: ends in .jpg, .jpeg or .png; its folder must exist.
        image: (H,W,3) uint8 RGB.

    Raises:
        ImageError: the suffix, the array or the place does not allow it.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in {".jpg", ".jpeg", ".png"}:
        raise ImageError(f"cannot write {target}: got suffix {suffix!r}, expected .jpg or .png")
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise ImageError(
            f"cannot write {target}: got {image.dtype} of shape {image.shape}, "
            "expected uint8 of shape (H, W, 3)"
        )
    options = [] if suffix == ".png" else JPEG_OPTIONS
    height, width = image.shape[:2]
    try:
        with silenced():
            done, encoded = cv2.imencode(suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    except cv2.error as error:
        logger.debug("OpenCV: %s", error)
        done = False
    if not done:
        raise ImageError(
            f"cannot write {target}: OpenCV cannot encode {width} x {height} pixels as {suffix}"
        )
    try:
        target.write_bytes(encoded.tobytes())
    except OSError as error:
        raise ImageError(f"cannot write {target}: {error.strerror or error}") from error


def _file_bytes(path: Path, max_bytes: int) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ImageError("it is a folder, expected a picture file")
        if not stat.S_ISREG(status.st_mode):
            raise ImageError("it is not a regular file")
        if status.st_size > max_bytes:
            raise _too_many_bytes(status.st_size, max_bytes)
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise ImageError("there is no such file") from error
    except PermissionError as error:
        raise ImageError("you have no permission to read it") from error
    except (OSError, ValueError) as error:
        raise ImageError(getattr(error, "strerror", None) or str(error)) from error


def _too_many_bytes(size: int, limit: int) -> ImageError:
    return ImageError(
        f"it is too large: {size:,} bytes, the limit is {limit:,}; "
        "save it smaller or raise max_bytes"
    )


def _check_size(header: Header, max_pixels: int) -> None:
    width, height = header.width, header.height
    if width * height > max_pixels:
        raise ImageError(
            f"it is too large: {width} x {height} = {width * height:,} pixels, "
            f"the limit is {max_pixels:,}; scale it down or raise max_pixels"
        )
    if max(width, height) > LONGEST_SIDE:
        raise ImageError(
            f"it is too large: {width} x {height} pixels, OpenCV reads at most "
            f"{LONGEST_SIDE:,} per side; scale it down"
        )


def _decoded(data: bytes, header: Header) -> NDArray[Any]:
    flags = cv2.IMREAD_UNCHANGED
    if header.colour_only:
        flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    if header.format == "TIFF" and header.orientation != 1:
        data = without_orientation(data)
    elif header.format == "PNG":
        data = bare_png(data)

    def decode(encoded: bytes) -> NDArray[Any] | None:
        with silenced():
            return cv2.imdecode(np.frombuffer(encoded, np.uint8), flags)

    try:
        pixels = decode(data)
        if pixels is not None:
            check_decoded(data, header, pixels, decode)
    except cv2.error as error:
        logger.debug("OpenCV: %s", error)
        raise ImageError(f"OpenCV refuses this {header.format}: {error.err or error}") from error
    if pixels is None:
        raise ImageError(f"it is damaged, or a kind of {header.format} that OpenCV cannot decode")
    if pixels.shape[:2] != (header.height, header.width):
        raise ImageError(
            f"it is damaged: its header says {header.width} x {header.height} pixels, "
            f"{pixels.shape[1]} x {pixels.shape[0]} were decoded"
        )
    return pixels


def _rgb(pixels: NDArray[Any], header: Header) -> ByteArray:
    if pixels.dtype == np.uint16:
        pixels = cv2.convertScaleAbs(pixels, alpha=1 / 257)
    elif pixels.dtype != np.uint8:
        raise ImageError(
            f"it holds {pixels.dtype} samples, whose black and white are unknown; "
            "save it with 8 or 16 unsigned bits per sample"
        )
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    if channels == 1:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
    if channels == 3:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), dtype=np.uint8)
    if channels == 4:
        return _on_white(pixels.astype(np.uint8, copy=False), header.premultiplied)
    raise ImageError(f"it holds {channels} channels, expected 1, 3 or 4")


def _on_white(bgra: ByteArray, premultiplied: bool) -> ByteArray:
    rgb = np.asarray(cv2.cvtColor(bgra, cv2.COLOR_BGRA2RGB), dtype=np.uint8)
    alpha = bgra[:, :, 3].astype(np.uint16)
    if (alpha == 255).all():
        return rgb
    for channel in range(3):
        colour = rgb[:, :, channel].astype(np.uint16)
        if premultiplied:
            blended = np.minimum(colour + (255 - alpha), 255)
        else:
            blended = (colour * alpha + 255 * (255 - alpha) + 127) // 255
        rgb[:, :, channel] = blended
    return rgb


def _upright(image: ByteArray, orientation: int) -> ByteArray:
    """Undo an EXIF orientation, 1 to 8 (EXIF 2.32, tag 0x0112)."""
    turned: NDArray[Any] = image
    match orientation:
        case 2:
            turned = cv2.flip(image, 1)
        case 3:
            turned = cv2.rotate(image, cv2.ROTATE_180)
        case 4:
            turned = cv2.flip(image, 0)
        case 5:
            turned = cv2.transpose(image)
        case 6:
            turned = cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE)
        case 7:
            turned = cv2.rotate(cv2.transpose(image), cv2.ROTATE_180)
        case 8:
            turned = cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE)
    return np.ascontiguousarray(turned, dtype=np.uint8)
