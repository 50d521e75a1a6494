"""What recognition is trained on: a margin softmax over people, weighted samples, distances.

The criterion holds the class centres and learns with the network, on each process its own classes;
see `partial_fc`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from lineament.errors import ConfigError
from lineament.recognition.ehsm import sample_weights
from lineament.recognition.gathering import gather_plain, gather_shared
from lineament.recognition.hard_samples import build_hard_samples
from lineament.recognition.margins import build_margin
from lineament.recognition.metric_losses import (
    CentreLoss,
    batch_hard_triplet,
    supervised_contrast,
)
from lineament.recognition.networks import EncoderOutput, FaceEncoder
from lineament.recognition.partial_fc import PartialFC
from lineament.recognition.stage import RecognitionStage


class RecognitionCriterion(nn.Module):
    """The terms of one stage; a `training.head_checkpoint.Head`.

    Args:
        network: whose output is compared.
        people: number of classes.
        seed: of the first centres.
        rank, world: this process and their number.
        centres: (people, D) of the stage before; None draws them.

    Raises:
        ConfigError: the stage asks for what the network does not give.
    """

    def __init__(
        self,
        network: FaceEncoder,
        people: int,
        stage: RecognitionStage,
        seed: int,
        rank: int = 0,
        world: int = 1,
        centres: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.options, self.ehsm = stage.losses, stage.ehsm
        if stage.ehsm is not None and network.patch is None:
            raise ConfigError(
                f"stage {stage.name}: ehsm weighs pictures by their tokens, and this network has "
                "none; take a vision transformer or leave ehsm out"
            )
        self.classifier = PartialFC(
            network.dimension,
            people,
            build_margin(stage.margin),
            stage.sample_rate,
            rank,
            world,
            seed,
        )
        if centres is not None:
            self.classifier.take(centres)
        self.rows, self.classes = self.classifier.rows, people
        self.mean: Callable[[Tensor], Tensor] = torch.mean
        if stage.hard_samples is not None:
            self.mean = build_hard_samples(stage.hard_samples)
        self.centre: CentreLoss | None = None
        if stage.losses.centre:
            self.centre = CentreLoss(network.dimension, people, stage.losses.centre_rate)

    @property
    def module(self) -> nn.Module:
        """What holds parameters and buffers."""
        return self

    def forward(self, output: EncoderOutput, target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Compare embeddings with their people.

        Args:
            output: of n pictures of this process.
            target: `label` (n,) int64; of mixed pictures also `other` (n,) int64 and `share` (n,),
                the weight of `label` against `other`.

        Returns:
            {name: scalar}: `identity`, `triplet`, `contrast` and `centre`, each where its weight
            is above 0.
        """
        terms = {}
        if self.options.identity:
            terms["identity"] = self.options.identity * self._identity(output, target)
        if self.options.triplet or self.options.contrast or self.centre is not None:
            embeddings = gather_shared(output.embedding.float())
            labels = gather_plain(target["label"])
        if self.options.triplet:
            loss = batch_hard_triplet(embeddings, labels, self.options.triplet_margin)
            terms["triplet"] = self.options.triplet * loss
        if self.options.contrast:
            contrast = supervised_contrast(embeddings, labels, self.options.temperature)
            terms["contrast"] = self.options.contrast * contrast
        if self.centre is not None:
            terms["centre"] = self.options.centre * self.centre(embeddings, labels)
        return terms

    def _identity(self, output: EncoderOutput, target: Mapping[str, Tensor]) -> Tensor:
        weights = None
        if self.ehsm is not None:
            assert output.token_std is not None
            weights = sample_weights(output.token_std, self.ehsm)
        if "other" not in target:
            return self.mean(self.classifier(output.embedding, target["label"], weights))
        share = target["share"]
        shares = torch.cat([share, 1 - share])
        if weights is not None:
            shares = shares * torch.cat([weights, weights])
        losses = self.classifier(
            torch.cat([output.embedding, output.embedding]),
            torch.cat([target["label"], target["other"]]),
            shares,
        )
        return 2 * self.mean(losses)
