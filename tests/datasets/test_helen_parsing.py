"""The reader of HELEN's parts on a miniature release."""

from __future__ import annotations

import numpy as np
import pytest
from part_masks import write_photo, write_png

from lineament.datasets.helen_parsing import read_helen_parsing
from lineament.errors import ConfigError, DataError
from lineament.parsing.part_schemes import find_part_scheme

NAME = "100032540_1"


@pytest.fixture
def root(tmp_path):
    write_face(tmp_path, np.zeros((11, 2, 3), np.uint8))
    for file in ("exemplars", "tuning", "testing"):
        (tmp_path / f"{file}.txt").write_text(f"1 , {NAME}\n\n")
    return tmp_path


def write_face(root, maps, name=NAME):
    write_photo(root / "images" / f"{name}.jpg", *maps.shape[1:])
    for number, one in enumerate(maps):
        write_png(root / "labels" / name / f"{name}_lbl{number:02}.png", one)


def pixels(*columns):
    """Maps (11,1,N) of N pixels; each says by class what it is sure of, of 255."""
    maps = np.zeros((11, 1, len(columns)), np.uint8)
    for place, column in enumerate(columns):
        for number, sure in column.items():
            maps[number, 0, place] = sure
    return maps


def test_the_surest_class_of_every_pixel(root):
    """What is left of 255 stands against the features; then background, skin and hair."""
    cases = [
        ({0: 255}, 0),
        ({1: 200, 10: 55}, 1),
        ({1: 55, 10: 200}, 10),
        ({2: 130, 1: 125}, 2),
        ({2: 127, 1: 128}, 1),
        ({2: 90, 3: 80, 1: 85}, 2),
        ({2: 100, 1: 78, 10: 77}, 1),
        ({7: 60, 8: 140, 9: 55}, 8),
        ({7: 128, 9: 127}, 7),
        ({6: 255}, 6),
        ({}, 0),
        ({4: 255, 5: 255}, 4),
    ]
    write_face(root, pixels(*(column for column, _ in cases)))
    (face,) = read_helen_parsing(root)
    assert face.mask().tolist() == [[answer for _, answer in cases]]
    assert face.mask().dtype == np.uint8 and face.scheme == "helen-11"


def test_the_nine_classes_are_those_of_the_paper(root):
    """As the authors make them: the background is 255 less the sum of the eight features."""
    maps = np.random.default_rng(0).dirichlet(np.full(11, 0.4), (20, 30)) * 255
    maps = maps.transpose(2, 0, 1).astype(np.uint8)
    write_face(root, maps)
    (face,) = read_helen_parsing(root)
    nine = find_part_scheme("helen-11").converted(face.mask(), find_part_scheme("parts-9"))
    features = maps[2:10].astype(int)
    expected = np.concatenate([255 - features.sum(axis=0, keepdims=True), features]).argmax(axis=0)
    np.testing.assert_array_equal(nine, expected)
    assert len(np.unique(nine)) == 9


def test_the_lists_are_the_splits(root):
    write_face(root, np.zeros((11, 2, 3), np.uint8), "7_1")
    (root / "tuning.txt").write_text(f"1,7_1\n2 ,{NAME}\n")
    assert [face.name for face in read_helen_parsing(root, "validation")] == [
        "validation/7_1",
        f"validation/{NAME}",
    ]
    assert [face.subset for face in read_helen_parsing(root, "test")] == ["test"]
    with pytest.raises(ConfigError, match="train, validation, test"):
        read_helen_parsing(root, "tuning")


def test_the_folder_of_the_archive_will_do(root):
    inner = root / "SmithCVPR2013_dataset_resized"
    inner.mkdir()
    for name in ("images", "labels", "exemplars.txt"):
        (root / name).rename(inner / name)
    (face,) = read_helen_parsing(root)
    assert face.image == inner / "images" / f"{NAME}.jpg" and face.read()[1].shape == (2, 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"1 {NAME}", ["exemplars.txt:1", "a comma"]),
        (f"1,{NAME},2", ["exemplars.txt:1", "a comma"]),
        ("\n1,", ["exemplars.txt:2", "the picture's name"]),
        ("1,other", ["exemplars.txt:1", "images/other.jpg is missing"]),
        ("1,../labels/x", ["exemplars.txt:1", "a path below"]),
        ("", ["is empty"]),
    ],
)
def test_a_malformed_list_is_told_by_line(root, text, words):
    (root / "exemplars.txt").write_text(text)
    with pytest.raises(DataError) as caught:
        read_helen_parsing(root)
    for word in words:
        assert word in str(caught.value)


def test_what_is_missing_or_damaged_is_named(root):
    def fault(*words):
        with pytest.raises(DataError) as caught:
            read_helen_parsing(root)[0].read()
        for word in words:
            assert str(word) in str(caught.value)

    path = root / "labels" / NAME / f"{NAME}_lbl08.png"
    write_png(path, np.zeros((3, 3), np.uint8))
    fault(path, "3 x 3", "3 x 2", "other maps")
    path.write_bytes(b"torn")
    fault(path)
    path.unlink()
    fault("exemplars.txt:1", path, "missing", "lbl00.png to")
    write_face(root, np.zeros((11, 4, 4), np.uint8))
    write_photo(root / "images" / f"{NAME}.jpg", 5, 6)
    fault("4 x 4", "6 x 5", "images")
    (root / "exemplars.txt").unlink()
    fault("no list exemplars.txt")
