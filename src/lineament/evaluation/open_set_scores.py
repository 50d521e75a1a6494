"""Open-set searches among the pictures of a set whose people are known."""

from __future__ import annotations

from typing import Any

import numpy as np

from lineament.evaluation.embedding_predictions import EmbeddingPredictions
from lineament.evaluation.open_set import fnir_at_fpir, rank_hits, search
from lineament.evaluation.pair_scores import Integers, allowed
from lineament.evaluation.recognition_document import plain_identification, plain_ranks

RANKS = (1, 5, 10)
FPIRS = (0.01, 0.1)


def open_set_scores(
    predictions: EmbeddingPredictions, people: Integers | None
) -> dict[str, Any] | None:
    """Searches among the pictures; None where nobody says who they are of, or too few are."""
    if people is None:
        return None
    gallery, probes = enrolled_and_searched(people)
    if not len(gallery):
        return None
    found = search(
        predictions.embeddings[gallery],
        people[gallery],
        predictions.embeddings[probes],
        people[probes],
        gallery_enrolled=predictions.enrolled[gallery],
        probes_enrolled=predictions.enrolled[probes],
    )
    mated, others = len(found.mate_scores), len(found.top_scores)
    targets = [target for target in FPIRS if allowed(target, others)]
    ranks = [rank for rank in RANKS if rank <= found.people]
    return {
        "people": found.people,
        "mated": mated,
        "non_mated": others,
        "ranks": plain_ranks(ranks, rank_hits(found, ranks), mated),
        "fnir_at_fpir": [plain_identification(fnir_at_fpir(found, one)) for one in targets],
    }


def enrolled_and_searched(people: Integers) -> tuple[Integers, Integers]:
    """Rows of the gallery and of the probes for an open-set search among pictures of people (N,).

    Of the people with two pictures or more, every second one, by their numbers, is enrolled by
    the first picture and searched for by the others. All pictures of the rest are searched for,
    in vain.
    """
    names, counts = np.unique(people, return_counts=True)
    enrolled = names[counts > 1][::2]
    inside = np.flatnonzero(np.isin(people, enrolled))
    _, first = np.unique(people[inside], return_index=True)
    gallery = inside[first]
    return gallery, np.setdiff1d(np.arange(len(people)), gallery)
