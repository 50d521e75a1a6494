"""Links between faces that are alike enough, and how much each is worth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lineament.grouping.neighbours import Neighbours


class Links(NamedTuple):
    """M links between N faces, each once.

    Attributes:
        faces: N.
        first, second: (M,) int64, numbers of faces, first < second.
        weights: (M,) float32.
    """

    faces: int
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    weights: NDArray[np.float32]

    def of_each(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        """Links seen from both ends, face by face.

        Returns:
            starts (N+1,), and of length 2M the other end and the weight: those of face k lie
            from starts[k] to starts[k+1], the other ends rising.
        """
        one = np.concatenate([self.first, self.second])
        other = np.concatenate([self.second, self.first])
        order = np.lexsort((other, one))
        starts = np.searchsorted(one[order], np.arange(self.faces + 1))
        return starts, other[order], np.concatenate([self.weights, self.weights])[order]


def links_above(neighbours: Neighbours, threshold: float) -> Links:
    """A link for each pair of which one is among the other's neighbours, where the score reaches
    the threshold; its weight is the score."""
    count, most = neighbours.rows.shape
    one = np.repeat(np.arange(count, dtype=np.int64), most)
    other, scores = neighbours.rows.reshape(-1), neighbours.scores.reshape(-1)
    kept = (other >= 0) & (scores >= threshold)
    one, other, scores = one[kept], other[kept], scores[kept]
    first, second = np.minimum(one, other), np.maximum(one, other)
    _, once = np.unique(first * count + second, return_index=True)
    return Links(count, first[once], second[once], scores[once])


def weighed_by_company(links: Links) -> Links:
    """The same links, each worth its weight x the part of their neighbours that both ends share.

    The part is Jaccard's index of the two faces with their neighbours. Faces of one person share
    most of theirs; a link that joins two people by chance shares next to none. (Shared neighbours
    as likeness: Jarvis and Patrick, IEEE Transactions on Computers, 1973.)
    """
    starts, others, _ = links.of_each()
    degrees = np.diff(starts)
    common = np.zeros(len(links.first), dtype=np.int64)
    ends = np.searchsorted(links.first, np.arange(links.faces + 1))
    near = np.zeros(links.faces, dtype=np.bool_)
    for face in range(links.faces):
        mine = slice(ends[face], ends[face + 1])
        partners = links.second[mine]
        if not len(partners):
            continue
        own = others[starts[face] : starts[face + 1]]
        near[own] = True
        lengths = degrees[partners]
        offsets = np.cumsum(lengths) - lengths
        places = np.repeat(starts[partners] - offsets, lengths) + np.arange(lengths.sum())
        common[mine] = np.add.reduceat(near[others[places]].astype(np.int64), offsets)
        near[own] = False
    shared = common + 2  # each end is the other's neighbour
    united = degrees[links.first] + degrees[links.second] + 2 - shared
    return links._replace(weights=(links.weights * shared / united).astype(np.float32))
