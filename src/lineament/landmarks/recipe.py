"""How landmark networks are trained: stage after stage, in the order in which they answer.

Feng et al., CVPR 2018: CNN-6 on the detector's boxes, then CNN-7 on crops turned by the points of
CNN-6, of which it sees nothing else. A recipe of one stage trains any other network.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field

from lineament.detection import load_detector
from lineament.errors import ConfigError
from lineament.landmarks.balance import balance
from lineament.landmarks.batches import LandmarkBatches
from lineament.landmarks.device_batches import DeviceLandmarkBatches
from lineament.landmarks.first_stage import FirstStage
from lineament.landmarks.networks import Coordinates, LandmarkNetwork
from lineament.landmarks.photo_source import PhotoSource
from lineament.landmarks.rendered_source import RenderedSource
from lineament.landmarks.schemes import Scheme, find_scheme
from lineament.landmarks.stage import LandmarkStage, check_order
from lineament.landmarks.training_faces import TrainingFaces, joined
from lineament.landmarks.validation import Validation
from lineament.training import checkpoint
from lineament.training.export import export_network, write_record
from lineament.training.loop import fit
from lineament.training.processes import first_process
from lineament.training.staged_recipe import (
    StagedRecipe,
    TrainingData,
    check_held_out,
    log_split,
    rgb_input,
)
from lineament.weights import DetectorBox, Network, PointsOutput

log = logging.getLogger(__name__)

Source = Annotated[RenderedSource | PhotoSource, Field(discriminator="kind")]


class Data(TrainingData):
    """What is learnt from: all sources are joined; each says what it keeps back for validation."""

    sources: tuple[Source, ...] = Field(min_length=1)


class LandmarkRecipe(StagedRecipe):
    """A landmark run: its stages, in the order in which they answer at inference."""

    task: Literal["landmarks"]
    scheme: str = "ibug-68"
    data: Data
    stages: tuple[LandmarkStage, ...] = Field(min_length=1)

    def run(self, only: str | None = None) -> Path:
        """Train all stages, or the one named `only`, then export those that are done.

        Returns:
            The weight record in the recipe's `out` folder, or the checkpoint's folder of a
            single stage.
        """
        check_order(self.stages)
        self.begin(only)
        scheme = find_scheme(self.scheme)
        training, held_out = self.faces(scheme)
        networks = []
        for number, stage in enumerate(self.stages):
            if only in (None, stage.name):
                network = self._fit(number, scheme, training, held_out)
                if first_process():
                    networks.append(self._export(stage, network, scheme))
        if only is not None or not first_process():
            return self.out / (only or "")
        return write_record(self.record, tuple(networks), self.out)

    def faces(self, scheme: Scheme) -> tuple[TrainingFaces, TrainingFaces]:
        """Faces to train on and to validate on.

        Raises:
            DataError: nothing is kept back for validation.
        """
        detector = load_detector(self.data.detector, threads=1)
        parts = [source.read(scheme, detector, self.data.cache) for source in self.data.sources]
        training = joined([faces for faces, _ in parts if len(faces)])
        kept = [faces for _, faces in parts if len(faces)]
        check_held_out(self.name, kept)
        held_out = joined(kept)
        log_split(training, held_out)
        return training, held_out

    def _fit(
        self, number: int, scheme: Scheme, training: TrainingFaces, held_out: TrainingFaces
    ) -> LandmarkNetwork:
        stage = self.stages[number]
        torch.manual_seed(self.seed + number)
        network = stage.build(scheme.count)
        before = self._first_stage(number, scheme)

        def make(faces: TrainingFaces, chosen: NDArray[np.intp] | None) -> LandmarkBatches:
            kind = DeviceLandmarkBatches if stage.augment_on_device else LandmarkBatches
            return kind(
                faces,
                np.arange(len(faces)) if chosen is None else chosen,
                scheme,
                stage.crop,
                network.size,
                stage.batch,
                stage.augmentation,
                self.seed * 100 + number,
                before,
            )

        repeated = None
        if stage.balance:
            repeated = balance(training.points, **stage.balance.model_dump()).indices()
        batches = make(training, repeated)
        network.start_at(torch.from_numpy(batches.mean_points()))
        if stage.start_from is not None:
            checkpoint.load_network(stage.start_from, network, new_head=stage.new_head)
        fit(
            stage,
            network,
            stage.criterion(scheme, network.size),
            batches,
            Validation(make(held_out, None)),
            self.out / stage.name,
            seed=self.seed + number,
            device=self.device,
            prepare=batches.prepare if isinstance(batches, DeviceLandmarkBatches) else None,
        )
        return network

    def _first_stage(self, number: int, scheme: Scheme) -> FirstStage | None:
        """The stage before, if its answers cut the crops of stage `number`."""
        if self.stages[number].crops_from == "truth":
            return None
        stage = self.stages[number - 1]
        path = self._onnx(stage)
        if not path.is_file():
            raise ConfigError(
                f"stage {self.stages[number].name} is cut by stage {stage.name}, which is not "
                f"trained yet ({path} is missing); train it first"
            )
        assert isinstance(stage.crop, DetectorBox)
        size = stage.build(scheme.count).size
        return FirstStage(path, size, stage.crop, stage.augmentation.straying)

    def _onnx(self, stage: LandmarkStage) -> Path:
        return self.out / f"{self.record.name}-{stage.name}.onnx"

    def _export(self, stage: LandmarkStage, network: LandmarkNetwork, scheme: Scheme) -> Network:
        output = PointsOutput(
            kind="points",
            name="points",
            count=scheme.count,
            scheme=scheme.name,
            order="x_then_y",
            unit="input_pixels",
        )
        agreeing = 0.9 if stage.network == "hourglass" else 1.0
        return export_network(
            Coordinates(network),
            rgb_input(network.size, stage.crop),
            output,
            self._onnx(stage),
            agreeing=agreeing,
            storage=self.storage,
        )


RECIPE = LandmarkRecipe
