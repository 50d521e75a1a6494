"""The most alike faces of each face, without a matrix of all pairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lineament.errors import ConfigError
from lineament.runtime import usable_cores

EXACT_UP_TO = 150_000
"""Faces up to which every pair is compared, a block at a time: 100,000 take about 80 s of one
core, as much as building and searching a graph for them. Beyond, the graph wins."""

QUERIES_A_BLOCK = 2048
LINKS_OF_A_NODE, EXPLORED_TO_BUILD, EXPLORED = 16, 100, 128

Progress = Callable[[int, int], None]


class Neighbours(NamedTuple):
    """The K most alike faces of N faces, best first, none its own neighbour.

    Attributes:
        rows: (N,K) int64, numbers of faces; -1 where there are fewer.
        scores: (N,K) float32, cosines; -1 where there are fewer.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]


def nearest(
    vectors: NDArray[np.float32],
    most: int,
    *,
    threads: int | None = None,
    exact_up_to: int = EXACT_UP_TO,
    progress: Progress | None = None,
) -> Neighbours:
    """The `most` most alike faces of each, by FAISS (the engine under Milvus Lite's index).

    Exact up to `exact_up_to` faces; beyond, over a graph of near neighbours: Malkov and Yashunin,
    "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small
    World graphs", TPAMI 2020.

    Args:
        vectors: (N,D) float32 of length 1.
        most: K.
        threads: of the search; None: all usable cores.
        progress: told how many of the N faces have been searched for.

    Raises:
        ConfigError: FAISS is not installed.
    """
    faiss = _faiss()
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    count, dimension = vectors.shape
    most = min(most, max(count - 1, 0))
    rows = np.full((count, most), -1, dtype=np.int64)
    scores = np.full((count, most), -1, dtype=np.float32)
    if most == 0:
        return Neighbours(rows, scores)
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(threads or usable_cores())
    try:
        if count <= exact_up_to:
            index = faiss.IndexFlatIP(dimension)
        else:
            index = faiss.IndexHNSWFlat(dimension, LINKS_OF_A_NODE, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = EXPLORED_TO_BUILD
            index.hnsw.efSearch = max(EXPLORED, 2 * most)
        index.add(vectors)
        for first in range(0, count, QUERIES_A_BLOCK):
            block = slice(first, min(first + QUERIES_A_BLOCK, count))
            found, others = index.search(vectors[block], most + 1)
            rows[block], scores[block] = _without_itself(others, found, first)
            if progress:
                progress(block.stop, count)
    finally:
        faiss.omp_set_num_threads(before)
    return Neighbours(rows, np.clip(scores, -1, 1))


def check_faiss() -> None:
    """Refuse to group without FAISS, before any work.

    Raises:
        ConfigError: the extra is not installed.
    """
    _faiss()


def _without_itself(
    rows: NDArray[np.int64], scores: NDArray[np.float32], first: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """(B,K) of (B,K+1): each query leaves out itself, or the last where it was not found."""
    count, wide = rows.shape
    itself = rows == np.arange(first, first + count)[:, None]
    itself[~itself.any(axis=1), -1] = True
    return rows[~itself].reshape(count, wide - 1), scores[~itself].reshape(count, wide - 1)


def _faiss() -> Any:
    try:
        import faiss
    except ImportError as error:
        raise ConfigError(
            f"grouping needs FAISS, which is not installed ({error}): "
            "pip install 'lineament[gallery]'"
        ) from error
    return faiss
