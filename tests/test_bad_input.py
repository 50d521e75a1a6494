"""Bad input through the command line: a clear message or an empty result, never a traceback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from command_line import CommandLine

EXAMPLES = Path(__file__).parent.parent / "examples"
ALONE = ("--heads", "none", "--threads", "1")


@pytest.fixture
def lineament(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


def zero_bytes(path: Path) -> None:
    path.write_bytes(b"")


def truncated(path: Path) -> None:
    whole = (EXAMPLES / "astronaut.jpg").read_bytes()
    path.write_bytes(whole[: len(whole) // 3])


def header_alone(path: Path) -> None:
    path.write_bytes((EXAMPLES / "astronaut.jpg").read_bytes()[:30])


def text(path: Path) -> None:
    path.write_text("Dear diary, this is no picture.\n" * 40, encoding="utf-8")


def folder_named_as_photo(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [zero_bytes, truncated, header_alone, text])
def test_one_broken_file(
    lineament: CommandLine, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    broken = tmp_path / "m.jpg"
    make(broken)
    alone = lineament("analyze", broken, "--json", *ALONE)
    assert alone.code == 2
    (line,) = alone.lines
    assert line["faces"] == []
    assert line["error"]["kind"] == "ImageError"
    assert len(line["error"]["message"]) > 20
    assert "failed" in alone.err
    assert broken.name in alone.err

    shutil.copy(EXAMPLES / "astronaut.jpg", tmp_path / "a.jpg")
    shutil.copy(EXAMPLES / "rocket.jpg", tmp_path / "z.jpg")
    among_others = lineament("analyze", tmp_path, "--json", *ALONE)
    assert among_others.code == 1
    told = {Path(line["source"]).name: line for line in among_others.lines}
    assert {name: len(line["faces"]) for name, line in told.items()} == {
        "a.jpg": 1,
        "m.jpg": 0,
        "z.jpg": 0,
    }
    assert [name for name, line in told.items() if line["error"]] == ["m.jpg"]


def test_an_empty_folder(lineament: CommandLine, tmp_path: Path) -> None:
    done = lineament("analyze", tmp_path, *ALONE)
    assert done.code == 2
    assert "holds no photo or video" in done.err


def test_a_path_to_nowhere(lineament: CommandLine, tmp_path: Path) -> None:
    done = lineament("analyze", tmp_path / "missing.jpg", EXAMPLES / "rocket.jpg", "--json", *ALONE)
    assert done.code == 1
    assert [line["error"] is None for line in done.lines] == [False, True]
    assert "no such file" in done.err


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (1, 400), (400, 1), (20, 30_000), (30_000, 20), (300, 30_000)]
)
def test_odd_sizes(lineament: CommandLine, tmp_path: Path, height: int, width: int) -> None:
    photo = tmp_path / "odd.png"
    cv2.imwrite(str(photo), np.full((height, width, 3), 130, dtype=np.uint8))
    done = lineament("analyze", photo, "--json", "--out", tmp_path / "out", *ALONE)
    assert done.code == 0
    (line,) = done.lines
    assert (line["width"], line["height"], line["faces"]) == (width, height, [])


def test_a_face_in_a_picture_of_30000_pixels_width(lineament: CommandLine, tmp_path: Path) -> None:
    photo = np.full((160, 30_000, 3), 130, dtype=np.uint8)
    photo[:, 29_000:29_160] = cv2.resize(cv2.imread(str(EXAMPLES / "astronaut.jpg")), (160, 160))
    cv2.imwrite(str(tmp_path / "wide.jpg"), photo)
    done = lineament("analyze", tmp_path / "wide.jpg", "--json", "--longest-side", 30_000, *ALONE)
    assert done.code == 0
    (face,) = done.lines[0]["faces"]
    assert 29_040 < face["box"][0] < face["box"][2] < 29_100


def test_a_photo_without_a_face(lineament: CommandLine) -> None:
    done = lineament("analyze", EXAMPLES / "rocket.jpg", "--json", *ALONE)
    assert done.code == 0
    (line,) = done.lines
    assert line["faces"] == []
    assert line["error"] is None


def test_an_unreadable_path(
    lineament: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permission refused; raised by hand, because the administrator may read everything."""
    locked = tmp_path / "locked.jpg"
    shutil.copy(EXAMPLES / "rocket.jpg", locked)
    if os.geteuid() != 0:
        locked.chmod(0)
    else:
        opened = Path.open

        def refuse(self: Path, *args: object, **kwargs: object) -> object:
            if self == locked:
                raise PermissionError(13, "Permission denied", str(self))
            return opened(self, *args, **kwargs)  # type: ignore[call-overload]

        monkeypatch.setattr(Path, "open", refuse)
    done = lineament("analyze", locked, "--json", *ALONE)
    assert done.code == 2
    assert "permission" in done.lines[0]["error"]["message"]


def test_names_that_no_encoding_knows(lineament: CommandLine, tmp_path: Path) -> None:
    names = ["Zoë 北京.jpg", "a [b] 'c' \"d\" & <e>.jpg", os.fsdecode(b"caf\xe9.jpg")]
    for name in names:
        shutil.copy(EXAMPLES / "rocket.jpg", tmp_path / name)
    out = tmp_path / "out"
    table = tmp_path / "faces.csv"
    done = lineament("analyze", tmp_path, "--json", "--out", out, "--csv", table, *ALONE)
    assert done.code == 0
    assert len(done.lines) == len(names)
    assert done.out.isascii()
    for line in done.lines:
        assert (out / line["picture"]).is_file()


def test_a_folder_named_as_a_photo(lineament: CommandLine, tmp_path: Path) -> None:
    folder_named_as_photo(tmp_path / "album.jpg")
    done = lineament("analyze", tmp_path / "album.jpg", *ALONE)
    assert done.code == 2
    assert "holds no photo" in done.err
