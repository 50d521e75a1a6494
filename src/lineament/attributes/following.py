"""What a stage measures while it learns, and what follows from it: tasks stop, weights change."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lineament.attributes.batches import AttributeBatches
from lineament.attributes.criterion import AttributeCriterion
from lineament.attributes.dynamic_coefficients import DynamicCoefficients
from lineament.attributes.early_stopping import StopRule
from lineament.attributes.networks import AttributeNetwork, AttributeOutput
from lineament.attributes.tasks import UNKNOWN

log = logging.getLogger(__name__)

CROPS = 128
"""Crops of one network run of a validation."""

Weighted = Callable[[AttributeOutput, Mapping[str, Tensor]], dict[str, Tensor]]


class FollowedCriterion(nn.Module):
    """A criterion that keeps the unweighted training losses since they were last taken.

    Args:
        bare: whose weights the terms have.
        weighted: what is called: `bare`, or what adds a term to it.
        start: iterations that were done before.
    """

    def __init__(self, bare: AttributeCriterion, weighted: Weighted, start: int) -> None:
        super().__init__()
        self.bare, self.weighted, self.iteration = bare, weighted, start
        self._sums: dict[str, float] = {}
        self._count = 0

    def forward(self, output: AttributeOutput, target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        terms = self.weighted(output, target)
        for name, weight in self.bare.weights.items():
            if name in terms:
                loss = float(terms[name].detach()) / weight
                self._sums[name] = self._sums.get(name, 0.0) + loss
        self.iteration += 1
        self._count += 1
        return terms

    def take(self) -> dict[str, float]:
        """Mean loss of each active term since the last call."""
        means = {name: total / self._count for name, total in self._sums.items()}
        self._sums, self._count = {}, 0
        return means


class Validation:
    """Losses, accuracies and error of the points on plain crops of faces kept back.

    After each call the stop rule and the dynamic coefficients change the criterion's weights. What
    they saw is kept in `followed.jsonl`, so that a resumed run comes to the same state.

    Args:
        batches: of the faces kept back.
        folder: of the stage.
        start: iterations that the stage has done; what was followed up to there is replayed.
    """

    def __init__(
        self,
        batches: AttributeBatches,
        criterion: FollowedCriterion,
        folder: Path,
        rule: StopRule | None,
        dynamic: DynamicCoefficients | None,
        start: int,
    ) -> None:
        self.criterion, self.rule, self.dynamic = criterion, rule, dynamic
        self.tasks = batches.attributes.tasks
        arrays = batches.plain(batches.chosen)
        self.images = torch.from_numpy(arrays.pop("image")).permute(0, 3, 1, 2)
        self.truth = {name: torch.from_numpy(array) for name, array in arrays.items()}
        self.eyes = batches.scheme.eyes
        self.journal = folder / "followed.jsonl"
        self._replay(start)

    def finished(self) -> bool:
        """Whether all tasks have stopped."""
        return self.rule is not None and self.rule.stopped >= set(self.rule.weights)

    @torch.no_grad()
    def __call__(self, network: nn.Module) -> dict[str, float]:
        bare = getattr(network, "module", network)
        assert isinstance(bare, AttributeNetwork)
        output = answers(bare, self.images)
        losses = {
            name: float(v) for name, v in self.criterion.bare.losses(output, self.truth).items()
        }
        entry = {
            "iteration": self.criterion.iteration,
            "training": self.criterion.take(),
            "validation": losses,
        }
        with self.journal.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(entry) + "\n")
        self._follow(entry)
        accuracies = {f"{name}_accuracy": value for name, value in self._accuracies(output).items()}
        return {**losses, **accuracies, **self._error(output.points)}

    def _follow(self, entry: Mapping[str, Any]) -> None:
        criterion = self.criterion.bare
        stopped: set[str] = set()
        if self.rule is not None:
            before = set(self.rule.stopped)
            stopped = self.rule.update(entry["iteration"], entry["training"], entry["validation"])
            criterion.stop(stopped)
            if stopped - before:
                log.info("%d: stopped %s", entry["iteration"], ", ".join(sorted(stopped - before)))
        if self.dynamic is not None:
            weights = self.dynamic.update(entry["training"], entry["validation"])
            criterion.set_weights({n: w for n, w in weights.items() if n not in stopped})
            log.info("%d: weights %s", entry["iteration"], weights)

    def _replay(self, start: int) -> None:
        if not self.journal.is_file():
            return
        lines = [json.loads(line) for line in self.journal.read_text("utf-8").splitlines()]
        kept = [entry for entry in lines if entry["iteration"] <= start]
        for entry in kept:
            self._follow(entry)
        text = "".join(json.dumps(entry) + "\n" for entry in kept)
        self.journal.write_text(text, encoding="utf-8")

    def _accuracies(self, output: AttributeOutput) -> dict[str, float]:
        found = {}
        for column, name in enumerate(self.tasks):
            labels = self.truth["labels"][:, column]
            known = labels != UNKNOWN
            if bool(known.any()):
                right = output.logits[name].argmax(dim=1)[known] == labels[known]
                found[name] = float(right.float().mean())
        return found

    def _error(self, points: Tensor) -> dict[str, float]:
        """Mean point error by the distance of the eyes, of faces with points."""
        truth = self.truth["points"]
        known = torch.isfinite(truth).all(dim=1)
        if not bool(known.any()):
            return {}
        shapes = [part[known].view(-1, 2, part.shape[1] // 2) for part in (points, truth)]
        distance = (shapes[0] - shapes[1]).norm(dim=1).mean(dim=1)
        right, left = (shapes[1][:, :, list(eye)].mean(dim=2) for eye in self.eyes)
        across = (right - left).norm(dim=1)
        # Profiles have no distance between the eyes to divide by.
        error = distance / torch.maximum(across, 0.2 * across.mean())
        return {"error": float(error.mean()), "failure_rate": float((error > 0.1).float().mean())}


@torch.no_grad()
def answers(network: AttributeNetwork, images: Tensor) -> AttributeOutput:
    """What a network says of (N,3,S,S) uint8 crops, on the processor."""
    device = next(network.parameters()).device
    parts = [network(part.to(device).float().div_(255)) for part in torch.split(images, CROPS)]
    angles = [part.angles for part in parts if part.angles is not None]
    return AttributeOutput(
        torch.cat([part.points for part in parts]).float().cpu(),
        {
            name: torch.cat([part.logits[name] for part in parts]).float().cpu()
            for name in parts[0].logits
        },
        torch.cat(angles).float().cpu() if angles else None,
    )


def labels_by_task(batches: AttributeBatches) -> dict[str, NDArray[np.int64]]:
    """Labels of the faces that batches are made of, by task."""
    labels = batches.attributes.labels[batches.chosen]
    return {name: labels[:, column] for column, name in enumerate(batches.attributes.tasks)}
