"""Scores of groups against the people who are really in them; pure.

Pairwise: of the pairs of faces that are in one group, which part is of one person (precision); of
the pairs of one person, which part is in one group (recall). Large groups weigh with the square of
their size. BCubed weighs each face alike: Bagga and Baldwin, "Entity-based cross-document
coreferencing using the vector space model", COLING-ACL 1998; Amigo et al., Information Retrieval,
2009.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Agreement:
    """Precision and recall, 0 to 1; 1 where there is nothing to be wrong about."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def pairwise_agreement(groups: ArrayLike, people: ArrayLike) -> Agreement:
    """Over all pairs of faces.

    Args:
        groups: (N,) the group of each face, any labels.
        people: (N,) who each face is.

    Raises:
        ValueError: the two have different lengths.
    """
    together, of_group, of_person, *_ = _counts(groups, people)
    right = _pairs(together)
    found, real = _pairs(of_group), _pairs(of_person)
    return Agreement(right / found if found else 1.0, right / real if real else 1.0)


def bcubed_agreement(groups: ArrayLike, people: ArrayLike) -> Agreement:
    """Mean over faces: which part of a face's group is of its person, and the other way round.

    Arguments and errors as `pairwise_agreement`.
    """
    together, of_group, of_person, group, person = _counts(groups, people)
    faces = int(together.sum())
    if not faces:
        return Agreement(1.0, 1.0)
    squares = together.astype(np.float64) ** 2
    return Agreement(
        float((squares / of_group[group]).sum() / faces),
        float((squares / of_person[person]).sum() / faces),
    )


Counts = NDArray[np.int64]


def _counts(groups: ArrayLike, people: ArrayLike) -> tuple[Counts, Counts, Counts, Counts, Counts]:
    """Faces of each group and person together, of each group, of each person, and which group and
    person the first of these belong to."""
    one, other = np.asarray(groups).reshape(-1), np.asarray(people).reshape(-1)
    if len(one) != len(other):
        raise ValueError(
            f"got {len(one)} faces in groups and {len(other)} people, expected as many"
        )
    _, group = np.unique(one, return_inverse=True)
    _, person = np.unique(other, return_inverse=True)
    cells, together = np.unique(np.stack([group, person]), axis=1, return_counts=True)
    return together, np.bincount(group), np.bincount(person), cells[0], cells[1]


def _pairs(sizes: Counts) -> int:
    return int((sizes * (sizes - 1) // 2).sum())
