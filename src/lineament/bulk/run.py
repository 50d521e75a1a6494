"""A bulk run from Python: list, analyse what is missing, tally."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lineament.bulk.options import BulkOptions
from lineament.bulk.run_folder import RunFolder, Totals
from lineament.bulk.shard import ShardTally
from lineament.bulk.shards_on_ray import check_ray, shards_on_ray

DEFAULT_COLUMN = "path"


class BulkRun:
    """The faces of very many pictures as Parquet tables; docs/bulk.md describes the folder.

    A folder that holds the same run, broken off, is gone on with; what is done stays.

    Args:
        source: a folder of pictures, a text with one path a line, or a `.parquet` file.
        output: folder of the results.
        options: what is done to each picture.
        column: of a `.parquet` input, with paths or encoded pictures.

    Attributes:
        weights: task -> identifier of the weight that runs.
        pictures: how many there are in all.
        missing: numbers of the shards that are not done yet.

    Raises:
        ConfigError: Ray is missing, an option is wrong, or the folder holds something else.
        DataError: the input holds no picture, or cannot be read.
        RecordError, WeightError: as `lineament.Analyzer`.
    """

    def __init__(
        self,
        source: Path | str,
        output: Path | str,
        options: BulkOptions | None = None,
        *,
        column: str = DEFAULT_COLUMN,
    ) -> None:
        check_ray()
        self._options = options or BulkOptions()
        self._column = column
        records = self._options.analyzer(device="cpu", threads=1).records
        self.weights = {task: record.identifier for task, record in records.items()}
        self._folder = RunFolder(Path(output))
        try:
            plan = self._folder.begin(Path(source), column, self._options, self.weights)
            self.pictures = plan.pictures
            self.missing = self._folder.missing()
        except BaseException:
            self._folder.close()
            raise

    def shards(
        self,
        *,
        workers: int | None = None,
        gpus: float = 0,
        address: str | None = None,
        device: str = "auto",
        threads: int | None = None,
    ) -> Iterator[ShardTally]:
        """Do the missing shards; a tally for each as soon as it is on the disk.

        Arguments and errors as `lineament.bulk.shards_on_ray.shards_on_ray`. Without missing
        shards Ray is not started.
        """
        if not self.missing:
            return
        for tally in shards_on_ray(
            self._folder.path,
            self.missing,
            self._column,
            self._options,
            workers=workers,
            gpus=gpus,
            address=address,
            device=device,
            threads=threads,
        ):
            self._folder.mark_done(tally)
            yield tally
        self.missing = self._folder.missing()

    def totals(self) -> Totals:
        """Sums over all shards that are done."""
        return self._folder.totals()

    def close(self) -> None:
        """Let another run have the folder."""
        self._folder.close()

    def __enter__(self) -> BulkRun:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
