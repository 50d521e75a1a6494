"""How detectors are trained: one network through stages, on composed pictures of groups."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from pydantic import Field
from torch import nn

from lineament.detection.batches import DetectionBatches
from lineament.detection.criterion import DetectionCriterion
from lineament.detection.group_source import GroupSource
from lineament.detection.networks import (
    MIDDLE,
    DetectorNetwork,
    Exported,
    NetworkName,
    build_detector,
)
from lineament.detection.picture_source import LabelledPicture, PictureMaker
from lineament.detection.stage import DetectionStage
from lineament.detection.validation import Validation
from lineament.detection.validation_sets import ValidationSet
from lineament.errors import ConfigError, DataError
from lineament.strict import Strict
from lineament.training import checkpoint
from lineament.training.export import export_network, write_record
from lineament.training.loop import fit
from lineament.training.processes import first_process
from lineament.training.staged_recipe import StagedRecipe
from lineament.weights import AnchorFreeOutput, InputContract, WholePhoto

log = logging.getLogger(__name__)


class Data(Strict):
    """What is learnt from: pictures of all sources by their shares.

    Attributes:
        sources: all of one picture size.
        most_faces: rows for the faces of a picture.
        cache: folder in which pictures are kept.
        validation_sets: measured at every validation, beside the pictures kept back.
    """

    sources: tuple[GroupSource, ...] = Field(min_length=1)
    most_faces: int = Field(gt=0, default=64)
    cache: Path = Path("data/cache")
    validation_sets: tuple[ValidationSet, ...] = ()


class DetectionRecipe(StagedRecipe):
    """A run of one detection network.

    Attributes:
        options: of the network, such as `width`.
        crop: the sizes that the detector is given; they go into its record.
        score_scale, score_offset: see `AnchorFreeOutput`.
        start_from: checkpoint (`last.pt`) of the same network; absent: from scratch.
        blend: shares of other runs' checkpoints in the exported weights; see
            `lineament.training.checkpoint.blend`.
    """

    task: Literal["detection"]
    network: NetworkName
    options: dict[str, Any] = Field(default_factory=dict)
    data: Data
    crop: WholePhoto = WholePhoto(rule="whole_photo", multiple=32, padding=128)
    score_scale: float = Field(gt=0, default=1.0)
    score_offset: float = 0.0
    start_from: Path | None = None
    blend: dict[Path, Annotated[float, Field(gt=0, lt=1)]] = Field(default_factory=dict)
    stages: tuple[DetectionStage, ...] = Field(min_length=1)

    def run(self, only: str | None = None) -> Path:
        """Train all stages, or go on up to the one named `only`, then export.

        Returns:
            The weight record in the recipe's `out` folder, or the checkpoint's folder of the
            stage `only`.
        """
        self.begin(only)
        torch.manual_seed(self.seed)
        network = build_detector(self.network, **self.options)
        self._check(network)
        if self.start_from is not None:
            checkpoint.load_network(self.start_from, network)
        output = self._output(network)
        makers, held_out = self.pictures()
        validation = Validation(held_out, output)

        def validate(trained: nn.Module) -> dict[str, float]:
            scores = validation(trained)
            for each in self.data.validation_sets:
                scores |= each.scores(trained, output, self.crop)
            return scores

        for number, stage in enumerate(self.stages):
            fit(
                stage,
                network,
                DetectionCriterion(network.strides, stage.loss, stage.assignment),
                DetectionBatches(
                    makers,
                    [source.share for source in self.data.sources],
                    stage.batch,
                    self.data.most_faces,
                    stage.mirror,
                    self.seed * 100 + number,
                    stage.lighting,
                    stage.framing,
                ),
                validate,
                self.out / stage.name,
                seed=self.seed + number,
                device=self.device,
            )
            if stage.name == only:
                return self.out / only
        if not first_process():
            return self.out
        if self.blend:
            checkpoint.blend(network, self.blend)
            scores = {name: round(score, 4) for name, score in validate(network.eval()).items()}
            log.info("blended with %d checkpoints: %s", len(self.blend), scores)
        return self._export(network, output)

    def networks(self) -> tuple[str, ...]:
        """The record holds one network, trained by all stages."""
        return (self.stages[-1].name,)

    def pictures(self) -> tuple[list[PictureMaker], list[LabelledPicture]]:
        """What makes the pictures of each source, and the pictures that validate.

        Raises:
            DataError: a folder is not there, or no face is kept back for validation.
        """
        makers = [source.open(self.data.cache, self.seed) for source in self.data.sources]
        held_out = [picture for source in self.data.sources for picture in source.held_out()]
        faces = sum(int((~picture.faces.ignored).sum()) for picture in held_out)
        if not faces:
            raise DataError(
                f"{self.name} keeps no face for validation; give a source validation_pictures"
            )
        log.info("%d pictures with %d faces to validate", len(held_out), faces)
        return makers, held_out

    def _size(self) -> tuple[int, int]:
        """(height, width) of the training pictures."""
        sizes = {source.size for source in self.data.sources}
        if len(sizes) != 1:
            raise ConfigError(
                f"{self.name} needs sources of one picture size; got (height, width) "
                f"{sorted(sizes)}"
            )
        return sizes.pop()

    def _check(self, network: DetectorNetwork) -> None:
        """Raise a ConfigError where sizes or sides do not suit the network."""
        if any(side % network.multiple for side in (*self._size(), self.crop.multiple)):
            raise ConfigError(
                f"network {self.network!r} takes pictures whose sides are multiples of "
                f"{network.multiple}; got height and width {self._size()}, crop.multiple "
                f"{self.crop.multiple}"
            )
        for stage in self.stages:
            if len(stage.assignment.sides) != len(network.strides) - 1:
                raise ConfigError(
                    f"stage {stage.name}: assignment.sides are {stage.assignment.sides}, expected "
                    f"{len(network.strides) - 1} limits for {len(network.strides)} grids"
                )

    def _output(self, network: DetectorNetwork) -> AnchorFreeOutput:
        return AnchorFreeOutput(
            kind="anchor_free",
            levels=tuple(f"stride_{stride}" for stride in network.strides),
            strides=network.strides,
            score_scale=self.score_scale,
            score_offset=self.score_offset,
        )

    def _export(self, network: DetectorNetwork, output: AnchorFreeOutput) -> Path:
        contract = InputContract(
            name="image",
            colour="RGB",
            mean=(MIDDLE, MIDDLE, MIDDLE),
            std=(1.0, 1.0, 1.0),
            crop=self.crop,
        )
        path = self.out / f"{self.record.name}.onnx"
        made = export_network(Exported(network), contract, output, path, storage=self.storage)
        return write_record(self.record, (made,), self.out)


RECIPE = DetectionRecipe
