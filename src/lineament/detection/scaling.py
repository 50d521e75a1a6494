"""The working copies on which a photo is searched, and the way back to photo pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from lineament.detection.detector import DetectionOptions, Detections
from lineament.detection.tiling import Tile, tiles
from lineament.errors import ConfigError
from lineament.face import ByteArray, FloatArray
from lineament.weights import InputContract, WholePhoto

TILE_OVERLAP = 1.5
"""What tiles share, in sides of the largest face that they are searched for."""


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """A scaled copy of a photo, or a tile of one, padded at its right and lower edge.

    Attributes:
        photo: (height, width) of the photo.
        size: (height, width) of the whole scaled photo.
        padded: (height, width) of the copy, multiples of what the network needs.
        from_side, to_side: sides of the faces that this copy is searched for, in photo pixels,
            as the root of a box's width x height.
        tile: the part of the scaled photo that the copy shows; None: all of it.
    """

    photo: tuple[int, int]
    size: tuple[int, int]
    padded: tuple[int, int]
    from_side: float = 0.0
    to_side: float = math.inf
    tile: Tile | None = None

    def to_photo(self, found: Detections) -> Detections:
        """Faces from working to photo coordinates, pixel centres at integers in both.

        Of a tile only those that it answers for.
        """
        if self.tile is not None:
            found = self.tile.to_picture(found)
        scale = np.array(
            [self.photo[1] / self.size[1], self.photo[0] / self.size[0]], dtype=np.float32
        )
        boxes = found.boxes.reshape(-1, 2, 2)
        return Detections(
            _stretched(boxes, scale).reshape(-1, 4),
            found.scores,
            _stretched(found.five_points, scale),
        )


def working_copies(
    height: int, width: int, options: DetectionOptions, rule: WholePhoto
) -> list[WorkingCopy]:
    """The copies on which a photo is searched: one, or two if it is large.

    The second, coarse copy then serves the large faces. The ranges of both meet with some overlap,
    so that a face at the limit is not lost between them. A first copy of more than
    `options.tile` squared pixels comes in tiles.

    Args:
        height, width: of the photo in pixels.
        options: its `longest_side` and `smallest_face` bound the first copy.
        rule: sizes that suit the detector.

    Raises:
        ConfigError: tiles would be smaller than what they have to share.
    """
    longest = max(height, width)
    scale = max(1.0, rule.enlarged_side / longest)
    if options.smallest_face:
        least = rule.enlarged_side / longest
        scale = min(scale, max(rule.clear_face / options.smallest_face, least))
    if options.longest_side is not None:
        scale = min(scale, options.longest_side / longest)
    if scale * longest <= rule.one_copy_side:
        return [_copy(height, width, scale, rule.multiple)]
    large = rule.large_face / scale
    fine = _copy(height, width, scale, rule.multiple, to_side=large)
    coarse_scale = rule.coarse_side / longest
    coarse = _copy(height, width, coarse_scale, rule.multiple, from_side=0.75 * large)
    if options.tile is None or fine.size[0] * fine.size[1] <= options.tile**2:
        return [fine, coarse]
    return [*_tiled(fine, options.tile, rule), coarse]


def scaled_photo(image: ByteArray, size: tuple[int, int]) -> ByteArray:
    """A photo (H,W,3) uint8 RGB at another (height, width); itself where that is its own."""
    height, width = size
    if size == image.shape[:2]:
        return image
    shrinks = height * width < image.shape[0] * image.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=method), np.uint8)


def write_input(
    scaled: ByteArray, copy: WorkingCopy, contract: InputContract, out: FloatArray
) -> None:
    """Write one network input: padded, in the colour order and range of the contract.

    Args:
        scaled: the scaled photo, (*copy.size, 3) uint8 RGB.
        copy: its working copy.
        contract: the network's input, with the crop rule `whole_photo`.
        out: (3, *copy.padded) float32, overwritten.
    """
    if copy.tile is not None:
        (top, left), (rows, columns) = copy.tile.corner, copy.tile.size
        scaled = scaled[top : top + rows, left : left + columns]
    height, width = scaled.shape[:2]
    planes = cv2.split(scaled)
    if contract.colour == "BGR":
        planes = planes[::-1]
    padding = contract.crop.padding if isinstance(contract.crop, WholePhoto) else 0
    for target, plane, mean, std in zip(out, planes, contract.mean, contract.std, strict=True):
        target[height:] = target[:, width:] = (padding - mean) / std
        inner = target[:height, :width]
        np.subtract(plane, np.float32(mean), out=inner)
        if std != 1:
            inner /= np.float32(std)


def _tiled(copy: WorkingCopy, side: int, rule: WholePhoto) -> list[WorkingCopy]:
    """The tiles of a copy; their corners are multiples of what the network needs."""
    side = side // rule.multiple * rule.multiple
    overlap = _up(math.ceil(TILE_OVERLAP * rule.large_face), rule.multiple)
    if side < 2 * overlap:
        raise ConfigError(
            f"tile must be at least {2 * overlap} pixels for this detector, whose tiles share "
            f"{overlap}; got {side}"
        )
    return [
        replace(
            copy,
            padded=(_up(tile.size[0], rule.multiple), _up(tile.size[1], rule.multiple)),
            tile=tile,
        )
        for tile in tiles(*copy.size, side, overlap)
    ]


def _up(length: int, multiple: int) -> int:
    return -(-length // multiple) * multiple


def _copy(
    height: int,
    width: int,
    scale: float,
    multiple: int,
    *,
    from_side: float = 0.0,
    to_side: float = math.inf,
) -> WorkingCopy:
    size = max(round(height * scale), 1), max(round(width * scale), 1)
    padded = _up(size[0], multiple), _up(size[1], multiple)
    return WorkingCopy((height, width), size, padded, from_side, to_side)


def _stretched(points: FloatArray, scale: FloatArray) -> FloatArray:
    return np.asarray((points + np.float32(0.5)) * scale - np.float32(0.5), dtype=np.float32)
