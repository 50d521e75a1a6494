"""The one training loop: a stage, from nothing or from its last checkpoint, to its end.

Runs on one process or under torchrun without a change. Batch number `i` depends on the recipe
and on `i` alone, so a resumed run sees the batches that an unbroken one sees.
"""

from __future__ import annotations

import json
import logging
import resource
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torch.utils.tensorboard import SummaryWriter

from lineament.errors import ConfigError, DataError
from lineament.training import checkpoint
from lineament.training.config import Optimiser, Stage
from lineament.training.head_checkpoint import Head, remove_older, save_head
from lineament.training.processes import make_fabric
from lineament.training.row_adamw import RowAdamW

log = logging.getLogger(__name__)


class Batches(Protocol):
    """Training data of a stage."""

    def batch(self, iteration: int, rank: int, world: int) -> dict[str, NDArray[Any]]:
        """Arrays of one step for one of `world` processes: `image` (N,S,S,3) uint8 RGB and
        either `target` (N,...) float32 alone, or any number of arrays by other names."""
        ...


Validation = Callable[[nn.Module], dict[str, float]]
Criterion = Callable[[Any, Any], dict[str, Tensor]]
"""(output, target) -> named terms. The target is the tensor `target` of a batch, or the mapping
of its tensors by name where it has others."""


Prepare = Callable[[dict[str, Any], torch.device], tuple[Tensor, Any]]
"""(arrays of a batch, device) -> pictures (N,3,S,S), 0 to 255, and target, on the device."""


class _ByIteration(Dataset[dict[str, NDArray[Any]]]):
    def __init__(self, batches: Batches, rank: int, world: int) -> None:
        self.batches, self.rank, self.world = batches, rank, world

    def __getitem__(self, iteration: int) -> dict[str, NDArray[Any]]:
        return self.batches.batch(iteration, self.rank, self.world)


def fit(
    stage: Stage,
    network: nn.Module,
    criterion: Criterion,
    batches: Batches,
    validation: Validation,
    folder: Path,
    *,
    seed: int = 0,
    device: str = "auto",
    prepare: Prepare | None = None,
    finished: Callable[[], bool] | None = None,
    factors: Mapping[str, float] | None = None,
    head: Head | None = None,
) -> nn.Module:
    """Train one stage; a stage that is already done returns at once with its weights.

    Args:
        network: takes (N,3,S,S) float32 0 to 1 and returns what `criterion` compares.
        criterion: gives named terms, whose sum is minimised.
        folder: receives `last.pt`, `log.jsonl` and TensorBoard's events.
        prepare: brings a batch to the device, as a task that augments there does; by default
            `image` and the others as they are.
        finished: asked after every validation; where it says so, the stage is done before its
            last iteration. On one process only.
        factors: of the learning rate, for children of the network by their names; 1 for others.
        head: parameters of the criterion that learn by the same optimiser and belong to each
            process alone; they are kept in files of their own, see `head_checkpoint`.

    Raises:
        DataError: the loss is not finite; the batch is saved in `folder`.
        ConfigError: `finished` on several processes, or a batch that they cannot share.
    """
    fabric = make_fabric(device, stage.precision)
    torch.manual_seed(seed)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if head is not None:
        head.module.to(fabric.device)
    optimiser = make_optimiser(stage.optimiser, network, factors, head)
    last = folder / "last.pt"
    if stage.batch % fabric.world_size:
        raise ConfigError(
            f"stage {stage.name}: a batch of {stage.batch} on {fabric.world_size} processes, "
            f"expected a multiple; say --set stages.{stage.name}.batch="
            f"{stage.batch // fabric.world_size * fabric.world_size or fabric.world_size}"
        )
    if finished is not None and fabric.world_size > 1:
        raise ConfigError(
            f"stage {stage.name} ends by what it measures, on {fabric.world_size} processes; "
            "start it on one"
        )
    start = checkpoint.load(last, network, optimiser, head) if last.is_file() else 0
    if start >= stage.iterations or (start and checkpoint.ended(last)):
        log.info("stage %s is done: %d iterations", stage.name, start)
        return network
    wrapped, wrapped_optimiser = fabric.setup(network, optimiser)
    loader: DataLoader[dict[str, NDArray[Any]]] = DataLoader(
        _ByIteration(batches, fabric.global_rank, fabric.world_size),
        batch_size=None,
        sampler=range(start, stage.iterations),
        num_workers=stage.workers,
    )
    journal = _Journal(stage, folder, start) if fabric.is_global_zero else None
    wrapped.train()
    for iteration, arrays in enumerate(loader, start=start):
        rate = stage.optimiser.rate(iteration / stage.iterations)
        for group in wrapped_optimiser.param_groups:
            group["lr"] = rate * group.get("factor", 1.0)
        # Dropout and masks are drawn anew on each process, and alike by a run that goes on.
        torch.manual_seed(_draw(seed, iteration, fabric.global_rank))
        image, target = (prepare or as_it_is)(arrays, fabric.device)
        try:
            terms = criterion(wrapped(image.float().div_(255)), target)
        except DataError as error:
            _save_bad_batch(folder, iteration, fabric.global_rank, arrays, str(error))
        loss = torch.stack(list(terms.values())).sum()
        if not checkpoint.finite(loss):
            why = "the loss is not finite"
            _save_bad_batch(folder, iteration, fabric.global_rank, arrays, why)
        wrapped_optimiser.zero_grad()
        fabric.backward(loss)
        if stage.optimiser.clip is not None:
            # Of the network alone: each process holds another part of a head.
            fabric.strategy.precision.unscale_gradients(wrapped_optimiser.optimizer)
            nn.utils.clip_grad_norm_(network.parameters(), stage.optimiser.clip)
        wrapped_optimiser.step()
        done = iteration + 1
        if journal:
            journal.step(done, terms, rate)
            if done % stage.validate_every == 0 or done == stage.iterations:
                wrapped.eval()
                journal.validated(done, validation(wrapped))
                wrapped.train()
                if finished is not None and finished():
                    checkpoint.save(last, network, optimiser, done, ended=True)
                    log.info("%s ends after %d iterations", stage.name, done)
                    break
        if done % stage.save_every == 0 or done == stage.iterations:
            if head is not None:
                learning = checkpoint.head_state(network, optimiser)
                save_head(folder, head, learning, done, fabric.global_rank)
                fabric.barrier()
            if journal:
                checkpoint.save(last, network, optimiser, done)
            if head is not None:
                fabric.barrier()
                remove_older(folder, done, fabric.global_rank, fabric.world_size)
    if journal:
        journal.close()
    return network


def as_it_is(arrays: dict[str, Any], device: torch.device) -> tuple[Tensor, Any]:
    """A batch's `image` (N,S,S,3) as (N,3,S,S), and its target as `Criterion` wants it."""
    image = torch.as_tensor(arrays["image"]).to(device).permute(0, 3, 1, 2)
    targets = {
        name: torch.as_tensor(array).to(device) for name, array in arrays.items() if name != "image"
    }
    return image, targets["target"] if list(targets) == ["target"] else targets


def make_optimiser(
    options: Optimiser,
    network: nn.Module,
    factors: Mapping[str, float] | None = None,
    head: Head | None = None,
) -> torch.optim.Optimizer:
    """The optimiser that a recipe names; `factors` as for `fit`, a group for each child.

    A head's parameters stand behind those of the network, in the last group.
    """
    parameters: Iterable[Any] = network.parameters()
    if factors:
        parameters = [
            {"params": list(child.parameters()), "factor": factors.get(name, 1.0)}
            for name, child in network.named_children()
        ]
    if head is not None:
        groups = parameters if factors else [{"params": list(parameters)}]
        parameters = [*groups, {"params": list(head.module.parameters())}]
    if options.kind == "sgd":
        return torch.optim.SGD(
            parameters,
            lr=options.learning_rate,
            momentum=options.momentum,
            weight_decay=options.weight_decay,
        )
    return RowAdamW(
        parameters,
        lr=options.learning_rate,
        betas=(options.momentum, 0.999),
        weight_decay=options.weight_decay,
    )


def _draw(seed: int, iteration: int, rank: int) -> int:
    return int(np.random.SeedSequence([seed, iteration, rank]).generate_state(1)[0])


def _save_bad_batch(
    folder: Path, iteration: int, rank: int, arrays: dict[str, Any], why: str
) -> NoReturn:
    path = folder / (f"bad_batch_{iteration}_{rank}.npz" if rank else f"bad_batch_{iteration}.npz")
    folder.mkdir(parents=True, exist_ok=True)
    plain: dict[str, Any] = {name: np.asarray(array) for name, array in arrays.items()}
    np.savez(path, **plain)
    raise DataError(
        f"iteration {iteration}: {why}; its batch is saved in {path}. Lower the learning rate or "
        "mend the labels, then start again: the run resumes before it"
    )


def _memory() -> str:
    """The most memory that this process has held so far, and that it has held on its GPU."""
    held = f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB"
    if torch.cuda.is_available():
        held += f", GPU {torch.cuda.max_memory_allocated() / 2**30:.1f} GiB"
    return held


class _Journal:
    """Keeps the means of a run: to the log, to log.jsonl and to TensorBoard."""

    def __init__(self, stage: Stage, folder: Path, start: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.stage, self.start, self.since = stage, start, time.perf_counter()
        self.sums: dict[str, float] = {}
        self.count = 0
        self.board = SummaryWriter(str(folder))
        self.lines = (folder / "log.jsonl").open("a", encoding="utf-8")

    def step(self, done: int, terms: dict[str, Tensor], rate: float) -> None:
        for name, term in terms.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(term.detach())
        self.count += 1
        if done % self.stage.log_every and done != self.stage.iterations:
            return
        means = {name: total / self.count for name, total in self.sums.items()}
        speed = (done - self.start) / (time.perf_counter() - self.since)
        log.info(
            "%s %d/%d  %s  rate %.2g  %.0f samples/s  %.0f min left  %s",
            self.stage.name,
            done,
            self.stage.iterations,
            "  ".join(f"{name} {mean:.4g}" for name, mean in means.items()),
            rate,
            speed * self.stage.batch,
            (self.stage.iterations - done) / speed / 60,
            _memory(),
        )
        self._write(done, {**means, "learning_rate": rate})
        self.sums, self.count = {}, 0

    def validated(self, done: int, scores: dict[str, float]) -> None:
        text = "  ".join(f"{name} {score:.4f}" for name, score in scores.items())
        log.info("%s %d validation  %s", self.stage.name, done, text)
        self._write(done, {f"validation_{name}": score for name, score in scores.items()})

    def _write(self, done: int, values: dict[str, float]) -> None:
        samples = done * self.stage.batch
        self.lines.write(json.dumps({"iteration": done, "samples": samples, **values}) + "\n")
        self.lines.flush()
        for name, value in values.items():
            self.board.add_scalar(name, value, samples)

    def close(self) -> None:
        self.board.close()
        self.lines.close()
