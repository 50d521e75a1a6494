"""How attribute networks are trained: one network through stages, tasks beside points.

Zhang et al., ECCV 2014 and TPAMI 2016. The usual order: all tasks together until the auxiliary
ones have given what they can, then the points alone without weight decay; and from such a network
another one for 68 points, of which the first layers are kept.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from pydantic import Field
from torch import nn

from lineament.attributes.attribute_faces import AttributeFaces, joined_attributes
from lineament.attributes.batches import AttributeBatches
from lineament.attributes.calibration import fit_temperature
from lineament.attributes.criterion import AttributeCriterion
from lineament.attributes.dynamic_coefficients import DynamicCoefficients
from lineament.attributes.following import FollowedCriterion, Validation, answers, labels_by_task
from lineament.attributes.networks import (
    AttributeNetwork,
    AttributeNetworkName,
    Exported,
    build_attribute_network,
)
from lineament.attributes.photo_attributes import PhotoAttributes
from lineament.attributes.rendered_attributes import RenderedAttributes
from lineament.attributes.stage import AttributeStage
from lineament.attributes.task_relations import RelatedTasks
from lineament.attributes.tasks import UNKNOWN
from lineament.attributes.transfer import freeze, transfer_file
from lineament.detection import load_detector
from lineament.errors import ConfigError
from lineament.landmarks.schemes import Scheme, find_scheme
from lineament.training import checkpoint
from lineament.training.augmentation.options import Augmentation
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
from lineament.weights import DetectorBox

log = logging.getLogger(__name__)

Source = Annotated[RenderedAttributes | PhotoAttributes, Field(discriminator="kind")]


class Data(TrainingData):
    """What is learnt from: all sources are joined; each says what it keeps back for validation."""

    sources: tuple[Source, ...] = Field(min_length=1)


class AttributeRecipe(StagedRecipe):
    """A run of one attribute network.

    Attributes:
        options: of the network, such as `activation`.
        tasks: in the order of the network's output; may be empty.
        crop: where the network looks; the same rule goes into its record.
        start_from: checkpoint (`last.pt`) of a network of the same family, for any number of
            points, whose first layers are kept (`transfer`); absent: from scratch.
    """

    task: Literal["attributes"]
    scheme: str = "five-points"
    network: AttributeNetworkName
    options: dict[str, Any] = Field(default_factory=dict)
    tasks: tuple[str, ...] = ()
    crop: DetectorBox
    data: Data
    start_from: Path | None = None
    stages: tuple[AttributeStage, ...] = Field(min_length=1)

    def run(self, only: str | None = None) -> Path:
        """Train all stages, or go on up to the one named `only`, then export.

        Returns:
            The weight record in the recipe's `out` folder, or the checkpoint's folder of the
            stage `only`. Of a network that gives points and nothing else it is a landmark record.

        Raises:
            ConfigError: the recipe's record is of another task.
        """
        self.begin(only)
        scheme = find_scheme(self.scheme)
        training, held_out = self.faces(scheme)
        torch.manual_seed(self.seed)
        network = build_attribute_network(self.network, scheme.count, self.tasks, **self.options)
        self._check_record(network)
        for number, stage in enumerate(self.stages):
            batches = self._batches(training, scheme, network.size, stage, number)
            if number == 0:
                network.start_at(torch.from_numpy(batches.mean_points()))
                if self.start_from is not None:
                    transfer_file(self.start_from, network)
            kept = self._batches(held_out, scheme, network.size, stage, number)
            self._fit(stage, number, network, batches, kept)
            if stage.name == only:
                return self.out / only
        if not first_process():
            return self.out
        return self._export(network, held_out, scheme)

    def _check_record(self, network: AttributeNetwork) -> None:
        wanted = "landmarks" if Exported(network).names == ("points",) else "attributes"
        if self.record.task != wanted:
            raise ConfigError(
                f"record.task of {self.name} is {self.record.task!r}, expected {wanted!r}: the "
                f"network gives {', '.join(Exported(network).names)}"
            )

    def networks(self) -> tuple[str, ...]:
        return (self.network,)

    def faces(self, scheme: Scheme) -> tuple[AttributeFaces, AttributeFaces]:
        """Faces to train on and to validate on.

        Raises:
            DataError: nothing is kept back for validation.
        """
        detector = load_detector(self.data.detector, threads=1)
        parts = [
            source.read(self.tasks, detector, self.data.cache, scheme)
            for source in self.data.sources
        ]
        check_held_out(self.name, [kept for _, kept in parts])
        training = joined_attributes([faces for faces, _ in parts])
        held_out = joined_attributes([faces for _, faces in parts])
        log_split(training, held_out)
        return training, held_out

    def _batches(
        self,
        faces: AttributeFaces,
        scheme: Scheme,
        size: int,
        stage: AttributeStage | None = None,
        number: int = 0,
    ) -> AttributeBatches:
        return AttributeBatches(
            faces,
            scheme,
            self.crop,
            size,
            stage.batch if stage else 1,
            stage.augmentation if stage else Augmentation(),
            self.seed * 100 + number,
        )

    def _fit(
        self,
        stage: AttributeStage,
        number: int,
        network: AttributeNetwork,
        batches: AttributeBatches,
        held_out: AttributeBatches,
    ) -> None:
        folder = self.out / stage.name
        folder.mkdir(parents=True, exist_ok=True)
        freeze(network, stage.frozen)
        bare = AttributeCriterion(stage.loss, network.size, self.tasks)
        auxiliary = {name: bare.weights[name] for name in self.tasks if bare.weights[name] > 0}
        weighted: nn.Module = bare
        if stage.relations > 0:
            weighted = RelatedTasks(bare, network, stage.relations)
        start = checkpoint.iterations(folder / "last.pt")
        criterion = FollowedCriterion(bare, weighted, start)
        validation = Validation(
            held_out,
            criterion,
            folder,
            stage.stop.rule(auxiliary) if stage.stop else None,
            DynamicCoefficients(stage.dynamic, auxiliary) if stage.dynamic else None,
            start,
        )
        fit(
            stage,
            network,
            criterion,
            batches,
            validation,
            folder,
            seed=self.seed + number,
            device=self.device,
            finished=validation.finished if stage.stop else None,
        )

    def _export(self, network: AttributeNetwork, held_out: AttributeFaces, scheme: Scheme) -> Path:
        """The record, its probabilities calibrated on the faces kept back."""
        batches = self._batches(held_out, scheme, network.size)
        network = network.cpu().float().eval()
        crops = torch.from_numpy(batches.plain(batches.chosen)["image"]).permute(0, 3, 1, 2)
        logits = answers(network, crops).logits
        labels = labels_by_task(batches)
        temperatures = {
            name: fit_temperature(logits[name].numpy(), labels[name])
            for name in self.tasks
            if (labels[name] != UNKNOWN).any()
        }
        log.info("temperatures %s", {name: round(t, 3) for name, t in temperatures.items()})
        exported = Exported(network)
        output = exported.output(scheme.name, temperatures)
        path = self.out / f"{self.record.name}.onnx"
        made = export_network(
            exported, rgb_input(network.size, self.crop), output, path, storage=self.storage
        )
        return write_record(self.record, (made,), self.out)


RECIPE = AttributeRecipe
