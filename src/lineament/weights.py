"""Weight records: a weight is data that says what it is, where it is from and what it expects.

A record is a TOML file beside its ONNX files. The package's own records lie in `weights/`; a
user's record can point at any ONNX file, as long as it states the input contract. Nothing is
guessed from the names of a graph's nodes. docs/weights.md describes every key.
"""

from __future__ import annotations

import difflib
import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from lineament.errors import RecordError, WeightError
from lineament.free_shapes import free_shapes
from lineament.strict import Strict, describe_faults
from lineament.toml_file import read_toml
from lineament.weight_input import (
    Crop,
    DetectorBox,
    FivePoints,
    InputContract,
    TurnedPoints,
    WholePhoto,
)
from lineament.weight_output import (
    AnchorFreeOutput,
    AttributeHead,
    AttributesOutput,
    CenterFaceOutput,
    EmbeddingOutput,
    Output,
    PartsOutput,
    PointsLayout,
    PointsOutput,
    RetinaFaceOutput,
)
from lineament.weight_source import Source, read_source

__all__ = [
    "AnchorFreeOutput",
    "AttributeHead",
    "AttributesOutput",
    "Calibration",
    "CenterFaceOutput",
    "Crop",
    "DetectorBox",
    "EmbeddingOutput",
    "FivePoints",
    "InputContract",
    "Measure",
    "Network",
    "Output",
    "PartsOutput",
    "PointsLayout",
    "PointsOutput",
    "RetinaFaceOutput",
    "TurnedPoints",
    "WeightRecord",
    "WholePhoto",
    "find_record",
    "load_record",
    "shipped_records",
]

SHIPPED = Path(__file__).parent / "weights"


class Network(Strict):
    """One ONNX graph with its contracts.

    Attributes:
        source: where its bytes lie.
        sha256: of those bytes, in lower-case hexadecimal digits.
        free_shapes: the graph takes any batch and size, although its file declares one.
    """

    source: Source
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    free_shapes: bool = False
    input: InputContract
    output: Output


class Measure(Strict):
    """One number with the protocol that gives it a meaning."""

    metric: str
    protocol: str
    value: float


class Calibration(Strict):
    """What the scores of a recognition weight mean.

    A score is the cosine between two embeddings, -1 to 1.

    Attributes:
        protocol: the pairs of pictures by which it was measured.
        thresholds: (false match rate, score), by falling rate and thus rising score: of the
            pairs of two people that part scores at least the score. Rates that the protocol had
            too few pairs for do not stand here.
        slope, offset: the probability that two faces are of one person is
            sigmoid(slope x score + offset) where, before looking, that is as likely as not.
    """

    protocol: str = Field(min_length=1)
    thresholds: tuple[tuple[float, float], ...] = Field(min_length=1)
    slope: float = Field(gt=0, allow_inf_nan=False)
    offset: float = Field(allow_inf_nan=False)

    @model_validator(mode="after")
    def _fall_and_rise(self) -> Calibration:
        rates, scores = zip(*self.thresholds, strict=True)
        if not all(0 < rate < 1 for rate in rates):
            raise ValueError(f"false match rates lie between 0 and 1, got {rates}")
        if not all(abs(score) <= 1 + 1e-6 for score in scores):
            raise ValueError(f"scores are cosines, -1 to 1, got {scores}")
        if list(rates) != sorted(set(rates), reverse=True) or list(scores) != sorted(scores):
            raise ValueError(
                "thresholds need falling rates, each once, and rising scores, got "
                f"{self.thresholds}"
            )
        return self


class WeightRecord(Strict):
    """What is known of a weight. Stages run in the order of `networks`."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    task: Literal["detection", "landmarks", "attributes", "parsing", "recognition"]
    description: str
    licence: str
    trained_on: str
    real_faces: bool
    third_party: bool
    research_only: bool = False
    recipe: str | None = None
    commit: str | None = None
    networks: tuple[Network, ...] = Field(min_length=1)
    measures: tuple[Measure, ...] = ()
    calibration: Calibration | None = None
    _folder: Path = PrivateAttr(default=SHIPPED)

    @model_validator(mode="after")
    def _calibrated(self) -> WeightRecord:
        if self.calibration and self.task != "recognition":
            raise ValueError(f"calibration is for task recognition, got task {self.task}")
        return self

    @property
    def identifier(self) -> str:
        """The name, `@`, and the first 12 digits of the first network's SHA-256: a weight of the
        same name that was trained anew has another."""
        return f"{self.name}@{self.networks[0].sha256[:12]}"

    def first(self, stages: int) -> WeightRecord:
        """The record of the first stages alone; measures are of the whole and stay behind."""
        few = self.model_copy(update={"networks": self.networks[:stages], "measures": ()})
        few._folder = self._folder
        return few

    def model_bytes(self, stage: int = 0) -> bytes:
        """The ONNX bytes of one stage, checked against the record's sha256.

        Raises:
            WeightError: the file or its distribution is missing, or its checksum differs.
        """
        network = self.networks[stage]
        data = read_source(network.source, self._folder)
        found = hashlib.sha256(data).hexdigest()
        if found != network.sha256:
            raise WeightError(
                f"weight {self.name}: sha256 of stage {stage + 1} is {found}, the record expects "
                f"{network.sha256}; reinstall the package or correct the record"
            )
        return free_shapes(data) if network.free_shapes else data


def load_record(path: Path | str) -> WeightRecord:
    """Read a record from a TOML file.

    Raises:
        RecordError: the file is missing, is not TOML, or has a missing, unknown or wrong key;
            the message names each.
    """
    path = Path(path)
    values = read_toml(path, "weight record", RecordError)
    try:
        record = WeightRecord.model_validate(values)
    except ValidationError as error:
        faults = describe_faults(WeightRecord, error)
        raise RecordError(
            f"{path} is not a valid weight record: {faults} (docs/weights.md lists the keys)"
        ) from error
    record._folder = path.resolve().parent
    return record


@cache
def shipped_records() -> dict[str, WeightRecord]:
    """The package's own records by name."""
    records = (load_record(path) for path in sorted(SHIPPED.glob("*.toml")))
    return {record.name: record for record in records}


def find_record(name_or_path: str | Path) -> WeightRecord:
    """A shipped record by its name, or a user's record by the path of its TOML file.

    Raises:
        RecordError: no such record; the message lists the nearest names.
    """
    if isinstance(name_or_path, Path) or name_or_path.endswith(".toml"):
        return load_record(name_or_path)
    records = shipped_records()
    if name_or_path not in records:
        near = difflib.get_close_matches(name_or_path, records, n=3) or sorted(records)
        raise RecordError(
            f"no weight named {name_or_path!r}; did you mean {', '.join(near)}? "
            "`lineament models` lists all; a record of your own is given as a path to its .toml"
        )
    return records[name_or_path]
