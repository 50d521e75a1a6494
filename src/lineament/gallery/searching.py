"""From the nearest templates to people, with what the scores mean."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from lineament.errors import ConfigError
from lineament.gallery.collection import MOST_HITS
from lineament.gallery.open_set import open_set_threshold
from lineament.gallery.people import People
from lineament.gallery.results import SearchMatch, SearchResult
from lineament.gallery.templates import TemplateHit, Templates
from lineament.recognition.match import probability
from lineament.weights import Calibration

MOST_PEOPLE = 100
_SPARE = 4
_FEWEST_HITS = 8


def search_people(
    people: People,
    templates: Templates,
    vectors: NDArray[np.float32],
    top: int,
    fpir: float,
    calibration: Calibration | None,
    where: str,
) -> list[SearchResult]:
    """The `top` most alike people for each query; see `Gallery.search`.

    Args:
        vectors: (N,D) float32 of length 1.
        where: a filter of Milvus over the templates.
    """
    if not 1 <= top <= MOST_PEOPLE:
        raise ConfigError(f"got top {top}, expected 1 to {MOST_PEOPLE}")
    threshold = open_set_threshold(calibration, fpir, templates.count("Bounded"))
    if not len(vectors):
        return []
    found = _nearest(templates, vectors, top, where)
    ids = list({hit.person for hits in found for hit in hits})
    names = {person.id: person.name for person in people.get(ids).values()}
    results = []
    for hits in found:
        best = _best_of_each(hit for hit in hits if hit.person in names)[:top]
        matches = tuple(
            SearchMatch(
                hit.person,
                names[hit.person],
                hit.id,
                hit.score,
                probability(hit.score, calibration) if calibration else None,
            )
            for hit in best
        )
        known = None
        if threshold.score is not None:
            known = bool(matches) and matches[0].score >= threshold.score
        results.append(SearchResult(matches, threshold.score, fpir, known, threshold.reason))
    return results


def _nearest(
    templates: Templates, vectors: NDArray[np.float32], top: int, where: str
) -> list[list[TemplateHit]]:
    """Hits of at least `top` people for each query, or all there are.

    A person with many templates can fill a list: then more are asked for.
    """
    found: list[list[TemplateHit]] = [[] for _ in vectors]
    open_queries = list(range(len(vectors)))
    wanted = max(_FEWEST_HITS, _SPARE * top)
    while open_queries:
        hits = templates.search(vectors[open_queries], wanted, where=where)
        for query, its in zip(open_queries, hits, strict=True):
            found[query] = its
        open_queries = [
            query
            for query, its in zip(open_queries, hits, strict=True)
            if len(its) == wanted and len({hit.person for hit in its}) < top
        ]
        if wanted >= MOST_HITS:
            break
        wanted = min(wanted * _SPARE, MOST_HITS)
    return found


def _best_of_each(hits: Iterable[TemplateHit]) -> list[TemplateHit]:
    best: dict[str, TemplateHit] = {}
    for hit in sorted(hits, key=lambda each: -each.score):
        best.setdefault(hit.person, hit)
    return list(best.values())
