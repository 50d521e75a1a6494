"""Importing background photographs from Debian packages, their licences, and crops of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from background_packages import pack, write_table, write_unpacked
from qt_resource_file import resource_file

from lineament.errors import DataError
from lineament.image import read
from lineament.synthesis.background.import_photographs import import_photographs
from lineament.synthesis.background.licences import (
    LICENCES,
    Picture,
    catalogue,
    credits,
    read_licences,
    read_table,
)
from lineament.synthesis.background.photographs import BackgroundPhotographs

FREE = ("CC0-", "CC-BY-2", "CC-BY-4", "CC-BY-SA-", "GPL-2+", "LGPL-2.1+", "BSD-", "public domain")


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    return tmp_path / "packages"


@pytest.fixture
def table(packages: Path) -> tuple[Picture, ...]:
    return write_unpacked(packages)


@pytest.fixture
def prepared(packages: Path, table: tuple[Picture, ...], tmp_path: Path) -> Path:
    import_photographs(packages, tmp_path / "prepared", table)
    return tmp_path / "prepared"


def test_the_catalogue_names_free_licences_and_every_file_once() -> None:
    pictures = catalogue()
    assert 40 <= len(pictures) <= 120
    assert len({picture.name for picture in pictures}) == len(pictures)
    assert len({picture.sha256 for picture in pictures}) == len(pictures)
    for picture in pictures:
        assert picture.licence.startswith(FREE), picture
        assert len(picture.sha256) == 64 and picture.author and picture.stated_in


def test_pictures_are_made_small_and_keep_their_licences(
    prepared: Path, table: tuple[Picture, ...]
) -> None:
    licences = read_licences(prepared)
    assert [Picture(**p.model_dump(exclude={"prepared_sha256"})) for p in licences] == list(table)
    assert read(prepared / "picture-0.jpg").shape == (320, 640, 3)
    assert read(prepared / "picture-1.jpg").shape == (60, 90, 3)


def test_a_deb_archive_gives_the_same_as_the_unpacked_package(
    prepared: Path, packages: Path, table: tuple[Picture, ...], tmp_path: Path
) -> None:
    archives = tmp_path / "archives"
    archives.mkdir()
    pack(packages / "wallpapers", archives / "wallpapers_1.0-1_all.deb")
    import_photographs(archives, tmp_path / "other", table)
    for file in prepared.iterdir():
        assert (tmp_path / "other" / file.name).read_bytes() == file.read_bytes()


def test_pictures_within_a_resource_file(
    packages: Path, table: tuple[Picture, ...], tmp_path: Path
) -> None:
    tree = packages / "wallpapers"
    contents = {f"{number}.png": (tree / one.path).read_bytes() for number, one in enumerate(table)}
    (tree / "usr/share/all.rcc").write_bytes(resource_file(contents))
    inside = tuple(
        one.model_copy(update={"path": f"usr/share/all.rcc!pics/{number}.png"})
        for number, one in enumerate(table)
    )
    missing = inside[0].model_copy(update={"name": "no.jpg", "path": "usr/share/all.rcc!pics/no"})
    report = import_photographs(packages, tmp_path / "unpacked", (*inside, missing))
    assert [one.name for one in report.written] == [one.name for one in table]
    assert report.absent == (missing,)
    (tmp_path / "archives").mkdir()
    pack(tree, tmp_path / "archives" / "wallpapers_1.0-1_all.deb")
    import_photographs(tmp_path / "archives", tmp_path / "packed", inside)
    import_photographs(packages, tmp_path / "plain", table)
    for one in table:
        expected = (tmp_path / "plain" / one.name).read_bytes()
        assert (tmp_path / "unpacked" / one.name).read_bytes() == expected
        assert (tmp_path / "packed" / one.name).read_bytes() == expected


def test_two_pictures_of_one_name_are_an_error(table: tuple[Picture, ...], tmp_path: Path) -> None:
    write_table(tmp_path / "table.toml", (*table, table[0]))
    with pytest.raises(DataError, match=r"picture-0\.jpg is named twice"):
        read_table(tmp_path / "table.toml")


def test_other_bytes_are_refused_and_what_is_absent_is_told(
    packages: Path, table: tuple[Picture, ...], tmp_path: Path
) -> None:
    (packages / "wallpapers" / table[0].path).unlink()
    (packages / "wallpapers" / table[1].path).write_bytes(b"something else")
    report = import_photographs(packages, tmp_path / "out", table)
    assert [picture.name for picture in report.written] == ["picture-2.jpg"]
    assert (report.absent, report.different) == ((table[0],), (table[1],))
    assert not (tmp_path / "out" / "picture-1.jpg").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"nothing", "not a .deb archive"),
        (b"!<arch>\n", "no data.tar"),
        (b"!<arch>\n" + b"data.tar.xz".ljust(48) + b"9999999999`\n", "damaged"),
        (b"!<arch>\n" + b"data.tar.xz".ljust(48) + b"4".ljust(10) + b"`\nabcd", "cannot read"),
        (b"!<arch>\n" + b"data.tar.zst".ljust(48) + b"4".ljust(10) + b"`\nabcd", "zstd"),
    ],
)
def test_damaged_archives_are_named(
    content: bytes, words: str, table: tuple[Picture, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "archives"
    folder.mkdir()
    (folder / "wallpapers_1_all.deb").write_bytes(content)
    with pytest.raises(DataError, match=words):
        import_photographs(folder, tmp_path / "out", table)


def test_packages_without_any_picture_say_which_to_get(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="mate-backgrounds"):
        import_photographs(tmp_path, tmp_path / "out")
    with pytest.raises(DataError, match="no folder"):
        import_photographs(tmp_path / "nowhere", tmp_path / "out")


def test_credits_name_every_author_under_the_licence(prepared: Path) -> None:
    text = credits(prepared)
    sections = text.split("\n\n**")
    assert len(sections) == 2
    assert "CC-BY-SA-4.0" in sections[0] and sections[0].count('Somebody "Else"') == 1
    assert "CC0-1.0" in sections[1] and sections[1].count("wallpapers 1.0-1") == 2


def test_crops_are_linear_light_of_the_size_asked_for_and_repeat(prepared: Path) -> None:
    photographs = BackgroundPhotographs(prepared)
    assert len(photographs) == 3
    first, second, other = (photographs.crop(np.random.default_rng(seed), 96) for seed in (3, 3, 4))
    assert first.shape == (96, 96, 3) and first.dtype == np.float32
    assert first.min() >= 0 and first.max() <= 1
    assert first.tobytes() == second.tobytes() != other.tobytes()


def test_a_replaced_missing_or_unlicensed_picture_is_an_error(prepared: Path) -> None:
    shutil.copyfile(prepared / "picture-1.jpg", prepared / "picture-2.jpg")
    with pytest.raises(DataError, match=r"picture-2\.jpg is not the picture"):
        BackgroundPhotographs(prepared)
    (prepared / "picture-2.jpg").unlink()
    with pytest.raises(DataError, match=r"picture-2\.jpg"):
        BackgroundPhotographs(prepared)
    (prepared / LICENCES).write_text('[[picture]]\ntitel = "x"\n')
    with pytest.raises(DataError, match="did you mean 'title'"):
        BackgroundPhotographs(prepared)
    (prepared / LICENCES).unlink()
    with pytest.raises(DataError, match="synth backgrounds import"):
        BackgroundPhotographs(prepared)
