"""Embeddings at inference: aligned crops in, directions out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lineament.contract import check_contract
from lineament.errors import RecordError, WeightError
from lineament.face import ByteArray, FaceEmbedding, FloatArray
from lineament.face_crops import BATCH, network_input
from lineament.recognition.alignment import align
from lineament.runtime import Session
from lineament.weights import (
    Calibration,
    EmbeddingOutput,
    FivePoints,
    WeightRecord,
    find_record,
)

DEFAULT_RECOGNITION = "faces-light"

_SHORTEST = 1e-6


class Embedded(NamedTuple):
    """What a network says of N faces.

    Attributes:
        features: (N,D) float32, not normalised; the sum of both where the record says `mirrored`.
        quality: (N,) float32; None where the record defines none.
    """

    features: FloatArray
    quality: FloatArray | None


class EmbeddingEstimator:
    """Embeddings of faces, batched over faces and photos; safe to call from many threads.

    Args:
        record: a record of task `recognition` with one network.
        device, threads: as for `lineament.runtime.Session`.

    Raises:
        RecordError: the record is of another task, has several networks or another crop rule, or
            the network does not fit its contract.
        WeightError: the network's bytes are missing or damaged.
        DeviceError: the device would not really run.
    """

    def __init__(
        self, record: WeightRecord, *, device: str = "auto", threads: int | None = None
    ) -> None:
        self.record = record
        self._output = _checked(record)
        self._input = record.networks[0].input
        self.session = Session(
            record.model_bytes(), device=device, threads=threads, keep_memory=True
        )
        check_contract(self.session, record, 0)

    @property
    def weight(self) -> str:
        """What stands in every `FaceEmbedding.weight`: the record's identifier."""
        return self.record.identifier

    @property
    def dimension(self) -> int:
        """D, the numbers of an embedding."""
        return self._output.dimension

    @property
    def size(self) -> int:
        """Side of the aligned crop in pixels."""
        assert self._input.size is not None
        return self._input.size

    @property
    def calibration(self) -> Calibration | None:
        """What the scores of this weight mean, where its record says so."""
        return self.record.calibration

    def estimate(
        self, images: Sequence[ByteArray], five_points: Sequence[FloatArray]
    ) -> list[list[FaceEmbedding]]:
        """The embedding of every face of every photo.

        Args:
            images: photos, each (H,W,3) uint8 RGB.
            five_points: for each photo the points of its faces (Ni,5,2), x and y in photo pixels,
                in the order of `lineament.face.FIVE_POINTS`.

        Returns:
            For each photo Ni embeddings.

        Raises:
            WeightError: the network gives a number that is not finite, or no direction.
            ValueError: points that have another shape or all coincide.
        """
        owners = [number for number, rows in enumerate(five_points) for _ in rows]
        flat = [points for rows in five_points for points in rows]
        found: list[FaceEmbedding] = []
        for start in range(0, len(flat), BATCH):
            places = range(start, min(start + BATCH, len(flat)))
            crops = [align(images[owners[place]], flat[place], self.size) for place in places]
            found += self._embeddings(np.stack(crops))
        each = iter(found)
        return [[next(each) for _ in rows] for rows in five_points]

    def embed(self, crops: ByteArray) -> FloatArray:
        """Aligned crops (N,size,size,3) uint8 RGB -> (N,D) float32 of length 1.

        Raises:
            WeightError: as for `estimate`.
            ValueError: crops of another shape or type.
        """
        return self._directions(self.features(crops).features)

    def features(self, crops: ByteArray) -> Embedded:
        """What the network says of aligned crops (N,size,size,3) uint8 RGB, lengths kept.

        Protocols that add the features of several pictures before normalising need it (IJB).

        Raises:
            WeightError: the network gives a number that is not finite.
            ValueError: crops of another shape or type.
        """
        expected = (self.size, self.size, 3)
        if crops.ndim != 4 or crops.shape[1:] != expected or crops.dtype != np.uint8:
            raise ValueError(
                f"got {crops.dtype} {crops.shape}, expected aligned crops of type uint8 and shape "
                f"(N, {self.size}, {self.size}, 3)"
            )
        plain = self._run(crops)
        if not self._output.mirrored:
            mirrored, features = None, plain
        else:
            mirrored = self._run(crops[:, :, ::-1])
            features = plain + mirrored
        if self._output.quality is None:
            return Embedded(features, None)
        if mirrored is not None and self._output.quality == "mirror":
            both = self._directions(plain) * self._directions(mirrored)
            return Embedded(features, both.sum(axis=1))
        return Embedded(features, np.linalg.norm(features, axis=1))

    def _embeddings(self, crops: ByteArray) -> Iterator[FaceEmbedding]:
        features, quality = self.features(crops)
        for number, vector in enumerate(self._directions(features)):
            own = None if quality is None else float(quality[number])
            yield FaceEmbedding(vector, self.weight, own)

    def _run(self, crops: ByteArray) -> FloatArray:
        """The graph's output for N crops, (N,D) float32, all finite."""
        step = 1 if self._output.alone else BATCH
        rows = [np.empty((0, self.dimension), dtype=np.float32)]
        for start in range(0, len(crops), step):
            feed = network_input(crops[start : start + step], self._input)
            (array,) = self.session.run({self._input.name: feed}, [self._output.name])
            if not np.isfinite(array).all():
                raise WeightError(
                    f"weight {self.record.name}: output {self._output.name} holds NaN or infinity, "
                    "expected finite numbers; the weight is damaged or was exported wrongly"
                )
            rows.append(array)
        return np.concatenate(rows)

    def _directions(self, features: FloatArray) -> FloatArray:
        """Features (N,D) made 1 long."""
        lengths = np.linalg.norm(features.astype(np.float64), axis=1, keepdims=True)
        if (lengths <= _SHORTEST).any():
            raise WeightError(
                f"weight {self.record.name}: output {self._output.name} is zero for a face, "
                "expected a direction; the weight is damaged or was exported wrongly"
            )
        return np.asarray(features / lengths, dtype=np.float32)


def load_recognition(
    name_or_path: str | Path = DEFAULT_RECOGNITION,
    *,
    device: str = "auto",
    threads: int | None = None,
) -> EmbeddingEstimator:
    """Open a recognition weight by its shipped name or by the path of a record of one's own."""
    return EmbeddingEstimator(find_record(name_or_path), device=device, threads=threads)


def _checked(record: WeightRecord) -> EmbeddingOutput:
    """The output of a record that can be run here."""
    output = record.networks[0].output
    if record.task != "recognition" or not isinstance(output, EmbeddingOutput):
        raise RecordError(
            f"weight {record.name} is of task {record.task} with output {output.kind}; the "
            "head embedding needs task 'recognition' and output 'embedding'"
        )
    if len(record.networks) != 1:
        raise RecordError(
            f"weight {record.name} has {len(record.networks)} networks, expected one: the head "
            "embedding gives all its answers by one graph"
        )
    crop = record.networks[0].input.crop
    if not isinstance(crop, FivePoints):
        raise RecordError(
            f"weight {record.name}: crop rule {crop.rule!r} cannot be used for embedding, "
            "expected five_points"
        )
    return output
