"""Is all of a picture there? Decoders fill what is missing with grey and say nothing."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.errors import ImageError
from lineament.picture_file.header import Header, jpeg_segments, png_chunks

_GREY = 128
_FILLER = bytes(np.random.default_rng(1).integers(0, 255, 64, dtype=np.uint8))


def check_stored(data: bytes, header: Header) -> None:
    """Whether the file runs to its end, and whether a PNG's checksums hold.

    WebP, BMP and TIFF files state their length in the header, which `read_header` compares.

    Raises:
        ImageError: the file is cut off or damaged.
    """
    if header.format == "JPEG":
        for _ in jpeg_segments(data):
            pass
    elif header.format == "PNG":
        view = memoryview(data)
        for name, start, end in png_chunks(data):
            critical = name[:1].isupper()
            stored = int.from_bytes(data[end : end + 4], "big")
            if critical and zlib.crc32(view[start - 4 : end]) != stored:
                raise ImageError(f"it is damaged: the checksum of its PNG chunk {name!r} is wrong")


def check_decoded(
    data: bytes,
    header: Header,
    pixels: NDArray[Any],
    decode: Callable[[bytes], NDArray[Any] | None],
) -> None:
    """Whether a JPEG that was cut off and then closed with an end marker has all its pixels.

    A decoder leaves blocks without data at exactly mid-grey. Where the last pixels are so,
    bytes are put before the end marker: a whole picture ignores them, a short one reads them.
    Only the last scan of the file is looked at, so a progressive JPEG that lacks its finer
    scans passes: it is a coarser picture, not a partial one.

    Args:
        data: the file.
        header: its header.
        pixels: (H,W) or (H,W,3) uint8 as decoded, before any turning.
        decode: the decoder that made `pixels`.

    Raises:
        ImageError: the picture is not whole.
    """
    if header.format != "JPEG" or (pixels[-1, -8:] != _GREY).any():
        return
    *_, (_, _, stop) = jpeg_segments(data)
    longer = decode(data[: stop - 2] + _FILLER + data[stop - 2 :])
    if longer is None or not np.array_equal(longer, pixels):
        raise ImageError("it is truncated: the JPEG data stop before the last rows of the picture")
