"""How many faces are found where only their count is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineament.evaluation.share import Share

RULE = (
    "of each picture as many faces are found as it has detections, and no more than were counted; "
    "what exceeds the count is false for certain. Where a face is not known, so that a false "
    "positive can stand in for a missed face: the recall is an upper bound"
)


@dataclass(frozen=True, slots=True)
class CountScore:
    """Counts over all pictures.

    Attributes:
        found: faces found, of those that were counted.
        exact: pictures with as many detections as faces.
        complete: pictures with at least as many.
        excess: detections beyond the counts.
    """

    found: Share
    exact: Share
    complete: Share
    excess: int


def count_score(counts: Sequence[int], detections: Sequence[int]) -> CountScore:
    """Compare the (P,) counted faces with the (P,) detections of the same pictures.

    Raises:
        ValueError: not as many of both.
    """
    pairs = list(zip(counts, detections, strict=True))
    return CountScore(
        found=Share(sum(min(pair) for pair in pairs), sum(counts)),
        exact=Share(sum(count == given for count, given in pairs), len(pairs)),
        complete=Share(sum(given >= count for count, given in pairs), len(pairs)),
        excess=sum(max(given - count, 0) for count, given in pairs),
    )
