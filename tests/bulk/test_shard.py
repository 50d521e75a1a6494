"""One shard without Ray: its tables hold what the analyzer says, and what could not be read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lineament import Analyzer, read_image
from lineament.analyzer import HEADS
from lineament.bulk.listing import Listed
from lineament.bulk.options import BulkOptions
from lineament.bulk.shard import ShardTally, analyze_shard
from lineament.bulk.tables import TABLES
from lineament.errors import ConfigError

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
ASTRONAUT = EXAMPLES / "astronaut.jpg"


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return BulkOptions(heads=HEADS).analyzer(threads=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for table in TABLES:
        (tmp_path / table).mkdir()
    return tmp_path


def read(folder: Path, table: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pq.read_table(folder / table).to_pylist()
    return rows


def test_every_head_has_its_columns(analyzer: Analyzer, folder: Path) -> None:
    picture = Listed("astronaut", ASTRONAUT)
    tally = analyze_shard(analyzer, [picture], column="path", folder=folder, shard=4)
    assert tally == ShardTally(4, pictures=1, faces=1, bad=0)
    assert read(folder, "pictures") == [
        {"source": "astronaut", "width": 512, "height": 512, "faces": 1}
    ]
    (face,) = analyzer.analyze(read_image(ASTRONAUT))
    assert face.landmarks and face.pose and face.attributes and face.parts and face.embedding
    table = pq.read_table(folder / "faces/shard-000004.parquet")
    row = table.to_pylist()[0]
    assert [row[edge] for edge in ("x1", "y1", "x2", "y2")] == pytest.approx(
        face.box.to_list(), abs=0.01
    )
    np.testing.assert_array_equal(row["landmarks"], face.landmarks.points.reshape(-1))
    np.testing.assert_array_equal(row["five_points"], face.five_points.reshape(-1))
    assert table.schema.metadata[b"landmarks"] == b"ibug-68"
    assert row["yaw"] == pytest.approx(face.pose.yaw, abs=1e-4)
    for task, choice in face.attributes.choices.items():
        if task in table.column_names:
            assert row[task] == choice.label
            assert row[f"{task}_probability"] == pytest.approx(choice.probability)
    assert "smile" in table.column_names
    assert {name: row[f"area_{name}"] for name in face.parts.areas()} == face.parts.areas()
    assert json.loads(row["parts"]) == json.loads(json.dumps(face.parts.to_dict()))
    np.testing.assert_array_equal(row["embedding"], face.embedding.vector)
    assert row["weight"] == face.embedding.weight
    assert row["quality"] == pytest.approx(face.embedding.quality)


def test_pictures_out_of_a_table_are_as_pictures_out_of_files(
    analyzer: Analyzer, folder: Path
) -> None:
    stored = folder / "stored.parquet"
    data = ASTRONAUT.read_bytes()
    pq.write_table(pa.table({"image": [b"no picture", data, None]}), stored)
    pictures = [Listed(f"row {n}", stored, n) for n in range(3)]
    pictures.append(Listed("file", ASTRONAUT))
    tally = analyze_shard(analyzer, pictures, column="image", folder=folder, shard=0)
    assert tally == ShardTally(0, pictures=2, faces=2, bad=2)
    one, other = read(folder, "faces")
    assert (one.pop("source"), other.pop("source")) == ("row 1", "file")
    assert one == other
    bad = {row["source"]: row["message"] for row in read(folder, "bad")}
    assert set(bad) == {"row 0", "row 2"}
    assert "the row holds no picture" in str(bad["row 2"])


def test_bad_pictures_have_rows_of_their_own(folder: Path) -> None:
    broken = folder / "broken.jpg"
    broken.write_bytes(ASTRONAUT.read_bytes()[:3000])
    pictures = [
        Listed("missing", folder / "missing.jpg"),
        Listed("broken", broken),
        Listed("empty row", folder / "t.parquet", error="the column path is empty in this row"),
    ]
    analyzer = BulkOptions(heads=()).analyzer(threads=1)
    tally = analyze_shard(analyzer, pictures, column="path", folder=folder, shard=0)
    assert tally == ShardTally(0, pictures=0, faces=0, bad=3)
    rows = read(folder, "bad")
    assert [row["source"] for row in rows] == ["missing", "broken", "empty row"]
    assert {row["kind"] for row in rows} == {"ImageError"}
    assert "no such file" in str(rows[0]["message"])
    assert read(folder, "faces") == [], "an empty table can be read, too"


def test_a_shard_that_fails_leaves_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analyzer = BulkOptions(heads=()).analyzer(threads=1)

    def fail(*_: object) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(analyzer, "stream", fail)
    with pytest.raises(OSError, match="No space left"):
        analyze_shard(analyzer, [Listed("a", ASTRONAUT)], column="path", folder=folder, shard=0)
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_wrong_heads_are_refused_before_any_work() -> None:
    with pytest.raises(ConfigError, match="did you mean landmarks"):
        BulkOptions(heads=("landmark",)).analyzer()
