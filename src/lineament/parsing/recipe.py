"""How parsing networks are trained: one network through stages that each teach a part of it.

Yin et al., Cognitive Neurodynamics 2021: the coarse net alone; the localisation net on its parse;
the fine nets on true crops; then all together, the losses of the patches passing through the crops.
A network that parses the whole at once has a single kind of stage.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from pydantic import Field
from torch import Tensor

from lineament.detection import load_detector
from lineament.parsing.batches import ParsingBatches
from lineament.parsing.criterion import part_criterion
from lineament.parsing.networks import ParserName, PartParser, PartScores, build_parser
from lineament.parsing.networks.spatial_transformer import composed
from lineament.parsing.networks.stn_icnn import STNiCNN
from lineament.parsing.parsing_faces import ParsingFaces, joined_parts
from lineament.parsing.part_schemes import PartScheme, find_part_scheme
from lineament.parsing.photo_parts import PhotoParts
from lineament.parsing.rendered_parts import RenderedParts
from lineament.parsing.stage import ParsingStage
from lineament.parsing.validation import Validation
from lineament.training import checkpoint
from lineament.training.augmentation.options import Augmentation
from lineament.training.export import export_network, write_record
from lineament.training.loop import as_it_is, fit
from lineament.training.processes import first_process
from lineament.training.staged_recipe import (
    StagedRecipe,
    TrainingData,
    check_held_out,
    log_split,
    rgb_input,
)
from lineament.weights import DetectorBox, PartsOutput, WholePhoto

Source = Annotated[RenderedParts | PhotoParts, Field(discriminator="kind")]

FIRST_BATCHES = 8
"""Batches whose masks tell where parts lie on average, for an untrained localisation net."""

AGREEING = 0.99
"""Share of the scores of STN-iCNN in which ONNX and torch must agree: rounded weights move patches
a little, and steep edges of parts with them."""


class Data(TrainingData):
    """What is learnt from: all sources are joined; each says what it keeps back for validation.

    Attributes:
        whole_pictures: the canvas is the whole kept square of each picture, as for published sets
            of aligned faces; `crop` then only says where the network looks at inference.
    """

    sources: tuple[Source, ...] = Field(min_length=1)
    whole_pictures: bool = False


class ParsingRecipe(StagedRecipe):
    """A run of one parsing network.

    Attributes:
        scheme: its part classes.
        options: of the network, such as `canvas` and `patch` of STN-iCNN, `size` of `light`.
        crop: where the network looks; the rule goes into its record.
        start_from: checkpoint (`last.pt`) of the same network, such as one trained on another
            dataset; absent: from scratch.
        new_head: whether that one may be for other classes; layers of another shape start anew.
    """

    task: Literal["parsing"]
    scheme: str
    network: ParserName
    options: dict[str, Any] = Field(default_factory=dict)
    crop: DetectorBox
    data: Data
    start_from: Path | None = None
    new_head: bool = False
    stages: tuple[ParsingStage, ...] = Field(min_length=1)

    def run(self, only: str | None = None) -> Path:
        """Train all stages, or go on up to the one named `only`, then export.

        Returns:
            The weight record in the recipe's `out` folder, or the checkpoint's folder of the
            stage `only`.
        """
        self.begin(only)
        scheme = find_part_scheme(self.scheme)
        torch.manual_seed(self.seed)
        network = build_parser(self.network, scheme, **self.options)
        for stage in self.stages:
            stage.teach(network)
        training, held_out = self.faces(scheme, network.size)
        for number, stage in enumerate(self.stages):
            batches = self._batches(training, network.size, stage, number)
            if number == 0:
                self._start(network, batches)
            self._fit(stage, number, network, batches, held_out)
            if stage.name == only:
                return self.out / only
        if not first_process():
            return self.out
        return self._export(network)

    def networks(self) -> tuple[str, ...]:
        """The record holds one network, trained by all stages."""
        return (self.stages[-1].name,)

    def faces(self, scheme: PartScheme, canvas: int) -> tuple[ParsingFaces, ParsingFaces]:
        """Faces to train on and to validate on, with masks of `scheme`.

        Raises:
            DataError: nothing is kept back for validation.
        """
        detector = load_detector(self.data.detector, threads=1)
        parts = [
            source.read(scheme, canvas, detector, self.data.cache) for source in self.data.sources
        ]
        check_held_out(self.name, [kept for _, kept in parts])
        training = joined_parts([faces for faces, _ in parts])
        held_out = joined_parts([faces for _, faces in parts])
        log_split(training, held_out)
        return training, held_out

    def _batches(
        self,
        faces: ParsingFaces,
        size: int,
        stage: ParsingStage | None = None,
        number: int = 0,
    ) -> ParsingBatches:
        return ParsingBatches(
            faces,
            WholePhoto(rule="whole_photo", multiple=1) if self.data.whole_pictures else self.crop,
            size,
            stage.batch if stage else 1,
            stage.augmentation if stage else Augmentation(),
            self.seed * 100 + number,
        )

    def _start(self, network: PartParser, batches: ParsingBatches) -> None:
        if isinstance(network, STNiCNN) and network.cropper == "learnt":
            network.localisation.start_at(mean_theta(network, batches))
        if self.start_from is not None:
            checkpoint.load_network(self.start_from, network, new_head=self.new_head)

    def _fit(
        self,
        stage: ParsingStage,
        number: int,
        network: PartParser,
        batches: ParsingBatches,
        held_out: ParsingFaces,
    ) -> None:
        stage.teach(network)
        fitted: Callable[..., Any] = fit
        if stage.learns == "patches":
            assert isinstance(network, STNiCNN)
            fitted = partial(fitted, prepare=partial(on_true_crops, network))
        if factors := stage.factors(network):
            fitted = partial(fitted, factors=factors)
        fitted(
            stage,
            network,
            part_criterion(network, stage.learns, stage.loss),
            batches,
            Validation(self._batches(held_out, network.size)),
            self.out / stage.name,
            seed=self.seed + number,
            device=self.device,
        )

    def _export(self, network: PartParser) -> Path:
        output = PartsOutput(
            kind="parts",
            name="parts",
            scheme=network.scheme.name,
            size=network.map_size,
            values=network.values,
        )
        made = export_network(
            PartScores(network),
            rgb_input(network.size, self.crop),
            output,
            self.out / f"{self.record.name}.onnx",
            agreeing=AGREEING if isinstance(network, STNiCNN) else 1.0,
            storage=self.storage,
        )
        return write_record(self.record, (made,), self.out)


def on_true_crops(
    network: STNiCNN, arrays: dict[str, Any], device: torch.device
) -> tuple[Tensor, Any]:
    """A batch as the loop wants it, see `training.loop.Prepare`, its true crops set in the network.

    Args:
        arrays: with `jitter` (N,6,2,3) each crop is changed by that affine.
    """
    images, target = as_it_is(arrays, device)
    theta, _ = network.true_theta(target["mask"])
    if "jitter" in target:
        theta = composed(theta, target["jitter"])
    network.given_theta = theta
    return images, target


def mean_theta(network: STNiCNN, batches: ParsingBatches) -> Tensor:
    """Mean (6,2,3) of the true theta of the first batches, over the faces that have the part."""
    thetas, presences = [], []
    for iteration in range(FIRST_BATCHES):
        mask = torch.from_numpy(batches.batch(iteration)["mask"])
        theta, present = network.true_theta(mask)
        thetas.append(theta)
        presences.append(present)
    theta, present = torch.cat(thetas), torch.cat(presences)
    nominal, _ = network.true_theta(torch.full((1, network.coarse_size, network.coarse_size), 0))
    nominal[..., 2] = 0
    counted = present[:, :, None, None]
    total = (theta * counted).sum(dim=0)
    return torch.where(
        present.any(dim=0)[:, None, None], total / counted.sum(0).clamp(min=1), nominal[0]
    )


RECIPE = ParsingRecipe
