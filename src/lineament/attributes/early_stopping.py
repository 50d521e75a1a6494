"""When auxiliary tasks have given what they can: three rules, looked at after each validation.

A task that goes on too long overfits and then harms the points (Zhang et al., ECCV 2014). Rules
are options of a recipe; `rule` makes the object that follows one training. After a kill the same
state comes back by giving a fresh object the losses logged so far. A stopped task stays stopped.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Annotated, Literal

from pydantic import Field

from lineament.errors import ConfigError, DataError
from lineament.strict import Strict

FINE_TUNE_WEIGHT_DECAY = 0.0
"""Of the stage that trains points alone once all tasks have stopped: exactly none, since nothing
holds against it what the tasks had taught (already 0.0005 is destructive there)."""

Losses = Mapping[str, float]


class StopRule(ABC):
    """Follows the losses of one training and says which auxiliary tasks have stopped.

    Args:
        weights: of the auxiliary terms that may be stopped, by name.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.weights = dict(weights)
        self.stopped: set[str] = set()
        self._seen = -1

    def update(self, iteration: int, train_losses: Losses, validation_losses: Losses) -> set[str]:
        """Take one validation into account.

        Args:
            iteration: steps done; larger at every call.
            train_losses: unweighted loss of each term since the last call, by name.
            validation_losses: unweighted loss of each term on faces kept back, by name.

        Returns:
            The names of all tasks stopped so far.

        Raises:
            DataError: a loss that the rule needs is missing or not finite.
            ValueError: iterations do not rise.
        """
        if iteration <= self._seen:
            raise ValueError(f"got iteration {iteration} after {self._seen}; they must rise")
        self._seen = iteration
        self.stopped |= self.ended(iteration, train_losses, validation_losses)
        return set(self.stopped)

    @abstractmethod
    def ended(self, iteration: int, train_losses: Losses, validation_losses: Losses) -> set[str]:
        """The tasks that end now; called once for each validation."""


class PaperStop(Strict):
    """Each task by itself, once its index of `stop_index` exceeds a threshold.

    The index jitters, and practitioners have found it hard to threshold.

    Attributes:
        window: k, validations over which the training loss must be flat.
        threshold: epsilon. The paper's values of both are not known to us.
    """

    kind: Literal["paper"] = "paper"
    window: int = Field(ge=1, default=5)
    threshold: float

    def rule(self, weights: Mapping[str, float]) -> StopRule:
        """The rule for auxiliary tasks with these weights."""
        return _PaperRule(weights, self)


class ManualStop(Strict):
    """Tasks stop at given iterations.

    Attributes:
        at: iteration of each task; tasks not named do not stop.
    """

    kind: Literal["manual"] = "manual"
    at: dict[str, int]

    def rule(self, weights: Mapping[str, float]) -> StopRule:
        """The rule for auxiliary tasks with these weights, or a ConfigError for others' names."""
        if unknown := sorted(set(self.at) - set(weights)):
            raise ConfigError(
                f"a stop of {', '.join(unknown)}, but the auxiliary tasks are {', '.join(weights)}"
            )
        return _ManualRule(weights, self)


class StopTogether(Strict):
    """All auxiliary tasks stop at once, so that none decays while others go on.

    The default of our recipes: then the points are trained alone, with
    `FINE_TUNE_WEIGHT_DECAY`.

    Attributes:
        at: iteration of the stop; None waits until the points stop gaining.
        patience: validations without a gain of the points' validation loss after which to stop.
        least_gain: relative fall below the best loss so far that counts as a gain.
    """

    kind: Literal["together"] = "together"
    at: int | None = Field(ge=0, default=None)
    patience: int = Field(ge=1, default=5)
    least_gain: float = Field(ge=0, lt=1, default=0.01)

    def rule(self, weights: Mapping[str, float]) -> StopRule:
        """The rule for auxiliary tasks with these weights."""
        return _TogetherRule(weights, self)


StopOptions = Annotated[PaperStop | ManualStop | StopTogether, Field(discriminator="kind")]


def stop_index(training: Sequence[float], validation: float, weight: float, window: int) -> float:
    """How ready a task is to stop, after ECCV 2014.

    With E the training losses, k the window and med over the k + 1 latest of them:
    k med / (sum - k med) x (validation - min E) / (weight x min E). The first factor is large
    where training has become flat, the second where the task no longer generalises.

    Where sum <= k med the losses have just fallen far below their median: that is no flatness,
    and the index is 0. At min E = 0 it is infinite if there is any gap, else 0.

    Args:
        training: all training losses so far, one for each validation, the latest last.
        validation: the latest validation loss.
        weight: lambda of the task, above 0.
        window: k.

    Returns:
        The index; 0 before k + 1 losses are there. It may be negative or infinite.

    Raises:
        ValueError: the weight or the window is not above 0.
    """
    if weight <= 0 or window < 1:
        raise ValueError(f"weight and window must be above 0, got {weight} and {window}")
    if len(training) <= window:
        return 0.0
    latest = training[-window - 1 :]
    level = window * median(latest)
    rest = sum(latest) - level
    if rest <= 0 or level <= 0:
        return 0.0
    least = min(training)
    gap = validation - least
    if least <= 0:
        return math.inf if gap > 0 else 0.0
    return level / rest * gap / (weight * least)


class _PaperRule(StopRule):
    def __init__(self, weights: Mapping[str, float], options: PaperStop) -> None:
        super().__init__(weights)
        self.options = options
        self.history: dict[str, list[float]] = {name: [] for name in weights}

    def ended(self, iteration: int, train_losses: Losses, validation_losses: Losses) -> set[str]:
        ended = set()
        for name, weight in self.weights.items():
            if name in self.stopped or weight <= 0:
                continue
            self.history[name].append(_loss(train_losses, name, "training", iteration))
            latest = _loss(validation_losses, name, "validation", iteration)
            index = stop_index(self.history[name], latest, weight, self.options.window)
            if index > self.options.threshold:
                ended.add(name)
        return ended


class _ManualRule(StopRule):
    def __init__(self, weights: Mapping[str, float], options: ManualStop) -> None:
        super().__init__(weights)
        self.options = options

    def ended(self, iteration: int, train_losses: Losses, validation_losses: Losses) -> set[str]:
        del train_losses, validation_losses
        return {name for name, at in self.options.at.items() if iteration >= at}


class _TogetherRule(StopRule):
    def __init__(self, weights: Mapping[str, float], options: StopTogether) -> None:
        super().__init__(weights)
        self.options = options
        self.best, self.waited = math.inf, 0

    def ended(self, iteration: int, train_losses: Losses, validation_losses: Losses) -> set[str]:
        del train_losses
        if self.options.at is not None:
            return set(self.weights) if iteration >= self.options.at else set()
        latest = _loss(validation_losses, "points", "validation", iteration)
        if latest < self.best * (1 - self.options.least_gain):
            self.best, self.waited = latest, 0
        else:
            self.waited += 1
        return set(self.weights) if self.waited >= self.options.patience else set()


def _loss(losses: Losses, name: str, kind: str, iteration: int) -> float:
    loss = losses.get(name, math.nan)
    if not math.isfinite(loss):
        raise DataError(
            f"iteration {iteration}: the {kind} loss of {name} is {loss}, a number is expected; "
            "keep labelled faces back for its validation, or stop it by a manual schedule"
        )
    return loss
