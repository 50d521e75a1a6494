"""`lineament convert`: from any kind of identity pictures to any other, and pairs to .bin."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import CommandLine
from people_pictures import write_people
from training.rendered_shards import write_shards

from lineament.datasets.identity_readers import read_identities
from lineament.datasets.pair_readers import read_pairs


@pytest.fixture
def lineament(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    counts = {f"n{number:02d}": 2 + number % 2 for number in range(22)} | {"alone": 1}
    return write_people(tmp_path / "people", counts, side=112)


def test_a_folder_through_all_kinds(lineament: CommandLine, people: Path, tmp_path: Path) -> None:
    done = lineament("convert", people, "--to", "rec", "--out", tmp_path / "rec", "--json")
    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert (report["from"], report["people"], report["pictures"]) == ("folder", 23, 56)
    assert report["singles"] == 1 and report["aligned"] and report["bytes"] > 0
    options = ("--to", "shards", "--shard-size", 20, "--shuffle", 3)
    done = lineament("convert", tmp_path / "rec", *options, "--out", tmp_path / "shards")
    assert done.code == 0 and "56 pictures, 23 people" in done.out
    assert len(list((tmp_path / "shards").glob("*.tar"))) == 3
    done = lineament("convert", tmp_path / "shards", "--to", "folder", "--out", tmp_path / "back")
    assert done.code == 0, done.err
    first, last = (read_identities("folder", path) for path in (people, tmp_path / "back"))
    assert first.names == last.names
    for person in range(23):
        one, two = (
            sorted(each.stored(int(row)) for row in np.flatnonzero(each.labels == person))
            for each in (first, last)
        )
        assert one == two, "bytes are copied"


def test_singles_and_parts(lineament: CommandLine, people: Path, tmp_path: Path) -> None:
    options = ("--to", "rec", "--singles", "dropped", "--part", "test")
    done = lineament("convert", people, *options, "--out", tmp_path / "rec", "--json")
    assert done.code == 0 and json.loads(done.out)["people"] == 5
    done = lineament("convert", people, "--to", "rec", "--out", tmp_path / "rec")
    assert done.code == 2 and "exists already" in done.err


def test_renderings(lineament: CommandLine, tmp_path: Path) -> None:
    write_shards(tmp_path / "faces", people=6, each=3)
    options = ("--to", "folder", "--encode", "png", "--max-yaw", 40)
    done = lineament("convert", tmp_path / "faces", *options, "--out", tmp_path / "out", "--json")
    assert done.code == 0, done.err
    report = json.loads(done.out)
    kept = read_identities("rendered", tmp_path / "faces", cache=tmp_path / "cache", max_yaw=40.0)
    assert report["from"] == "rendered" and report["pictures"] == len(kept) < 18
    back = read_identities("folder", tmp_path / "out")
    assert back.aligned and set(back.names) == set(kept.names)


def test_pairs_to_bin(lineament: CommandLine, people: Path, tmp_path: Path) -> None:
    out = tmp_path / "own.bin"
    options = ("--from", "identities", "--to", "bin", "--encode", "png", "--out", out)
    done = lineament("convert", people, *options, "--json")
    assert done.code == 0, done.err
    one, two = read_pairs("identities", people), read_pairs("bin", out)
    assert json.loads(done.out)["pairs"] == len(one) == len(two)
    assert one.same.tolist() == two.same.tolist()
    for row in (0, len(one) - 1):
        for side in (0, 1):
            np.testing.assert_array_equal(
                one.pictures[int(one.pairs[row, side])], two.pictures[2 * row + side]
            )
    assert lineament("convert", people, *options).code == 2, "it exists already"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--to", "zip"), "--to is 'zip', expected one of folder, rec, shards, bin"),
        (("--to", "rec", "--encode", "gif"), "--encode is 'gif'"),
        (("--to", "rec", "--from", "foldr"), "did you mean folder"),
        (("--to", "rec", "--max-yaw", 3), "folder has no option 'max_yaw'"),
        (("--to", "rec", "--singles", "gone"), "expected one of kept, dropped"),
        (("--to", "bin"), "say with --from whose"),
        (("--to", "bin", "--from", "lfw"), "no file"),
    ],
)
def test_mistakes(
    lineament: CommandLine, people: Path, tmp_path: Path, options: tuple[object, ...], words: str
) -> None:
    done = lineament("convert", people, *options, "--out", tmp_path / "out")
    assert done.code == 2 and words in done.err
    assert not (tmp_path / "out").exists()


def test_pictures_that_are_not_aligned_are_no_bin(lineament: CommandLine, tmp_path: Path) -> None:
    root = write_people(tmp_path / "small", {f"n{number:02d}": 2 for number in range(20)})
    options = ("--from", "identities", "--to", "bin", "--out", tmp_path / "x.bin")
    done = lineament("convert", root, *options)
    assert done.code == 2 and "lineament align" in done.err
