"""Which candidates become templates: clear enough, new, and nobody else's face."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lineament.gallery.open_set import open_set_threshold
from lineament.gallery.options import GalleryOptions
from lineament.gallery.results import Candidate, Refusal
from lineament.gallery.templates import TemplateHit
from lineament.weights import EmbeddingOutput, WeightRecord


class Gate:
    """Judges candidates one after the other; those that it lets in count for the next ones.

    Args:
        templates: how many a candidate is compared with at most.
        count: templates of each person so far, by id.
        allow_lookalike: let in what resembles a person of another name.
    """

    def __init__(
        self,
        options: GalleryOptions,
        weight: WeightRecord,
        templates: int,
        count: Mapping[str, int],
        *,
        allow_lookalike: bool,
    ) -> None:
        output = weight.networks[0].output
        assert isinstance(output, EmbeddingOutput)
        self._options = options
        self._least_quality = (
            output.least_quality if options.min_quality is None else options.min_quality
        )
        found = open_set_threshold(weight.calibration, options.lookalike_fpir, templates).score
        self._lookalike = min(options.duplicate, found if found is not None else 1.0)
        self._allow_lookalike = allow_lookalike
        self._count = dict(count)
        self._vectors: NDArray[np.float32] = np.empty((0, output.dimension), dtype=np.float32)
        self._people: list[str] = []

    def expect(self, candidates: int) -> None:
        """Make room for so many more."""
        spare = np.empty((candidates, self._vectors.shape[1]), dtype=np.float32)
        self._vectors = np.concatenate([self._vectors[: len(self._people)], spare])

    def judge(
        self, index: int, candidate: Candidate, person: str, stored: Iterable[TemplateHit]
    ) -> Refusal | None:
        """Why the candidate is refused; None lets it in.

        Args:
            index: its place in the caller's list.
            person: id of whom it is to be enrolled for.
            stored: the nearest templates of the store.
        """
        refusal = self._refusal(candidate, person, stored)
        if refusal is None:
            self._vectors[len(self._people)] = candidate.embedding.vector
            self._people.append(person)
            self._count[person] = self._count.get(person, 0) + 1
            return None
        reason, message, whom = refusal
        return Refusal(index, candidate.source, reason, message, whom)  # type: ignore[arg-type]

    def _refusal(
        self, candidate: Candidate, person: str, stored: Iterable[TemplateHit]
    ) -> tuple[str, str, str | None] | None:
        side = candidate.side
        if side is not None and side < self._options.min_side:
            return (
                "quality",
                f"a face of {side:.0f} pixels, expected at least {self._options.min_side:g}; take "
                "a larger picture, or one from nearer",
                None,
            )
        quality, least = candidate.embedding.quality, self._least_quality
        if quality is not None and least is not None and quality < least:
            return (
                "quality",
                f"quality {quality:.4g}, expected at least {least:.4g}; take a sharper, larger "
                "picture, of the whole face and from the front",
                None,
            )
        near = [(hit.person, hit.score) for hit in stored]
        near += self._batch(candidate.embedding.vector)
        if not self._allow_lookalike:
            others = [(score, whom) for whom, score in near if whom != person]
            score, whom = max(others, default=(-1.0, ""))
            if score >= self._lookalike:
                return (
                    "lookalike",
                    f"scores {score:.4f} with a person of another name, expected less than "
                    f"{self._lookalike:.4f}; if both are one, enrol under that name, and if they "
                    "are two, allow lookalikes",
                    whom,
                )
        own = max((score for whom, score in near if whom == person), default=-1.0)
        if own >= self._options.duplicate:
            return (
                "duplicate",
                f"scores {own:.4f} with a template of the same person, expected less than "
                f"{self._options.duplicate:g}: the same picture again adds nothing",
                None,
            )
        most = self._options.most_templates
        if self._count.get(person, 0) >= most:
            return (
                "full",
                f"the person has {self._count[person]} templates, expected fewer than {most}; "
                "delete some first",
                None,
            )
        return None

    def _batch(self, vector: NDArray[np.float32]) -> Sequence[tuple[str, float]]:
        scores = self._vectors[: len(self._people)] @ vector
        return [(self._people[row], float(scores[row])) for row in np.argsort(-scores)[:10]]
