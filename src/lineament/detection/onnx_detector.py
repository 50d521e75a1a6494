"""The flow that all our detectors share: working copies, batches, decode, back, suppress."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from copy import copy as shallow_copy
from dataclasses import replace

import numpy as np

from lineament.contract import check_contract
from lineament.detection.decoding import decoder_of, is_detector
from lineament.detection.detector import DetectionOptions, Detections
from lineament.detection.merging import merge
from lineament.detection.scaling import WorkingCopy, scaled_photo, working_copies, write_input
from lineament.devices import PROVIDERS
from lineament.errors import ImageError, RecordError
from lineament.face import ByteArray, FloatArray
from lineament.runtime import Session
from lineament.weights import AnchorFreeOutput, WeightRecord, WholePhoto

logger = logging.getLogger(__name__)

Job = tuple[int, WorkingCopy]
"""One working copy of the photo with that index."""

BATCH_PIXELS = 2_000_000
"""Working pixels that go through the network at once; a larger copy goes alone."""

CPU_BATCH_PIXELS = 650_000
"""The same on a CPU, where larger batches are no quicker and hold more memory: eight photos of
640 x 480 took 24 ms each and 197 MiB, and 25 ms and 327 MiB all at once."""


class OnnxDetector:
    """A detector whose network and decoding are those of a weight record.

    Safe to call from many threads at once.

    Args:
        record: a record of the task `detection`.
        options: what counts as a face, and how closely to look.
        device, threads: as for `Session`.

    Raises:
        RecordError: the record is not one of a detector, or its network does not fit it.
        WeightError: the network's bytes are missing or damaged.
        DeviceError: the device would not really run.
    """

    def __init__(
        self,
        record: WeightRecord,
        *,
        options: DetectionOptions,
        device: str = "auto",
        threads: int | None = None,
    ) -> None:
        network = record.networks[0]
        output, crop = network.output, network.input.crop
        if not is_detector(output) or not isinstance(crop, WholePhoto):
            raise RecordError(
                f"weight {record.name}: got task {record.task}, output {output.kind!r}, crop "
                f"{crop.rule!r}; a detector needs output 'anchor_free', 'retinaface' or "
                "'centerface' and crop 'whole_photo'"
            )
        self.record = record
        self.options = options
        self._input = network.input
        self._rule = crop
        self._names, self._decode = output.names, decoder_of(output)
        # Many cells without anchors answer for one face; the others' published flow keeps one.
        self._average = isinstance(output, AnchorFreeOutput)
        self._session = Session(record.model_bytes(), device=device, threads=threads)
        check_contract(self._session, record, 0)
        self.provider = self._session.provider

    def detect(self, images: Sequence[ByteArray]) -> list[Detections]:
        """Faces of each photo, in the order of `images`.

        Working copies of the same shape go through the network together, at most
        `BATCH_PIXELS` or `CPU_BATCH_PIXELS` at once.

        Args:
            images: photos (H,W,3) uint8 RGB of any sizes, none empty.

        Raises:
            ImageError: an array is not (H,W,3) uint8, or is empty.
        """
        copies = [self._copies(image) for image in images]
        by_shape: dict[tuple[int, int], list[Job]] = {}
        for index, own in enumerate(copies):
            for copy in own:
                by_shape.setdefault(copy.padded, []).append((index, copy))
        found: dict[Job, Detections] = {}
        scaled = _ScaledPhotos(images)
        most = CPU_BATCH_PIXELS if self.provider == PROVIDERS["cpu"] else BATCH_PIXELS
        for (height, width), jobs in by_shape.items():
            for batch in _batches(jobs, max(1, most // (height * width))):
                found.update(zip(batch, self._search(scaled, batch), strict=True))
        options = self.options
        return [
            merge(
                [(copy, found[index, copy]) for copy in own],
                options.smallest_face,
                options.most_faces,
                average=self._average,
            )
            for index, own in enumerate(copies)
        ]

    def with_min_score(self, min_score: float) -> OnnxDetector:
        """A detector of the same network that gives the faces of at least this score.

        Raises:
            ConfigError: the score is not 0 to 1.
        """
        other = shallow_copy(self)
        other.options = replace(self.options, min_score=min_score)
        return other

    def _copies(self, image: ByteArray) -> list[WorkingCopy]:
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
            raise ImageError(
                f"got an array of {image.dtype} {image.shape}, expected (height, width, 3) uint8 "
                "RGB, not empty; lineament.read_image gives one"
            )
        height, width = image.shape[:2]
        return working_copies(height, width, self.options, self._rule)

    def _search(self, scaled: _ScaledPhotos, batch: Sequence[Job]) -> list[Detections]:
        """Candidates of each working copy of one shape, in working pixels."""
        shape = batch[0][1].padded
        pixels: FloatArray = np.empty((len(batch), 3, *shape), dtype=np.float32)
        for (index, copy), target in zip(batch, pixels, strict=True):
            write_input(scaled.photo(index, copy.size), copy, self._input, target)
        outputs = self._session.run(pixels, self._names)
        return self._decode(outputs, shape, self.options.min_score)


class _ScaledPhotos:
    """Photos at other sizes; the last one is kept, since tiles of one photo follow one another."""

    def __init__(self, images: Sequence[ByteArray]) -> None:
        self._images = images
        self._kept: tuple[int, ByteArray] | None = None

    def photo(self, index: int, size: tuple[int, int]) -> ByteArray:
        """The photo of that index at (height, width)."""
        if self._kept is None or self._kept[0] != index or self._kept[1].shape[:2] != size:
            self._kept = None
            self._kept = index, scaled_photo(self._images[index], size)
        return self._kept[1]


def _batches(jobs: Sequence[Job], most: int) -> Iterator[Sequence[Job]]:
    for start in range(0, len(jobs), most):
        yield jobs[start : start + most]
