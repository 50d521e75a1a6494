"""One answer out of a closed list, with the probability of every one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """The answer to one question with a closed list of answers.

    Attributes:
        label: the most probable class.
        probability: of that class, calibrated as its weight record says.
        probabilities: of every class by its name, in the order of the weight record; sum 1.

    Raises:
        ValueError: fewer than two classes, a probability outside 0 to 1, a sum that is not 1,
            or a label and probability that are not those of the most probable class.
    """

    label: str
    probability: float
    probabilities: Mapping[str, float]

    def __post_init__(self) -> None:
        values = list(self.probabilities.values())
        if len(values) < 2 or not all(0 <= value <= 1 for value in values):
            raise ValueError(f"a choice needs probabilities 0 to 1 of two or more, got {values}")
        if abs(sum(values) - 1) > 1e-3:
            raise ValueError(f"the probabilities of a choice must add to 1, got {values}")
        own = self.probabilities.get(self.label)
        if own != self.probability or self.probability < max(values):
            raise ValueError(
                f"got {self.label!r} with {self.probability}, expected the most probable class "
                f"of {dict(self.probabilities)}"
            )

    @classmethod
    def most_probable(cls, probabilities: Mapping[str, float]) -> Choice:
        """The choice that the probabilities of all classes make; the first one of equal ones."""
        label = max(probabilities, key=lambda name: probabilities[name])
        return cls(label, probabilities[label], dict(probabilities))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, probabilities rounded to four decimals."""
        return {
            "label": self.label,
            "probability": round(self.probability, 4),
            "probabilities": {name: round(each, 4) for name, each in self.probabilities.items()},
        }
