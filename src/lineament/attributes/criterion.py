"""What an attribute network is trained on: points, classes and angles, weighted and named.

Zhang et al., ECCV 2014: the Euclidean loss of the points and the weighted cross-entropies of the
auxiliary tasks, each a mean over the faces of which the answer is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from pydantic import Field, field_validator
from torch import Tensor, nn
from torch.nn import functional

from lineament.attributes.networks import ANGLE_UNIT, AttributeOutput
from lineament.attributes.tasks import UNKNOWN, find_task
from lineament.errors import ConfigError, DataError
from lineament.strict import Strict

TASK_WEIGHTS = {"gender_presentation": 0.1, "smile": 0.1, "glasses": 0.1, "pose_bin": 0.3}
"""Weights of the tasks of the paper beside 1 for the points."""

OTHER_WEIGHT = 0.1
"""Weight of any other task."""


def euclidean(predicted: Tensor, truth: Tensor) -> Tensor:
    """1/(2N) times the sum of squared differences of (N,K) and (N,K): Caffe's Euclidean loss.

    In units of the crop's side one coordinate off by one pixel of 40 costs 0.0003125.
    """
    return (predicted - truth).square().sum() / (2 * max(len(predicted), 1))


class AttributeLoss(Strict):
    """Weights of the terms; 0 leaves a term out.

    Attributes:
        points: of the points' Euclidean loss in units of the crop's side.
        tasks: of the cross-entropy of tasks; those not named have `TASK_WEIGHTS`, or
            `OTHER_WEIGHT`.
        angles: of the Euclidean loss of yaw, pitch and roll in units of 90 degrees.
    """

    points: float = Field(ge=0, default=1.0)
    tasks: dict[str, float] = Field(default_factory=dict)
    angles: float = Field(ge=0, default=0.1)

    @field_validator("tasks")
    @classmethod
    def _known(cls, tasks: dict[str, float]) -> dict[str, float]:
        for name, weight in tasks.items():
            try:
                find_task(name)
            except ConfigError as error:
                raise ValueError(str(error)) from error
            if not weight >= 0:
                raise ValueError(f"the weight of {name} is {weight}, expected 0 or more")
        return tasks

    def weights(self, tasks: Sequence[str]) -> dict[str, float]:
        """The weight of every term by its name: `points`, the tasks, `angles`."""
        named = {name: TASK_WEIGHTS.get(name, OTHER_WEIGHT) for name in tasks}
        if others := sorted(set(self.tasks) - set(tasks)):
            raise ConfigError(
                f"a weight for {', '.join(others)}, but the network answers "
                f"{', '.join(tasks) or 'no task'}; add the task or drop the weight"
            )
        return {"points": self.points, **named, **self.tasks, "angles": self.angles}


class AttributeCriterion(nn.Module):
    """Named, weighted terms of an `AttributeOutput` and its truth.

    A task whose weight is 0 has stopped: its term is absent, so that its head gets no gradient
    and an optimiser leaves it as it is, weight decay included.

    Args:
        options: the weights to begin with.
        size: side of the network's crops in pixels.
        tasks: names of the tasks in the order of the columns of `labels`.
    """

    def __init__(self, options: AttributeLoss, size: int, tasks: Sequence[str]) -> None:
        super().__init__()
        self.size, self.tasks = size, tuple(tasks)
        self.classes = {name: len(find_task(name).classes) for name in self.tasks}
        self._weights: dict[str, float] = {}
        self.set_weights(options.weights(self.tasks))

    @property
    def weights(self) -> dict[str, float]:
        """The weight of every term now."""
        return dict(self._weights)

    def set_weights(self, weights: Mapping[str, float]) -> None:
        """Change the weights of the terms that are named; the others stay.

        Raises:
            ConfigError: no such term, a weight below 0 or not finite, or none is left above 0.
        """
        known = ("points", *self.tasks, "angles")
        for name, weight in weights.items():
            if name not in known:
                raise ConfigError(f"no term {name!r} to weigh; there are {', '.join(known)}")
            if not 0 <= weight < float("inf"):
                raise ConfigError(f"the weight of {name} is {weight}, expected 0 or more")
        together = self._weights | dict(weights)
        if not any(together.values()):
            raise ConfigError("all weights are 0, so that there is nothing to learn")
        self._weights = together

    def stop(self, names: Iterable[str]) -> None:
        """Set the weights of these terms to 0."""
        self.set_weights(dict.fromkeys(names, 0.0))

    def forward(self, output: AttributeOutput, target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Compare an output with its truth.

        Args:
            target: `points` (N,2L) float32 in crop pixels, x1..xL, y1..yL, all NaN of a face
                without points; `labels` (N,T) int64,
                -1 where unknown; `angles` (N,3) float32 degrees, NaN where unknown. What no term
                needs may be left out.

        Returns:
            {name: scalar} of the terms whose weight is above 0: `points`, tasks, and `angles`
            where the network answers them. A term of which no face is known is 0.

        Raises:
            DataError: points that are not finite in part, or a label that is no class.
            ValueError: shapes differ from those of the output.
        """
        active = [name for name, weight in self._weights.items() if weight > 0]
        losses = self._losses(active, output, target)
        return {name: self._weights[name] * loss for name, loss in losses.items()}

    def losses(self, output: AttributeOutput, target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """As `forward`, of all terms and without their weights: what a stop rule compares."""
        return self._losses(list(self._weights), output, target)

    def _losses(
        self, names: Sequence[str], output: AttributeOutput, target: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        if any(name in self.tasks for name in names):
            self._check_labels(target["labels"], len(output.points))
        losses = {}
        for name in names:
            if name == "points":
                known = _known_points(target["points"], output.points)
                asked = output.points[known], target["points"][known]
                losses[name] = euclidean(asked[0] / self.size, asked[1] / self.size)
            elif name == "angles":
                if output.angles is not None:
                    losses[name] = _angle_loss(output.angles, target["angles"])
            else:
                labels = target["labels"][:, self.tasks.index(name)]
                losses[name] = _class_loss(output.logits[name], labels)
        return losses

    def _check_labels(self, labels: Tensor, count: int) -> None:
        if labels.shape != (count, len(self.tasks)):
            raise ValueError(
                f"got labels {tuple(labels.shape)}, expected {(count, len(self.tasks))} for the "
                f"tasks {', '.join(self.tasks)}"
            )
        classes = torch.tensor(list(self.classes.values()), device=labels.device)
        wrong = (labels < UNKNOWN) | (labels >= classes)
        if bool(wrong.any()):
            row, column = wrong.nonzero()[0].tolist()
            name = self.tasks[column]
            raise DataError(
                f"label {int(labels[row, column])} of {name} in row {row} of the batch; expected "
                f"0 to {self.classes[name] - 1}, or {UNKNOWN} where it is unknown"
            )


def _class_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of (N,C) over the rows whose label is known."""
    total = functional.cross_entropy(logits.float(), labels, ignore_index=UNKNOWN, reduction="sum")
    return total / (labels != UNKNOWN).sum().clamp(min=1)


def _angle_loss(angles: Tensor, truth: Tensor) -> Tensor:
    """1/(2M) of the squared differences in units of 90 degrees, M faces with a known angle."""
    if angles.shape != truth.shape:
        raise ValueError(f"got angles {tuple(truth.shape)}, expected {tuple(angles.shape)}")
    known = ~truth.isnan()
    off = torch.where(known, angles - truth, 0.0) / ANGLE_UNIT
    return off.square().sum() / (2 * known.any(dim=1).sum().clamp(min=1))


def _known_points(truth: Tensor, points: Tensor) -> Tensor:
    """(N,) bool, False of the faces without points, whose rows are all NaN."""
    if truth.shape != points.shape:
        raise ValueError(f"got points {tuple(truth.shape)}, expected {tuple(points.shape)}")
    finite = torch.isfinite(truth)
    wrong = finite.any(dim=1) & ~finite.all(dim=1) | truth.isinf().any(dim=1)
    if bool(wrong.any()):
        rows = wrong.nonzero().flatten().tolist()
        named = ", ".join(map(str, rows[:8])) + (", ..." if len(rows) > 8 else "")
        raise DataError(
            f"points of {len(rows)} of {len(truth)} faces are not finite in part, rows {named}; "
            "mend their labels or leave them out"
        )
    return finite.all(dim=1)
