"""Rendered faces for PyTorch: streamed from shards, or rendered on the fly.

Both split their samples over the workers of the loader and over the processes of a distributed
run, so that no sample comes twice. A sample is a dict of numpy arrays and plain values that
PyTorch's own collation takes: what `Rendering` holds, `key`, and `attributes` as a dict.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import torch.distributed
from torch.utils.data import IterableDataset, get_worker_info

from lineament.errors import ConfigError
from lineament.synthesis.dataset_recipe import DatasetRecipe
from lineament.synthesis.rendering import FaceEngine
from lineament.synthesis.sample_file import Sample, sample_key
from lineament.synthesis.shard_making import MakeEngine
from lineament.synthesis.shard_reader import find_shards, read_shard

Values = dict[str, Any]


class ShardFaces(IterableDataset[Values]):
    """The samples of the shards in a folder; of n readers, each takes every n-th shard.

    Args:
        folder: of the shards.
        shuffle: samples that wait to be drawn at random; neighbours in a shard show one person,
            so give thousands to train. 0 keeps the order.
        seed: of that draw and of the order of shards; `set_epoch` varies it.

    Raises:
        DataError: there is no shard, or (while reading) one is damaged.
        ConfigError: (while reading) there are fewer shards than readers.
    """

    def __init__(self, folder: Path, shuffle: int = 0, seed: int = 0) -> None:
        self.paths = find_shards(folder)
        self.shuffle = shuffle
        self.seed = seed
        self.epoch = 0
        self._process = place_among_processes()

    def set_epoch(self, epoch: int) -> None:
        """Give another order; takes effect when the next iteration starts its workers."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[Values]:
        reader, readers = place_among_readers(*self._process)
        if len(self.paths) < readers:
            raise ConfigError(
                f"got {len(self.paths)} shards for {readers} readers, expected one each at least; "
                "use fewer workers or generate with a smaller shard_size"
            )
        paths = self.paths
        if self.shuffle:
            order = np.random.default_rng((self.seed, self.epoch)).permutation(len(paths))
            paths = [paths[i] for i in order]
        samples = (sample for path in paths[reader::readers] for sample in read_shard(path))
        random = np.random.default_rng((self.seed, self.epoch, reader))
        return map(values, shuffled(samples, self.shuffle, random))


class OnTheFlyFaces(IterableDataset[Values]):
    """Faces rendered in the loader's workers, each with an engine of its own.

    Sample i is the one that `generate` would make of the same recipe. Of n readers, each
    takes every n-th person.

    Args:
        recipe: seed, images of a person, engine.
        make_engine: called once in each worker.
        endless: go on beyond the recipe's count; no sample ever repeats.
        shuffle: as for `ShardFaces`.
    """

    def __init__(
        self,
        recipe: DatasetRecipe,
        make_engine: MakeEngine,
        *,
        endless: bool = False,
        shuffle: int = 0,
    ) -> None:
        self.recipe = recipe
        self.endless = endless
        self.shuffle = shuffle
        self._make_engine = make_engine
        self._process = place_among_processes()
        self._engine: FaceEngine | None = None

    def __getstate__(self) -> Values:
        return self.__dict__ | {"_engine": None}

    def __iter__(self) -> Iterator[Values]:
        reader, readers = place_among_readers(*self._process)
        random = np.random.default_rng((self.recipe.seed, reader))
        return map(values, shuffled(self._rendered(reader, readers), self.shuffle, random))

    def _rendered(self, reader: int, readers: int) -> Iterator[Sample]:
        engine = self._engine = self._engine or self._make_engine()
        each = self.recipe.images_per_identity
        for person in count(reader, readers):
            samples = range(person * each, (person + 1) * each)
            if not self.endless:
                samples = samples[: max(self.recipe.count - samples.start, 0)]
                if not samples:
                    return
            made, identity = None, None
            for sample in samples:
                wanted, scene = self.recipe.person(sample), self.recipe.seeds(sample)[1]
                if wanted != made:
                    made, identity = wanted, engine.identity(*wanted)
                yield Sample(sample_key(sample), engine.render(identity, scene))


def values(sample: Sample) -> Values:
    """A sample as a dict that PyTorch's default collation takes."""
    rendering = sample.rendering
    found = {field.name: getattr(rendering, field.name) for field in fields(rendering)}
    return found | {"key": sample.key, "attributes": rendering.attributes.to_dict()}


def place_among_processes() -> tuple[int, int]:
    """Number of this process of a distributed run from 0, and how many there are.

    To be asked in the process itself: the loader's workers may not know.
    """
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank(), torch.distributed.get_world_size()
    return 0, 1


def place_among_readers(process: int, processes: int) -> tuple[int, int]:
    """Number of this reader from 0, and how many there are: workers times processes."""
    worker = get_worker_info()
    place, workers = (worker.id, worker.num_workers) if worker else (0, 1)
    return process * workers + place, processes * workers


def shuffled(samples: Iterator[Sample], room: int, random: np.random.Generator) -> Iterator[Sample]:
    """Each sample once; it waits among `room` others and is drawn at random. 0 keeps the order."""
    if not room:
        yield from samples
        return
    waiting: list[Sample] = []
    for sample in samples:
        if len(waiting) < room:
            waiting.append(sample)
            continue
        place = int(random.integers(room))
        yield waiting[place]
        waiting[place] = sample
    for place in random.permutation(len(waiting)):
        yield waiting[place]
