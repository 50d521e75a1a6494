"""The header parser: right about size and turn, and unmoved by whatever bytes it is given."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pictures import encoded, noise, png_of_size, quarters, tiff
from PIL import Image

from lineament import image
from lineament.errors import ImageError
from lineament.picture_file.header import read_header
from lineament.picture_file.kind import FORMATS, described, recognised


def with_exif(kind: str) -> bytes:
    exif = Image.Exif()
    exif[274] = 6
    exif[271] = "a camera"
    return encoded(noise(40, 30), kind, exif=exif.tobytes())


SEEDS = [
    with_exif("JPEG"),
    with_exif("PNG"),
    with_exif("WEBP"),
    encoded(noise(40, 30), "JPEG", progressive=True),
    encoded(noise(40, 30), "WEBP", lossless=True),
    encoded(noise(40, 30), "BMP"),
    encoded(noise(40, 30), "TIFF", tiffinfo={274: 6}),
    tiff(noise(40, 30), photometric="rgb", bigtiff=True),
    tiff(noise(40, 30), photometric="rgb", tile=(32, 32), byteorder=">"),
]
MAGIC = [
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"RIFF\xff\0\0\0WEBP",
    b"BM",
    b"II\x2a\0",
    b"MM\0\x2b",
]


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (257, 1), (640, 480), (16383, 2)])
@pytest.mark.parametrize("kind", FORMATS)
def test_size_is_the_one_that_pillow_finds(kind: str, size: tuple[int, int]) -> None:
    for options in ({}, {"lossless": True}) if kind == "WebP" else ({},):
        data = encoded(np.zeros((size[1], size[0], 3), np.uint8), kind, **options)
        header = read_header(data)
        assert (header.format, header.width, header.height) == (kind, *size)
        assert Image.open(io.BytesIO(data)).size == size


def test_webp_with_an_extended_header() -> None:
    data = encoded(np.dstack([quarters(700, 500)] * 2)[..., :4], "WEBP")
    assert data[12:16] == b"VP8X"
    header = read_header(data)
    assert (header.width, header.height) == (700, 500)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_orientation_is_found(kind: str) -> None:
    assert read_header(with_exif(kind)).orientation == 6


def test_sizes_beyond_32_bits_do_not_wrap() -> None:
    header = read_header(png_of_size(2**31 + 5, 2**31 + 7))
    assert (header.width, header.height) == (2**31 + 5, 2**31 + 7)


def only_image_error(data: bytes) -> None:
    try:
        header = read_header(data)
    except ImageError as error:
        assert str(error)
    else:
        assert header.width > 0
        assert header.height > 0
        assert 1 <= header.orientation <= 8


@given(st.binary(max_size=400))
@example(b"\xff" * 5000)
@example(b"\xff\xd8" + b"\xff" * 5000)
def test_random_bytes(data: bytes) -> None:
    only_image_error(data)
    assert described(data)


@given(st.sampled_from(MAGIC), st.binary(max_size=400))
def test_random_bytes_behind_a_right_start(magic: bytes, data: bytes) -> None:
    assert recognised(magic + data) in FORMATS
    only_image_error(magic + data)


@given(st.sampled_from(SEEDS), st.data())
def test_truncated_pictures(seed: bytes, draw: st.DataObject) -> None:
    length = draw.draw(st.integers(0, len(seed)))
    only_image_error(seed[:length])


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 600), st.binary(min_size=1, max_size=8)), max_size=6),
)
def test_damaged_headers(seed: bytes, patches: list[tuple[int, bytes]]) -> None:
    data = bytearray(seed)
    for position, patch in patches:
        data[position : position + len(patch)] = patch
    only_image_error(bytes(data))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=4)), max_size=4),
    st.integers(1, 4000),
)
def test_reading_damaged_pictures(
    seed: bytes, patches: list[tuple[int, bytes]], length: int
) -> None:
    """Whatever is wrong, the answer is a picture within the bound or an ImageError."""
    data = bytearray(seed)
    for position, patch in patches:
        data[position : position + len(patch)] = patch
    try:
        picture = image.read(bytes(data[:length]), max_pixels=2_000_000)
    except ImageError:
        return
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    assert picture.shape[0] * picture.shape[1] <= 2_000_000
