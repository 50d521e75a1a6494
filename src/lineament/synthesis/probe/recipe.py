"""The probe's recipe: which rendered faces, what network, what losses, for how long."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from pydantic import Field
from torch import nn

from lineament.errors import ConfigError
from lineament.evaluation.landmark_scores import point_errors
from lineament.evaluation.parsing_scores import confusion, mean_f1
from lineament.strict import Strict
from lineament.synthesis.probe.batches import ProbeBatches
from lineament.synthesis.probe.claim import claim_folder
from lineament.synthesis.probe.classes import CLASSES, classes_of
from lineament.synthesis.probe.criterion import Losses, ProbeCriterion
from lineament.synthesis.probe.faces import Faces, read_faces
from lineament.synthesis.probe.network import Probe
from lineament.synthesis.probe.predict import predict_classes, predict_points
from lineament.training.augmentation.options import Augmentation
from lineament.training.config import Optimiser, Recipe, Stage
from lineament.training.loop import fit
from lineament.training.processes import first_process

log = logging.getLogger(__name__)


class Data(Strict):
    """Samples of a folder of shards, in the order in which they stand there.

    Attributes:
        count: how many the probe learns from.
        validation: how many of those that follow tell how well it does on renderings.
        size: side of the pictures.
    """

    folder: Path
    count: int = Field(gt=0, default=20_000)
    validation: int = Field(ge=0, default=500)
    size: int = Field(gt=0, multiple_of=16, default=128)


class Schedule(Strict):
    """How long and how fast the probe learns.

    Attributes:
        epochs: times that every picture is seen.
        precision: Lightning Fabric's name.
        workers: processes that augment ahead of the training.
    """

    epochs: float = Field(gt=0, default=15)
    batch: int = Field(gt=0, default=64)
    optimiser: Optimiser
    precision: Literal["32-true", "bf16-mixed"] = "bf16-mixed"
    workers: int = Field(ge=0, default=1)


class ProbeRecipe(Recipe):
    """The fixed probe that judges the engine."""

    task: Literal["probe"]
    data: Data
    widths: tuple[int, int, int, int]
    schedule: Schedule
    losses: Losses = Losses()
    augmentation: Augmentation = Augmentation()

    def run(self, only: str | None = None) -> Path:
        """Train; returns the folder of the checkpoint. `lineament synth score` also judges."""
        if only is not None:
            raise ConfigError(f"{self.name} has no stages, got --stage {only}")
        self.train_probe()
        return self.out

    def train_probe(self) -> Probe:
        """The trained probe; a run that was killed goes on, one that is done is only loaded.

        Raises:
            DataError: the pictures are not there or not what they should be, or `out` holds a
                run of another recipe.
        """
        if self.threads:
            torch.set_num_threads(self.threads)
        wanted = self.data.count + self.data.validation
        faces = read_faces(self.data.folder, wanted, self.data.size)
        if first_process():
            claim_folder(self.out, self.model_dump(mode="json"), faces.checksum())
        torch.manual_seed(self.seed)
        network = Probe(self.widths)
        stage = self._stage()
        log.info(
            "probe of %d parameters: %d renderings, %d iterations of %d",
            sum(weights.numel() for weights in network.parameters()),
            self.data.count,
            stage.iterations,
            stage.batch,
        )
        fit(
            stage,
            network,
            ProbeCriterion(self.losses),
            ProbeBatches(
                faces.part(0, self.data.count),
                stage.batch,
                self.augmentation,
                self.seed,
            ),
            Validation(faces.part(self.data.count, len(faces))),
            self.out,
            seed=self.seed,
            device=self.device,
        )
        return network.eval()

    def _stage(self) -> Stage:
        iterations = max(round(self.data.count * self.schedule.epochs / self.schedule.batch), 1)
        return Stage(
            name="probe",
            batch=self.schedule.batch,
            iterations=iterations,
            optimiser=self.schedule.optimiser,
            precision=self.schedule.precision,
            workers=self.schedule.workers,
            log_every=100,
            validate_every=max(iterations // 3, 250),
            save_every=250,
        )


RECIPE = ProbeRecipe


class Validation:
    """Error and F1 on renderings that the probe has not seen; nothing where there are none."""

    def __init__(self, faces: Faces) -> None:
        self.faces = faces

    def __call__(self, network: nn.Module) -> dict[str, float]:
        if not len(self.faces):
            return {}
        images, truth = self.faces.images, self.faces.points
        errors = point_errors(predict_points(network, images), truth).mean(axis=1)
        spans = np.ptp(truth, axis=1).max(axis=1)
        counts = np.zeros((len(CLASSES), len(CLASSES)), dtype=np.int64)
        predicted = predict_classes(network, images, images.shape[1])
        for classes, mask in zip(predicted, self.faces.masks, strict=True):
            counts += confusion(classes, classes_of(mask), len(CLASSES))
        return {"error_of_span": float(np.mean(errors / spans)), "mean_f1": mean_f1(counts)}
