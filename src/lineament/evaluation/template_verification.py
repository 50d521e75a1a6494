"""IJB-B and IJB-C: 1:1 verification and 1:N identification of templates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lineament.errors import DataError
from lineament.evaluation.embedding_predictions import Embeds, resized
from lineament.evaluation.match_rates import fnmr_at_fmr
from lineament.evaluation.open_set import Identification, fnir_at_fpir, rank_hits, search
from lineament.evaluation.open_set_scores import FPIRS, RANKS
from lineament.evaluation.pair_scores import PairScores, allowed
from lineament.evaluation.prediction_cache import arrays_or_load, deciding_facts, file_digest
from lineament.evaluation.predictions import Progress
from lineament.evaluation.recognition_document import (
    percent,
    plain_identification,
    plain_rates,
)
from lineament.evaluation.roc import TARGETS, area_under_roc, nearest_point
from lineament.evaluation.templates import PairChunk, Templates, TemplateSums, score_template_pairs

if TYPE_CHECKING:
    from lineament.datasets.ijb import IjbSearch, IjbSet

BATCH = 64
PAIRS_TOGETHER = 1_000_000


def score_templates(
    ijb: IjbSet,
    estimator: Embeds,
    *,
    out: Path,
    device: str = "auto",
    searches: IjbSearch | None = None,
    progress: Progress | None = None,
) -> tuple[PairScores, dict[str, Any]]:
    """Score one set; the templates are kept under `out` and used again as embeddings are.

    Memory: 20 bytes a number of the templates and about 11 a pair beside the list of pairs
    itself, whatever the number of pictures: 0.6 GB for the 23,124 templates of 512 numbers and the
    15,658,489 pairs of IJB-C.

    Args:
        searches: galleries and probes of 1:N; None leaves it out.
        progress: called after every batch of pictures.

    Returns:
        The scores of all pairs, and the part of the document about the set.

    Raises:
        DataError: a picture, a template or `out` is wrong.
        ImageError: a picture cannot be read.
        WeightError: a feature is not finite.
    """
    facts = deciding_facts([], estimator, None, {}, device, "aligned")
    templates, kept = arrays_or_load(
        out / "predictions",
        f"{ijb.name}-{estimator.record.name}-templates",
        facts | {"task": "templates", "listing": _digest(ijb)},
        lambda: make_templates(ijb, estimator, progress),
        Templates,
    )
    scores = score_template_pairs(templates, _chunks(ijb))
    impostors = len(scores.impostor)
    targets = [target for target in TARGETS if allowed(target, impostors)]
    return scores, {
        "pictures": len(ijb),
        "templates": len(templates.ids),
        "genuine": len(scores.genuine),
        "impostor": impostors,
        "templates_not_enrolled": int((~templates.enrolled).sum()),
        "auc": percent(area_under_roc(scores)),
        "operating_points": [
            plain_rates(
                fnmr_at_fmr(scores, target),
                nearest_point(scores, target),
                allowed(target, impostors),
                None,
            )
            for target in targets
        ],
        "search": None if searches is None else search_templates(templates, searches),
        "files": {"predictions": str(kept)},
    }


def make_templates(ijb: IjbSet, estimator: Embeds, progress: Progress | None = None) -> Templates:
    """Templates of all pictures, which are read, embedded and forgotten batch by batch.

    Raises:
        DataError: a set without a picture, or a picture whose points are wrong.
    """
    if not len(ijb):
        raise DataError(f"{ijb.name} has no picture, expected some in its lists")
    sums: TemplateSums | None = None
    for start in range(0, len(ijb), BATCH):
        places = range(start, min(start + BATCH, len(ijb)))
        features = estimator.features(
            np.stack([resized(ijb.pictures[place], estimator.size) for place in places])
        ).features
        if sums is None:
            sums = TemplateSums(ijb.templates, ijb.media, features.shape[1])
        sums.add(
            np.arange(places.start, places.stop), features, ijb.scores[places.start : places.stop]
        )
        if progress:
            progress(places.stop, len(ijb))
    assert sums is not None
    return sums.templates()


def search_templates(templates: Templates, searches: IjbSearch) -> dict[str, Any]:
    """Rank-k and FNIR at FPIR, means over the galleries, and each gallery apart."""
    galleries = []
    rows = templates.rows(searches.probes[0])
    for ids, subjects in searches.galleries:
        own = templates.rows(ids)
        galleries.append(
            search(
                templates.vectors[own],
                subjects,
                templates.vectors[rows],
                searches.probes[1],
                gallery_enrolled=templates.enrolled[own],
                probes_enrolled=templates.enrolled[rows],
            )
        )
    ranks = {
        f"rank_{rank}": percent(
            float(np.mean([rank_hits(one, [rank])[0] / len(one.mate_ranks) for one in galleries]))
        )
        for rank in RANKS
    }
    found: list[dict[str, Any]] = []
    for target in FPIRS:
        if all(allowed(target, len(one.top_scores)) for one in galleries):
            each: list[Identification] = [fnir_at_fpir(one, target) for one in galleries]
            mean = percent(float(np.mean([one.fnir for one in each])))
            plain = [plain_identification(one) for one in each]
            found.append({"target": target, "fnir": mean, "galleries": plain})
    return {**ranks, "fnir_at_fpir": found}


def _chunks(ijb: IjbSet) -> Iterator[PairChunk]:
    for start in range(0, len(ijb.pairs), PAIRS_TOGETHER):
        here = slice(start, start + PAIRS_TOGETHER)
        yield ijb.pairs[here, 0], ijb.pairs[here, 1], ijb.same[here]


def _digest(ijb: IjbSet) -> str:
    """sha256 over what decides the templates: the pictures' bytes, points, scores and ids."""
    digest = hashlib.sha256()
    for array in (ijb.scores, ijb.templates, ijb.media):
        digest.update(np.ascontiguousarray(array).data)
    points = getattr(ijb.pictures, "five_points", None)
    if points is not None:
        digest.update(np.ascontiguousarray(points).data)
    paths = getattr(ijb.pictures, "paths", None)
    if paths is None:
        for place in range(len(ijb)):
            digest.update(np.ascontiguousarray(ijb.pictures[place]).data)
    else:
        for path in paths:
            digest.update(file_digest(path))
    return digest.hexdigest()
