"""Recipes: what a training run is, read from TOML into frozen, strict models.

A task derives its own recipe from `Recipe` and its own stage from `Stage`; the loop needs only
what stands here.
"""

from __future__ import annotations

import importlib
import math
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from lineament.errors import ConfigError
from lineament.strict import Strict, describe_faults
from lineament.toml_file import read_toml

TASKS = {
    "landmarks": "lineament.landmarks.recipe",
    "table": "lineament.training.table",
    "attributes": "lineament.attributes.recipe",
    "parsing": "lineament.parsing.recipe",
    "recognition": "lineament.recognition.recipe",
    "detection": "lineament.detection.recipe",
    "verification_table": "lineament.recognition.verification_table",
    "probe": "lineament.synthesis.probe.recipe",
}
"""The module that holds the `RECIPE` of each task."""


class Optimiser(Strict):
    """An optimiser whose rate falls from first to last iteration.

    Attributes:
        schedule: the fall: by the same factor every iteration, along half a cosine, or with the
            square of what is left after the warm-up, as recognition's recipes do.
        warm_up: share of the iterations in which the rate first rises from nothing.
        clip: the gradient of the network is shortened to this norm; None leaves it.
    """

    kind: Literal["sgd", "adamw"] = "sgd"
    learning_rate: float = Field(gt=0)
    final_learning_rate: float = Field(ge=0)
    schedule: Literal["geometric", "cosine", "polynomial"] = "geometric"
    warm_up: float = Field(ge=0, lt=1, default=0.0)
    momentum: float = Field(ge=0, lt=1, default=0.9)
    weight_decay: float = Field(ge=0, default=5e-4)
    clip: float | None = Field(gt=0, default=None)

    @model_validator(mode="after")
    def _can_fall(self) -> Optimiser:
        if self.schedule == "geometric" and not self.final_learning_rate:
            raise ValueError("a geometric schedule never reaches 0; give final_learning_rate > 0")
        return self

    def rate(self, progress: float) -> float:
        """Learning rate at `progress` 0 to 1."""
        progress = min(max(progress, 0.0), 1.0)
        first, last = self.learning_rate, self.final_learning_rate
        if self.schedule == "geometric":
            rate = first * (last / first) ** progress
        elif self.schedule == "polynomial":
            left = min(1.0, (1 - progress) / (1 - self.warm_up))
            rate = last + (first - last) * left**2
        else:
            rate = last + (first - last) * (1 + math.cos(math.pi * progress)) / 2
        # The first iteration has progress 0 and must learn something.
        rise = (progress + 1e-3) / self.warm_up if self.warm_up else 1.0
        return float(rate * min(rise, 1.0))


class Stage(Strict):
    """One network trained on one kind of data by one schedule.

    Attributes:
        precision: Lightning Fabric's name, such as `32-true` or `bf16-mixed`.
        validate_every, save_every, log_every: in iterations.
    """

    name: str
    batch: int = Field(gt=0)
    iterations: int = Field(gt=0)
    optimiser: Optimiser
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"
    workers: int = Field(ge=0, default=0)
    log_every: int = Field(gt=0, default=200)
    validate_every: int = Field(gt=0, default=5000)
    save_every: int = Field(gt=0, default=2000)


class Recipe(Strict):
    """A whole run.

    Attributes:
        out: folder of checkpoints and logs, relative to the working folder.
        threads: CPU threads of one process; None leaves PyTorch's choice.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    task: Literal[
        "landmarks",
        "table",
        "attributes",
        "parsing",
        "recognition",
        "detection",
        "verification_table",
        "probe",
    ]
    seed: int = 0
    out: Path
    device: str = "auto"
    threads: int | None = Field(gt=0, default=None)

    def run(self, only: str | None = None) -> Path:
        """Train all stages, or one alone, and return what was written. A task overrides this."""
        raise ConfigError(f"recipe {self.name}: task {self.task} has no runner (stage {only})")


def load_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe; each override is `key.key=value`, the value written as TOML.

    Items of a list are named by their number from 0, or by their `name`:
    `stages.cnn7.iterations=100`.

    Raises:
        ConfigError: the file is missing or not TOML, a key is unknown or a value out of range.
    """
    values = read_toml(path, "recipe", ConfigError)
    for override in overrides:
        override_value(values, override)
    task = values.get("task")
    if task not in TASKS:
        raise ConfigError(f"{path}: task is {task!r}, expected one of {', '.join(TASKS)}")
    model: type[Recipe] = importlib.import_module(TASKS[task]).RECIPE
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {describe_faults(model, error)}") from error


def override_value(values: dict[str, Any], override: str) -> None:
    """Change one value of a recipe's nested tables in place; `override` as for `load_recipe`.

    Raises:
        ConfigError: it is not `key.key=value`, or leads to no place.
    """
    key, sign, text = override.partition("=")
    if not sign or not key:
        raise ConfigError(f"--set expects key.key=value, got {override!r}")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    *path, last = key.split(".")
    place: Any = values
    for part in path:
        place = _step(place, part, override)
    if isinstance(place, list):
        place[_position(place, last, override)] = value
    elif isinstance(place, dict):
        place[last] = value
    else:
        raise ConfigError(f"--set {override}: {path[-1]!r} is a plain value")


def _step(place: Any, part: str, override: str) -> Any:
    if isinstance(place, list):
        return place[_position(place, part, override)]
    if not isinstance(place, dict):
        raise ConfigError(f"--set {override}: {part!r} lies in a plain value")
    return place.setdefault(part, {})


def _position(items: list[Any], part: str, override: str) -> int:
    names = [item.get("name") if isinstance(item, Mapping) else None for item in items]
    if part in names:
        return names.index(part)
    if part.isdigit() and int(part) < len(items):
        return int(part)
    known = ", ".join(str(name) for name in names)
    raise ConfigError(f"--set {override}: no item {part!r}; there are {known}")
