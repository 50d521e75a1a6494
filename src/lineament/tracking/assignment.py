"""Who belongs to whom: the one-to-one pairing with the greatest sum of scores.

The Hungarian method (Kuhn, 1955) in the form of shortest augmenting paths (Jonker and Volgenant,
Computing 38, 1987). The same is in SciPy, which the base install does without; for the dozens of
faces of a frame these lines are quick enough, and their answer is exact, so it does not depend on
the order of the faces as a greedy one would.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def assign(scores: Floats) -> list[tuple[int, int]]:
    """Pairs (row, column), by rising row, whose scores have the greatest sum.

    Args:
        scores: (N,M) at least zero. Zero means that the two cannot belong together; such pairs
            are left out of the answer.

    Raises:
        ValueError: a score is negative or not finite.
    """
    if scores.size and not (np.isfinite(scores).all() and scores.min() >= 0):
        raise ValueError("scores must be finite and at least zero")
    if scores.shape[0] > scores.shape[1]:
        return sorted((row, column) for column, row in assign(scores.T))
    columns = _shortest_paths(-scores) if scores.size else []
    return [(row, column) for row, column in enumerate(columns) if scores[row, column] > 0]


def _shortest_paths(cost: Floats) -> list[int]:
    """The column of each row in the cheapest full assignment of (N,M) with N <= M."""
    rows, columns = cost.shape
    row_price, column_price = np.zeros(rows), np.zeros(columns)
    owner = np.full(columns, -1)
    for first in range(rows):
        reach = np.full(columns, np.inf)
        before = np.full(columns, -1)
        closed = np.zeros(columns, dtype=bool)
        row, column, length = first, -1, 0.0
        while row >= 0:
            if column >= 0:
                closed[column] = True
            through = length + cost[row] - row_price[row] - column_price
            shorter = ~closed & (through < reach)
            reach[shorter], before[shorter] = through[shorter], column
            column = int(np.where(closed, np.inf, reach).argmin())
            length = float(reach[column])
            row = int(owner[column])
        row_price[first] += length
        seen = np.flatnonzero(closed)
        row_price[owner[seen]] += length - reach[seen]
        column_price[seen] -= length - reach[seen]
        while column >= 0:
            previous = int(before[column])
            owner[column] = owner[previous] if previous >= 0 else first
            column = previous
    answer = np.empty(rows, dtype=int)
    taken = np.flatnonzero(owner >= 0)
    answer[owner[taken]] = taken
    return [int(column) for column in answer]
