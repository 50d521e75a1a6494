"""Faces of an album to groups of one person each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from lineament.grouping.chinese_whispers import chinese_whispers
from lineament.grouping.link_threshold import LinkThreshold, link_threshold
from lineament.grouping.links import links_above, weighed_by_company
from lineament.grouping.neighbours import Progress, nearest
from lineament.strict import Strict
from lineament.weights import Calibration


class GroupOptions(Strict):
    """What decides the groups, besides the faces.

    Attributes:
        fmr: false match rate of a link; None: by the rule of `grouping.link_threshold`.
        threshold: score of a link instead, for a weight without calibration.
        neighbours: most alike faces that each face may be linked with.
        seed: of the order in which groups are found.
    """

    fmr: float | None = None
    threshold: float | None = None
    neighbours: int = Field(default=64, ge=1, le=1024)
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """Who is who in an album.

    Attributes:
        groups: (N,) int64, the group of each face; 0 is the largest.
        fits: (N,) float32, cosine between each face and the mean direction of the others of its
            group: a low one is more often a mistake. 1 for a face that is alone.
        links: how many there were.
        threshold: from which score on.
    """

    groups: NDArray[np.int64]
    fits: NDArray[np.float32]
    links: int
    threshold: LinkThreshold

    @property
    def count(self) -> int:
        """How many groups there are, those of one face included."""
        return int(self.groups.max()) + 1 if len(self.groups) else 0

    def members(self) -> list[NDArray[np.int64]]:
        """Faces of each group, the best fitting first."""
        order = np.lexsort((-self.fits, self.groups))
        edges = np.searchsorted(self.groups[order], np.arange(1, self.count))
        return np.split(order.astype(np.int64), edges) if self.count else []


def group_faces(
    vectors: NDArray[np.float32],
    calibration: Calibration | None,
    options: GroupOptions | None = None,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Grouping:
    """Group faces by person.

    Faces that are among each other's nearest and score at least the threshold are linked; a link
    is worth the more, the more neighbours its ends share; Chinese Whispers finds the groups.
    Memory grows with N x neighbours, never with N x N.

    Args:
        vectors: (N,D) float32 of length 1, of one weight.
        calibration: of that weight's record.
        options: see there.
        threads: of the search for neighbours; None: all usable cores.
        progress: told how many of the N faces have been searched for.

    Raises:
        ConfigError: FAISS is missing, or as `grouping.link_threshold.link_threshold`.
    """
    options = options or GroupOptions()
    threshold = link_threshold(len(vectors), calibration, fmr=options.fmr, score=options.threshold)
    found = nearest(vectors, options.neighbours, threads=threads, progress=progress)
    links = weighed_by_company(links_above(found, threshold.score))
    groups = chinese_whispers(links, seed=options.seed)
    return Grouping(groups, _fits(vectors, groups), len(links.first), threshold)


def _fits(vectors: NDArray[np.float32], groups: NDArray[np.int64]) -> NDArray[np.float32]:
    count = int(groups.max()) + 1 if len(groups) else 0
    sums = np.zeros((count, vectors.shape[1] if vectors.ndim == 2 else 0), dtype=np.float64)
    np.add.at(sums, groups, vectors)
    others = sums[groups] - vectors
    lengths = np.linalg.norm(others, axis=1)
    alone = np.bincount(groups, minlength=count)[groups] == 1
    cosines = np.einsum("nd,nd->n", others, vectors) / np.where(lengths > 0, lengths, 1)
    return np.asarray(np.where(alone, 1.0, cosines), dtype=np.float32)
