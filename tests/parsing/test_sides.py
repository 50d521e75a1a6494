"""Left and right of faces that are labelled the other way round."""

import numpy as np
import pytest
from part_masks import write_photo, write_png
from test_parsing_sources import RECORD, BoxOfTheMiddle

from lineament.parsing.part_schemes import UNKNOWN, find_part_scheme
from lineament.parsing.photo_parts import PhotoParts
from lineament.parsing.sides import as_seen, exchanged, mirror_table

CELEBA, THIRTEEN = find_part_scheme("celebamask-19"), find_part_scheme("parts-13")


def face(**columns):
    """Parts of CelebAMask-HQ from a column on, on skin."""
    mask = np.full((32, 32), CELEBA.number("skin"), np.uint8)
    mask[0] = UNKNOWN
    for row, (name, column) in enumerate(columns.items(), 1):
        mask[3 * row : 3 * row + 2, column : column + 5] = CELEBA.number(name)
    return mask


RIGHT = face(right_eye=6, left_eye=20, right_brow=5, left_brow=19, right_ear=0, nose=13)


def test_faces_labelled_as_seen_stay_as_they_are():
    assert not exchanged(RIGHT, CELEBA)
    assert as_seen(RIGHT, CELEBA) is RIGHT


def test_exchanged_sides_are_mended_in_all_classes():
    wrong = mirror_table(CELEBA)[RIGHT]
    assert exchanged(wrong, CELEBA)
    np.testing.assert_array_equal(as_seen(wrong, CELEBA), RIGHT)


def test_most_pairs_decide_and_lone_parts_do_not():
    assert not exchanged(face(left_eye=4), CELEBA)
    assert not exchanged(face(left_ear=0, right_brow=25), CELEBA)
    assert not exchanged(face(right_eye=6, left_eye=20, right_brow=12, left_brow=10), CELEBA)
    assert not exchanged(RIGHT, THIRTEEN), "a scheme without sides"


@pytest.mark.parametrize("sides", ["labelled", "seen"])
def test_a_source_mends_where_it_is_asked_to(tmp_path, sides):
    wrong = mirror_table(CELEBA)[RIGHT]
    for name, mask in (("a", wrong), ("b", RIGHT)):
        write_photo(tmp_path / "images" / f"{name}.png", 32, 32, seed=1)
        write_png(tmp_path / "masks" / f"{name}.png", mask)
    source = PhotoParts(
        kind="photos", folder=tmp_path, dataset="palette_masks", split="all", sides=sides
    )
    cache = tmp_path / "cache"
    faces, _ = source.read(CELEBA, 32, BoxOfTheMiddle(RECORD), cache)
    np.testing.assert_array_equal(faces.mask(0), RIGHT if sides == "seen" else wrong)
    np.testing.assert_array_equal(faces.mask(1), RIGHT)
    other = source.model_copy(update={"sides": "seen" if sides == "labelled" else "labelled"})
    again, _ = other.read(CELEBA, 32, BoxOfTheMiddle(RECORD), cache)
    assert (again.mask(0) != faces.mask(0)).any(), "what is kept of one is not taken for the other"
