"""Run lengths by COCO's rules, worked out by hand, and the document round them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from lineament.errors import DataError
from lineament.face import Box, Face, FaceParts
from lineament.parsing.coco_document import CocoDocument
from lineament.parsing.coco_rle import compress, decompress, mask_of, run_lengths
from lineament.parsing.part_schemes import HELEN_11, PARTS_9

FIVE = np.zeros((5, 2), dtype=np.float32)


@pytest.mark.parametrize(
    ("mask", "counts"),
    [
        ([[0, 1], [1, 1]], [1, 3]),
        ([[1, 0], [1, 1]], [0, 2, 1, 1]),
        ([[0, 1, 0], [0, 0, 1]], [2, 1, 2, 1]),
        ([[0, 0]], [2]),
        ([[1, 1]], [0, 2]),
    ],
)
def test_runs_go_down_the_columns_and_begin_with_zeros(
    mask: list[list[int]], counts: list[int]
) -> None:
    array = np.array(mask, dtype=bool)
    assert run_lengths(array) == counts
    np.testing.assert_array_equal(mask_of(counts, *array.shape), array)


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        # One piece: the number + 48. From 16 on the fifth bit would be a sign, so a second piece.
        ([0, 15], "0?"),
        ([16], "`0"),
        # 40 is 8 + 1 x 32: "X" is 8 + 32 (more follows) + 48, "1" is 1 + 48.
        ([40], "X1"),
        # 40 and 4 stand as they are; 5 - 40 = -35 = -2 x 32 + 29: "m" and -2 + 32 + 48 = "N".
        ([6, 1, 40, 4, 5, 4, 5, 4, 21], "61X13mN000`0"),
        # The first three stand as they are, the fourth as 3 - 2 and the fifth as 1 - 3.
        ([1, 2, 3, 3, 1], "1231N"),
    ],
)
def test_compressed_counts_worked_out_by_hand(counts: list[int], text: str) -> None:
    assert compress(counts) == text
    assert decompress(text) == counts


@given(
    arrays(np.bool_, st.tuples(st.integers(1, 40), st.integers(1, 40)), elements=st.booleans()),
)
def test_there_and_back(mask: NDArray[np.bool_]) -> None:
    counts = decompress(compress(run_lengths(mask)))
    np.testing.assert_array_equal(mask_of(counts, *mask.shape), mask)


@given(st.lists(st.integers(0, 10**9), max_size=12))
def test_large_counts_there_and_back(counts: list[int]) -> None:
    assert decompress(compress(counts)) == counts


def test_no_pixels() -> None:
    assert run_lengths(np.zeros((0, 4), bool)) == [] and compress([]) == ""
    assert mask_of(decompress(""), 0, 4).shape == (0, 4)


def test_damaged_run_lengths() -> None:
    with pytest.raises(DataError, match="add to 2 x 2 = 4, got a sum of 5"):
        mask_of([2, 3], 2, 2)
    with pytest.raises(DataError, match="add to 1 x 1"):
        mask_of([2, -1], 1, 1)
    with pytest.raises(DataError, match="cut off"):
        decompress("X")
    for text in ("6 1", "~"):
        with pytest.raises(DataError, match="expected '0' to 'o'"):
            decompress(text)


def test_a_document_of_two_photos() -> None:
    mask = np.zeros((3, 4), np.uint8)
    mask[1:, 2] = PARTS_9.number("nose")
    mask[0, 0] = PARTS_9.number("inner_mouth")
    known = Face(Box(0, 0, 5, 5), 0.98765, FIVE, parts=FaceParts("parts-9", (5, 6, 4, 3), mask))
    unknown = Face(Box(0, 0, 5, 5), 0.5, FIVE)
    document = CocoDocument(PARTS_9)
    document.add("none.jpg", 4, 3, [])
    document.add("two.jpg", 10, 12, [unknown, known])
    data = json.loads(json.dumps(document.data()))
    assert [image["file_name"] for image in data["images"]] == ["none.jpg", "two.jpg"]
    assert [each["name"] for each in data["categories"]] == list(PARTS_9.classes[1:])
    nose, mouth = data["annotations"]
    assert (nose["image_id"], nose["face"], nose["iscrowd"], nose["score"]) == (2, 1, 0, 0.9877)
    assert (nose["category_id"], nose["area"], nose["bbox"]) == (5, 2, [7, 7, 1, 2])
    assert (mouth["category_id"], mouth["area"], mouth["bbox"]) == (7, 1, [5, 6, 1, 1])
    assert len({nose["id"], mouth["id"]}) == 2
    found = mask_of(decompress(nose["segmentation"]["counts"]), *nose["segmentation"]["size"])
    assert found.shape == (10, 12) and np.argwhere(found).tolist() == [[7, 7], [8, 7]]
    with pytest.raises(ValueError, match="got parts of parts-9, not helen-11"):
        CocoDocument(HELEN_11).add("two.jpg", 10, 12, [known])
