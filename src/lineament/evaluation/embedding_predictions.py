"""Embeddings of the pictures of a verification set, in batches: one for each, or none.

Pictures that are aligned go to the network as they are. In all others the detector looks for
faces; that whose middle is nearest to the picture's is aligned by its five points. A picture
without a face fails to enrol: it keeps its place and is counted.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.datasets.verification_pairs import Pictures
from lineament.errors import DataError, WeightError
from lineament.evaluation.embedding_stability import embedding_stability
from lineament.evaluation.predictions import Progress, photo_batches
from lineament.evaluation.skin_tone import typology_angle
from lineament.face import ByteArray, FloatArray
from lineament.recognition.alignment import align, template
from lineament.weights import WeightRecord

if TYPE_CHECKING:
    from lineament.detection import Detections, Detector

log = logging.getLogger(__name__)


class Features(Protocol):
    """What a network says of N faces; `lineament.recognition.estimator` has the real one."""

    @property
    def features(self) -> FloatArray: ...
    @property
    def quality(self) -> FloatArray | None: ...


class Embeds(Protocol):
    """What embeddings are asked of; `lineament.recognition.estimator` has the real one."""

    @property
    def record(self) -> WeightRecord: ...
    @property
    def size(self) -> int: ...

    def features(self, crops: ByteArray) -> Features:
        """Aligned crops (N,size,size,3) uint8 RGB -> (N,D) float32, lengths kept."""


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingPredictions:
    """What was found of N pictures.

    Attributes:
        embeddings: (N,D) float32 of unit length; zeros of a picture that failed to enrol.
        enrolled: (N,) whether there is an embedding.
        five_points: (N,5,2) float32 in the picture's pixels, in the order of
            `lineament.face.FIVE_POINTS`; those of the template in an aligned picture, NaN
            without a face.
        norm: (N,) length of the feature before it was made 1.
        mirror: (N,) cosine of the embeddings of crop and mirror image, where the record says so.
        stability: (N,) that of `lineament.evaluation.embedding_stability`, where asked for.
        typology: (N,) angle of the cheeks, see `lineament.evaluation.skin_tone`.

    The last four are float32, NaN where there is none.
    """

    embeddings: FloatArray
    enrolled: NDArray[np.bool_]
    five_points: FloatArray
    norm: FloatArray
    mirror: FloatArray
    stability: FloatArray
    typology: FloatArray


def predict_embeddings(
    pictures: Pictures,
    estimator: Embeds,
    detector: Detector | None,
    *,
    stability: bool = False,
    progress: Progress | None = None,
) -> EmbeddingPredictions:
    """Embed every picture, batch by batch.

    Args:
        detector: finds the faces; None where the pictures are aligned.
        stability: measure it too, which makes each picture cost five.
        progress: called after every batch.

    Raises:
        DataError: an aligned picture that is not square.
        ImageError: a picture cannot be read.
        WeightError: an embedding that is not finite, or has no direction.
    """
    count = len(pictures)
    enrolled = np.zeros(count, dtype=np.bool_)
    points = np.full((count, 5, 2), np.nan, dtype=np.float32)
    norm, mirror, stable, typology = np.full((4, count), np.nan, dtype=np.float32)
    parts: list[FloatArray] = []

    def embed(crops: ByteArray) -> FloatArray:
        return directions(estimator.record, estimator.features(crops).features)

    done = 0
    for batch in photo_batches(_each(pictures)):
        crops, rows = [], []
        for place, (picture, five) in enumerate(_found(batch, detector, done), done):
            crop = crop_of(picture, five, estimator.size, aligned=detector is None)
            if crop is not None and five is not None:
                crops.append(crop)
                rows.append(place)
                points[place] = five
                typology[place] = typology_angle(picture, five)
        if crops:
            stacked = np.stack(crops)
            said = estimator.features(stacked)
            vectors = directions(estimator.record, said.features)
            parts.append(vectors)
            enrolled[rows] = True
            norm[rows] = np.linalg.norm(said.features, axis=1)
            output = estimator.record.networks[0].output
            if said.quality is not None and getattr(output, "quality", None) == "mirror":
                mirror[rows] = said.quality
            if stability:
                stable[rows] = embedding_stability(embed, stacked, vectors)
        done += len(batch)
        if progress:
            progress(done, count)
    embeddings = np.zeros((count, parts[0].shape[1] if parts else 1), dtype=np.float32)
    if parts:
        embeddings[enrolled] = np.concatenate(parts)
    return EmbeddingPredictions(embeddings, enrolled, points, norm, mirror, stable, typology)


def directions(record: WeightRecord, features: FloatArray) -> FloatArray:
    """Features (N,D) made 1 long.

    Raises:
        WeightError: one is not finite or has no direction.
    """
    lengths = np.linalg.norm(features.astype(np.float64), axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise WeightError(
            f"weight {record.name}: got NaN, infinity or nothing but zeros in an embedding, "
            "expected a direction; check its input contract or its training"
        )
    return np.asarray(features / lengths, dtype=np.float32)


def middle_face(picture: ByteArray, faces: Detections) -> FloatArray | None:
    """Five points (5,2) of the face whose box's middle is nearest to the picture's middle.

    None where no face was found. Sets of one labelled face a picture have it in the middle; the
    largest face may be another's.
    """
    if not len(faces):
        return None
    height, width = picture.shape[:2]
    middles = (faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2
    away = np.hypot(*(middles - [(width - 1) / 2, (height - 1) / 2]).T)
    return np.asarray(faces.five_points[int(away.argmin())], dtype=np.float32)


def crop_of(
    picture: ByteArray, five_points: FloatArray | None, size: int, *, aligned: bool
) -> ByteArray | None:
    """The crop (size,size,3) that the network sees; None where there is no face to align."""
    if five_points is None:
        return None
    if aligned:
        return resized(picture, size)
    try:
        return align(picture, five_points, size)
    except ValueError as error:
        log.warning("a face whose points cannot be aligned counts as none: %s", error)
        return None


def resized(picture: ByteArray, size: int) -> ByteArray:
    """A square picture with sides of `size` pixels."""
    if picture.shape[0] == size:
        return picture
    way = cv2.INTER_AREA if picture.shape[0] > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (size, size), interpolation=way), dtype=np.uint8)


def pictures_digest(pictures: Pictures) -> str:
    """sha256 over the pixels of all pictures in their order.

    Raises:
        ImageError: a picture cannot be read.
    """
    digest = hashlib.sha256()
    for picture in _each(pictures):
        digest.update(json.dumps(picture.shape).encode())
        digest.update(np.ascontiguousarray(picture).data)
    return digest.hexdigest()


def _found(
    batch: Sequence[ByteArray], detector: Detector | None, start: int
) -> list[tuple[ByteArray, FloatArray | None]]:
    """Each picture with the five points of its face."""
    if detector is None:
        points = [_template_points(picture, place) for place, picture in enumerate(batch, start)]
        return list(zip(batch, points, strict=True))
    faces = detector.detect(batch)
    return [(picture, middle_face(picture, one)) for picture, one in zip(batch, faces, strict=True)]


def _each(pictures: Pictures) -> Iterator[ByteArray]:
    return (pictures[place] for place in range(len(pictures)))


def _template_points(picture: ByteArray, place: int) -> FloatArray:
    height, width = picture.shape[:2]
    if height != width:
        raise DataError(
            f"picture {place}: got {width} x {height} pixels, expected a square, since the set "
            "says that its pictures are aligned by the five-point template"
        )
    return template(height)
