"""How landmark networks are trained: CNN-6 on the detector's boxes, then CNN-7 on turned crops.

Feng et al., CVPR 2018. The second stage follows the author's second option: crops by the true
points, augmented a little; it does not see the first stage's output.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from torch import nn

from lineament.datasets.rendered import RenderedFaces, read_rendered
from lineament.errors import ConfigError
from lineament.landmarks.batches import LandmarkBatches, cut_plain, stacked
from lineament.landmarks.criterion import WingCriterion
from lineament.landmarks.network import DirectRegression
from lineament.landmarks.schemes import Scheme, find_scheme
from lineament.strict import Strict
from lineament.training.augment import Augmentation
from lineament.training.config import Recipe, Stage
from lineament.training.export import RecordDraft, export_network, write_record
from lineament.training.loop import fit
from lineament.training.processes import first_process
from lineament.weights import DetectorBox, InputContract, Network, PointsOutput, TurnedPoints

log = logging.getLogger(__name__)


class Wing(Strict):
    """Parameters of the Wing loss, in input pixels."""

    width: float = Field(gt=0, default=10.0)
    curvature: float = Field(gt=0, default=2.0)


class Data(Strict):
    """Rendered faces; the people with the highest seeds of the folder are kept for validation."""

    folder: Path
    validation_people: int = Field(gt=0)


class LandmarkStage(Stage):
    """A stage of a landmark recipe."""

    network: Literal["cnn6", "cnn7"]
    crop: Annotated[DetectorBox | TurnedPoints, Field(discriminator="rule")]
    augmentation: Augmentation = Augmentation()
    wing: Wing = Wing()


class LandmarkRecipe(Recipe):
    """A landmark run: its stages, in the order in which they answer at inference."""

    task: Literal["landmarks"]
    scheme: str = "ibug-68"
    data: Data
    stages: tuple[LandmarkStage, ...] = Field(min_length=1)
    record: RecordDraft

    def run(self, only: str | None = None) -> Path:
        """Train all stages, or the one named `only`, then export those that are done.

        Returns:
            The weight record in the recipe's `out` folder, or the checkpoint's folder of a
            single stage.
        """
        if self.threads:
            torch.set_num_threads(self.threads)
        names = [stage.name for stage in self.stages]
        if only is not None and only not in names:
            raise ConfigError(f"no stage {only!r} in {self.name}; there are {', '.join(names)}")
        if first_process():
            self.out.mkdir(parents=True, exist_ok=True)
            (self.out / "recipe.json").write_text(self.model_dump_json(indent=2), encoding="utf-8")
        scheme, faces = find_scheme(self.scheme), read_rendered(self.data.folder)
        training, held_out = split(faces, self.data.validation_people)
        log.info("%d faces to train on, %d to validate", len(training), len(held_out))
        networks = []
        for number, stage in enumerate(self.stages):
            if only in (None, stage.name):
                network = self._fit(stage, number, scheme, faces, training, held_out)
                if first_process():
                    networks.append(self._export(stage, network, scheme))
        if only is not None or not first_process():
            return self.out / (only or "")
        return write_record(self.record, tuple(networks), self.out)

    def _fit(
        self,
        stage: LandmarkStage,
        number: int,
        scheme: Scheme,
        faces: RenderedFaces,
        training: NDArray[np.intp],
        held_out: NDArray[np.intp],
    ) -> DirectRegression:
        torch.manual_seed(self.seed + number)
        network = DirectRegression(stage.network, scheme.count)
        seed = self.seed * 100 + number

        def make(chosen: NDArray[np.intp]) -> LandmarkBatches:
            return LandmarkBatches(
                faces,
                chosen,
                scheme,
                stage.crop,
                network.size,
                stage.batch,
                stage.augmentation,
                seed,
            )

        batches = make(training)
        network.start_at(torch.from_numpy(batches.mean_points()))
        fit(
            stage,
            network,
            WingCriterion(stage.wing.width, stage.wing.curvature),
            batches,
            Validation(make(held_out)),
            self.out / stage.name,
            seed=self.seed + number,
            device=self.device,
        )
        return network

    def _export(self, stage: LandmarkStage, network: DirectRegression, scheme: Scheme) -> Network:
        contract = InputContract(
            name="image",
            size=network.size,
            colour="RGB",
            mean=(0.0, 0.0, 0.0),
            std=(255.0, 255.0, 255.0),
            crop=stage.crop,
        )
        output = PointsOutput(
            kind="points",
            name="points",
            count=scheme.count,
            scheme=scheme.name,
            order="x_then_y",
            unit="input_pixels",
        )
        path = self.out / f"{self.record.name}-{stage.name}.onnx"
        return export_network(network, contract, output, path)


RECIPE = LandmarkRecipe


def split(faces: RenderedFaces, people: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices to train on and to validate on; no person is in both."""
    everyone = np.unique(faces.identities)
    if people >= len(everyone):
        raise ConfigError(
            f"validation_people is {people}, but there are {len(everyone)} people; keep some"
        )
    kept = np.isin(faces.identities, everyone[-people:])
    return np.flatnonzero(~kept), np.flatnonzero(kept)


class Validation:
    """NME of plain crops, normalised by the outer eye corners: `error` (mean) and `median`."""

    def __init__(self, batches: LandmarkBatches, size: int = 64) -> None:
        samples = [cut_plain(batches, int(index)) for index in batches.chosen]
        self.truth = np.stack([sample.points for sample in samples])
        images = torch.from_numpy(stacked(samples)["image"]).permute(0, 3, 1, 2)
        self.images = torch.split(images, size)
        self.eyes = batches.scheme.outer_eye_corners

    @torch.no_grad()
    def __call__(self, network: nn.Module) -> dict[str, float]:
        device = next(network.parameters()).device
        rows = [network(part.to(device).float().div_(255)).float().cpu() for part in self.images]
        predicted = torch.cat(rows).view(len(self.truth), 2, -1).permute(0, 2, 1).numpy()
        distance = np.linalg.norm(predicted - self.truth, axis=2).mean(axis=1)
        right, left = (self.truth[:, corner] for corner in self.eyes)
        inter_ocular = np.linalg.norm(right - left, axis=1)
        # Profiles have no distance between the eyes to divide by.
        error = distance / np.maximum(inter_ocular, 0.2 * inter_ocular.mean())
        return {"error": float(error.mean()), "median": float(np.median(error))}
