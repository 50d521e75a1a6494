"""One process or many: what torchrun says through the environment."""

from __future__ import annotations

import os
import warnings

from lightning.fabric import Fabric
from lightning.fabric.strategies.ddp import DDPStrategy

from lineament.training.precision import usable_precision


def first_process() -> bool:
    """Whether this process writes the files of a run."""
    return int(os.environ.get("RANK", "0")) == 0


def place_among_processes() -> tuple[int, int]:
    """Number of this process, and how many there are."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


def make_fabric(device: str, precision: str) -> Fabric:
    """Lightning Fabric for this process: alone, or one of those that torchrun started.

    Args:
        device: `auto`, `cpu`, `cuda` and so on, in Fabric's words.
        precision: in Fabric's words, such as `bf16-mixed`; see `usable_precision`.
    """
    # Buffers follow each process's own batches; those of the first are kept and validated. Sent
    # round, they would have every process wait while the first one validates alone.
    ddp = DDPStrategy(broadcast_buffers=False)
    warnings.filterwarnings("ignore", "`broadcast_buffers` is deprecated")
    local = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    world = int(os.environ.get("WORLD_SIZE", "1"))
    fabric = Fabric(
        accelerator=device,
        devices=local,
        num_nodes=max(world // local, 1),
        strategy=ddp if world > 1 else "auto",
        precision=usable_precision(precision, device),  # type: ignore[arg-type]
    )
    fabric.launch()
    return fabric
