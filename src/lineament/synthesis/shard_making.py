"""Makes one shard of a dataset, or finds that it is there already."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineament.errors import DataError
from lineament.synthesis.dataset_recipe import DatasetRecipe
from lineament.synthesis.rendering import FaceEngine
from lineament.synthesis.sample_file import decode_facts, encode, sample_key
from lineament.synthesis.shard_reader import read_facts, shard_path
from lineament.synthesis.shard_writer import ShardWriter

logger = logging.getLogger(__name__)

MakeEngine = Callable[[], FaceEngine]


@dataclass(frozen=True)
class Shard:
    """A finished shard.

    Attributes:
        number: from 0.
        facts: what the JSON of each sample says.
        made: whether it was made now; otherwise it was found.
        damage: why a file of that name was made anew, or empty.
    """

    number: int
    facts: list[dict[str, Any]]
    made: bool
    damage: str = ""


class ShardMaker:
    """Makes shards of one dataset, in any order; other kinds of samples override the two methods
    at its end.

    Args:
        recipe: what to make.
        folder: where.
        make_engine: called once, when the first picture is needed; it must survive pickling.
    """

    def __init__(self, recipe: DatasetRecipe, folder: Path, make_engine: MakeEngine) -> None:
        self.recipe = recipe
        self.folder = folder
        self._make_engine = make_engine
        self._engine: FaceEngine | None = None

    def __call__(self, number: int, at: Callable[[int], None]) -> Shard:
        """Make shard `number` unless it is there, whole and of this recipe.

        Args:
            number: from 0.
            at: told the number of each sample before it is rendered.

        Raises:
            DataError: the file cannot be written, or an asset cannot be read.
        """
        path = shard_path(self.folder, number)
        damage = ""
        if path.exists():
            try:
                return Shard(number, self._found(path, number), made=False)
            except DataError as error:
                damage = str(error)
        return Shard(number, self._made(path, number, at), made=True, damage=damage)

    def _found(self, path: Path, number: int) -> list[dict[str, Any]]:
        facts = read_facts(path, self._decode_facts)
        wanted = [(sample_key(i), *self.recipe.seeds(i)) for i in self.recipe.samples(number)]
        found = [(fact["key"], fact["identity"], fact["scene"]) for fact in facts]
        if found != wanted:
            raise DataError(
                f"{path} holds {len(found)} samples that are not the {len(wanted)} of this recipe"
            )
        return facts

    def _made(self, path: Path, number: int, at: Callable[[int], None]) -> list[dict[str, Any]]:
        if self._engine is None:
            self._engine = self._make_engine()
        facts, person, identity = [], None, None
        samples = self.recipe.samples(number)
        with ShardWriter(path, len(samples)) as writer:
            for sample in samples:
                at(sample)
                wanted = self.recipe.person(sample)
                if wanted != person:
                    person, identity = wanted, self._engine.identity(*wanted)
                key = sample_key(sample)
                rendering = self._engine.render(identity, self.recipe.seeds(sample)[1])
                files = self._encode(key, rendering)
                writer.add(key, files)
                facts.append(self._decode_facts(key, files))
        return facts

    def _encode(self, key: str, rendering: Any) -> dict[str, bytes]:
        """The files of one sample by their extensions."""
        return encode(key, rendering, self.recipe.image)

    def _decode_facts(self, key: str, files: Mapping[str, bytes]) -> dict[str, Any]:
        """What the JSON of one sample says, checked."""
        return decode_facts(key, files)
