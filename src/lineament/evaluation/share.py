"""A share of few: successes of trials, with Wilson's interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lineament.evaluation.attribute_scores import wilson_interval


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    successes: int
    trials: int

    @property
    def value(self) -> float | None:
        """The share as a fraction; None without a trial."""
        return self.successes / self.trials if self.trials else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval as fractions; None without a trial."""
        return wilson_interval(self.successes, self.trials) if self.trials else None

    def plain(self, successes: str, trials: str, value: str) -> dict[str, Any]:
        """For JSON, in percent, under the names given; `low` and `high` are the interval."""
        share, interval = self.value, self.interval
        return {
            trials: self.trials,
            successes: self.successes,
            value: None if share is None else round(100 * share, 3),
            "low": None if interval is None else round(100 * interval[0], 3),
            "high": None if interval is None else round(100 * interval[1], 3),
        }
