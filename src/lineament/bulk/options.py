"""What a bulk run does to each picture; the same on every worker and when a run goes on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from lineament.analyzer import DEFAULT_HEADS
from lineament.detection import DEFAULT_DETECTOR, DetectionOptions
from lineament.strict import Strict

if TYPE_CHECKING:
    from lineament.analyzer import Analyzer

DEFAULT_SHARD = 500


class BulkOptions(Strict):
    """What decides the rows of a run.

    Attributes:
        heads, detector, records, detection: as for `lineament.Analyzer`.
        shard_size: pictures that are analysed and written as one. A run that was broken off goes
            on with the shards that are missing, so that at most one for each worker is lost.
    """

    heads: tuple[str, ...] = DEFAULT_HEADS
    detector: str = DEFAULT_DETECTOR
    records: tuple[str, ...] = ()
    detection: DetectionOptions = DetectionOptions()
    shard_size: int = Field(default=DEFAULT_SHARD, ge=1)

    def analyzer(self, *, device: str = "auto", threads: int | None = None) -> Analyzer:
        """The analyzer of a worker.

        Raises:
            ConfigError, RecordError, WeightError, DeviceError: as `lineament.Analyzer`.
        """
        from lineament.analyzer import Analyzer

        return Analyzer(
            self.heads,
            detector=self.detector,
            records=self.records,
            options=self.detection,
            device=device,
            threads=threads,
        )


def everywhere(name_or_path: str) -> str:
    """The name of a shipped record as it is, the path of one's own as an absolute one: a worker
    may run in another folder."""
    is_path = name_or_path.endswith(".toml")
    return str(Path(name_or_path).expanduser().absolute()) if is_path else name_or_path
