"""What cannot be read says why, as an ImageError, and nothing on stderr; bounds hold."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from pictures import encoded, noise, png_chunk, png_of_size, quarters, tiff
from PIL import Image

from lineament import image
from lineament.errors import ImageError
from lineament.picture_file.header import MOST_SCANS

EXAMPLES = Path(__file__).parent.parent / "examples"
WHOLE: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: encoded(noise(), "JPEG"),
    "progressive JPEG": lambda: encoded(noise(), "JPEG", progressive=True),
    "PNG": lambda: encoded(noise(), "PNG"),
    "WebP": lambda: encoded(noise(), "WEBP"),
    "lossless WebP": lambda: encoded(noise(), "WEBP", lossless=True),
    "BMP": lambda: encoded(noise(), "BMP"),
    "TIFF": lambda: encoded(noise(), "TIFF"),
    "LZW TIFF": lambda: encoded(noise(), "TIFF", compression="tiff_lzw"),
    "tiled TIFF": lambda: tiff(noise(), photometric="rgb", tile=(32, 32)),
}


@pytest.fixture(autouse=True)
def nothing_on_stderr(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    assert capfd.readouterr().err == ""


def refused(source: str | os.PathLike[str] | bytes, because: str, **bounds: int) -> str:
    with pytest.raises(ImageError, match=because) as caught:
        image.read(source, **bounds)
    return str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    assert str(tmp_path / "no.jpg") in refused(tmp_path / "no.jpg", "there is no such file")


def test_folder(tmp_path: Path) -> None:
    refused(tmp_path, "it is a folder, expected a picture file")


def test_path_through_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    refused(tmp_path / "a.jpg" / "b.jpg", "Not a directory")


def test_names_that_no_file_can_have() -> None:
    refused("a\0b.jpg", "null")
    refused("x" * 5000, "too long")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    refused(tmp_path / "pipe.jpg", "it is not a regular file")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has no user numbers")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "locked.png"
    path.write_bytes(encoded(quarters(), "PNG"))
    path.chmod(0)
    own = os.geteuid()
    try:
        if own == 0:
            os.seteuid(65534)
        refused(path, "you have no permission to read it")
    finally:
        if own == 0:
            os.seteuid(own)


def test_zero_bytes(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")
    refused(tmp_path / "empty.jpg", r"it is empty \(0 bytes\)")
    refused(b"", "cannot read the given bytes: it is empty")


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"Dear diary, no picture today.\n", "a text file"),
        ("Größe: keine\n".encode() * 60, "a text file"),
        (b"<!DOCTYPE html><html></html>", "an HTML page"),
        (b"<?xml version='1.0'?><svg xmlns='x'/>", "an SVG drawing"),
        (b"GIF89a" + bytes(40), "a GIF picture"),
        (b"\0\0\0\x1cftypheic" + bytes(40), "a HEIC picture"),
        (b"\0\0\0\x1cftypavif" + bytes(40), "an AVIF picture"),
        (b"\0\0\0\x18ftypmp42" + bytes(40), "an MP4 or QuickTime video"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"P6\n2 2\n255\n" + bytes(12), "a PNM picture"),
        (b"RIFF\x10\0\0\0AVI LIST", "an AVI video"),
        (bytes(600), "a file of zero bytes only"),
        (b"\x80\x81\x82\x83\xfe\xff", "unknown bytes \\(80 81 82 83 fe ff\\)"),
        (b"\xff\xd8", "unknown bytes \\(ff d8\\)"),
    ],
)
def test_other_formats_are_named(tmp_path: Path, data: bytes, looks: str) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    refused(path, f"its bytes look like {looks}, expected one of JPEG, PNG, WebP, BMP, TIFF")


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.97])
def test_a_picture_that_was_cut_off_is_refused(kind: str, share: float) -> None:
    data = WHOLE[kind]()
    refused(data[: int(len(data) * share)], "truncated|damaged")


@pytest.mark.parametrize("kind", ["JPEG", "progressive JPEG", "PNG", "WebP", "BMP", "TIFF"])
def test_the_last_bytes_count(kind: str) -> None:
    data = WHOLE[kind]()
    assert image.read(data).shape == (120, 160, 3)
    refused(data[:-2], "truncated")


def test_a_real_photograph_cut_off_and_closed_again(capfd: pytest.CaptureFixture[str]) -> None:
    """Some programs close a half download with an end marker; a decoder then fills in grey."""
    data = (EXAMPLES / "astronaut.jpg").read_bytes()
    for share in (0.1, 0.5, 0.9):
        refused(data[: int(len(data) * share)] + b"\xff\xd9", "truncated: the JPEG data stop")
    assert "OpenCV" not in capfd.readouterr().err


def test_a_png_with_a_flipped_bit_is_damaged() -> None:
    data = bytearray(WHOLE["PNG"]())
    data[len(data) // 2] ^= 4
    refused(bytes(data), "damaged: the checksum of its PNG chunk b'IDAT' is wrong")


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    data = encoded(noise(16, 16), "JPEG")
    scan = data.index(b"\xff\xda")
    refused(data[:-2] + data[scan:-2] * MOST_SCANS + b"\xff\xd9", "more segments or scans")


def test_byte_bound_holds_before_the_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "big.png"
    path.write_bytes(encoded(noise(), "PNG"))
    size = path.stat().st_size
    assert image.read(path, max_bytes=size).shape == (120, 160, 3)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("the file was opened"))
    refused(path, f"it is too large: {size:,} bytes, the limit is {size - 1:,}", max_bytes=size - 1)


def test_byte_bound_holds_for_bytes() -> None:
    refused(encoded(noise(), "PNG"), "raise max_bytes", max_bytes=1000)


@pytest.mark.parametrize("kind", WHOLE)
def test_pixel_bound_holds_before_decoding(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = WHOLE[kind]()
    assert image.read(data, max_pixels=160 * 120).shape == (120, 160, 3)
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("the picture was decoded"))
    refused(data, "160 x 120 = 19,200 pixels, the limit is 19,199", max_pixels=160 * 120 - 1)


def test_a_bomb_is_refused_by_its_header() -> None:
    refused(png_of_size(60_000, 60_000), "60000 x 60000 = 3,600,000,000 pixels")


def test_a_picture_30000_pixels_wide() -> None:
    wide = np.zeros((20, 30_000, 3), np.uint8)
    wide[:, -1] = 255
    for kind in ("JPEG", "PNG", "BMP", "TIFF"):
        picture = image.read(encoded(wide, kind))
        assert picture.shape == wide.shape
        assert picture[:, -1].min() > 200
    refused(png_of_size(30_000, 20_000), "30000 x 20000 = 600,000,000 pixels, the limit is 100,000")


def test_a_side_longer_than_opencv_reads() -> None:
    data = encoded(Image.new("1", (1_100_000, 1)), "PNG")
    refused(data, "OpenCV reads at most 1,048,576 per side")


def test_a_header_that_promises_more_than_the_data_hold(
    capfd: pytest.CaptureFixture[str],
) -> None:
    refused(png_of_size(300, 300), "it is damaged")
    assert "OpenCV" not in capfd.readouterr().err


@pytest.mark.parametrize("size", [(0, 5), (5, 0)])
def test_a_picture_without_pixels(size: tuple[int, int]) -> None:
    refused(png_of_size(*size), f"its PNG header says {size[0]} x {size[1]} pixels")


@pytest.mark.parametrize(
    ("dtype", "because"),
    [
        (np.float32, "a TIFF of floating point numbers, whose black and white are unknown"),
        (np.float64, "floating point numbers"),
        (np.int16, "a TIFF of signed whole numbers"),
        (np.uint32, "a TIFF of 32 bits per sample, expected 1 or 2 or 4 or 8 or 16"),
    ],
)
def test_samples_whose_brightness_is_unknown(dtype: type[np.generic], because: str) -> None:
    refused(tiff(np.ones((8, 8), dtype), photometric="minisblack"), because)


def test_kinds_of_tiff_that_opencv_reads_wrongly() -> None:
    deep = np.ones((4, 16, 16), np.uint16)
    refused(tiff(np.moveaxis(deep, 0, 2), photometric="separated"), "CMYK TIFF of 16/16/16/16 bits")
    data = tiff(deep, photometric="rgb", planarconfig="separate", extrasamples=["unassalpha"])
    refused(data, "save it with interleaved samples")


def test_a_12_bit_jpeg() -> None:
    data = bytearray(encoded(quarters(), "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 4] = 12
    refused(bytes(data), "a JPEG of 12 bits per sample, expected 8")


def test_a_tiff_with_monstrous_tiles() -> None:
    data = bytearray(tiff(noise(), photometric="rgb", tile=(32, 32)))
    for tag in (322, 323):
        at = data.index(struct.pack("<HHI", tag, 4, 1))
        struct.pack_into("<I", data, at + 8, 65_536)
    refused(bytes(data), "damaged: TIFF tiles of 65536 x 65536 pixels")


def test_ancillary_chunks_of_a_png_may_be_odd() -> None:
    data = WHOLE["PNG"]()
    odd = png_chunk(b"eXIf", b"no EXIF at all") + png_chunk(b"iCCP", b"no profile")
    assert np.array_equal(image.read(data[:33] + odd + data[33:]), image.read(data))


def test_opencv_logs_again_after_a_refusal(capfd: pytest.CaptureFixture[str]) -> None:
    logging = getattr(getattr(cv2, "utils", None), "logging", None)
    getter = getattr(logging, "getLogLevel", None) or cv2.getLogLevel  # type: ignore[attr-defined]
    before = getter()
    refused(png_of_size(300, 300), "damaged")
    assert getter() == before
    capfd.readouterr()


def test_files_of_endless_parts_are_refused() -> None:
    start = png_of_size(1, 1)[:33]
    refused(start + png_chunk(b"aaAa", b"") * 100_001, "a PNG of more than 100,000 chunks")
    parts = b"aaaa\0\0\0\0" * 100_001
    webp = b"RIFF" + struct.pack("<I", 4 + len(parts)) + b"WEBP" + parts
    refused(webp, "a WebP of more than 100,000 chunks")
    refused(b"\xff\xd8" + b"\xff\xe0\0\2" * 100_001, "a JPEG with more segments")
