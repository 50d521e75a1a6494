"""Records are read strictly, and a weight's bytes are the ones that its record promises."""

from __future__ import annotations

import hashlib
import importlib.metadata
import tomllib
from pathlib import Path
from typing import Any

import pytest
from attribute_weight import record_text as attributes_text
from attribute_weight import write_attributes
from tiny_networks import points_network, record_of, record_text, write_record

from lineament.attributes.tasks import TASKS, find_task
from lineament.errors import RecordError, WeightError
from lineament.runtime import Session
from lineament.weight_source import PackageFileSource, PackageLiteralSource, read_source
from lineament.weights import SHIPPED, AttributesOutput, find_record, load_record, shipped_records

MODEL = points_network()
FIXED = points_network((10, 3, 8, 8))


def test_a_record_of_ones_own(tmp_path: Path) -> None:
    record = record_of(tmp_path, MODEL)
    assert record.model_bytes() == MODEL
    assert find_record(str(tmp_path / "tiny.toml")) == record
    assert record.networks[0].output.kind == "points"


def test_shipped_records_say_where_they_come_from() -> None:
    records = shipped_records()
    assert {"retinaface-mobilenet", "centerface"} <= set(records)
    for name in ("retinaface-mobilenet", "centerface"):
        record = records[name]
        assert record.third_party and record.real_faces
        assert "real photograph" in record.description + record.trained_on
        assert record.licence.startswith("MIT")
        assert record.measures, "a record without a measured number does not ship"


def test_the_default_detector_lies_in_its_package() -> None:
    record = shipped_records()["retinaface-mobilenet"]
    assert hashlib.sha256(record.model_bytes()).hexdigest() == record.networks[0].sha256


def test_other_bytes_than_promised(tmp_path: Path) -> None:
    record = record_of(tmp_path, MODEL)
    (tmp_path / "tiny.onnx").write_bytes(MODEL + b"\0")
    promised = hashlib.sha256(MODEL).hexdigest()
    with pytest.raises(
        WeightError, match=f"sha256 of stage 1 is .*, the record expects {promised}"
    ):
        record.model_bytes()


def test_a_missing_file(tmp_path: Path) -> None:
    record = record_of(tmp_path, MODEL)
    (tmp_path / "tiny.onnx").unlink()
    with pytest.raises(WeightError, match=r"cannot read the weight .*tiny\.onnx: No such file"):
        record.model_bytes()


def test_declared_sizes_are_freed_only_where_the_record_asks_for_it(tmp_path: Path) -> None:
    text = record_text(FIXED)
    kept = load_record(write_record(tmp_path, FIXED, text))
    assert kept.model_bytes() == FIXED
    asked = text.replace("source =", "free_shapes = true\nsource =")
    freed = load_record(write_record(tmp_path, FIXED, asked))
    assert Session(freed.model_bytes(), device="cpu").inputs == {"crop": (None, 3, None, None)}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("licence =", "license =", "license: unknown key 'license'; did you mean 'licence'?"),
        ("sha256 =", "sha265 =", "unknown key 'sha265'; did you mean 'sha256'?"),
        ("colour =", "color =", "unknown key 'color'; did you mean 'colour'?"),
        ("scale =", "scales =", "unknown key 'scales'; did you mean 'scale'?"),
        ("count =", "counts =", "unknown key 'counts'; did you mean 'count'?"),
        ('path = "', 'paths = "', "unknown key 'paths'; did you mean 'path'?"),
        ("size = 8", "size = 8\nzzz = 1", "unknown key 'zzz'; known keys: colour, crop, mean"),
        ('task = "landmarks"', 'task = "landmark"', "task: Input should be 'detection', 'land"),
        ("size = 8\n", "", "size is needed with every crop but whole_photo"),
        ("std = [1.0, 1.0, 1.0]", "std = [1.0, 0.0, 1.0]", "std must be above zero"),
        ('name = "tiny"\n', "", "name: Field required"),
        ("size = 8", "size = ", "is not a TOML file"),
        ('description = "A', 'folder = "x"\ndescription = "A', "unknown key 'folder'"),
    ],
)
def test_a_wrong_record_names_the_fault(old: str, new: str, message: str, tmp_path: Path) -> None:
    text = record_text(MODEL)
    assert old in text
    path = write_record(tmp_path, MODEL, text.replace(old, new))
    with pytest.raises(RecordError) as caught:
        load_record(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_retinaface_record_needs_priors_for_every_stride(tmp_path: Path) -> None:
    text = (SHIPPED / "retinaface-mobilenet.toml").read_text(encoding="utf-8")
    path = tmp_path / "fewer.toml"
    path.write_text(text.replace("strides = [8, 16, 32]", "strides = [8, 16]"), encoding="utf-8")
    with pytest.raises(RecordError, match="got 3 lists for 2 strides"):
        load_record(path)


def test_a_record_of_attributes(tmp_path: Path) -> None:
    output = load_record(write_attributes(tmp_path)).networks[0].output
    assert isinstance(output, AttributesOutput)
    assert output.tasks[:3] == ("gender_presentation", "age_group", "smile")
    assert output.names[:2] == ("points", "gender_presentation_logits")
    assert output.names[-1] == output.angles == "angles"
    assert [head.temperature for head in output.heads] == [1.0, 0.5, 2.0, 1.0, 1.0, 1.0]
    assert output.points is not None and output.points.scheme == "five-points"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('task = "smile"', 'task = "age_group"', "task age_group stands there more than once"),
        ('"smile_logits"', '"angles"', "output angles stands there more than once"),
        ('"no", "yes"', '"no", "no"', "names a class twice: no, no"),
        ('"no", "yes"', '"no"', "at least 2 items"),
        ("temperature = 2.0", "temperature = 0.0", "greater than 0"),
        ("temperature = 2.0", "temperature = inf", "finite number"),
        ("temperature =", "temprature =", "did you mean 'temperature'?"),
        ('angles = "angles"', 'angle = "angles"', "did you mean 'angles'?"),
        ("scheme =", "schema =", "did you mean 'scheme'?"),
        ('task = "smile"', 'task = "Big smile"', "should match pattern"),
    ],
)
def test_a_wrong_record_of_attributes(old: str, new: str, message: str, tmp_path: Path) -> None:
    text = attributes_text(MODEL)
    assert old in text
    with pytest.raises(RecordError) as caught:
        load_record(write_attributes(tmp_path, text.replace(old, new)))
    assert message in str(caught.value)


def test_the_documented_record_of_attributes_is_one_and_names_known_tasks() -> None:
    page = (Path(__file__).parent.parent / "docs" / "weights.md").read_text(encoding="utf-8")
    example = page.split("## Your own attribute network")[1].split("```toml\n")[1].split("```")[0]
    values = tomllib.loads(example)
    assert values["task"] == "attributes"
    output = AttributesOutput.model_validate(values["networks"]["output"])
    for head in output.heads:
        assert head.classes == find_task(head.task).classes
    tasks = (Path(__file__).parent.parent / "docs" / "attributes.md").read_text(encoding="utf-8")
    for task in TASKS.values():
        assert f"| `{task.name}` | {', '.join(task.classes)} |" in tasks


def test_a_record_of_attributes_needs_a_head(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="heads: Field required"):
        load_record(write_attributes(tmp_path, attributes_text(MODEL, ())))


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    text = record_text(MODEL).replace("licence =", "license =").replace("count = 3", "count = 0")
    with pytest.raises(RecordError, match=r"count: Input should be greater than 0"):
        load_record(write_record(tmp_path, MODEL, text))
    with pytest.raises(RecordError, match="licence: Field required"):
        load_record(write_record(tmp_path, MODEL, text))


def test_a_record_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot read the weight record"):
        load_record(tmp_path / "none.toml")
    with pytest.raises(RecordError, match=r"no weight named 'centreface'; did you mean centerface"):
        find_record("centreface")


class Installed:
    """A stand-in for an installed distribution whose files lie in a folder."""

    version = "1.2.3"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def locate_file(self, path: str) -> Path:
        return self._folder / path


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def distribution(name: str) -> Any:
        if name != "some-package":
            raise importlib.metadata.PackageNotFoundError(name)
        return Installed(tmp_path)

    monkeypatch.setattr(importlib.metadata, "distribution", distribution)
    return tmp_path


def literal(version: str = "1.2.3", name: str = "some-package") -> PackageLiteralSource:
    return PackageLiteralSource(
        kind="package_literal", distribution=name, version=version, path="w.py", variable="DATA"
    )


@pytest.mark.parametrize(
    "source",
    [
        b"DATA = b'\\x00a\\n'",
        b'raise SystemExit\nDATA=b"\\x00a\\n"  # weights\nOTHER = 1\n',
        b"DATA = (\n    b'\\x00'\n    b'a\\n'\n)\n",
        b"X = DATA = b'\\x00a\\n'\n",
        b'"""\nDATA = b\'unfinished\n"""\nDATA = b\'\\x00\' b\'a\\n\'\n',
    ],
)
def test_a_literal_is_read_without_running_the_file(source: bytes, package: Path) -> None:
    (package / "w.py").write_bytes(source)
    assert read_source(literal(), package) == b"\0a\n"


@pytest.mark.parametrize("source", [b"", b"OTHER = b'a'", b"DATA = make()", b"DATA = (", b"\0"])
def test_a_file_without_the_literal(source: bytes, package: Path) -> None:
    (package / "w.py").write_bytes(source)
    with pytest.raises(WeightError, match="holds no bytes literal named DATA"):
        read_source(literal(), package)


def test_a_package_that_is_missing_or_of_another_version(package: Path) -> None:
    with pytest.raises(WeightError, match=r"not installed: pip install other==1\.2\.3"):
        read_source(literal(name="other"), package)
    with pytest.raises(WeightError, match=r"needs some-package==9, found 1\.2\.3"):
        read_source(literal(version="9"), package)


def test_a_file_of_a_package(package: Path) -> None:
    source = PackageFileSource(
        kind="package_file", distribution="some-package", version="1.2.3", path="in/w.onnx"
    )
    with pytest.raises(WeightError, match="reinstall some-package"):
        read_source(source, package)
    (package / "in").mkdir()
    (package / "in" / "w.onnx").write_bytes(b"abc")
    assert read_source(source, package) == b"abc"
