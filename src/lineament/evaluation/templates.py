"""Templates of IJB-B and IJB-C, and their 1:1 verification in little memory.

A template is a person seen in several media (photos, and videos of which there are many frames).
Its vector is: feature times detector score of each picture; the mean over the pictures of one
medium; the sum over the media; unit length (the published scripts of InsightFace, after Maze et
al., "IARPA Janus Benchmark - C", ICB 2018). Features are those **before** normalisation, of the
picture plus of its mirror image; their length is part of the protocol.

Nothing here holds the features of all pictures, nor more than four bytes of each pair: pictures
are added to their templates batch by batch, and pairs are compared chunk by chunk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.errors import DataError
from lineament.evaluation.pair_scores import CHUNK, FAILED, Integers, PairScores
from lineament.face import FloatArray

PairChunk = tuple[ArrayLike, ArrayLike, ArrayLike]
"""Template ids (n,) and (n,), and booleans (n,) that say whether they are of one person."""


@dataclass(frozen=True, slots=True, eq=False)
class Templates:
    """T templates.

    Attributes:
        ids: (T,) int64, rising, each once.
        vectors: (T,D) float32 of unit length; zeros where the template is not enrolled.
        enrolled: (T,) whether any of its pictures gave a feature.
    """

    ids: Integers
    vectors: FloatArray
    enrolled: NDArray[np.bool_]

    def rows(self, ids: ArrayLike) -> Integers:
        """(n,) rows of template ids (n,).

        Raises:
            DataError: there is no such template.
        """
        wanted = np.asarray(ids, dtype=np.int64)
        rows = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        unknown = self.ids[rows] != wanted
        if unknown.any():
            raise DataError(
                f"no picture belongs to template {wanted[unknown.argmax()]}, which is in a pair "
                f"({len(np.unique(wanted[unknown]))} such templates); the files of pictures and of "
                "pairs must be of one benchmark"
            )
        return rows


class TemplateSums:
    """Adds features of pictures to their templates, in any order, batch by batch.

    Args:
        templates, media: (N,) ids of the template and of the medium of every picture. Media are
            told apart inside a template only.
        dimension: D of the features.
    """

    def __init__(self, templates: ArrayLike, media: ArrayLike, dimension: int) -> None:
        of, medium = (np.asarray(one, dtype=np.int64) for one in (templates, media))
        if of.ndim != 1 or of.shape != medium.shape or not len(of):
            raise ValueError(f"got templates {of.shape} and media {medium.shape}, expected (N,)")
        self._ids, self._rows = np.unique(of, return_inverse=True)
        both = np.stack([self._rows, medium], axis=1)
        _, place, sizes = np.unique(both, axis=0, return_inverse=True, return_counts=True)
        self._shares = 1 / sizes[place.reshape(-1)]
        self._sums = np.zeros((len(self._ids), dimension))
        self._added = np.zeros(len(of), dtype=np.bool_)
        self._failed = np.zeros(len(of), dtype=np.bool_)

    def add(self, pictures: ArrayLike, features: ArrayLike, detector_scores: ArrayLike) -> None:
        """Add n pictures, each once.

        Args:
            pictures: (n,) their places in the list.
            features: (n,D); a row of NaN for a picture that gave none. It adds nothing, but
                stays one of its medium's pictures.
            detector_scores: (n,).

        Raises:
            ValueError: a picture that was added before, or wrong shapes.
        """
        places = np.asarray(pictures, dtype=np.int64)
        values = np.asarray(features, dtype=np.float64)
        weights = np.asarray(detector_scores, dtype=np.float64)
        if values.shape != (len(places), self._sums.shape[1]) or weights.shape != places.shape:
            raise ValueError(
                f"got {len(places)} pictures, features {values.shape} and scores "
                f"{weights.shape}, expected ({len(places)}, {self._sums.shape[1]}) and "
                f"({len(places)},)"
            )
        if self._added[places].any() or len(np.unique(places)) < len(places):
            raise ValueError("a picture is added twice, expected each once")
        missing = np.isnan(values).any(axis=1)
        self._added[places] = True
        self._failed[places[missing]] = True
        here = places[~missing]
        scaled = values[~missing] * (weights[~missing] * self._shares[here])[:, None]
        np.add.at(self._sums, self._rows[here], scaled)

    def templates(self) -> Templates:
        """The templates of all pictures.

        Raises:
            ValueError: a picture was not added.
        """
        if not self._added.all():
            raise ValueError(
                f"{int((~self._added).sum())} of {len(self._added)} pictures were not added"
            )
        lengths = np.linalg.norm(self._sums, axis=1)
        enrolled = np.zeros(len(self._ids), dtype=np.bool_)
        enrolled[self._rows[~self._failed]] = True
        enrolled &= lengths > 0
        vectors = (self._sums / np.where(enrolled, lengths, 1)[:, None]).astype(np.float32)
        vectors[~enrolled] = 0
        return Templates(self._ids, vectors, enrolled)

    @property
    def failed(self) -> int:
        """Pictures that gave no feature."""
        return int(self._failed.sum())


def score_template_pairs(templates: Templates, pairs: Iterable[PairChunk]) -> PairScores:
    """Cosine similarity of every pair, float32; `FAILED` where a template is not enrolled.

    Memory: the templates, one chunk, and per pair four bytes, eight while the scores are sorted.

    Args:
        pairs: in chunks of any size, as they are read from the file.

    Raises:
        DataError: a pair names a template without pictures, or there is no genuine or no
            impostor pair.
    """
    kinds: tuple[list[FloatArray], list[FloatArray]] = ([], [])
    for first, second, same in pairs:
        truth = np.asarray(same, dtype=np.bool_)
        scores = _cosines(templates, templates.rows(first), templates.rows(second))
        kinds[0].append(scores[truth])
        kinds[1].append(scores[~truth])
    genuine, impostor = (_joined(parts) for parts in kinds)
    return PairScores.parted(genuine, impostor)


def _cosines(templates: Templates, first: Integers, second: Integers) -> FloatArray:
    scores = np.empty(len(first), dtype=np.float32)
    step = max(CHUNK // 8, 1)
    for start in range(0, len(first), step):
        one, other = first[start : start + step], second[start : start + step]
        scores[start : start + step] = np.einsum(
            "nd,nd->n", templates.vectors[one], templates.vectors[other]
        )
        whole = templates.enrolled[one] & templates.enrolled[other]
        scores[start : start + step][~whole] = FAILED
    return scores


def _joined(parts: list[FloatArray]) -> FloatArray:
    """One array of all parts, which are given up one by one."""
    joined = np.empty(sum(len(part) for part in parts), dtype=np.float32)
    end = len(joined)
    while parts:
        part = parts.pop()
        joined[end - len(part) : end] = part
        end -= len(part)
    return joined
