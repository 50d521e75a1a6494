"""Weights of auxiliary tasks that follow how much a task still learns.

Zhang, Luo, Loy and Tang, "Learning Deep Representation for Face Alignment with Auxiliary
Attributes", TPAMI 2016, instead of stopping tasks: each coefficient has a Gaussian prior around a
mean that is large while the losses of its task fall, and goes to 0 where they stand still.

What we could not read in the paper is settled so:

- The mean is the product of the relative falls of validation and training loss; `product = False`
  takes the validation loss alone.
- A loss that rises has a fall of 0: two rises must not make a large product.
- A coefficient minimises `loss_weight` x coefficient x loss + (coefficient - mean)^2 / 2. At a
  loss weight of 1 a cross-entropy is larger than any mean and drives every coefficient to 0;
  therefore the prior alone is the default.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from pydantic import Field

from lineament.errors import DataError
from lineament.strict import Strict


def relative_fall(before: float, now: float) -> float:
    """(before - now) / before, at least 0; 0 where `before` is not above 0."""
    return max((before - now) / before, 0.0) if before > 0 else 0.0


def prior_mean(
    validation: tuple[float, float], training: tuple[float, float] | None, scale: float
) -> float:
    """mu = scale x fall of the validation loss x fall of the training loss.

    Args:
        validation, training: the loss tau updates ago and now; no `training`, no such factor.
        scale: rho of the paper.
    """
    mean = scale * relative_fall(*validation)
    return mean if training is None else mean * relative_fall(*training)


def prior_penalty(coefficients: Mapping[str, float], means: Mapping[str, float]) -> float:
    """Sum of (coefficient - mean)^2 / 2: minus the logarithm of the prior, up to a constant."""
    return sum((coefficients[name] - mean) ** 2 / 2 for name, mean in means.items())


def coefficient_step(
    coefficient: float, mean: float, loss: float, rate: float, loss_weight: float
) -> float:
    """One step of gradient descent on loss_weight x coefficient x loss + (coefficient - mean)^2/2.

    The result is at least 0; at a rate of 1 it is the minimum itself.
    """
    return max(coefficient - rate * (loss_weight * loss + coefficient - mean), 0.0)


class DynamicOptions(Strict):
    """Parameters of the dynamic coefficients.

    Attributes:
        lag: tau, updates over which a fall is measured; the coefficients stay until then.
        scale: rho, of the means.
        product: multiply the falls of both losses; otherwise that of the validation loss alone.
        rate: step towards the minimum at every update, 1 all the way.
        loss_weight: how much a task's own loss lowers its coefficient beside the prior.
    """

    lag: int = Field(ge=1, default=5)
    scale: float = Field(gt=0, default=5.0)
    product: bool = True
    rate: float = Field(gt=0, le=1, default=0.5)
    loss_weight: float = Field(ge=0, default=0.0)


class DynamicCoefficients:
    """The coefficients of the auxiliary tasks, changed after every validation.

    Args:
        options: their parameters.
        weights: the coefficient of each task to begin with.

    Attributes:
        weights: the coefficient of each task now; for `AttributeCriterion.set_weights`.
    """

    def __init__(self, options: DynamicOptions, weights: Mapping[str, float]) -> None:
        self.options, self.weights = options, dict(weights)
        self._history: list[dict[str, tuple[float, float]]] = []

    def update(
        self, train_losses: Mapping[str, float], validation_losses: Mapping[str, float]
    ) -> dict[str, float]:
        """Take the unweighted losses of every task into account and return the coefficients.

        Raises:
            DataError: a task has no loss, or one that is not finite.
        """
        now = _pairs(self.weights, train_losses, validation_losses)
        options, history = self.options, self._history
        history.append(now)
        if len(history) <= options.lag:
            return dict(self.weights)
        before = history.pop(0)
        for name, coefficient in self.weights.items():
            training = (before[name][0], now[name][0])
            validation = (before[name][1], now[name][1])
            mean = prior_mean(validation, training if options.product else None, options.scale)
            loss = now[name][0]
            self.weights[name] = coefficient_step(
                coefficient, mean, loss, options.rate, options.loss_weight
            )
        return dict(self.weights)


def _pairs(
    names: Iterable[str], training: Mapping[str, float], validation: Mapping[str, float]
) -> dict[str, tuple[float, float]]:
    pairs = {}
    for name in names:
        pair = training.get(name, math.nan), validation.get(name, math.nan)
        if not all(map(math.isfinite, pair)):
            raise DataError(
                f"task {name} has the losses {pair[0]} (training) and {pair[1]} (validation); "
                "both must be numbers: keep labelled faces back for its validation, or leave it out"
            )
        pairs[name] = pair
    return pairs
