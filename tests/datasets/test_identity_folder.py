"""Identity folders: who is a person, who has one picture, and what is written."""

from __future__ import annotations

import json
import logging

import numpy as np
import pytest
from people_pictures import Made, noise, png, write_people

from lineament.datasets.identity_folder import read_identity_folder
from lineament.datasets.identity_folder_writer import folder_names, write_identity_folder
from lineament.datasets.picture_encoding import PictureEncoding
from lineament.errors import ConfigError, DataError, ImageError


def test_people_are_folders_in_the_order_of_their_names(tmp_path):
    root = write_people(tmp_path / "set", {"bob": 2, "ann": 1, "zoe": 3})
    (root / "notes.txt").write_text("beside the people")
    (root / "bob" / "notes.txt").write_text("beside the pictures")
    (root / "bob" / ".hidden.png").write_bytes(png(noise(9)))
    (root / ".git").mkdir()
    pictures = read_identity_folder(root)
    assert pictures.names == ("ann", "bob", "zoe") and len(pictures) == 6
    assert pictures.labels.dtype == np.int64 and pictures.labels.tolist() == [0, 1, 1, 2, 2, 2]
    assert pictures.files[0] == "ann/0.png" and pictures.path(2) == root / "bob" / "1.png"
    np.testing.assert_array_equal(pictures.picture(0), noise(2))
    np.testing.assert_array_equal(pictures.picture(5), noise(5))
    assert pictures.stored(1) == png(noise(0))


def test_people_with_one_picture_are_kept_or_dropped_and_counted(tmp_path, caplog):
    root = write_people(tmp_path, {"a": 1, "b": 2, "c": 1, "d": 0, "e": 3})
    with caplog.at_level(logging.INFO, logger="lineament"):
        kept = read_identity_folder(root)
    assert kept.names == ("a", "b", "c", "e") and (kept.singles, kept.empty) == (2, 1)
    assert "of 4 people 2 have one picture (kept); 1 folders without" in caplog.text
    dropped = read_identity_folder(root, singles="dropped")
    assert dropped.names == ("b", "e") and dropped.labels.tolist() == [0, 0, 1, 1, 1]
    assert (dropped.singles, dropped.empty) == (2, 1)
    with pytest.raises(ConfigError, match="singles is 'gone', expected one of kept, dropped"):
        read_identity_folder(root, singles="gone")


def test_a_folder_without_people_is_refused(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_identity_folder(tmp_path / "none")
    with pytest.raises(DataError, match="no picture of a person"):
        read_identity_folder(tmp_path)
    root = write_people(tmp_path / "singles", {"a": 1, "b": 1})
    with pytest.raises(DataError, match="2 folders, 2 with one picture"):
        read_identity_folder(root, singles="dropped")


def test_aligned_is_what_the_folder_or_the_first_picture_says(tmp_path):
    root = write_people(tmp_path / "small", {"a": 2})
    assert not read_identity_folder(root).aligned
    assert read_identity_folder(root, aligned=True).aligned
    (root / "alignment.json").write_text("{}")
    assert read_identity_folder(root).aligned
    crops = write_people(tmp_path / "crops", {"a": 2}, side=112)
    assert read_identity_folder(crops).aligned
    assert not read_identity_folder(crops, aligned=False).aligned
    (crops / "a" / "0.png").write_bytes(b"torn")
    assert not read_identity_folder(crops).aligned


def test_a_damaged_picture_is_named_when_it_is_read(tmp_path):
    root = write_people(tmp_path, {"a": 2})
    (root / "a" / "1.png").write_bytes(png(noise(1))[:90])
    pictures = read_identity_folder(root)
    pictures.picture(0)
    with pytest.raises(ImageError, match=r"a/1\.png: it is truncated"):
        pictures.picture(1)
    (root / "a" / "1.png").unlink()
    with pytest.raises(DataError, match=r"cannot read .*1\.png"):
        pictures.stored(1)


def test_bytes_are_copied(tmp_path):
    source = read_identity_folder(write_people(tmp_path / "set", {"ann": 2, "bob": 1}))
    seen = []
    size = write_identity_folder(
        source, tmp_path / "out", progress=lambda *numbers: seen.append(numbers)
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]
    back = read_identity_folder(tmp_path / "out")
    assert back.names == source.names and back.labels.tolist() == source.labels.tolist()
    assert [back.stored(n) for n in range(3)] == [source.stored(n) for n in range(3)]
    assert size == sum(len(source.stored(n)) for n in range(3))
    assert not back.aligned and not (tmp_path / "out" / "alignment.json").exists()


def test_pictures_without_bytes_are_encoded(tmp_path):
    made = Made([2, 1])
    write_identity_folder(made, tmp_path / "png", PictureEncoding(kind="png"))
    back = read_identity_folder(tmp_path / "png")
    for number in range(3):
        np.testing.assert_array_equal(back.picture(number), noise(number))
    assert json.loads((tmp_path / "png" / "alignment.json").read_text())["template"]
    assert back.aligned
    write_identity_folder(made, tmp_path / "jpeg", PictureEncoding(quality=60))
    assert (tmp_path / "jpeg" / "p0" / "000001.jpg").read_bytes()[:2] == b"\xff\xd8"


def test_turned_pictures_are_encoded_anew(tmp_path):
    """A reader that leaves EXIF alone would see them turned."""
    import io

    from PIL import Image

    root = tmp_path / "set" / "ann"
    root.mkdir(parents=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    flat = np.zeros((24, 40, 3), np.uint8)
    flat[:12] = 255
    Image.fromarray(flat).save(buffer, "JPEG", exif=exif, quality=95)
    (root / "0.jpg").write_bytes(buffer.getvalue())
    source = read_identity_folder(tmp_path / "set")
    write_identity_folder(source, tmp_path / "out", PictureEncoding(kind="png"))
    back = read_identity_folder(tmp_path / "out")
    assert back.files == ("ann/000000.png",)
    assert back.picture(0).shape == (40, 24, 3)
    np.testing.assert_array_equal(back.picture(0), source.picture(0))


@pytest.mark.parametrize(
    "names",
    [("a/b", "c"), ("..", "c"), ("", "c"), ("a", "A"), ("a\n", "b"), ("x" * 101, "b"), ("b ", "a")],
)
def test_names_that_are_no_folders_become_numbers(names, caplog):
    assert folder_names(names) == ("0", "1")
    assert "numbered" in caplog.text


def test_plain_names_stay():
    assert folder_names(("Zoë O'Neil", "b_2")) == ("Zoë O'Neil", "b_2")
    assert folder_names(tuple("/" + str(n) for n in range(12)))[3] == "03"


def test_the_real_people(real):
    pictures = read_identity_folder(real("celeba_identities"))
    assert (len(pictures.names), len(pictures), pictures.singles) == (299, 5718, 3)
    assert pictures.aligned and pictures.picture(5717).shape == (112, 112, 3)
    assert len(read_identity_folder(real("celeba_identities"), "dropped").names) == 296
