"""The working copies on which a photo is searched, and the way back to photo pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from lineament.detection.detector import DetectionOptions, Detections
from lineament.face import ByteArray, FloatArray
from lineament.weights import InputContract, WholePhoto

CLEAR_FACE = 24
"""Side of a face's box, in working pixels, from which on 98 in 100 faces are found."""

LARGE_FACE = 400
"""Side from which on parts of a face begin to look like faces and its points get coarse."""

ONE_COPY_SIDE = 640
"""Up to this longer side one copy serves every face, even one that fills it."""

COARSE_SIDE = 448
"""Longer side of the second, coarse copy, made for the large faces of a larger photo."""

ENLARGED_SIDE = 320
"""Smaller photos are enlarged to this longer side, which halves the error of their points."""


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """A scaled copy of a photo, padded at its right and lower edge.

    Attributes:
        photo: (height, width) of the photo.
        size: (height, width) of the scaled photo inside the copy.
        padded: (height, width) of the copy, multiples of what the network needs.
        from_side, to_side: sides of the faces that this copy is searched for, in photo pixels,
            as the root of a box's width x height.
    """

    photo: tuple[int, int]
    size: tuple[int, int]
    padded: tuple[int, int]
    from_side: float = 0.0
    to_side: float = math.inf

    def to_photo(self, found: Detections) -> Detections:
        """Faces from working to photo coordinates, pixel centres at integers in both."""
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
    height: int, width: int, options: DetectionOptions, multiple: int
) -> list[WorkingCopy]:
    """The copies on which a photo is searched: one, or two if it is large.

    The second, coarse copy then serves the large faces. The ranges of both meet with some overlap,
    so that a face at the limit is not lost between them.

    Args:
        height, width: of the photo in pixels.
        options: its `longest_side` and `smallest_face` bound the first copy.
        multiple: sides of a copy are multiples of this.
    """
    longest = max(height, width)
    scale = max(1.0, ENLARGED_SIDE / longest)
    if options.smallest_face:
        scale = min(scale, max(CLEAR_FACE / options.smallest_face, ENLARGED_SIDE / longest))
    if options.longest_side is not None:
        scale = min(scale, options.longest_side / longest)
    if scale * longest <= ONE_COPY_SIDE:
        return [_copy(height, width, scale, multiple)]
    large = LARGE_FACE / scale
    return [
        _copy(height, width, scale, multiple, to_side=large),
        _copy(height, width, COARSE_SIDE / longest, multiple, from_side=0.75 * large),
    ]


def write_input(
    image: ByteArray, copy: WorkingCopy, contract: InputContract, out: FloatArray
) -> None:
    """Write one network input: scaled, padded, in the colour order and range of the contract.

    Args:
        image: the photo, (H,W,3) uint8 RGB.
        copy: its working copy.
        contract: the network's input, with the crop rule `whole_photo`.
        out: (3, *copy.padded) float32, overwritten.
    """
    height, width = copy.size
    if copy.size != copy.photo:
        shrinks = height * width < image.shape[0] * image.shape[1]
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        image = np.asarray(cv2.resize(image, (width, height), interpolation=method), np.uint8)
    planes = cv2.split(image)
    if contract.colour == "BGR":
        planes = planes[::-1]
    padding = contract.crop.padding if isinstance(contract.crop, WholePhoto) else 0
    for target, plane, mean, std in zip(out, planes, contract.mean, contract.std, strict=True):
        target[height:] = target[:, width:] = (padding - mean) / std
        inner = target[:height, :width]
        np.subtract(plane, np.float32(mean), out=inner)
        if std != 1:
            inner /= np.float32(std)


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
    padded = -(-size[0] // multiple) * multiple, -(-size[1] // multiple) * multiple
    return WorkingCopy((height, width), size, padded, from_side, to_side)


def _stretched(points: FloatArray, scale: FloatArray) -> FloatArray:
    return np.asarray((points + np.float32(0.5)) * scale - np.float32(0.5), dtype=np.float32)
