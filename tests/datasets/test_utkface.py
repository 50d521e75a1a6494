"""The reader of UTKFace on a miniature release and on the real faces."""

from __future__ import annotations

import logging
from collections import Counter

import pytest

from lineament.datasets.utkface import ETHNICITIES, read_utkface
from lineament.errors import ConfigError, DataError

DATE = "20170109142408075"


@pytest.fixture
def release(tmp_path, picture):
    def write(*names):
        for name in names:
            picture(tmp_path / name)
        return tmp_path

    return write


def test_a_release_reads_back(release):
    root = release(f"7_1_3_{DATE}.jpg.chip.jpg", f"100_0_4_{DATE}.jpg", "1_0_0_20170110223409.jpg")
    (root / "README.txt").write_text("not a face")
    faces = read_utkface(root)
    assert [face.name for face in faces] == [
        f"utkface/100_0_4_{DATE}", "utkface/1_0_0_20170110223409", f"utkface/7_1_3_{DATE}",
    ]  # fmt: skip
    assert faces[0].attributes == {"age": 100, "gender": "male", "ethnicity": "Others"}
    assert faces[2].attributes == {"age": 7, "gender": "female", "ethnicity": "Indian"}
    assert faces[0].image == root / f"100_0_4_{DATE}.jpg" and faces[0].subset == "utkface"
    with pytest.raises(ConfigError, match="no part 'train'"):
        read_utkface(root, "train")


def test_the_folder_of_the_archive_will_do(release):
    assert len(read_utkface(release(f"UTKFace/7_1_3_{DATE}.jpg"))) == 1


def test_odd_ends_behind_the_date_do_not_matter(release):
    """As the release spells some."""
    root = release(
        f"24_0_1_{DATE} .jpg.chip.jpg", f"44_1_4_{DATE}.pg.chip.jpg", f"55_0_0_{DATE}jpg.chip.jpg"
    )
    assert [face.attributes["age"] for face in read_utkface(root)] == [24, 44, 55]


def test_names_that_lack_a_code_are_left_out_and_counted(release, caplog):
    root = release(f"61_1_{DATE}.jpg.chip.jpg", f"53__0_{DATE}.jpg", f"7_1_3_{DATE}.jpg")
    with caplog.at_level(logging.WARNING):
        (face,) = read_utkface(root)
    assert face.attributes["age"] == 7
    assert "left out 2 of 3 faces" in caplog.text
    (root / f"7_1_3_{DATE}.jpg").unlink()
    with pytest.raises(DataError, match=r"no name in .* has all labels"):
        read_utkface(root)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (f"7_2_3_{DATE}.jpg", ["gender '2'", "0 (male) or 1 (female)"]),
        (f"7_1_5_{DATE}.jpg", ["ethnicity '5'", "0 to 4 (White"]),
        (f"117_1_0_{DATE}.jpg", ["age '117'", "0 to 116"]),
        (f"x_1_0_{DATE}.jpg", ["age 'x'"]),
        (f"-7_1_0_{DATE}.jpg", ["age '-7'"]),
        (f"7.5_1_0_{DATE}.jpg", ["age '7.5'"]),
        ("7_1_0_2017.jpg", ["14 to 17 digits"]),
        (f"7_1_0_{DATE}0.jpg", ["14 to 17 digits"]),
        ("someone.jpg", ["AGE_GENDER_ETHNICITY_DATE"]),
        (f"{DATE}.jpg", ["AGE_GENDER_ETHNICITY_DATE"]),
    ],
)
def test_a_malformed_name_is_told_by_file_and_expectation(release, name, words):
    root = release(f"7_1_3_{DATE}.jpg", name)
    with pytest.raises(DataError) as caught:
        read_utkface(root)
    for word in (f"{root / name}: got", *words):
        assert word in str(caught.value)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"no \*\.jpg in"):
        read_utkface(tmp_path)
    with pytest.raises(DataError, match="does not exist"):
        read_utkface(tmp_path / "none")


def test_the_real_faces(real):
    faces = read_utkface(real("utkface"))
    assert len(faces) == len({face.name for face in faces}) > 7_000
    assert Counter(face.attributes["ethnicity"] for face in faces).keys() == set(ETHNICITIES)
    ages = [face.attributes["age"] for face in faces]
    assert min(ages) >= 1 and max(ages) <= 116
    share = sum(face.attributes["gender"] == "female" for face in faces) / len(faces)
    assert 0.4 < share < 0.55
