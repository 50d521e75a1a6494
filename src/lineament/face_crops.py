"""Crops of faces for a network: cut from photos, batched over faces and photos, and run.

A head's record says where its network looks (`InputContract.crop`); what comes out is in crop
pixels, and the affine of each crop takes it back to its photo.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from lineament.contract import check_contract
from lineament.errors import RecordError, WeightError
from lineament.face import ByteArray, FloatArray
from lineament.geometry import Affine, inverse, move, warp
from lineament.landmarks.crops import Square, box_square
from lineament.runtime import Session
from lineament.weights import DetectorBox, InputContract, WeightRecord

BATCH = 16
"""Most crops of one network run: more are no quicker each, and memory is kept between runs."""


class RunOfFaces(NamedTuple):
    """One network run over N faces.

    Attributes:
        photos: the photo of each.
        arrays: of each output that was asked for, (N,...) float32, all finite.
        affines: of each face, from photo to crop pixels.
    """

    photos: list[ByteArray]
    arrays: list[FloatArray]
    affines: list[Affine]


class BoxNetwork:
    """The only network of a record, whose crop follows from the detector's box.

    Safe to use from many threads.

    Args:
        record: its task and output are the caller's to check.
        head: what asks, for the text of an error, such as `attributes`.
        device, threads: as for `lineament.runtime.Session`.

    Raises:
        RecordError: there are several networks, another crop rule, or the network does not fit its
            contract.
        WeightError: the network's bytes are missing or damaged.
        DeviceError: the device would not really run.
    """

    def __init__(
        self, record: WeightRecord, head: str, *, device: str = "auto", threads: int | None = None
    ) -> None:
        if len(record.networks) != 1:
            raise RecordError(
                f"weight {record.name} has {len(record.networks)} networks, expected one: the head "
                f"{head} gives all its answers by one graph"
            )
        self.input = record.networks[0].input
        if not isinstance(self.input.crop, DetectorBox):
            raise RecordError(
                f"weight {record.name}: crop rule {self.input.crop.rule!r} cannot be used for "
                f"{head}, expected detector_box"
            )
        self._name, self._crop = record.name, self.input.crop
        self.session = Session(
            record.model_bytes(), device=device, threads=threads, keep_memory=True
        )
        check_contract(self.session, record, 0)

    def runs(
        self, images: Sequence[ByteArray], boxes: Sequence[FloatArray], outputs: Sequence[str]
    ) -> Iterator[RunOfFaces]:
        """The network's answers for all faces of all photos in their order, a batch at a time.

        Args:
            images: photos, each (H,W,3) uint8 RGB.
            boxes: for each photo the detector's boxes (Ni,4), x1 y1 x2 y2 in photo pixels.
            outputs: names of the outputs wanted.

        Raises:
            WeightError: the network gives a number that is not finite.
        """
        for photos, rows in face_batches(images, boxes):
            crops, affines = cut(photos, [box_square(self._crop, row) for row in rows], self.input)
            arrays = self.session.run({self.input.name: crops}, outputs)
            for name, array in zip(outputs, arrays, strict=True):
                if not np.isfinite(array).all():
                    raise WeightError(
                        f"weight {self._name}: output {name} holds NaN or infinity, expected "
                        "finite numbers; the weight is damaged or was exported wrongly"
                    )
            yield RunOfFaces(photos, arrays, affines)


def face_batches(
    images: Sequence[ByteArray], boxes: Sequence[FloatArray]
) -> Iterator[tuple[list[ByteArray], list[FloatArray]]]:
    """At most `BATCH` faces at a time, across photos: the photo of each and its box (4,).

    Args:
        images: photos, each (H,W,3) uint8 RGB.
        boxes: for each photo its boxes (Ni,4).
    """
    owners = [number for number, rows in enumerate(boxes) for _ in rows]
    flat = [box for rows in boxes for box in rows]
    for start in range(0, len(flat), BATCH):
        end = start + BATCH
        yield [images[owner] for owner in owners[start:end]], flat[start:end]


def cut(
    images: Sequence[ByteArray], squares: Sequence[Square], contract: InputContract
) -> tuple[FloatArray, list[Affine]]:
    """One square of each of N photos as network input.

    Returns:
        (N,3,S,S) float32 as the contract wants it, and for each the affine from photo to crop.
    """
    size = contract.size
    assert size is not None
    affines = [square.affine(size) for square in squares]
    crops = [warp(image, affine, size) for image, affine in zip(images, affines, strict=True)]
    return network_input(np.stack(crops), contract), affines


def network_input(crops: ByteArray, contract: InputContract) -> FloatArray:
    """Crops (N,S,S,3) uint8 RGB -> (N,3,S,S) float32 as the contract wants it."""
    if contract.colour == "BGR":
        crops = crops[..., ::-1]
    mean = np.array(contract.mean, dtype=np.float32)
    scale = 1 / np.array(contract.std, dtype=np.float32)
    scaled = (crops.astype(np.float32) - mean) * scale
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


def in_photos(points: FloatArray, affines: Sequence[Affine]) -> Iterator[FloatArray]:
    """Points (N,L,2) of crops, each (L,2) in the pixels of its photo."""
    for row, affine in zip(points, affines, strict=True):
        yield move(inverse(affine), row)
