"""How well a recognition network tells people apart that it has not learnt from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from lineament.datasets.identity_pictures import IdentityPictures
from lineament.evaluation.pair_scores import PairScores
from lineament.evaluation.roc import area_under_roc, conservative_point
from lineament.recognition.batches import IdentityBatches
from lineament.recognition.ehsm import token_entropy
from lineament.training.augmentation.options import Augmentation

FAR = 1e-3
"""False accept rate at which the true accept rate is given."""


class Validation:
    """All pairs of the pictures of people who were kept back.

    Args:
        faces: of these people.
        size: side of the network's input in pixels.
        batch: pictures of one network run.
        limit: only the first so many pictures.
    """

    def __init__(
        self, faces: IdentityPictures, size: int, batch: int = 64, limit: int = 2000
    ) -> None:
        self.faces, self.size_of_batch = faces, batch
        self.count = min(limit, len(faces))
        self.batches = IdentityBatches(faces, size, 1, Augmentation(), seed=0)

    @torch.no_grad()
    def __call__(self, network: nn.Module) -> dict[str, float]:
        """Scores of a network as the training loop holds it.

        Returns:
            `auc` and `tar` at a false accept rate of `FAR`, of the cosines of all pairs, each
            embedding that of a picture plus that of its mirror image; of a network with tokens
            also `token_entropy`, the mean bound on what a token tells, in nats.
        """
        embeddings, entropies = [], []
        for images in self._images(next(network.parameters()).device):
            output = network(images)
            mirrored = network(images.flip(3))
            embeddings.append((output.embedding + mirrored.embedding).float().cpu())
            if output.token_std is not None:
                entropies.append(token_entropy(output.token_std, "log").mean(dim=1).cpu())
        unit = functional.normalize(torch.cat(embeddings)).numpy()
        scores = pairs_of(unit, self.faces.labels[: self.count])
        found = {
            "auc": area_under_roc(scores),
            "tar": conservative_point(scores, FAR).tar,
        }
        if entropies:
            found["token_entropy"] = float(torch.cat(entropies).mean())
        return found

    def _images(self, device: torch.device) -> Iterator[Tensor]:
        for first in range(0, self.count, self.size_of_batch):
            numbers = range(first, min(first + self.size_of_batch, self.count))
            crops = np.stack([self.batches.plain(number) for number in numbers])
            yield torch.from_numpy(crops).to(device).permute(0, 3, 1, 2).float() / 255


def pairs_of(unit: NDArray[np.float32], labels: NDArray[np.int64]) -> PairScores:
    """Cosines of all pairs of N embeddings (N,D) of unit length, by whether the people are one."""
    first, second = np.triu_indices(len(unit), 1)
    return PairScores.of((unit @ unit.T)[first, second], labels[first] == labels[second])
