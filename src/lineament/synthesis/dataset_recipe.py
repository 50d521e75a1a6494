"""What a dataset of rendered faces is: read from TOML, kept beside the shards."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from lineament.errors import ConfigError
from lineament.strict import Strict, describe_faults
from lineament.synthesis.engine_options import EngineOptions
from lineament.synthesis.sample_file import KEY_DIGITS, ImageFormat
from lineament.synthesis.sample_seeds import identity_seed, scene_seed, years_of
from lineament.toml_file import read_toml
from lineament.training.config import override_value
from lineament.training.record_toml import to_toml


class DatasetRecipe(Strict):
    """A dataset; together with the assets it determines every byte of the shards.

    Attributes:
        seed: another one gives other people and scenes.
        count: samples in all. A larger one continues a smaller one.
        images_per_identity: samples number 0 to this one less are the first person, and so on.
        ages: the pictures of a person show so many ages, one after another.
        age_span: years to either side within which these ages are drawn, evenly; see `ageing`.
        shard_size: samples of a shard; the last may have fewer.
        image: how pictures are kept.
        engine: how they are rendered.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    seed: int = Field(ge=0)
    count: int = Field(gt=0, le=10**KEY_DIGITS)
    images_per_identity: int = Field(gt=0, default=4)
    ages: int = Field(gt=0, default=1)
    age_span: float = Field(ge=0, le=60, default=0.0)
    shard_size: int = Field(gt=0, default=1000)
    image: ImageFormat = ImageFormat()
    engine: EngineOptions = EngineOptions()

    @property
    def shards(self) -> int:
        """How many shards there are."""
        return -(-self.count // self.shard_size)

    def samples(self, shard: int) -> range:
        """Numbers of the samples of shard number `shard`."""
        return range(shard * self.shard_size, min((shard + 1) * self.shard_size, self.count))

    def seeds(self, sample: int) -> tuple[int, int]:
        """Seeds of the identity and the scene of sample number `sample`."""
        person = sample // self.images_per_identity
        return identity_seed(self.seed, person), scene_seed(self.seed, sample)

    def person(self, sample: int) -> tuple[int, float]:
        """Seed of the identity of sample number `sample`, and by how many years it differs."""
        person, place = divmod(sample, self.images_per_identity)
        age = place * self.ages // self.images_per_identity
        years = years_of(self.seed, person, age, self.age_span) if self.age_span else 0.0
        return identity_seed(self.seed, person), years

    def to_toml(self) -> str:
        """Text that `load_dataset_recipe` reads back."""
        return to_toml(self.model_dump(mode="json", exclude_none=True))

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal digits, of all but the count."""
        return hashlib.sha256(self.model_copy(update={"count": 1}).to_toml().encode()).hexdigest()


Recipe = TypeVar("Recipe", bound=DatasetRecipe)


def load_dataset_recipe(path: Path, overrides: Sequence[str] = ()) -> DatasetRecipe:
    """Read a recipe of rendered faces; see `load_recipe_of`."""
    return load_recipe_of(DatasetRecipe, path, overrides)


def load_recipe_of(kind: type[Recipe], path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe; each override is `key.key=value`, the value written as TOML.

    Raises:
        ConfigError: the file is missing or not TOML, a key is unknown or a value out of range.
    """
    values = read_toml(path, "recipe", ConfigError)
    for override in overrides:
        override_value(values, override)
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {describe_faults(kind, error)}") from error


def differences(one: DatasetRecipe, other: DatasetRecipe) -> dict[str, tuple[Any, Any]]:
    """Both values by dotted key, where the recipes differ."""
    first, second = (_flat(recipe.model_dump(mode="json")) for recipe in (one, other))
    keys = [*first, *(key for key in second if key not in first)]
    return {
        key: (first.get(key), second.get(key)) for key in keys if first.get(key) != second.get(key)
    }


def _flat(values: dict[str, Any], path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{path}{key}.")
        else:
            flat[f"{path}{key}"] = value
    return flat
