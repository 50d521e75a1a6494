"""Weight records: a weight is data that says what it is, where it is from and what it expects.

A record is a TOML file beside its ONNX files. The package's own records lie in `weights/`; a
user's record can point at any ONNX file, as long as it states the input contract. Nothing is
guessed from the names of a graph's nodes. docs/weights.md describes every key.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import importlib.metadata
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lineament.errors import RecordError, WeightError

SHIPPED = Path(__file__).parent / "weights"


class Strict(BaseModel):
    """Frozen; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileSource(Strict):
    """An ONNX file; a relative path starts at the record's folder."""

    kind: Literal["file"] = "file"
    path: Path


class PackageFileSource(Strict):
    """An ONNX file inside an installed distribution."""

    kind: Literal["package_file"]
    distribution: str
    version: str
    path: str


class PackageLiteralSource(Strict):
    """ONNX bytes that an installed distribution keeps as a bytes literal in a Python file.

    The file is parsed, never imported or run.
    """

    kind: Literal["package_literal"]
    distribution: str
    version: str
    path: str
    variable: str


Source = Annotated[
    FileSource | PackageFileSource | PackageLiteralSource, Field(discriminator="kind")
]


class WholePhoto(Strict):
    """The network sees the whole photo, scaled down and padded to a multiple of `multiple`."""

    rule: Literal["whole_photo"]
    multiple: int = Field(gt=0)
    padding: int = Field(ge=0, le=255, default=0)


class DetectorBox(Strict):
    """An upright square round the middle of the detector's box.

    side = `scale` x sqrt(width x height) of the box; the middle is moved down by `down` sides.
    """

    rule: Literal["detector_box"]
    scale: float = Field(gt=0)
    down: float = 0.0


class TurnedPoints(Strict):
    """A square round the points of the stage before, turned so that the face stands upright.

    Upright: chin straight below the mean of the inner eye corners. side = `scale` x the longer
    side of the box of the turned points; its middle is the middle of that box.
    """

    rule: Literal["turned_points"]
    scale: float = Field(gt=0)


Crop = Annotated[WholePhoto | DetectorBox | TurnedPoints, Field(discriminator="rule")]


class InputContract(Strict):
    """What the network takes: (N,3,height,width) float32, (value - mean) / std per channel.

    Attributes:
        name: name of the graph's input.
        size: side of the square input in pixels; None where the graph takes any size.
        colour: order of the channels.
        mean, std: per channel, on the scale 0 to 255, in the order of `colour`.
        crop: how the input is cut out of the photo.
    """

    name: str
    size: int | None = Field(gt=0, default=None)
    colour: Literal["RGB", "BGR"]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    crop: Crop

    @model_validator(mode="after")
    def _divisible(self) -> InputContract:
        if min(self.std) <= 0:
            raise ValueError(f"std must be above zero, got {self.std}")
        if (self.size is None) != isinstance(self.crop, WholePhoto):
            raise ValueError("size is needed with every crop but whole_photo, and refused with it")
        return self


class PointsOutput(Strict):
    """Points of one face: (N, 2 x count) float32.

    Attributes:
        order: `x_then_y` is x1..xL, y1..yL; `pairs` is x1, y1, x2, y2, ...
        unit: `input_pixels` have pixel centres at integers; `unit_square` is 0 to 1 over the
            whole crop, so that 0.5 is its middle.
    """

    kind: Literal["points"]
    name: str
    count: int = Field(gt=0)
    scheme: str
    order: Literal["x_then_y", "pairs"]
    unit: Literal["input_pixels", "unit_square"]


class RetinaFaceOutput(Strict):
    """Prior-relative boxes (N,P,4), scores (N,P,2) and five points (N,P,10)."""

    kind: Literal["retinaface"]
    boxes: str
    scores: str
    points: str
    strides: tuple[int, ...]
    priors: tuple[tuple[int, ...], ...]
    variances: tuple[float, float]


class CenterFaceOutput(Strict):
    """Heat map (N,1,h,w), log sizes (N,2,h,w), offsets (N,2,h,w), five points (N,10,h,w)."""

    kind: Literal["centerface"]
    heatmap: str
    sizes: str
    offsets: str
    points: str
    stride: int = Field(gt=0)


Output = Annotated[PointsOutput | RetinaFaceOutput | CenterFaceOutput, Field(discriminator="kind")]


class Network(Strict):
    """One ONNX graph with its contracts."""

    source: Source
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    input: InputContract
    output: Output


class Measure(Strict):
    """One number with the protocol that gives it a meaning."""

    metric: str
    protocol: str
    value: float


class WeightRecord(Strict):
    """What is known of a weight. Stages run in the order of `networks`."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    task: Literal["detection", "landmarks"]
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
    folder: Path = Field(exclude=True, default=SHIPPED)

    def model_bytes(self, stage: int = 0) -> bytes:
        """The ONNX bytes of one stage, checked against the record's sha256.

        Raises:
            WeightError: the file or its distribution is missing, or its checksum differs.
        """
        network = self.networks[stage]
        data = _read(network.source, self.folder)
        found = hashlib.sha256(data).hexdigest()
        if found != network.sha256:
            raise WeightError(
                f"weight {self.name}: sha256 of stage {stage + 1} is {found}, the record expects "
                f"{network.sha256}; reinstall the package or correct the record"
            )
        return data


def load_record(path: Path | str) -> WeightRecord:
    """Read a record from a TOML file.

    Raises:
        RecordError: the file is missing, is not TOML, or has a missing, unknown or wrong key;
            the message names each.
    """
    path = Path(path)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecordError(f"cannot read the weight record {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecordError(f"{path} is not a TOML file: {error}") from error
    try:
        return WeightRecord.model_validate({**values, "folder": path.resolve().parent})
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']) or 'record'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise RecordError(
            f"{path} is not a valid weight record: {faults} (docs/weights.md lists the keys)"
        ) from error


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


def _read(source: Source, folder: Path) -> bytes:
    if isinstance(source, FileSource):
        return _read_file(folder / source.path, "correct `path` in the record")
    path = _distribution_path(source)
    data = _read_file(path, f"reinstall {source.distribution}")
    if isinstance(source, PackageFileSource):
        return data
    for node in ast.parse(data).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == source.variable for target in node.targets
        ):
            value = ast.literal_eval(node.value)
            if isinstance(value, bytes):
                return value
    raise WeightError(f"{path} holds no bytes literal named {source.variable}")


def _read_file(path: Path, remedy: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightError(f"cannot read the weight {path}: {error.strerror}; {remedy}") from error


def _distribution_path(source: PackageFileSource | PackageLiteralSource) -> Path:
    wanted = f"{source.distribution}=={source.version}"
    try:
        distribution = importlib.metadata.distribution(source.distribution)
    except importlib.metadata.PackageNotFoundError as error:
        raise WeightError(
            f"this weight lies in a package that is not installed: pip install {wanted}"
        ) from error
    if distribution.version != source.version:
        raise WeightError(
            f"this weight needs {wanted}, found {distribution.version}: pip install {wanted}"
        )
    return Path(str(distribution.locate_file(source.path)))
