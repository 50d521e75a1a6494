"""How recognition networks are trained: one encoder and its class centres through stages.

Dan et al., TransFace, ICCV 2023. A margin softmax over the people of all sources, with DPAP and
EHSM where a stage asks for them; then the encoder alone is exported.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import Field

from lineament.datasets.identity_pictures import IdentityPictures
from lineament.recognition.batches import IdentityBatches
from lineament.recognition.criterion import RecognitionCriterion
from lineament.recognition.identity_faces import joined_identities, split_people
from lineament.recognition.identity_source import IdentitySource
from lineament.recognition.networks import EncoderName, Exported, FaceEncoder, build_encoder
from lineament.recognition.networks.joined import JoinedEncoder
from lineament.recognition.prepared import Preparation
from lineament.recognition.stage import RecognitionStage
from lineament.recognition.validation import Validation
from lineament.strict import Strict
from lineament.training import checkpoint
from lineament.training.export import export_network, write_record
from lineament.training.loop import fit
from lineament.training.processes import first_process, place_among_processes
from lineament.training.staged_recipe import (
    StagedRecipe,
    TrainingData,
    check_held_out,
    log_split,
    rgb_input,
)
from lineament.weights import EmbeddingOutput, FivePoints


class Data(TrainingData):
    """What is learnt from: all sources are joined; each says which people it keeps back."""

    sources: tuple[IdentitySource, ...] = Field(min_length=1)


class Companion(Strict):
    """A network that is trained already and answers beside that of the run.

    Attributes:
        options: of the network, such as `width`.
        checkpoint: its `last.pt`.
        share: of its cosine in that of the record, where the run's network has 1.
    """

    network: EncoderName
    options: dict[str, Any] = Field(default_factory=dict)
    checkpoint: Path
    share: float = Field(gt=0, default=1.0)


class RecognitionRecipe(StagedRecipe):
    """A run of one recognition network.

    Attributes:
        options: of the network, such as `width` or `mask_ratio`.
        mirrored: the record's embeddings are sums over a crop and its mirror image.
        start_from: checkpoint (`last.pt`) of the same network; its centres are not taken, since
            they are of other people.
        beside: networks that answer together with this one in the record, see
            `networks.joined.JoinedEncoder`; training does not see them.
    """

    task: Literal["recognition"]
    network: EncoderName
    options: dict[str, Any] = Field(default_factory=dict)
    mirrored: bool = True
    data: Data
    start_from: Path | None = None
    beside: tuple[Companion, ...] = ()
    stages: tuple[RecognitionStage, ...] = Field(min_length=1)

    def run(self, only: str | None = None) -> Path:
        """Train all stages, or go on up to the one named `only`, then export.

        Returns:
            The weight record in the recipe's `out` folder, or the checkpoint's folder of the
            stage `only`.
        """
        self.begin(only)
        torch.manual_seed(self.seed)
        network = build_encoder(self.network, **self.options)
        if self.start_from is not None:
            checkpoint.load_network(self.start_from, network)
        companions = self._companions()
        training, held_out = self.faces()
        validation = Validation(held_out, network.size)
        centres: torch.Tensor | None = None
        for number, stage in enumerate(self.stages):
            centres = self._fit(stage, number, network, training, validation, centres)
            if stage.name == only:
                return self.out / only
        if not first_process():
            return self.out
        if companions:
            shares = [1.0, *(companion.share for companion in self.beside)]
            network = JoinedEncoder([network.cpu(), *companions], shares)
        return self._export(network)

    def networks(self) -> tuple[str, ...]:
        """The record holds one network, trained by all stages."""
        return (self.stages[-1].name,)

    def faces(self) -> tuple[IdentityPictures, IdentityPictures]:
        """Pictures to train on, and those of the people who are kept back.

        Raises:
            DataError: nobody is kept back for validation.
        """
        parts = [
            split_people(source.read(self.data.cache), source.validation_people, source.limit)
            for source in self.data.sources
        ]
        kept = [held_out for _, held_out in parts if held_out is not None]
        check_held_out(self.name, kept)
        training = joined_identities([faces for faces, _ in parts])
        held_out = joined_identities(kept)
        log_split(training, held_out)
        return training, held_out

    def _fit(
        self,
        stage: RecognitionStage,
        number: int,
        network: FaceEncoder,
        training: IdentityPictures,
        validation: Validation,
        centres: torch.Tensor | None,
    ) -> torch.Tensor | None:
        """Train one stage; returns the class centres where another stage will want them."""
        criterion = RecognitionCriterion(
            network, len(training.names), stage, self.seed, *place_among_processes(), centres
        )
        fit(
            stage,
            network,
            criterion,
            IdentityBatches(
                training,
                network.size,
                stage.batch,
                stage.augmentation,
                self.seed * 100 + number,
                stage.per_person,
            ),
            validation,
            self.out / stage.name,
            seed=self.seed + number,
            device=self.device,
            prepare=Preparation(network, stage.dpap, stage.face_augment, stage.precision),
            head=criterion,
        )
        last = number == len(self.stages) - 1
        return None if last else criterion.classifier.whole()

    def _companions(self) -> list[FaceEncoder]:
        """The networks of `beside`; before training, so that a missing file is told at once."""
        found = []
        for companion in self.beside:
            network = build_encoder(companion.network, **companion.options)
            checkpoint.load_network(companion.checkpoint, network)
            found.append(network)
        return found

    def _export(self, network: FaceEncoder) -> Path:
        output = EmbeddingOutput(
            kind="embedding",
            name="embedding",
            dimension=network.dimension,
            mirrored=self.mirrored,
        )
        made = export_network(
            Exported(network),
            rgb_input(network.size, FivePoints(rule="five_points", template="arcface-112")),
            output,
            self.out / f"{self.record.name}.onnx",
            storage=self.storage,
        )
        return write_record(self.record, (made,), self.out)


RECIPE = RecognitionRecipe
