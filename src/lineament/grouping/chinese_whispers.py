"""Chinese Whispers: groups of a weighted graph, their number unknown.

Biemann, "Chinese Whispers: an efficient graph clustering algorithm and its application to natural
language processing problems", TextGraphs 2006. A single link between two groups does not join
them, as it does where groups are the connected parts of the graph.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineament.grouping.links import Links

MOST_ROUNDS = 30


def chinese_whispers(
    links: Links, *, seed: int = 0, rounds: int = MOST_ROUNDS
) -> NDArray[np.int64]:
    """The group of each face.

    Every face starts as a group of its own. Round by round, in random order, each face goes over
    to the group to which its links weigh most, until none changes.

    Args:
        links: with weights above 0.
        seed: of the order; the same seed gives the same groups.
        rounds: the most there may be.

    Returns:
        (N,) int64, numbers without gaps: 0 is the largest group, and of equal ones the one with
        the first face.
    """
    starts, others, weights = links.of_each()
    start, other, weight = starts.tolist(), others.tolist(), weights.tolist()
    groups = list(range(links.faces))
    random = np.random.default_rng(seed)
    linked = np.flatnonzero(np.diff(starts))
    for _ in range(rounds):
        changed = False
        for face in random.permutation(linked).tolist():
            heard: dict[int, float] = {}
            for place in range(start[face], start[face + 1]):
                group = groups[other[place]]
                heard[group] = heard.get(group, 0.0) + weight[place]
            most = max(heard.values())
            if heard.get(groups[face]) != most:
                groups[face] = min(group for group, sum_ in heard.items() if sum_ == most)
                changed = True
        if not changed:
            break
    return by_size(np.array(groups, dtype=np.int64))


def by_size(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same groups (N,), numbered from 0 by falling size, then by their first face."""
    if not len(groups):
        return groups
    _, firsts, numbers, sizes = np.unique(
        groups, return_index=True, return_inverse=True, return_counts=True
    )
    ranks = np.empty(len(sizes), dtype=np.int64)
    ranks[np.lexsort((firsts, -sizes))] = np.arange(len(sizes))
    return ranks[numbers.reshape(-1)]
