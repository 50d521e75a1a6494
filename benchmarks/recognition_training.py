"""Training speed of recognition: what the gate, DPAP and EHSM add to the step of a plain ViT.

    python benchmarks/recognition_training.py [--encoder vit] [--options width=64 ...]
        [--batch 128] [--classes 10000] [--precision bf16-mixed] [--device auto]
        [--steps 5] [--rounds 7] [--peak TFLOPS] [--clock wall] [--json]

A step is that of the training loop: the batch to the device, DPAP, forward, margin softmax over
all classes, backward, clipping, AdamW. The pictures are random and lie ready in memory: reading
and decoding are not timed. All variants take turns in each round. The medians over the rounds are
printed; the overhead is the median of the ratios within a round, so that a machine that slows down
for a while slows all. `--clock cpu` counts the time that the processor worked in place of the time
that passed, for a machine that is busy; with one thread, since threads that wait also count.

DPAP stands there twice. `every picture ranked` runs the network over the whole batch before each
step, as the published method does. `chosen pictures ranked` is what the recipes do: it ranks those
alone that the coin has chosen to perturb, and gives the same pictures.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from lightning.fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from lineament.errors import ConfigError
from lineament.recognition.criterion import RecognitionCriterion
from lineament.recognition.dpap import DpapOptions, dpap, ranked
from lineament.recognition.ehsm import EhsmOptions
from lineament.recognition.networks import FaceEncoder, build_encoder
from lineament.recognition.prepared import Preparation, Target
from lineament.recognition.stage import RecognitionStage
from lineament.training.config import Optimiser
from lineament.training.loop import Prepare, make_optimiser
from lineament.training.processes import make_fabric

ADAMW = Optimiser(kind="adamw", learning_rate=1e-4, final_learning_rate=1e-4, clip=5.0)

Arrays = dict[str, NDArray[Any]]


class WholeBatchRanked(Preparation):
    """DPAP that ranks every picture, also those that the coin leaves as they are."""

    def __call__(self, arrays: dict[str, Any], device: torch.device) -> tuple[Tensor, Target]:
        assert self.dpap is not None
        pictures = torch.as_tensor(arrays["image"]).to(device).permute(0, 3, 1, 2)
        target = {"label": torch.as_tensor(arrays["label"]).to(device)}
        generator = torch.Generator(device).manual_seed(int(arrays["draw"][0]))
        with self.ranking_precision(device):
            ranking = ranked(self.network, pictures)
            return dpap(pictures, ranking, self.dpap, generator), target


class Learner(NamedTuple):
    """A network with its centres and optimiser, as the training loop sets them up."""

    fabric: Fabric
    network: FaceEncoder
    wrapped: nn.Module
    criterion: RecognitionCriterion
    optimiser: Any
    clip: float

    def step(self, arrays: Arrays, prepare: Prepare, ehsm: EhsmOptions | None) -> None:
        """One training step, to its end on the device."""
        self.criterion.ehsm = ehsm
        images, target = prepare(arrays, self.fabric.device)
        terms = self.criterion(self.wrapped(images.float().div_(255)), target)
        loss = torch.stack(list(terms.values())).sum()
        self.optimiser.zero_grad()
        self.fabric.backward(loss)
        self.fabric.strategy.precision.unscale_gradients(self.optimiser.optimizer)
        nn.utils.clip_grad_norm_(self.network.parameters(), self.clip)
        self.optimiser.step()
        if not bool(torch.isfinite(loss)):
            raise FloatingPointError(f"the loss is {float(loss)}; its step measures nothing")


class Variant(NamedTuple):
    """One line of the table."""

    name: str
    learner: Learner
    prepare: Prepare
    ehsm: EhsmOptions | None


@dataclass(frozen=True, slots=True)
class Row:
    """One variant.

    Attributes:
        variant: its name.
        images: trained on in a second.
        ms: of a step.
        overhead: in percent of the plain step, median over the rounds.
        peak: percent of the chip's peak that the multiplications of forward and backward make,
            those of a ranking pass left out; None where the peak was not said.
    """

    variant: str
    images: float
    ms: float
    overhead: float
    peak: float | None


def learner(
    name: str, options: dict[str, Any], stage: RecognitionStage, classes: int, fabric: Fabric
) -> Learner:
    """A fresh network with as many classes."""
    torch.manual_seed(1)
    network = build_encoder(name, **options)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    criterion = RecognitionCriterion(network, classes, stage, seed=1)
    criterion.to(fabric.device)
    optimiser = make_optimiser(stage.optimiser, network, head=criterion)
    wrapped, wrapped_optimiser = fabric.setup(network, optimiser)
    wrapped.train()
    assert stage.optimiser.clip is not None
    return Learner(fabric, network, wrapped, criterion, wrapped_optimiser, stage.optimiser.clip)


def variants(plain: Learner, gated: Learner, stage: RecognitionStage) -> list[Variant]:
    """What is compared; the plain step is first."""
    assert stage.dpap is not None
    ehsm, precision = EhsmOptions(), stage.precision
    as_given = Preparation(gated.network, None, None, precision)
    every = WholeBatchRanked(gated.network, stage.dpap, None, precision)
    chosen = Preparation(gated.network, stage.dpap, None, precision)
    return [
        Variant("plain ViT", plain, as_given, None),
        Variant("+ SE gate", gated, as_given, None),
        Variant("+ SE + DPAP, every picture ranked", gated, every, None),
        Variant("+ SE + DPAP, chosen pictures ranked", gated, chosen, None),
        Variant("+ SE + EHSM", gated, as_given, ehsm),
        Variant("+ SE + DPAP, every picture ranked, + EHSM", gated, every, ehsm),
        Variant("+ SE + DPAP, chosen pictures ranked, + EHSM", gated, chosen, ehsm),
    ]


def compared(
    lines: Sequence[Variant],
    batches: Sequence[Arrays],
    rounds: int,
    peak: float | None,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Row]:
    """Time of all variants in turns.

    Args:
        batches: of one round; each variant trains on all of them.
        peak: of the chip, in TFLOP/s at the precision of the run.
        clock: gives seconds.
    """
    for line in lines:
        line.learner.step(batches[0], line.prepare, line.ehsm)
    seconds: dict[str, list[float]] = {line.name: [] for line in lines}
    for number in range(rounds):
        # Each begins in turn: the first of a round may find the machine otherwise than the last.
        first = number % len(lines)
        for line in (*lines[first:], *lines[:first]):
            seconds[line.name].append(_seconds(line, batches, clock))
    medians = {name: statistics.median(each) / len(batches) for name, each in seconds.items()}
    plain = seconds[lines[0].name]
    ratios = {
        name: statistics.median(own / base for own, base in zip(each, plain, strict=True))
        for name, each in seconds.items()
    }
    flops = {}
    if peak is not None:
        flops = {id(line.learner): step_flops(line.learner, batches[0]) for line in lines[:2]}
    size = len(batches[0]["label"])
    return [
        Row(
            line.name,
            size / medians[line.name],
            1e3 * medians[line.name],
            100 * (ratios[line.name] - 1),
            None
            if peak is None
            else 100 * flops[id(line.learner)] / medians[line.name] / (peak * 1e12),
        )
        for line in lines
    ]


def step_flops(learner: Learner, arrays: Arrays) -> float:
    """Operations, two for each multiply-add, of forward and backward without a ranking pass.

    Attention is computed plainly for it: not every quick kernel is known to the counter. A network
    with `checkpointing` counts its blocks' forward pass twice.
    """
    counter = FlopCounterMode(display=False)
    with counter, sdpa_kernel(SDPBackend.MATH):
        prepare = Preparation(learner.network, None, None, "32-true")
        learner.step(arrays, prepare, None)
    return float(counter.get_total_flops())


def random_batches(count: int, size: int, side: int, classes: int, seed: int = 0) -> list[Arrays]:
    """Batches as `IdentityBatches` gives them, of noise."""
    random = np.random.default_rng(seed)
    return [
        {
            "image": random.integers(0, 256, (size, side, side, 3), dtype=np.uint8),
            "label": random.integers(0, classes, size),
            "draw": random.integers(2**31, size=1),
        }
        for _ in range(count)
    ]


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = [
        "| step | images/s | ms | overhead, % | of the peak, % |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.variant} | {row.images:.1f} | {row.ms:.1f} | {row.overhead:+.1f} | "
        f"{'-' if row.peak is None else format(row.peak, '.1f')} |"
        for row in rows
    ]
    return "\n".join(lines)


def _seconds(line: Variant, batches: Sequence[Arrays], clock: Callable[[], float]) -> float:
    """Of a step for each batch, until the device has done them."""
    device = line.learner.fabric.device
    started = clock()
    for arrays in batches:
        line.learner.step(arrays, line.prepare, line.ehsm)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return clock() - started


def main() -> None:
    parser = argparse.ArgumentParser(description="Training speed of recognition.")
    parser.add_argument("--encoder", default="vit", help="a vision transformer")
    parser.add_argument("--options", nargs="*", default=[], help="of the encoder, as in TOML")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--classes", type=int, default=10_000)
    parser.add_argument("--sample-rate", type=float, default=1.0, help="of the classes")
    parser.add_argument("--probability", type=float, default=0.2, help="of DPAP, of a picture")
    parser.add_argument("--precision", default="bf16-mixed")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, help="of the CPU")
    parser.add_argument("--steps", type=int, default=5, help="of a variant in a round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peak", type=float, help="TFLOP/s of the chip at this precision")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    stage = RecognitionStage(
        name="benchmark",
        batch=chosen.batch,
        iterations=1,
        optimiser=ADAMW,
        precision=chosen.precision,
        sample_rate=chosen.sample_rate,
        dpap=DpapOptions(probability=chosen.probability),
    )
    fabric = make_fabric(chosen.device, chosen.precision)
    try:
        options = tomllib.loads("\n".join(chosen.options))
        plain, gated = (
            learner(chosen.encoder, {**options, "se_gate": gate}, stage, chosen.classes, fabric)
            for gate in (False, True)
        )
    except ConfigError as error:
        parser.error(str(error))
    batches = random_batches(chosen.steps, chosen.batch, gated.network.size, chosen.classes)
    clock = time.process_time if chosen.clock == "cpu" else time.perf_counter
    lines = variants(plain, gated, stage)
    found = compared(lines, batches, chosen.rounds, chosen.peak, clock)
    print(json.dumps([asdict(row) for row in found], indent=2) if chosen.json else table(found))


if __name__ == "__main__":
    main()
