"""Losses of distances between embeddings, without or beside a centre for each person.

Triplet and centre loss are what margins replaced, kept to compare with. All want the whole batch.
On several processes hand them `gather_shared(embeddings)` and `gather_plain(labels)`, and DDP's
averaging gives the gradients of one process.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lineament.errors import DataError


def batch_hard_triplet(
    embeddings: Tensor, labels: Tensor, margin: float = 0.3, soft: bool = False
) -> Tensor:
    """Triplet loss of each sample with its farthest positive and its nearest negative.

    Hermans et al., "In Defense of the Triplet Loss for Person Re-Identification", 2017, equation 5,
    on Euclidean distances of unit vectors (Schroff et al., FaceNet, CVPR 2015).

    Args:
        embeddings: (N,D) of any length and float type; computed in float32.
        labels: (N,) int64 people.
        margin: in Euclidean distance, which goes up to 2.
        soft: ln(1 + e^x) of the difference x of distances in place of max(0, x + margin).

    Returns:
        () float32 mean over the samples that have a positive and a negative in the batch; 0 if
        none has.
    """
    with torch.autocast(embeddings.device.type, enabled=False):
        unit = functional.normalize(embeddings.float(), dim=1)
        # Products would lose the distances of near neighbours to rounding.
        distances = torch.cdist(unit, unit, compute_mode="donot_use_mm_for_euclid_dist")
        same = labels[:, None] == labels
        others = ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)
        positive, negative = same & others, ~same
        complete = positive.any(dim=1) & negative.any(dim=1)
        if not complete.any():
            return unit.sum() * 0
        distances, positive, negative = (x[complete] for x in (distances, positive, negative))
        farthest = distances.masked_fill(~positive, -torch.inf).amax(dim=1)
        nearest = distances.masked_fill(~negative, torch.inf).amin(dim=1)
        difference = farthest - nearest
        losses = functional.softplus(difference) if soft else functional.relu(difference + margin)
        return losses.mean()


def supervised_contrast(embeddings: Tensor, labels: Tensor, temperature: float = 0.1) -> Tensor:
    """How surely each sample picks those of its person among all others of the batch.

    Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, equation 2 (the sum outside the
    logarithm). It needs no centre of a person, so it teaches from the first picture of each.

    Args:
        embeddings: (N,D) of any length and float type; computed in float32.
        labels: (N,) int64 people.
        temperature: cosines are divided by it.

    Returns:
        () float32 mean over the samples that have a positive in the batch; 0 if none has.
    """
    with torch.autocast(embeddings.device.type, enabled=False):
        unit = functional.normalize(embeddings.float(), dim=1)
        itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
        positive = (labels[:, None] == labels) & ~itself
        logits = (unit @ unit.T / temperature).masked_fill(itself, -torch.inf)
        surprise = -logits.log_softmax(dim=1)
        count = positive.sum(dim=1)
        losses = torch.where(positive, surprise, 0.0).sum(dim=1) / count.clamp(min=1)
        return losses.sum() / (count > 0).sum().clamp(min=1)


class CentreLoss(nn.Module):
    """Distance of embeddings to the running centre of their person.

    Wen et al., "A Discriminative Feature Learning Approach for Deep Face Recognition", ECCV 2016,
    equations 2 to 4. It only pulls: add it to a softmax, times a small weight (0.003 in the paper).
    Centres are no parameters; they follow the batches by the paper's own rule, and begin at 0.

    Args:
        dimension: D of the embeddings.
        classes: number of people.
        rate: the paper's alpha, how far a centre moves towards its samples.

    Attributes:
        centres: (C,D) float32.

    Raises:
        ValueError: a rate outside 0 to 1.
    """

    centres: Tensor

    def __init__(self, dimension: int, classes: int, rate: float = 0.5) -> None:
        super().__init__()
        if not 0 <= rate <= 1:
            raise ValueError(f"got rate {rate}, expected 0 to 1")
        self.rate = rate
        self.register_buffer("centres", torch.zeros(classes, dimension))

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Mean of half the squared distances; then, in training, the centres move.

        Args:
            embeddings: (N,D) as the network gives them, not normalised.
            labels: (N,) int64, 0 to C - 1.

        Returns:
            () float32.

        Raises:
            DataError: a label is no class.
        """
        lowest, highest = labels.aminmax()
        if lowest < 0 or highest >= len(self.centres):
            raise DataError(
                f"labels from {int(lowest)} to {int(highest)} in the batch, expected 0 to "
                f"{len(self.centres) - 1}"
            )
        with torch.autocast(embeddings.device.type, enabled=False):
            off = embeddings.float() - self.centres[labels]
            if self.training and torch.is_grad_enabled():
                self._follow(off.detach(), labels)
            return off.square().sum(dim=1).mean() / 2

    @torch.no_grad()
    def _follow(self, off: Tensor, labels: Tensor) -> None:
        people, places, counts = torch.unique(labels, return_inverse=True, return_counts=True)
        total = off.new_zeros(len(people), off.shape[1]).index_add_(0, places, off)
        self.centres[people] += self.rate * total / (1 + counts[:, None])
