"""Writing and reading shards: nothing is lost, nothing torn is taken for whole."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
import tarfile
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from fake_engine import fake_rendering
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.errors import DataError
from lineament.synthesis.attributes import POSE_BINS, Attributes
from lineament.synthesis.rendering import Rendering
from lineament.synthesis.sample_file import ImageFormat, Sample, encode, sample_key
from lineament.synthesis.shard_arrays import load_shards
from lineament.synthesis.shard_reader import read_facts, read_shard, shard_path
from lineament.synthesis.shard_writer import ShardWriter


def write_shard(folder: Path, number: int = 0, count: int = 3, size: int = 32) -> Path:
    path = shard_path(folder, number)
    with ShardWriter(path, count) as writer:
        for i in range(count):
            key = sample_key(100 * number + i)
            writer.add(key, encode(key, fake_rendering(number, i, size), ImageFormat()))
    return path


def assert_same(one: Rendering, other: Rendering) -> None:
    for field in fields(Rendering):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


def rounded(rendering: Rendering) -> Rendering:
    """With a box as JSON holds it."""
    values = {field.name: getattr(rendering, field.name) for field in fields(rendering)}
    return Rendering(**values | {"box": np.round(rendering.box.astype(float), 3).astype("f4")})


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    samples = list(read_shard(write_shard(tmp_path)))
    assert [sample.key for sample in samples] == ["000000000", "000000001", "000000002"]
    for i, sample in enumerate(samples):
        assert_same(sample.rendering, rounded(fake_rendering(0, i)))


def test_members_follow_webdataset_and_tell_nothing_of_the_writer(tmp_path: Path) -> None:
    with tarfile.open(write_shard(tmp_path, count=1)) as tar:
        members = tar.getmembers()
        facts = json.load(tar.extractfile("000000000.json"))
        points = np.load(io.BytesIO(tar.extractfile("000000000.points.npy").read()))
    names = ["000000000" + end for end in (".png", ".mask.png", ".points.npy", ".json")]
    assert [member.name for member in members] == names
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in members} == {
        (0, 0, 0, "", "", 0o644)
    }
    rendering = fake_rendering(0, 0)
    assert facts["attributes"]["age"] == rendering.attributes.age
    assert facts["box"] == pytest.approx(rendering.box.tolist(), abs=1e-3)
    assert points.shape == (171, 3) and points.dtype == np.float32
    np.testing.assert_array_equal(points[:68, :2], rendering.points68)
    np.testing.assert_array_equal(points[68:166, 2], rendering.visible98)


def test_jpeg_keeps_labels_exact_and_pictures_close() -> None:
    smooth = np.add.outer(np.arange(32), np.arange(32))[..., None].repeat(3, 2).astype(np.uint8)
    values = {field.name: getattr(fake_rendering(), field.name) for field in fields(Rendering)}
    rendering = Rendering(**values | {"image": smooth})
    files = encode("1", rendering, ImageFormat(kind="jpeg", quality=90))
    assert set(files) == {"jpg", "mask.png", "points.npy", "json"}
    from lineament.synthesis.sample_file import decode

    back = decode("1", files)
    assert np.abs(back.image.astype(int) - smooth).max() < 6
    np.testing.assert_array_equal(back.mask, rendering.mask)


@pytest.mark.parametrize("kept", [0, 1, 511, 512, 3000, 0.5, 0.9, -1024, -512, -1])
def test_a_cut_anywhere_is_seen(tmp_path: Path, kept: float) -> None:
    path = write_shard(tmp_path)
    content = path.read_bytes()
    end = int(kept * len(content)) if isinstance(kept, float) else kept
    path.write_bytes(content[:end] if end >= 0 else content[:end].rstrip(b"\0"))
    with pytest.raises(DataError, match=r"shard-000000\.tar is torn or not a tar"):
        list(read_shard(path))
    with pytest.raises(DataError):
        read_facts(path)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_flipped_byte_gives_the_samples_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = write_shard(tmp_path_factory.mktemp("flipped"), count=1)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        samples = list(read_shard(path))
    except DataError as error:
        assert str(path) in str(error)
    else:
        assert all(isinstance(sample, Sample) for sample in samples)


@pytest.mark.parametrize(
    ("extension", "content", "message"),
    [
        ("png", b"", r"000000000\.png is not a picture \(0 bytes\)"),
        ("mask.png", b"GIF89a", r"000000000\.mask\.png is not a picture"),
        ("points.npy", b"\x93NUMPY", r"000000000\.points\.npy is not an array"),
        ("json", b"{", r"000000000\.json is not JSON"),
        ("json", b'{"key": "7"}', r"000000000\.json: expected an object with attributes"),
        ("json", None, r"000000000\.json is missing"),
        ("png", None, r"000000000\.png is missing"),
    ],
)
def test_a_damaged_member_is_named(
    tmp_path: Path, extension: str, content: bytes | None, message: str
) -> None:
    files = encode("000000000", fake_rendering(), ImageFormat())
    if content is None:
        del files[extension]
    else:
        files[extension] = content
    path = shard_path(tmp_path, 0)
    with ShardWriter(path, 1) as writer:
        writer.add("000000000", files)
    with pytest.raises(DataError, match=rf"shard-000000\.tar: .*{message}"):
        list(read_shard(path))


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "shard-000000.tar"
    path.write_bytes(b"PK" * 4000)
    with pytest.raises(DataError, match="torn or not a tar"):
        list(read_shard(path))
    with tarfile.open(path, "w") as tar:
        tar.addfile(tarfile.TarInfo("README"))
    with pytest.raises(DataError, match="member 'README' is not of a sample"):
        list(read_shard(path))


def test_an_error_leaves_no_file(tmp_path: Path) -> None:
    path = shard_path(tmp_path, 0)
    with pytest.raises(KeyError), ShardWriter(path, 2) as writer:
        writer.add("0", {"png": b"1"})
        assert [file.name for file in tmp_path.iterdir()] == ["shard-000000.tar.part"]
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "shard-000000.tar.part").write_bytes(b"x" * 100_000)
    content = write_shard(tmp_path).read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["shard-000000.tar"]
    (tmp_path / "other").mkdir()
    assert write_shard(tmp_path / "other").read_bytes() == content


FULL_DISK = """
import resource, sys
from pathlib import Path
from lineament.errors import DataError
from test_shards import write_shard
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    write_shard(Path(sys.argv[1]), count=100)
except DataError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are POSIX's")
def test_a_full_disk_says_what_it_needs_and_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, Path(__file__).parents[:2]))},
    )
    assert "Traceback" not in done.stderr
    assert f"cannot write {tmp_path / 'shard-000000.tar.part'}: File too large" in done.stdout
    assert "the shard needs about 1 MB" in done.stdout and "run the same command" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_at_the_very_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match=r"No space left on device \(the shard needs about"):
        write_shard(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_all_shards_in_memory(tmp_path: Path) -> None:
    for number in (1, 0):
        write_shard(tmp_path, number)
    faces = load_shards(tmp_path)
    assert len(faces) == 6 and faces.images.shape == (6, 32, 32, 3)
    assert faces.keys[3] == "000000100" and faces.identities.tolist() == [0] * 3 + [1] * 3
    expected = fake_rendering(1, 2)
    np.testing.assert_array_equal(faces.images[5], expected.image)
    np.testing.assert_array_equal(faces.points68[5], expected.points68)
    np.testing.assert_array_equal(faces.visible68[5], expected.visible68)
    assert faces.visible68.dtype == bool and faces.attributes[5] == expected.attributes
    few = load_shards(tmp_path, 4)
    assert few.keys == faces.keys[:4] and few.masks.shape == (4, 32, 32)


def test_loading_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no shard-.* synth generate"):
        load_shards(tmp_path)
    write_shard(tmp_path, 0)
    write_shard(tmp_path, 1, size=48)
    with pytest.raises(DataError, match="pictures of one size"):
        load_shards(tmp_path)


@pytest.mark.parametrize(
    ("yaw", "expected"),
    [(-60, "left profile"), (-30, "left"), (0, "frontal"), (30, "right"), (60, "right profile")],
)
def test_pose_bins_of_mtfl(yaw: float, expected: str) -> None:
    attributes = changed(yaw=np.float32(yaw))
    assert attributes.pose_bin == expected and expected in POSE_BINS


@pytest.mark.parametrize(
    ("age", "expected"),
    [(12.9, "child"), (13, "teen"), (20, "young adult"), (54, "middle-aged"), (55, "old")],
)
def test_age_groups(age: float, expected: str) -> None:
    assert changed(age=age).age_group == expected


@given(st.floats(-90, 90), st.floats(4, 90), st.floats(0, 1), st.floats(0, 1))
def test_attributes_come_back_from_json(yaw: float, age: float, smile: float, beard: float) -> None:
    attributes = changed(yaw=yaw, age=age, smile_strength=smile, beard_strength=beard)
    assert Attributes.from_dict(json.loads(json.dumps(attributes.to_dict()))) == attributes


def test_attributes_refuse_what_cannot_be() -> None:
    for wrong in ({"skin_tone": 11}, {"smile_strength": 1.5}, {"glasses": "pink"}, {"age": -1}):
        with pytest.raises(ValueError):
            changed(**wrong)
    values = changed(yaw=0.0).to_dict()
    with pytest.raises(DataError, match="pose_bin is 'left', expected 'frontal'"):
        Attributes.from_dict(values | {"pose_bin": "left"})
    with pytest.raises(DataError, match="keys: hat"):
        Attributes.from_dict({key: value for key, value in values.items() if key != "hat"})


def changed(**values: object) -> Attributes:
    known = {
        field.name: getattr(fake_rendering().attributes, field.name) for field in fields(Attributes)
    }
    return Attributes(**known | values)


def test_a_rendering_checks_its_arrays() -> None:
    values = {field.name: getattr(fake_rendering(), field.name) for field in fields(Rendering)}
    for wrong in (
        {"image": values["image"][:, :30]},
        {"mask": values["mask"].astype(int)},
        {"points68": values["points98"]},
    ):
        with pytest.raises(ValueError, match=rf"{next(iter(wrong))}: got .*, expected "):
            Rendering(**values | wrong)


def test_visibility_of_the_five_points() -> None:
    values = {field.name: getattr(fake_rendering(), field.name) for field in fields(Rendering)}
    seen = np.zeros(68, bool)
    seen[[41, 30, 54]] = True
    assert Rendering(**values | {"visible68": seen}).visible5.tolist() == [1, 0, 1, 0, 1]
