"""The way of a photo: detect, cut out, run the heads, give back faces in photo pixels."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lineament.detection import DEFAULT_DETECTOR, DetectionOptions, load_detector
from lineament.errors import ConfigError
from lineament.face import (
    Box,
    ByteArray,
    Face,
    FaceAttributes,
    FaceEmbedding,
    FaceParts,
    FloatArray,
    HeadPose,
    Landmarks,
)
from lineament.photo_array import checked_photo
from lineament.weights import WeightRecord, find_record

if TYPE_CHECKING:
    from lineament.attributes.estimator import AttributeEstimator
    from lineament.landmarks.estimator import LandmarkEstimator
    from lineament.parsing.estimator import PartEstimator
    from lineament.recognition.estimator import EmbeddingEstimator

TASKS = {
    "landmarks": "landmarks",
    "attributes": "attributes",
    "parts": "parsing",
    "embedding": "recognition",
}
"""The task of the weight that each head runs."""

HEADS = tuple(TASKS)
"""The heads that exist."""

DEFAULT_HEADS = ("landmarks", "attributes")
"""The heads that run where none are named. Parts take longer than both, fill the data and cover
the pictures, and an embedding can tell who somebody is: they are for those who ask for them."""

CHUNK_PHOTOS = 8
CHUNK_PIXELS = 16_000_000


class Analyzer:
    """Finds the faces of photos and runs the heads that were asked for on each.

    One analyzer may be used from many threads at once; it holds no state of a photo.

    Args:
        heads: names out of `HEADS`; an empty sequence runs the detection alone. A head that is
            not asked for is not loaded.
        detector: name of a shipped detection record, or the path of one's own (.toml).
        records: weight records (paths of .toml files, or names of shipped ones) that replace
            the weight of their task: a detection record the detector, a landmarks record the
            landmark head, an attributes record the attribute head, a parsing record the head
            `parts`, a recognition record the head `embedding`.
        options: thresholds of the detector.
        device: `auto`, `cpu`, `cuda` and so on; see `lineament.runtime`.
        threads: threads of one network run; None leaves the choice to the runtime.

    Raises:
        ConfigError: an unknown head, two records of one task, or a record of a head that was
            not asked for.
        RecordError: a record is missing or malformed, is of another task, or states a contract
            that its network does not keep.
        WeightError: a weight's file is missing or has another checksum.
        DeviceError: the device asked for would not really run.
    """

    def __init__(
        self,
        heads: Sequence[str] = DEFAULT_HEADS,
        *,
        detector: str | Path = DEFAULT_DETECTOR,
        records: Sequence[Path | str] = (),
        options: DetectionOptions | None = None,
        device: str = "auto",
        threads: int | None = None,
    ) -> None:
        self.heads = _known(heads)
        given = _by_task(records)
        unasked = sorted(set(given) - {"detection", *(TASKS[head] for head in self.heads)})
        if unasked:
            raise ConfigError(
                f"got a record for {', '.join(unasked)}, but the heads asked for are "
                f"{', '.join(self.heads) or 'none'}; add the head or leave the record out"
            )
        self.detector = load_detector(
            given.get("detection", detector),
            options=options or DetectionOptions(),
            device=device,
            threads=threads,
        )
        self._landmarks: LandmarkEstimator | None = None
        if "landmarks" in self.heads:
            from lineament.landmarks.estimator import DEFAULT_LANDMARKS, LandmarkEstimator

            record = given.get("landmarks") or find_record(DEFAULT_LANDMARKS)
            self._landmarks = LandmarkEstimator(record, device=device, threads=threads)
        self._attributes: AttributeEstimator | None = None
        if "attributes" in self.heads:
            from lineament.attributes.estimator import DEFAULT_ATTRIBUTES, AttributeEstimator

            record = given.get("attributes") or find_record(DEFAULT_ATTRIBUTES)
            self._attributes = AttributeEstimator(record, device=device, threads=threads)
        self._parts: PartEstimator | None = None
        if "parts" in self.heads:
            from lineament.parsing.estimator import DEFAULT_PARTS, PartEstimator

            record = given.get("parsing") or find_record(DEFAULT_PARTS)
            self._parts = PartEstimator(record, device=device, threads=threads)
        self._embedding: EmbeddingEstimator | None = None
        if "embedding" in self.heads:
            from lineament.recognition.estimator import DEFAULT_RECOGNITION, EmbeddingEstimator

            record = given.get("recognition") or find_record(DEFAULT_RECOGNITION)
            self._embedding = EmbeddingEstimator(record, device=device, threads=threads)

    def only(self, heads: Sequence[str], *, min_score: float | None = None) -> Analyzer:
        """An analyzer of some of these heads, which shares the opened networks with this one.

        Args:
            min_score: least score of a face, 0 to 1; None leaves the detector's.

        Raises:
            ConfigError: a head that this analyzer did not load, or a score that is not 0 to 1.
        """
        wanted, own = _known(heads), ", ".join(self.heads) or "none"
        if not set(wanted) <= set(self.heads):
            raise ConfigError(f"got the heads {', '.join(wanted)}, this analyzer has {own}")
        few = copy.copy(self)
        few.heads = wanted
        for head in set(HEADS) - set(wanted):
            setattr(few, f"_{head}", None)
        if min_score is not None:
            few.detector = self.detector.with_min_score(min_score)
        return few

    @property
    def records(self) -> dict[str, WeightRecord]:
        """The weight record in use for each task."""
        heads = (self._landmarks, self._attributes, self._parts, self._embedding)
        return {
            "detection": self.detector.record,
            **{head.record.task: head.record for head in heads if head},
        }

    @property
    def providers(self) -> dict[str, str]:
        """The ONNX Runtime provider that really runs each task."""
        providers = {"detection": self.detector.provider}
        if self._landmarks:
            used = dict.fromkeys(stage.session.provider for stage in self._landmarks.stages)
            providers["landmarks"] = ", ".join(used)
        for head in (self._attributes, self._parts, self._embedding):
            if head:
                providers[head.record.task] = head.session.provider
        return providers

    def analyze(self, image: ByteArray) -> list[Face]:
        """The faces of one photo, best score first.

        Args:
            image: (H,W,3) uint8, RGB, as `lineament.read_image` gives it. The order of the
                channels cannot be seen in an array: a picture in OpenCV's BGR order is taken
                as RGB and gives worse results without an error.

        Returns:
            Faces in pixels of the photo; empty where no face was found.

        Raises:
            ImageError: the array has another shape or type.
        """
        return self._chunk([checked_photo(image)])[0]

    def analyze_many(self, images: Iterable[ByteArray]) -> list[list[Face]]:
        """The faces of many photos, one list for each photo, in the order given.

        The photos are taken from the iterable in chunks, so that a generator that reads them
        needs the memory of one chunk only. All faces of a chunk go through a head as one batch.

        Args:
            images: each (H,W,3) uint8 RGB; the sizes may differ.

        Raises:
            ImageError: an array has another shape or type.
        """
        return list(self.stream(images))

    def stream(self, images: Iterable[ByteArray]) -> Iterator[list[Face]]:
        """As `analyze_many`, but yields each photo's faces as soon as its chunk is done."""
        chunk: list[ByteArray] = []
        pixels = 0
        for image in images:
            chunk.append(checked_photo(image))
            pixels += image.shape[0] * image.shape[1]
            if len(chunk) == CHUNK_PHOTOS or pixels >= CHUNK_PIXELS:
                yield from self._chunk(chunk)
                chunk, pixels = [], 0
        if chunk:
            yield from self._chunk(chunk)

    def _chunk(self, images: Sequence[ByteArray]) -> list[list[Face]]:
        found = self.detector.detect(images)
        boxes = [each.boxes for each in found]
        marked, described = self._marked(images, boxes), self._described(images, boxes)
        parsed = self._parsed(images, boxes)
        embedded = self._embedded(images, [each.five_points for each in found])
        return [
            [
                Face(
                    box=Box(*(float(edge) for edge in detections.boxes[index])),
                    score=float(detections.scores[index]),
                    five_points=detections.five_points[index],
                    landmarks=landmarks,
                    pose=pose,
                    attributes=attributes,
                    parts=parts,
                    embedding=embedding,
                )
                for index, ((landmarks, pose), attributes, parts, embedding) in enumerate(
                    zip(*heads, strict=True)
                )
            ]
            for detections, *heads in zip(found, marked, described, parsed, embedded, strict=True)
        ]

    def _marked(
        self, images: Sequence[ByteArray], boxes: Sequence[FloatArray]
    ) -> list[list[tuple[Landmarks | None, HeadPose | None]]]:
        """Landmarks and pose of every face of every photo; None where the head did not run."""
        if self._landmarks is None or not any(len(each) for each in boxes):
            return [[(None, None)] * len(each) for each in boxes]
        from lineament.landmarks.head_pose import known_poses

        scheme = self._landmarks.scheme
        return [
            [
                (Landmarks(row, scheme), pose)
                for row, pose in zip(points, known_poses(points, scheme), strict=True)
            ]
            for points in self._landmarks.estimate(images, boxes)
        ]

    def _described(
        self, images: Sequence[ByteArray], boxes: Sequence[FloatArray]
    ) -> Sequence[Sequence[FaceAttributes | None]]:
        """Attributes of every face of every photo; None where the head did not run."""
        if self._attributes is None or not any(len(each) for each in boxes):
            return [[None] * len(each) for each in boxes]
        return self._attributes.estimate(images, boxes)

    def _parsed(
        self, images: Sequence[ByteArray], boxes: Sequence[FloatArray]
    ) -> Sequence[Sequence[FaceParts | None]]:
        """Parts of every face of every photo; None where the head did not run."""
        if self._parts is None or not any(len(each) for each in boxes):
            return [[None] * len(each) for each in boxes]
        return self._parts.estimate(images, boxes)

    def _embedded(
        self, images: Sequence[ByteArray], five_points: Sequence[FloatArray]
    ) -> Sequence[Sequence[FaceEmbedding | None]]:
        """Embedding of every face of every photo; None where the head did not run."""
        if self._embedding is None or not any(len(each) for each in five_points):
            return [[None] * len(each) for each in five_points]
        return self._embedding.estimate(images, five_points)


def _known(heads: Sequence[str]) -> tuple[str, ...]:
    if isinstance(heads, str):
        raise ConfigError(f"heads needs a sequence of names, got the text {heads!r}: ({heads!r},)")
    for head in heads:
        if head not in HEADS:
            near = difflib.get_close_matches(head, HEADS, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ConfigError(f"no head named {head!r}; {hint}the heads are {', '.join(HEADS)}")
    return tuple(dict.fromkeys(heads))


def _by_task(records: Sequence[Path | str]) -> dict[str, WeightRecord]:
    given: dict[str, WeightRecord] = {}
    for source in records:
        record = find_record(source)
        if record.task in given:
            raise ConfigError(
                f"got two records for {record.task}: {given[record.task].name} and {record.name}; "
                "give one for each task"
            )
        given[record.task] = record
    return given
