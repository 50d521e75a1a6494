"""What the processes of `test_partial_fc_processes` compute, and what one alone must find.

Run under torchrun with the folder for the answers as its argument.
"""

import sys
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional
from torch.nn.parallel import DistributedDataParallel

from lineament.errors import DataError
from lineament.recognition.gathering import gather_plain, gather_shared
from lineament.recognition.hard_samples import focal, ohem
from lineament.recognition.margins import (
    AdaFace,
    ArcFace,
    Combined,
    CosFace,
    CurricularFace,
    MvSoftmax,
    PlainSoftmax,
)
from lineament.recognition.metric_losses import batch_hard_triplet
from lineament.recognition.partial_fc import PartialFC

BATCH, INPUTS, DIMENSION, CLASSES, SEED, STEPS = 8, 6, 10, 7, 3, 3
RATE = 0.12
MANY = 101

CASES = {
    "softmax": (PlainSoftmax, torch.mean),
    "arcface": (ArcFace, torch.mean),
    "arcface_exact": (lambda: ArcFace(gradient="exact"), torch.mean),
    "cosface": (CosFace, torch.mean),
    "combined": (Combined, torch.mean),
    "curricularface": (lambda: CurricularFace(momentum=0.5), torch.mean),
    "adaface": (lambda: AdaFace(momentum=0.5), torch.mean),
    "mv_softmax": (MvSoftmax, torch.mean),
    "mv_softmax_arc": (lambda: MvSoftmax(64.0, "arcface", 0.5), torch.mean),
    "focal": (lambda: ArcFace(scale=8.0), focal),
    "ohem": (ArcFace, lambda losses: ohem(losses, 0.5)),
}
"""Name -> what makes the margin, and what turns losses into what is minimised."""


class Backbone(nn.Module):
    """Embeddings, and weights of samples that depend on the same parameters."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(INPUTS, DIMENSION)

    def forward(self, pictures):
        embeddings = self.layer(pictures)
        return embeddings, 1 + torch.exp(-embeddings.std(dim=1))


def start():
    """A backbone and the batches of all steps; no class of a batch is only on one process."""
    torch.manual_seed(1)
    backbone = Backbone()
    pictures = torch.randn(STEPS, BATCH, INPUTS) * 3
    labels = torch.stack([torch.randperm(BATCH) % CLASSES for _ in range(STEPS)])
    return backbone, pictures, labels


def descend(*modules):
    """A plain step, large enough to change what follows."""
    with torch.no_grad():
        for parameter in (p for module in modules for p in module.parameters()):
            parameter -= 0.05 * parameter.grad
            parameter.grad = None


def together(case, rank, world):
    """Losses and gradients of all steps, of processes that share the classes and the batch."""
    make, reduced = CASES[case]
    backbone, pictures, labels = start()
    wrapped = DistributedDataParallel(backbone)
    head = PartialFC(DIMENSION, CLASSES, make(), 1.0, rank, world, SEED)
    own = slice(rank * BATCH // world, (rank + 1) * BATCH // world)
    found = []
    for step in range(STEPS):
        embeddings, weights = wrapped(pictures[step, own])
        embeddings.retain_grad()
        losses = head(embeddings, labels[step, own], weights)
        reduced(losses).backward()
        found.append(
            {
                "losses": losses.detach(),
                # DDP divides what the embeddings of all processes send back.
                "embeddings": gather_plain(embeddings.grad) / world,
                "backbone": backbone.layer.weight.grad.clone(),
                "centres": head.whole(head.weight.grad),
                **head.margin.state_dict(),
            }
        )
        found[-1] = {name: value.clone() for name, value in found[-1].items()}
        descend(backbone, head)
    return found


def alone(case):
    """The same by a plain softmax over all classes, in double precision."""
    make, reduced = CASES[case]
    backbone, pictures, labels = start()
    backbone, margin = backbone.double(), make()
    centres = PartialFC(DIMENSION, CLASSES, margin, seed=SEED).weight
    head = nn.ParameterList([nn.Parameter(centres.detach().double())])
    found = []
    for step in range(STEPS):
        embeddings, weights = backbone(pictures[step].double())
        embeddings.retain_grad()
        cosines = functional.normalize(embeddings) @ functional.normalize(head[0]).T
        targets = cosines[torch.arange(BATCH), labels[step]]
        logits = margin(cosines, labels[step], targets, embeddings.norm(dim=1))
        losses = functional.cross_entropy(logits, labels[step], reduction="none") * weights
        reduced(losses).backward()
        found.append(
            {
                "losses": losses.detach(),
                "embeddings": embeddings.grad,
                "backbone": backbone.layer.weight.grad.clone(),
                "centres": head[0].grad.clone(),
                **{name: value.clone() for name, value in margin.state_dict().items()},
            }
        )
        descend(backbone, head)
    return found


def sampled(rank, world):
    """A step with a small sample rate."""
    backbone, pictures, labels = start()
    head = PartialFC(DIMENSION, MANY, ArcFace(), RATE, rank, world, SEED)
    own = slice(rank * BATCH // world, (rank + 1) * BATCH // world)
    embeddings, _ = backbone(pictures[0, own])
    embeddings.retain_grad()
    losses = head(embeddings, labels[0, own] * 14)
    losses.mean().backward()
    return {
        "losses": losses.detach(),
        "embeddings": gather_plain(embeddings.grad) / world,
        "rows": head.weight.grad.coalesce().indices()[0] + head.rows.start,
        "gradient": head.weight.grad.coalesce().values(),
        "whole": head.whole(),
        "held": torch.tensor([head.rows.start, head.rows.stop]),
    }


def triplet(rank, world):
    """A loss of the whole batch that every process computes alike."""
    backbone, pictures, labels = start()
    wrapped = DistributedDataParallel(backbone)
    own = slice(rank * BATCH // world, (rank + 1) * BATCH // world)
    embeddings = gather_shared(wrapped(pictures[0, own])[0])
    loss = batch_hard_triplet(embeddings, gather_plain(labels[0, own] // 2))
    loss.backward()
    return {"loss": loss.detach(), "backbone": backbone.layer.weight.grad}


def refused(rank, world):
    """What processes are told that bring batches of two sizes, or one of them a wrong label."""
    head = PartialFC(DIMENSION, CLASSES, ArcFace(), 1.0, rank, world)
    messages = []
    for count, label in ((3 + rank, 0), (3, CLASSES * rank)):
        try:
            head(torch.randn(count, DIMENSION), torch.full((count,), label))
        except (ValueError, DataError) as error:
            messages.append(f"{type(error).__name__}: {error}")
    return messages


def main(folder):
    dist.init_process_group("gloo")
    rank, world = dist.get_rank(), dist.get_world_size()
    torch.set_num_threads(1)
    found = {
        "cases": {case: together(case, rank, world) for case in CASES},
        "sampled": sampled(rank, world),
        "triplet": triplet(rank, world),
        "refused": refused(rank, world),
    }
    torch.save(found, folder / f"{rank}.pt")
    dist.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
