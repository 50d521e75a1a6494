"""People rendered while they are asked for: aligned crops of a recipe's samples, none kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from lineament.datasets.identity_pictures import Labels
from lineament.face import ByteArray
from lineament.recognition.alignment import SIZE, align
from lineament.synthesis.dataset_recipe import DatasetRecipe, load_dataset_recipe
from lineament.synthesis.engine_source import EngineSource, require_synth
from lineament.synthesis.rendering import FaceEngine


class IdentitiesOnTheFly:
    """The samples of a dataset's recipe, rendered one by one.

    Sample i is the one that `lineament synth generate` makes of the same recipe, so that a
    training that begins so may go on from shards. Each process makes an engine of its own, and
    pictures of one person one after another cost the making of the person once.

    Args:
        recipe: seed, number of samples, images of a person, engine.
        make_engine: called once in each process.
        size: side of the crops in pixels.

    Attributes:
        labels: (N,) int64, 0 to C-1, in the order of the people.
        names: of the people: the seeds from which they are made.
    """

    aligned = True

    def __init__(
        self, recipe: DatasetRecipe, make_engine: Callable[[], FaceEngine], size: int = SIZE
    ) -> None:
        self.recipe, self.size = recipe, size
        self._make_engine = make_engine
        self._engine: FaceEngine | None = None
        self._person: tuple[tuple[int, float], Any] | None = None
        self.labels: Labels = np.arange(recipe.count, dtype=np.int64) // recipe.images_per_identity
        each = recipe.images_per_identity
        self.names = tuple(str(recipe.seeds(first)[0]) for first in range(0, recipe.count, each))

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_engine": None, "_person": None}

    def __len__(self) -> int:
        return self.recipe.count

    def picture(self, index: int, /) -> ByteArray:
        """(size,size,3) uint8 RGB."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        self._engine = self._engine or self._make_engine()
        person = self.recipe.person(index)
        if self._person is None or self._person[0] != person:
            self._person = person, self._engine.identity(*person)
        rendering = self._engine.render(self._person[1], self.recipe.seeds(index)[1])
        return align(rendering.image, rendering.points5, self.size)


def read_identities_on_the_fly(
    recipe: Path | str,
    *,
    assets: Path | None = None,
    backgrounds: Path | None = None,
    size: int = SIZE,
    count: int | None = None,
) -> IdentitiesOnTheFly:
    """The people of a recipe for `lineament synth generate`.

    Args:
        recipe: the TOML file.
        assets: folder of the assets; where None it is looked for as `synth generate` does.
        backgrounds: folder of background photographs; None leaves those that are computed.
        size: side of the crops in pixels.
        count: samples in all, instead of the recipe's number.

    Raises:
        ConfigError: the recipe is missing or malformed, or a package is not installed.
        DataError: there are no assets.
    """
    require_synth()
    from lineament.synthesis.assets import find_assets

    overrides = [f"count={count}"] if count else []
    loaded = load_dataset_recipe(Path(recipe), overrides)
    source = EngineSource(find_assets(assets), loaded.engine, backgrounds)
    return IdentitiesOnTheFly(loaded, source, size)
