"""Open-set identification (1:N): FNIR at FPIR, and rank-k of the closed set.

NIST FRTE 1:N and ISO/IEC 19795-1: a probe is searched in a gallery of enrolled people. A mated
probe's person is enrolled, a non-mated probe's is not.

- FPIR(T): share of the non-mated searches whose best score reaches the threshold T.
- FNIR(T, R): share of the mated searches whose mate is not among the R best people, or scores
  below T. Without R, at any rank.
- Rank-k: share of the mated searches whose mate is among the k best people, at no threshold.

A person scores the greatest score of the person's entries. Of equal scores, the mate comes last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.errors import DataError
from lineament.evaluation.attribute_scores import wilson_interval
from lineament.evaluation.pair_scores import FAILED, Doubles, Integers, allowed

SEARCHED_TOGETHER = 256
"""Probes that are compared with the gallery at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Searches:
    """What M mated and K non-mated searches gave.

    Attributes:
        mate_scores: (M,) score of the mate; `FAILED` where probe or mate gave no embedding.
        mate_ranks: (M,) int64 from 1: people who score at least as much as the mate.
        top_scores: (K,) best score of each non-mated search; `FAILED` where the probe gave none.
        people: enrolled people, N.
    """

    mate_scores: Doubles
    mate_ranks: Integers
    top_scores: Doubles
    people: int


@dataclass(frozen=True, slots=True)
class Identification:
    """Both errors of a search at a threshold.

    Attributes:
        target: the FPIR asked for.
        threshold: scores of at least this are returned.
        rank: the mate must be among so many; None for any rank.
        false_positives, non_mated: searches that return a wrong person, of all that should
            return nobody.
        misses, mated: searches that do not return the mate, of all that should.
    """

    target: float
    threshold: float
    rank: int | None
    false_positives: int
    non_mated: int
    misses: int
    mated: int

    @property
    def fpir(self) -> float:
        """False positive identification rate that is really had."""
        return self.false_positives / self.non_mated

    @property
    def fnir(self) -> float:
        """False negative identification rate."""
        return self.misses / self.mated

    @property
    def fnir_interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the FNIR."""
        return wilson_interval(self.misses, self.mated)


def search(
    gallery: NDArray[np.float32],
    gallery_people: ArrayLike,
    probes: NDArray[np.float32],
    probe_people: ArrayLike,
    *,
    gallery_enrolled: ArrayLike | None = None,
    probes_enrolled: ArrayLike | None = None,
) -> Searches:
    """Search every probe in the gallery.

    Args:
        gallery: (G,D) unit length, one or more for each person.
        gallery_people: (G,) who they are, whole numbers.
        probes: (Q,D). probe_people: (Q,); a probe whose person is not in the gallery is
            non-mated.
        gallery_enrolled, probes_enrolled: (G,) and (Q,) whether there is an embedding; where not,
            a person or a probe is searched for in vain and still counts.

    Raises:
        DataError: an empty gallery.
    """
    owners, who = np.asarray(gallery_people), np.asarray(probe_people)
    if not len(owners):
        raise DataError("the gallery is empty, expected at least one person")
    order = np.argsort(owners, kind="stable")
    people, starts = np.unique(owners[order], return_index=True)
    vectors = gallery[order]
    void = _void(gallery_enrolled, len(owners))[order]
    lost = _void(probes_enrolled, len(who))
    place = np.minimum(np.searchsorted(people, who), len(people) - 1)
    mated = people[place] == who
    mates, ranks, tops = np.empty(len(who)), np.zeros(len(who), dtype=np.int64), np.empty(len(who))
    for start in range(0, len(who), SEARCHED_TOGETHER):
        here = slice(start, min(start + SEARCHED_TOGETHER, len(who)))
        scores = (probes[here] @ vectors.T).astype(np.float64)
        scores[:, void] = FAILED
        scores[lost[here]] = FAILED
        of_people = np.maximum.reduceat(scores, starts, axis=1)
        mates[here] = of_people[np.arange(len(of_people)), place[here]]
        ranks[here] = (of_people >= mates[here, None]).sum(axis=1)
        tops[here] = of_people.max(axis=1)
    return Searches(mates[mated], ranks[mated], tops[~mated], len(people))


def fnir_at_fpir(searches: Searches, target: float, rank: int | None = 1) -> Identification:
    """Errors at the least threshold whose FPIR does not exceed the target.

    Args:
        rank: 1 is the practice of papers (TPIR = 1 - FNIR); None that of investigations without
            a limit on the candidates.

    Raises:
        DataError: no mated or no non-mated search.
        ValueError: the target is not between 0 and 1, or a rank below 1.
    """
    if not 0 < target < 1 or (rank is not None and rank < 1):
        raise ValueError(f"got FPIR {target} and rank {rank}, expected 0 to 1 and 1 or more")
    tops, mates = np.sort(searches.top_scores), searches.mate_scores
    if not len(tops) or not len(mates):
        raise DataError(
            f"got {len(mates)} mated and {len(tops)} non-mated searches, expected some of each"
        )
    refused = tops[-1 - allowed(target, len(tops))]
    threshold = float(np.nextafter(refused, np.inf))
    hit = mates >= threshold
    if rank is not None:
        hit &= searches.mate_ranks <= rank
    return Identification(
        target=target,
        threshold=threshold,
        rank=rank,
        false_positives=int((tops >= threshold).sum()),
        non_mated=len(tops),
        misses=int((~hit).sum()),
        mated=len(mates),
    )


def rank_hits(searches: Searches, ranks: Sequence[int]) -> list[int]:
    """Mated searches whose mate is among the k best people, for each k.

    A mate that could not be compared is at no rank.
    """
    compared = searches.mate_scores > FAILED
    return [int((compared & (searches.mate_ranks <= rank)).sum()) for rank in ranks]


def _void(enrolled: ArrayLike | None, count: int) -> NDArray[np.bool_]:
    if enrolled is None:
        return np.zeros(count, dtype=np.bool_)
    return ~np.asarray(enrolled, dtype=np.bool_)
