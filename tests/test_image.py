"""Every kind of picture comes out as upright RGB, as another library reads it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from pictures import BLUE, GREEN, RED, bmp32, encoded, noise, quarters, tiff
from PIL import Image, ImageOps

from lineament import image
from lineament.errors import ImageError
from lineament.face import ByteArray

LOSSLESS = {"PNG": {}, "BMP": {}, "TIFF": {}, "WEBP": {"lossless": True}}
EXAMPLES = Path(__file__).parent.parent / "examples"


def assert_rgb(picture: ByteArray, expected: ByteArray, within: int = 0) -> None:
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous
    assert picture.flags.writeable
    assert picture.shape == expected.shape
    assert np.abs(picture.astype(int) - expected.astype(int)).max() <= within


def upright(data: bytes) -> ByteArray:
    """What Pillow makes of a picture with an orientation."""
    return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))


@pytest.mark.parametrize("kind", LOSSLESS)
def test_a_lossless_picture_comes_back_as_it_was(kind: str) -> None:
    picture = noise()
    assert_rgb(image.read(encoded(picture, kind, **LOSSLESS[kind])), picture)


@pytest.mark.parametrize("name", ["astronaut.jpg", "grace_hopper.jpg", "photographer.png"])
def test_a_real_photograph_reads_as_pillow_reads_it(name: str) -> None:
    expected = np.asarray(Image.open(EXAMPLES / name).convert("RGB"))
    assert_rgb(image.read(EXAMPLES / name), expected, within=4)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 30}])
def test_kinds_of_jpeg(options: dict[str, object]) -> None:
    data = encoded(quarters(), "JPEG", **options)
    assert_rgb(image.read(data), np.asarray(Image.open(io.BytesIO(data))), within=4)


def test_path_string_and_bytes_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "Émilie 写真.PNG"
    path.write_bytes(encoded(quarters(), "PNG"))
    for source in (path, str(path), path.read_bytes()):
        assert_rgb(image.read(source), quarters())


def test_the_bytes_decide_and_not_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(quarters(), "PNG"))
    assert_rgb(image.read(path), quarters())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_every_orientation_is_applied(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    options: dict[str, object] = {"tiffinfo": {274: orientation}} if kind == "TIFF" else {}
    options |= {} if kind == "TIFF" else {"exif": exif.tobytes()}
    options |= {"lossless": True} if kind == "WEBP" else {}
    options |= {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    data = encoded(quarters(), kind, **options)
    turned = upright(data)
    assert turned.shape == ((64, 48, 3) if orientation >= 5 else (48, 64, 3))
    assert_rgb(image.read(data), turned, within=4 if kind == "JPEG" else 0)


def test_orientation_six_by_hand() -> None:
    """A phone held upright stores the scene turned; its top-left corner is stored bottom-left."""
    exif = Image.Exif()
    exif[274] = 6
    picture = image.read(encoded(quarters(), "PNG", exif=exif.tobytes()))
    assert tuple(picture[0, 0]) == BLUE
    assert tuple(picture[0, -1]) == RED
    assert tuple(picture[-1, -1]) == GREEN


@pytest.mark.parametrize("orientation", [3, 6, 7])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_orientation_of_a_16_bit_tiff(orientation: int, byteorder: str) -> None:
    tag = [(274, "H", 1, orientation, True)]
    wide = quarters().astype(np.uint16) * 257
    deep = tiff(wide, photometric="rgb", extratags=tag, byteorder=byteorder)
    exif = Image.Exif()
    exif[274] = orientation
    assert_rgb(image.read(deep), upright(encoded(quarters(), "PNG", exif=exif.tobytes())))


@pytest.mark.parametrize("orientation", [0, 9, 40000])
def test_an_orientation_without_meaning_is_ignored(orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    assert_rgb(image.read(encoded(quarters(), "PNG", exif=exif.tobytes())), quarters())
    assert_rgb(image.read(encoded(quarters(), "TIFF", tiffinfo={274: orientation})), quarters())


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        (kind, mode)
        for kind in ("JPEG", *LOSSLESS)
        for mode in ("L", "1", "P")
        if (kind, mode) not in {("WEBP", "1"), ("JPEG", "P")}
    ],
)
def test_grey_black_and_white_and_palette(kind: str, mode: str) -> None:
    picture = Image.fromarray(quarters()).convert(mode)
    expected = np.asarray(picture.convert("RGB"))
    read = image.read(encoded(picture, kind, **LOSSLESS.get(kind, {})))
    assert_rgb(read, expected, within=40 if kind == "JPEG" else 0)


def on_white(rgb: ByteArray, alpha: ByteArray) -> ByteArray:
    share = alpha[..., None] / 255
    return np.rint(rgb * share + 255 * (1 - share)).astype(np.uint8)


ALPHA = np.repeat(np.linspace(0, 255, 64).astype(np.uint8)[None], 48, axis=0)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_alpha_is_laid_on_white(kind: str) -> None:
    data = encoded(np.dstack([quarters(), ALPHA]), kind, **LOSSLESS[kind])
    expected = on_white(quarters(), ALPHA)
    if kind == "WEBP":
        stored = np.asarray(Image.open(io.BytesIO(data)))
        expected = on_white(stored[..., :3], stored[..., 3])
    assert_rgb(image.read(data), expected, within=1)


def test_alpha_of_grey_and_of_palettes() -> None:
    grey = Image.fromarray(quarters()).convert("L")
    grey.putalpha(Image.fromarray(ALPHA))
    shades = np.asarray(grey.convert("RGB"))
    assert_rgb(image.read(encoded(grey, "PNG")), on_white(shades, ALPHA), within=1)
    palette = Image.fromarray(quarters()).quantize(4)
    clear = palette.getpixel((0, 0))
    picture = image.read(encoded(palette, "PNG", transparency=clear))
    assert tuple(picture[0, 0]) == (255, 255, 255)
    assert tuple(picture[0, -1]) == GREEN


def test_alpha_of_bmp_counts_only_where_its_header_has_a_mask() -> None:
    bgra = np.dstack([quarters()[..., ::-1], ALPHA])
    assert_rgb(image.read(bmp32(bgra, alpha=False)), quarters())
    assert_rgb(image.read(bmp32(bgra, alpha=True)), on_white(quarters(), ALPHA), within=1)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("kind", ["unassalpha", "assocalpha", "unspecified"])
def test_kinds_of_tiff_alpha(depth: int, kind: str) -> None:
    rgb = quarters()
    if kind == "assocalpha":
        rgb = np.rint(quarters() * (ALPHA[..., None] / 255)).astype(np.uint8)
    samples = np.dstack([rgb, ALPHA])
    samples = samples.astype(np.uint16) * 257 if depth == 16 else samples
    expected = quarters() if kind == "unspecified" else on_white(quarters(), ALPHA)
    data = tiff(samples, photometric="rgb", extrasamples=[kind])
    assert_rgb(image.read(data), expected, within=1)


def test_16_bits_are_scaled_to_8() -> None:
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    expected = np.repeat(np.rint(ramp / 257).astype(np.uint8)[..., None], 3, axis=2)
    assert_rgb(image.read(encoded(Image.fromarray(ramp), "PNG")), expected)
    assert_rgb(image.read(tiff(ramp, photometric="minisblack")), expected, within=1)
    assert_rgb(image.read(tiff(ramp, photometric="miniswhite")), 255 - expected, within=1)


@pytest.mark.parametrize(
    "options",
    [
        {"byteorder": ">"},
        {"bigtiff": True},
        {"tile": (32, 32)},
        {"compression": "zlib", "predictor": True},
        {"rowsperstrip": 5},
    ],
)
@pytest.mark.parametrize("depth", [8, 16])
def test_layouts_of_tiff(options: dict[str, object], depth: int) -> None:
    samples = quarters() if depth == 8 else quarters().astype(np.uint16) * 257
    assert_rgb(image.read(tiff(samples, photometric="rgb", **options)), quarters())


@pytest.mark.parametrize("depth", [8, 16])
def test_a_tiff_with_one_plane_per_colour(depth: int) -> None:
    planes = np.moveaxis(quarters(), 2, 0).astype(np.uint16 if depth == 16 else np.uint8)
    planes = planes * (257 if depth == 16 else 1)
    data = tiff(planes, photometric="rgb", planarconfig="separate")
    assert_rgb(image.read(data), quarters())


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_becomes_rgb(kind: str) -> None:
    cmyk = Image.fromarray(quarters()).convert("CMYK")
    options = {"quality": 100} if kind == "JPEG" else {}
    assert_rgb(image.read(encoded(cmyk, kind, **options)), quarters(), within=4)


def test_cmyk_with_black_ink() -> None:
    inks = np.full((16, 16, 4), (51, 0, 102, 128), np.uint8)
    expected = np.full((16, 16, 3), (102, 127, 76), np.uint8)
    picture = Image.fromarray(inks, "CMYK")
    assert_rgb(image.read(encoded(picture, "TIFF")), expected, within=2)
    assert_rgb(image.read(encoded(picture, "JPEG", quality=100)), expected, within=3)


def test_ycck_jpeg() -> None:
    """The same as CMYK but for the Adobe marker, which says that the inks are stored as YCbCr."""
    inverted = 255 - np.full((16, 16, 3), RED, np.uint8)
    ycc = np.asarray(Image.fromarray(inverted).convert("YCbCr"))
    stored = np.dstack([ycc, np.full((16, 16), 255, np.uint8)])
    data = encoded(Image.fromarray(255 - stored, "CMYK"), "JPEG", quality=100)
    at = data.index(b"Adobe")
    ycck = data[: at + 11] + b"\x02" + data[at + 12 :]
    assert_rgb(image.read(ycck), np.full((16, 16, 3), RED, np.uint8), within=4)


@pytest.mark.parametrize("kind", ["JPEG", *LOSSLESS])
def test_a_picture_of_one_pixel(kind: str) -> None:
    pixel = np.full((1, 1, 3), (9, 99, 199), np.uint8)
    assert_rgb(image.read(encoded(pixel, kind, **LOSSLESS.get(kind, {}))), pixel, within=4)


@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_the_first_page_of_many(kind: str) -> None:
    pages = [Image.fromarray(quarters()), Image.fromarray(255 - quarters())]
    data = encoded(pages[0], kind, save_all=True, append_images=pages[1:])
    assert_rgb(image.read(data), quarters())


def test_bytes_behind_the_end_of_a_jpeg_do_no_harm() -> None:
    """Phones put a second picture or a short film behind the first."""
    data = encoded(quarters(), "JPEG")
    assert_rgb(image.read(data + b"motion" * 100 + data), image.read(data))


def test_a_jpeg_that_ends_in_plain_grey_is_whole() -> None:
    picture = noise()
    picture[-24:, -24:] = 128
    assert image.read(encoded(picture, "JPEG")).shape == picture.shape
    assert image.read(encoded(np.full((40, 40), 128, np.uint8), "JPEG")).shape == (40, 40, 3)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".JPEG"])
def test_what_is_written_reads_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    image.write(path, quarters()[:, ::-1])
    assert_rgb(image.read(path), quarters()[:, ::-1], within=0 if suffix == ".png" else 12)
    assert tuple(image.read(path)[4, -4]) == pytest.approx(RED, abs=4)


def test_write_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"got suffix .\.gif., expected \.jpg"):
        image.write(tmp_path / "a.gif", quarters())
    with pytest.raises(ImageError, match=r"expected uint8 of shape \(H, W, 3\)"):
        image.write(tmp_path / "a.png", quarters()[..., 0])
    with pytest.raises(ImageError, match="No such file or directory"):
        image.write(tmp_path / "missing" / "a.png", quarters())
    with pytest.raises(ImageError, match="cannot encode 70000 x 1 pixels"):
        image.write(tmp_path / "a.jpg", np.zeros((1, 70000, 3), np.uint8))


def test_suffixes_are_lower_case_and_complete() -> None:
    assert {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"} <= image.SUFFIXES
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in image.SUFFIXES)
    assert ".gif" not in image.SUFFIXES
