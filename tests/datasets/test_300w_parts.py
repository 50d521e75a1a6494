"""The parts of 300-W by the names of its folders."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.datasets.ibug300w import read_300w
from lineament.errors import ConfigError, DataError

SUBSETS = (
    "afw", "helen/testset", "helen/trainset", "ibug", "lfpw/testset", "lfpw/trainset",
)  # fmt: skip


@pytest.fixture
def root(tmp_path, picture):
    rows = "\n".join(f"{n + 1} {2 * n + 1}" for n in range(68))
    for subset in SUBSETS:
        path = picture(tmp_path / "300w" / subset / "a.png")
        path.with_suffix(".pts").write_text(f"version: 1\nn_points: 68\n{{\n{rows}\n}}\n")
    return tmp_path / "300w"


@pytest.mark.parametrize(
    ("part", "subsets"),
    [
        ("all", SUBSETS),
        ("train", ("afw", "helen/trainset", "lfpw/trainset")),
        ("common", ("helen/testset", "lfpw/testset")),
        ("challenging", ("ibug",)),
        ("full", ("helen/testset", "ibug", "lfpw/testset")),
    ],
)
def test_parts_are_those_of_the_protocol(root, part, subsets):
    faces = read_300w(root, part)
    assert tuple(face.subset for face in faces) == subsets
    assert [face.name for face in faces] == [f"{subset}/a" for subset in subsets]


def test_a_face_has_points_from_zero_and_nothing_that_300w_does_not_say(root):
    face = read_300w(root)[0]
    np.testing.assert_array_equal(face.points, [[n, 2 * n] for n in range(68)])
    assert (face.scheme, face.box, face.visible, face.attributes) == ("ibug-68", None, None, {})


def test_a_part_that_is_not_there_is_told_with_what_is(root):
    with pytest.raises(DataError, match=r"part 'challenging'.*got the folders afw.*named ibug"):
        read_300w(root / "afw", "challenging")


def test_an_unknown_part_lists_those_that_exist(root):
    with pytest.raises(ConfigError, match=r"'test'.*train, full, common, challenging"):
        read_300w(root, "test")


def test_the_real_train_part(real):
    assert len(read_300w(real("300w"), "train")) == 2012
