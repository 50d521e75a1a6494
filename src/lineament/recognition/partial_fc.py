"""PartialFC: class centres split over the processes, and a random share of the wrong ones a step.

An et al., "Killing Two Birds with One Stone: Efficient and Robust Training of Face Recognition CNNs
by Partial FC", CVPR 2022. Process k of R holds about 1/R of the centres. Every process sees the
whole batch, computes its own columns of the logits, and shares three numbers a sample.

With a sample rate r < 1 a step uses the centres of the people in its batch and as many random
others as make int(r * held), at least 1. As in version 2 of the authors' code, all centres are one
parameter. Its gradient is then sparse and holds the rows that were used: `RowAdamW` moves those and
no others. An optimiser for dense gradients refuses it, rather than move unused rows by their
moments and by weight decay.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn import functional

from lineament.errors import DataError
from lineament.recognition.gathering import (
    check_equal,
    gather_plain,
    gather_shared,
    gather_summed,
)
from lineament.recognition.margin_base import Margin
from lineament.recognition.sharded_softmax import sharded_cross_entropy

DEVIATION = 0.01
"""Standard deviation of each value of a centre at first; centres are normalised when used."""

CHUNK = 1024
"""So many centres are drawn from one seed, wherever they are held."""


class PartialFC(nn.Module):
    """The classifier behind the embeddings, with its softmax; keep it out of DDP.

    Args:
        dimension: D of the embeddings.
        classes: C people of all processes together.
        sample_rate: r, share of the centres that a training step uses.
        rank, world: this process and their number.
        seed: of the first centres, which do not depend on `world`, and of the random choice,
            which depends on `rank` and on the number of steps.

    Attributes:
        weight: (rows, D) float32 centres of the classes `rows`.
        rows: classes that this process holds.
        steps: () int64, training steps with gradients so far. Passes without gradients use the
            centres that the next step will use, and count nothing.

    Raises:
        ValueError: a value out of range, or fewer classes than processes.
    """

    steps: Tensor

    def __init__(
        self,
        dimension: int,
        classes: int,
        margin: Margin,
        sample_rate: float = 1.0,
        rank: int = 0,
        world: int = 1,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if not 0 < sample_rate <= 1:
            raise ValueError(f"got sample rate {sample_rate}, expected above 0 and up to 1")
        if not 0 <= rank < world:
            raise ValueError(f"got rank {rank} of {world} processes")
        if classes < world:
            raise ValueError(
                f"got {classes} classes for {world} processes; each must hold one at least"
            )
        self.classes, self.margin, self.sample_rate = classes, margin, sample_rate
        self.rank, self.world, self.seed = rank, world, seed
        self.rows = _held(classes, rank, world)
        self.weight = nn.Parameter(_first_centres(self.rows, dimension, seed))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def forward(self, embeddings: Tensor, labels: Tensor, weights: Tensor | None = None) -> Tensor:
        """Cross-entropies of the samples of all processes.

        Take a scalar of them in the same way on every process, such as their mean, and go
        backward. Where DDP then averages the gradients of the backbones, these are those of one
        process with the whole batch; those of the centres are so already. A batch whose samples
        have two labels is handed over once, twice as long, with the shares as weights.

        Args:
            embeddings: (n,D) of this process, any length, any float type; n is the same on every
                process. From here on everything is computed in float32, without autocast.
            labels: (n,) int64, 0 to C - 1.
            weights: (n,) factors of the losses, with a gradient if they have one; on every process
                or on none.

        Returns:
            (N,) float32 weighted losses of the N = n * `world` samples by rank, the same on every
            process.

        Raises:
            DataError: a label is no class.
            ValueError: shapes differ, or there are not as many processes as were said.
        """
        self._check(embeddings, labels, weights)
        with torch.autocast(embeddings.device.type, enabled=False):
            batch = gather_summed(embeddings.float())
            labels = gather_plain(labels)
            self._check_labels(labels)
            columns = torch.where(self._holds(labels), labels - self.rows.start, -1)
            centres, columns = self._used(columns)
            cosines = functional.linear(_directions(batch), _directions(centres))
            # Rounding may exceed 1; the gradient is that of the product all the same.
            cosines.detach().clamp_(-1, 1)
            norms = batch.detach().norm(dim=1)
            logits = self.margin(cosines, columns, self._true(cosines, columns), norms)
            losses = sharded_cross_entropy(logits, columns, self.world > 1)
            return losses if weights is None else losses * gather_shared(weights.float())

    def whole(self, own: Tensor | None = None) -> Tensor:
        """The centres (C,D) of all processes, on the CPU; all processes must call it together.

        Args:
            own: (rows,...) other values by class, such as an optimiser's moments.
        """
        own = (self.weight if own is None else own).detach()
        if self.world == 1:
            return own.cpu().clone()
        whole = torch.empty((self.classes, *own.shape[1:]), dtype=own.dtype)
        for rank in range(self.world):
            rows = _held(self.classes, rank, self.world)
            part = (
                own.contiguous() if rank == self.rank else own.new_empty(len(rows), *own.shape[1:])
            )
            dist.broadcast(part, rank)
            whole[rows.start : rows.stop] = part.cpu()
        return whole

    @torch.no_grad()
    def take(self, whole: Tensor) -> None:
        """Load this process's part of the centres (C,D) of any number of processes.

        Raises:
            ValueError: there are other classes, or another dimension.
        """
        wanted = (self.classes, self.weight.shape[1])
        if tuple(whole.shape) != wanted:
            raise ValueError(f"got centres {tuple(whole.shape)}, expected {wanted}")
        self.weight.copy_(whole[self.rows.start : self.rows.stop])

    def _holds(self, labels: Tensor) -> Tensor:
        return (labels >= self.rows.start) & (labels < self.rows.stop)

    def _used(self, columns: Tensor) -> tuple[Tensor, Tensor]:
        """The centres of this step, and the true classes' columns among them."""
        if self.sample_rate == 1 or not self.training:
            return self.weight, columns
        used = self._choice(columns)
        if torch.is_grad_enabled():
            self.steps += 1
        places = torch.searchsorted(used, columns.clamp(min=0))
        centres = functional.embedding(used, self.weight, sparse=True)
        return centres, torch.where(columns >= 0, places, -1)

    def _choice(self, columns: Tensor) -> Tensor:
        """Rows of this step in ascending order: those of the batch, filled up with others."""
        present: Tensor = torch.unique(columns[columns >= 0])
        quota = max(1, int(self.sample_rate * len(self.rows)))
        if len(present) >= quota:
            return present
        generator = torch.Generator(columns.device)
        generator.manual_seed(_seed(self.seed, 1, self.rank, int(self.steps)))
        scores = torch.rand(len(self.rows), generator=generator, device=columns.device)
        scores[present] = 2.0
        return scores.topk(quota).indices.sort().values

    def _true(self, cosines: Tensor, columns: Tensor) -> Tensor:
        """(N,) cosine of each sample's true class, from the process that holds it."""
        rows = (columns >= 0).nonzero()[:, 0]
        true = cosines.new_zeros(len(columns))
        true[rows] = cosines.detach()[rows, columns[rows]]
        if self.world > 1:
            dist.all_reduce(true)
        return true

    def _check(self, embeddings: Tensor, labels: Tensor, weights: Tensor | None) -> None:
        count, dimension = len(embeddings), self.weight.shape[1]
        shapes = [tuple(embeddings.shape), tuple(labels.shape)]
        wanted = [(count, dimension), (count,)]
        if weights is not None:
            shapes.append(tuple(weights.shape))
            wanted.append((count,))
        if shapes != wanted or not count:
            raise ValueError(f"got shapes {shapes}, expected {wanted} with a sample at least")
        running = dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1
        if running != self.world:
            raise ValueError(f"made for {self.world} processes, but {running} run together")
        if self.world > 1:
            check_equal(count, embeddings.device)

    def _check_labels(self, labels: Tensor) -> None:
        lowest, highest = labels.aminmax()
        if lowest < 0 or highest >= self.classes:
            raise DataError(
                f"labels from {int(lowest)} to {int(highest)} in the batch, expected 0 to "
                f"{self.classes - 1}; give the head as many classes as the data have people"
            )


def _held(classes: int, rank: int, world: int) -> range:
    """Classes of a process; their numbers differ by one at most."""
    return range(classes * rank // world, classes * (rank + 1) // world)


def _first_centres(rows: range, dimension: int, seed: int) -> Tensor:
    """Normal centres of these classes, whichever process holds them."""
    centres = torch.empty(len(rows), dimension)
    for chunk in range(rows.start // CHUNK, (rows.stop - 1) // CHUNK + 1):
        generator = torch.Generator().manual_seed(_seed(seed, 0, chunk))
        drawn = torch.randn(CHUNK, dimension, generator=generator) * DEVIATION
        first = max(rows.start, chunk * CHUNK)
        last = min(rows.stop, (chunk + 1) * CHUNK)
        here = drawn[first - chunk * CHUNK : last - chunk * CHUNK]
        centres[first - rows.start : last - rows.start] = here
    return centres


def _directions(vectors: Tensor) -> Tensor:
    return functional.normalize(vectors, dim=1)


def _seed(*parts: int) -> int:
    """63 bits that depend on every part."""
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> np.uint64(1))
