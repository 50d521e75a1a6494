"""Areas, outlines and masks of a face's parts."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from lineament.errors import ConfigError
from lineament.face import Box, Face, FaceParts
from lineament.face_parts import photo_mask

RING = np.array([[0, 5, 5, 5], [0, 5, 0, 5], [0, 5, 5, 5], [7, 0, 0, 5]], dtype=np.uint8)
FIVE = np.zeros((5, 2), dtype=np.float32)


def parts(mask: NDArray[np.uint8], x: int = 0, y: int = 0) -> FaceParts:
    return FaceParts("parts-9", (x, y, mask.shape[1], mask.shape[0]), mask)


def area(ring: NDArray[np.float32]) -> float:
    x, y = ring.T.astype(float)
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def test_areas_name_every_class() -> None:
    areas = parts(RING).areas()
    assert areas == {
        **dict.fromkeys(parts(RING).classes[1:], 0),
        "nose": 9,
        "inner_mouth": 1,
    }


def test_outlines_run_along_the_edges_of_pixels() -> None:
    found = parts(RING, x=10, y=20).polygons()
    assert list(found) == ["nose", "inner_mouth"]
    ((outer, hole),) = found["nose"]
    assert {(x, y) for x, y in outer.tolist()} == {
        *((10.5, 19.5), (13.5, 19.5), (13.5, 23.5), (12.5, 23.5), (12.5, 22.5), (10.5, 22.5))
    }
    assert {(x, y) for x, y in hole.tolist()} == {
        *((11.5, 20.5), (12.5, 20.5), (12.5, 21.5), (11.5, 21.5))
    }
    ((square,),) = found["inner_mouth"]
    assert {(x, y) for x, y in square.tolist()} == {
        *((9.5, 22.5), (10.5, 22.5), (10.5, 23.5), (9.5, 23.5))
    }


@settings(max_examples=80, deadline=None)
@given(
    arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 2))
)
def test_the_area_inside_the_outlines_is_the_number_of_pixels(mask: NDArray[np.uint8]) -> None:
    own = parts(mask, 3, 4)
    polygons = own.polygons()
    for name, pixels in own.areas().items():
        inside = sum(
            area(rings[0]) - sum(area(hole) for hole in rings[1:])
            for rings in polygons.get(name, [])
        )
        assert inside == pytest.approx(pixels)


def test_fewer_corners_stay_near() -> None:
    rows, columns = np.mgrid[:200, :200]
    disc = ((rows - 100) ** 2 + (columns - 90) ** 2 < 70**2).astype(np.uint8)
    own = parts(disc)
    (((exact,),), ((fewer,),)) = (own.polygons(t)["right_brow"] for t in (0.0, 1.0))
    assert len(fewer) < len(exact) / 3
    assert area(fewer) == pytest.approx(disc.sum(), rel=0.01)
    away = [abs(cv2.pointPolygonTest(fewer, point.tolist(), True)) for point in exact]
    assert max(away) <= 1.0 + 1e-3
    speck = parts(np.array([[0, 1]], np.uint8)).polygons(5.0)["right_brow"]
    assert area(speck[0][0]) == 1, "what would collapse stays exact"


def test_the_photo_beside_the_region_is_background() -> None:
    own = parts(RING, x=2, y=1)
    whole = own.full(6, 9)
    assert whole.shape == (6, 9) and whole.dtype == np.uint8
    np.testing.assert_array_equal(whole[1:5, 2:6], RING)
    whole[1:5, 2:6] = 0
    assert not whole.any()
    for height, width in ((4, 9), (6, 5)):
        with pytest.raises(ValueError, match=r"region \(2, 1, 4, 4\) does not fit a photo of"):
            own.full(height, width)


def test_overlapping_faces_the_first_one_stands() -> None:
    first = parts(np.array([[1, 0]], np.uint8))
    second = parts(np.array([[2, 2]], np.uint8))
    np.testing.assert_array_equal(photo_mask([first, second], 1, 2), [[1, 2]])
    assert not photo_mask([], 2, 3).any()


def test_what_some_classes_cover() -> None:
    own = parts(RING)
    np.testing.assert_array_equal(own.covers(), RING > 0)
    np.testing.assert_array_equal(own.covers({"inner_mouth", "hair"}), RING == 7)


def test_a_face_that_shows_nothing() -> None:
    for mask in (
        np.zeros((3, 4), np.uint8),
        np.zeros((0, 4), np.uint8),
        np.zeros((0, 0), np.uint8),
    ):
        own = parts(mask, 2, 0)
        assert set(own.areas().values()) == {0} and own.polygons() == {}
        assert not own.full(3, 6).any()


def test_plain_json() -> None:
    face = Face(Box(0, 0, 4, 4), 0.9, FIVE, parts=parts(RING, 1, 2))
    written = json.loads(json.dumps(face.to_dict()))["parts"]
    assert written["scheme"] == "parts-9" and written["region"] == [1, 2, 4, 4]
    assert written["areas"]["nose"] == 9 and written["areas"]["upper_lip"] == 0
    assert written["polygons"]["inner_mouth"] == [
        [[[0.5, 4.5], [0.5, 5.5], [1.5, 5.5], [1.5, 4.5]]]
    ]


@pytest.mark.parametrize(
    ("scheme", "region", "mask", "message"),
    [
        (
            "parts-9",
            (0, 0, 2, 1),
            np.zeros((2, 1), np.uint8),
            r"shape \(1, 2\), got uint8 \(2, 1\)",
        ),
        ("parts-9", (0, 0, 1, 1), np.zeros((1, 1), np.int64), "got int64"),
        ("parts-9", (-1, 0, 1, 1), np.zeros((1, 1), np.uint8), "begins inside the photo"),
        ("parts-9", (0, 0, 1, 1), np.full((1, 1), 9, np.uint8), "holds 9; parts-9 has the cl"),
        ("parts-7", (0, 0, 1, 1), np.zeros((1, 1), np.uint8), "no part scheme named 'parts-7'"),
    ],
)
def test_what_does_not_belong_together(
    scheme: str, region: tuple[int, int, int, int], mask: NDArray[np.uint8], message: str
) -> None:
    with pytest.raises((ValueError, ConfigError), match=message):
        FaceParts(scheme, region, mask)
