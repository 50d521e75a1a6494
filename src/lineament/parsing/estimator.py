"""Parts at inference: crops in, class masks of regions of the photo out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from lineament.errors import RecordError
from lineament.face import ByteArray, FaceParts, FloatArray
from lineament.face_crops import BoxNetwork
from lineament.geometry import Affine, compose, inverse, move
from lineament.parsing.part_schemes import PartScheme, find_part_scheme
from lineament.weights import PartsOutput, WeightRecord, find_record

DEFAULT_PARTS = "parts-light"


class PartEstimator:
    """Parts of faces, batched over faces and photos; safe to call from many threads.

    Args:
        record: a record of task `parsing` with one network.
        device, threads: as for `lineament.runtime.Session`.

    Raises:
        RecordError: the record is of another task, its crop does not follow from the detector's
            box, or the network does not fit its contract.
        WeightError: the network's bytes are missing or damaged.
        DeviceError: the device would not really run.
    """

    def __init__(
        self, record: WeightRecord, *, device: str = "auto", threads: int | None = None
    ) -> None:
        self.record = record
        self._output = _checked(record)
        self._network = BoxNetwork(record, "parts", device=device, threads=threads)
        self.session = self._network.session

    @property
    def scheme(self) -> PartScheme:
        """The classes that are told apart."""
        return find_part_scheme(self._output.scheme)

    def estimate(
        self, images: Sequence[ByteArray], boxes: Sequence[FloatArray]
    ) -> list[list[FaceParts]]:
        """Parts of every face of every photo.

        Every pixel of the photo whose centre lies in the crop gets the class whose score is
        highest there, the scores between the cells of the network's map being interpolated
        linearly; of equal scores the first class.

        Args:
            images: photos, each (H,W,3) uint8 RGB.
            boxes: for each photo the detector's boxes (Ni,4), x1 y1 x2 y2 in photo pixels.

        Returns:
            For each photo Ni parts.

        Raises:
            WeightError: the network gives a number that is not finite.
        """
        found: list[FaceParts] = []
        for photos, (maps,), affines in self._network.runs(images, boxes, [self._output.name]):
            for photo, scores, affine in zip(photos, maps, affines, strict=True):
                found.append(self._in_photo(scores, affine, photo.shape[:2]))
        each = iter(found)
        return [[next(each) for _ in rows] for rows in boxes]

    def _in_photo(self, scores: FloatArray, affine: Affine, shape: tuple[int, int]) -> FaceParts:
        """The parts of one face.

        Args:
            scores: (C,s,s) map of the crop.
            affine: upright, from photo to crop pixels.
            shape: height and width of the photo.
        """
        size = self._network.input.size
        assert size is not None
        x, y, width, height = region = _region(affine, size, shape)
        if not width * height:
            return FaceParts(self._output.scheme, region, np.zeros((height, width), np.uint8))
        to_cells = compose(_cells(size, self._output.size), affine)
        from_region = compose(to_cells, np.array([[1.0, 0, x], [0, 1, y]]))
        return FaceParts(
            self._output.scheme, region, _highest(scores, from_region, (width, height))
        )


def load_parts(
    name_or_path: str | Path = DEFAULT_PARTS,
    *,
    device: str = "auto",
    threads: int | None = None,
) -> PartEstimator:
    """Open a parsing weight by its shipped name or by the path of a record of one's own."""
    return PartEstimator(find_record(name_or_path), device=device, threads=threads)


def _cells(size: int, cells: int) -> Affine:
    """From the pixels of a crop to the cells of a map that lies over all of it."""
    scale = cells / size
    shift = (scale - 1) / 2
    return np.array([[scale, 0, shift], [0, scale, shift]])


def _region(affine: Affine, size: int, shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """The pixels of the photo whose centres lie in the crop: x, y, width and height."""
    corners = move(inverse(affine), [(-0.5, -0.5), (size - 0.5, size - 0.5)]).astype(np.float64)
    height, width = shape
    low = np.clip(np.ceil(corners[0]), 0, (width, height)).astype(int)
    high = np.clip(np.floor(corners[1]) + 1, low, np.maximum(low, (width, height))).astype(int)
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])


def _highest(scores: FloatArray, affine: Affine, size: tuple[int, int]) -> ByteArray:
    """The class of the highest score: (C,s,s) -> (h,w) uint8, one plane after the other so that
    a large face needs little memory.

    Args:
        scores: of each class.
        affine: from the pixels of the result to the cells of the map.
        size: width and height of the result.
    """
    best: FloatArray | None = None
    classes = np.zeros(size[::-1], dtype=np.uint8)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    for number, plane in enumerate(scores):
        warped = np.asarray(
            cv2.warpAffine(plane, affine, size, flags=flags, borderMode=cv2.BORDER_REPLICATE),
            dtype=np.float32,
        )
        if best is None:
            best = warped
            continue
        higher = warped > best
        classes[higher] = number
        np.copyto(best, warped, where=higher)
    return classes


def _checked(record: WeightRecord) -> PartsOutput:
    """The output of a record that can be run here."""
    output = record.networks[0].output
    if record.task != "parsing" or not isinstance(output, PartsOutput):
        raise RecordError(
            f"weight {record.name} is of task {record.task} with output {output.kind}; the "
            "head parts needs task 'parsing' and output 'parts'"
        )
    return output
