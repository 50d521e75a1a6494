"""Layout of the first picture of a TIFF file, and whether it is one that can be read."""

from __future__ import annotations

from dataclasses import dataclass

from lineament.errors import ImageError
from lineament.picture_file.tiff_tags import ORIENTATION, oriented, read_tags

WIDTH, HEIGHT, BITS, PHOTOMETRIC = 256, 257, 258, 262
STRIP_OFFSETS, SAMPLES, STRIP_SIZES, PLANAR = 273, 277, 279, 284
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_SIZES = 322, 323, 324, 325
EXTRA_SAMPLES, SAMPLE_FORMAT = 338, 339

RGB, CMYK = 2, 5
ASSOCIATED, UNASSOCIATED = 1, 2
LARGEST_TILE = 1 << 22

_WANTED = frozenset(
    {WIDTH, HEIGHT, BITS, PHOTOMETRIC, STRIP_OFFSETS, ORIENTATION, SAMPLES, STRIP_SIZES}
    | {PLANAR, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_SIZES, EXTRA_SAMPLES, SAMPLE_FORMAT}
)
_KINDS = {2: "signed whole numbers", 3: "floating point numbers", 5: "complex whole numbers"}


@dataclass(frozen=True, slots=True)
class TiffHeader:
    """What the first directory says; `header.Header` explains the fields."""

    width: int
    height: int
    orientation: int
    colour_only: bool
    premultiplied: bool


def read_tiff(data: bytes) -> TiffHeader:
    """Header of a TIFF file's first picture.

    Raises:
        ImageError: it is damaged or cut off, or its samples are not 1, 2, 4, 8 or 16-bit
            unsigned numbers: what other numbers mean as brightness would be a guess.
    """
    tags = read_tags(data, _WANTED)

    def values(number: int, default: int) -> tuple[int, ...]:
        tag = tags.get(number)
        return tag.values if tag and tag.values else (default,)

    width, height = values(WIDTH, 0)[0], values(HEIGHT, 0)[0]
    bits, photometric = values(BITS, 1)[0], values(PHOTOMETRIC, 1)[0]
    _check_samples(values(BITS, 1), values(SAMPLE_FORMAT, 1), photometric)
    _check_tile(width, height, values(TILE_WIDTH, 0)[0], values(TILE_HEIGHT, 0)[0])
    for offsets, sizes in ((STRIP_OFFSETS, STRIP_SIZES), (TILE_OFFSETS, TILE_SIZES)):
        ends = zip(values(offsets, 0), values(sizes, 0), strict=False)
        if any(offset + size > len(data) for offset, size in ends):
            raise ImageError("it is truncated: TIFF pixels lie beyond the end of the file")
    alpha = values(EXTRA_SAMPLES, 0)[0] if values(SAMPLES, 1)[0] >= 4 else 0
    blended = photometric == RGB and alpha in (ASSOCIATED, UNASSOCIATED)
    if blended and bits == 16 and values(PLANAR, 1)[0] != 1:
        raise ImageError(
            "it is a 16-bit TIFF that keeps colours and alpha in separate planes; "
            "save it with interleaved samples"
        )
    return TiffHeader(
        width,
        height,
        oriented(tags.get(ORIENTATION)),
        colour_only=not blended,
        premultiplied=blended and (bits == 8 or alpha == ASSOCIATED),
    )


def _check_samples(bits: tuple[int, ...], formats: tuple[int, ...], photometric: int) -> None:
    for kind in formats:
        if kind in _KINDS:
            raise ImageError(
                f"it is a TIFF of {_KINDS[kind]}, whose black and white are unknown; "
                "save it with 8 or 16 unsigned bits per sample"
            )
    allowed = (8,) if photometric == CMYK else (1, 2, 4, 8, 16)
    if len(set(bits)) != 1 or bits[0] not in allowed:
        raise ImageError(
            f"it is a {'CMYK ' if photometric == CMYK else ''}TIFF of "
            f"{'/'.join(str(b) for b in bits[:8])} bits per sample, expected "
            f"{' or '.join(str(b) for b in allowed)}; save it with 8 or 16 unsigned bits"
        )


def _check_tile(width: int, height: int, tile_width: int, tile_height: int) -> None:
    if tile_width * tile_height > max(width * height, LARGEST_TILE):
        raise ImageError(
            f"it is damaged: TIFF tiles of {tile_width} x {tile_height} pixels "
            f"for a picture of {width} x {height}"
        )
