"""The parts of one face: which pixels of the photo show which, with areas and outlines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.parsing.part_schemes import PartScheme, find_part_scheme

Ring = NDArray[np.float32]
"""(P,2) corners of a closed line, x and y in photo pixels; the first does not come again."""

Polygon = list[Ring]
"""The outer line of one connected piece, then a ring round each of its holes."""

OUTLINE_TOLERANCE = 1.0
"""Pixels by which the outlines of `to_dict` may leave the exact ones."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceParts:
    """Class numbers of the pixels of one region of the photo, which lies inside the photo.

    Attributes:
        scheme: name of the classes' set, see `lineament.parsing.part_schemes`.
        region: x and y of the region's upper left pixel, its width and height, in photo pixels.
            All pixels outside are background. A face whose crop lies beside the photo has a
            region of width or height 0.
        mask: (h,w) uint8 class numbers.

    Raises:
        ConfigError: there is no such scheme.
        ValueError: mask and region do not belong together, or a number is no class.
    """

    scheme: str
    region: tuple[int, int, int, int]
    mask: NDArray[np.uint8]

    def __post_init__(self) -> None:
        x, y, width, height = self.region
        mask = self.mask
        if mask.dtype != np.uint8 or mask.shape != (height, width):
            raise ValueError(
                f"parts of region {self.region} need a mask of uint8 and shape "
                f"({height}, {width}), got {mask.dtype} {mask.shape}"
            )
        if min(x, y) < 0:
            raise ValueError(f"a region begins inside the photo, got {self.region}")
        count = len(self.classes)
        if mask.size and int(mask.max()) >= count:
            raise ValueError(
                f"the mask holds {int(mask.max())}; {self.scheme} has the classes 0 to {count - 1}"
            )

    @property
    def part_scheme(self) -> PartScheme:
        return find_part_scheme(self.scheme)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names by number; class 0 is the background."""
        return self.part_scheme.classes

    def full(self, height: int, width: int) -> NDArray[np.uint8]:
        """Class numbers of the whole photo: (height,width) uint8, background beside the region.

        Raises:
            ValueError: the region reaches over the border of a photo of this size.
        """
        return photo_mask([self], height, width)

    def areas(self) -> dict[str, int]:
        """Pixels of every class but the background, 0 for one that is not seen."""
        counts = np.bincount(self.mask.ravel(), minlength=len(self.classes))
        return {name: int(counts[number]) for number, name in enumerate(self.classes) if number}

    def covers(self, classes: Collection[str] | None = None) -> NDArray[np.bool_]:
        """(h,w): whether a pixel of the region is of these classes; None: of any but background.

        A name that the scheme does not have covers nothing.
        """
        if classes is None:
            return self.mask > 0
        numbers = [number for number, name in enumerate(self.classes) if name in classes]
        return np.isin(self.mask, numbers)

    def polygons(self, tolerance: float = 0.0) -> dict[str, list[Polygon]]:
        """Outlines of every class that is seen, background left out.

        The exact outline runs along the edges of the pixels, half a pixel beyond their centres:
        the area inside is the number of pixels. Pieces that touch at a corner alone are one.

        Args:
            tolerance: pixels by which an outline may leave the exact one, to have fewer
                corners; one that would collapse stays exact.
        """
        found: dict[str, list[Polygon]] = {}
        for number, name in enumerate(self.classes):
            seen = self.mask == number
            if number and seen.any():
                found[name] = _polygons(seen, self.region[:2], tolerance)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; outlines to a tenth of a pixel, see `OUTLINE_TOLERANCE`."""
        return {
            "scheme": self.scheme,
            "region": [int(value) for value in self.region],
            "areas": self.areas(),
            "polygons": {
                name: [
                    [[[round(float(x), 1), round(float(y), 1)] for x, y in ring] for ring in rings]
                    for rings in polygons
                ]
                for name, polygons in self.polygons(OUTLINE_TOLERANCE).items()
            },
        }


def photo_mask(parts: Sequence[FaceParts], height: int, width: int) -> NDArray[np.uint8]:
    """Class numbers of a photo: (height,width) uint8; where faces overlap those of the first one
    stand, its background hiding nothing.

    Raises:
        ValueError: a region reaches over the border of a photo of this size.
    """
    mask = np.zeros((height, width), dtype=np.uint8)
    for each in reversed(parts):
        x, y, w, h = each.region
        if x + w > width or y + h > height:
            raise ValueError(
                f"region {each.region} does not fit a photo of {width} x {height} pixels"
            )
        under = mask[y : y + h, x : x + w]
        np.copyto(under, each.mask, where=each.mask > 0)
    return mask


def _polygons(seen: NDArray[np.bool_], corner: tuple[int, int], tolerance: float) -> list[Polygon]:
    """Exact outlines by way of a mask of twice the size, whose border pixels say on which side
    of the pixel the border runs."""
    doubled = seen.astype(np.uint8).repeat(2, axis=0).repeat(2, axis=1)
    lines, tree = cv2.findContours(doubled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    polygons: list[Polygon] = []
    holes: dict[int, list[Ring]] = {}
    outer: dict[int, Ring] = {}
    for place, line in enumerate(lines):
        corners = line[:, 0]
        edges = corners // 2 + corners % 2 - 0.5 + corner
        ring = _simplified(_without_repeats(edges.astype(np.float32)), tolerance)
        parent = int(tree[0, place, 3])
        if parent < 0:
            outer[place] = ring
        else:
            holes.setdefault(parent, []).append(ring)
    for place, ring in outer.items():
        polygons.append([ring, *holes.get(place, [])])
    return polygons


def _without_repeats(ring: Ring) -> Ring:
    """The ring without corners that repeat the one before or lie between two on one line."""
    ring = ring[(ring != np.roll(ring, 1, axis=0)).any(axis=1)]
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    turns = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    return np.asarray(ring[turns], dtype=np.float32)


def _simplified(ring: Ring, tolerance: float) -> Ring:
    if tolerance <= 0:
        return ring
    fewer = cv2.approxPolyDP(ring[:, None], tolerance, True)[:, 0]
    return np.asarray(fewer, dtype=np.float32) if len(fewer) > 2 else ring
