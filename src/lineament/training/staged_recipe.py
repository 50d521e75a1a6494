"""What the recipes of all tasks share that train networks stage after stage and export a record."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import torch
from pydantic import Field

from lineament.detection import DEFAULT_DETECTOR
from lineament.errors import ConfigError, DataError
from lineament.strict import Strict
from lineament.training.config import Recipe, Stage
from lineament.training.export import RecordDraft
from lineament.training.processes import first_process
from lineament.training.weight_storage import Storage
from lineament.weights import DetectorBox, FivePoints, InputContract, TurnedPoints

log = logging.getLogger(__name__)


class TrainingData(Strict):
    """What is learnt from; a task adds its `sources`.

    Attributes:
        cache: folder in which pictures and boxes are kept between runs.
        detector: name of the record whose boxes the crops follow.
    """

    cache: Path = Path("data/cache")
    detector: str = DEFAULT_DETECTOR


class StagedRecipe(Recipe):
    """A run of several stages that ends in a weight record.

    Attributes:
        stages: in the order in which they train; a task narrows their type.
        storage: of the exported weights.
    """

    stages: tuple[Stage, ...] = Field(min_length=1)
    storage: Storage = "float16"
    record: RecordDraft

    def begin(self, only: str | None) -> None:
        """Bound the threads, make the folder `out` and write the recipe into it.

        Raises:
            ConfigError: no stage is named `only`.
        """
        if self.threads:
            torch.set_num_threads(self.threads)
        names = [stage.name for stage in self.stages]
        if only is not None and only not in names:
            raise ConfigError(f"no stage {only!r} in {self.name}; there are {', '.join(names)}")
        if first_process():
            self.out.mkdir(parents=True, exist_ok=True)
            (self.out / "recipe.json").write_text(self.model_dump_json(indent=2), encoding="utf-8")

    def networks(self) -> tuple[str, ...]:
        """Names of the networks of the record, in the order in which they answer."""
        return tuple(stage.name for stage in self.stages)


class Counted(Protocol):
    """A set of faces."""

    def __len__(self) -> int: ...


def check_held_out(recipe: str, kept: Sequence[Counted]) -> None:
    """Raise a DataError unless a source keeps faces for validation."""
    if not any(len(faces) for faces in kept):
        raise DataError(
            f"{recipe} keeps no face for validation; give one source validation_people, held_out "
            "or held_out_count"
        )


def log_split(training: Counted, held_out: Counted) -> None:
    """Say how many faces there are."""
    log.info("%d faces to train on, %d to validate", len(training), len(held_out))


def rgb_input(size: int, crop: DetectorBox | TurnedPoints | FivePoints) -> InputContract:
    """The input of all networks that are trained here: RGB from 0 to 1."""
    return InputContract(
        name="image",
        size=size,
        colour="RGB",
        mean=(0.0, 0.0, 0.0),
        std=(255.0, 255.0, 255.0),
        crop=crop,
    )
