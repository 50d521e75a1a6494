"""Pictures that no detector was made for: a defined result, no warning, no crash."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from detection.grid_networks import noise_network, write_detector

from lineament.detection import DetectionOptions, Detections, Detector, load_detector
from lineament.face import ByteArray

ASTRONAUT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"


def noise(height: int, width: int) -> ByteArray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)


def photo() -> ByteArray:
    return np.ascontiguousarray(cv2.imread(str(ASTRONAUT))[:, :, ::-1])


def all_face() -> ByteArray:
    """Forehead to chin and cheek to cheek, and nothing else."""
    whole = photo()
    scale = whole.shape[1] / 512
    x1, y1, x2, y2 = (round(scale * place) for place in (178, 56, 272, 177))
    return np.ascontiguousarray(whole[y1:y2, x1:x2])


PICTURES: dict[str, Callable[[], ByteArray]] = {
    "black": lambda: np.zeros((240, 320, 3), np.uint8),
    "white": lambda: np.full((240, 320, 3), 255, np.uint8),
    "noise": lambda: noise(240, 320),
    "one pixel": lambda: noise(1, 1),
    "one row": lambda: noise(1, 700),
    "wide": lambda: noise(50, 20_000),
    "tall": lambda: noise(20_000, 50),
    "nothing but a face": all_face,
    "upside down": lambda: np.ascontiguousarray(photo()[::-1, ::-1]),
}


@pytest.fixture(autouse=True)
def _no_warning() -> Iterator[None]:
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise"):
        warnings.simplefilter("error")
        yield


def check(found: list[Detections], least: float) -> None:
    for faces in found:
        assert faces.boxes.dtype == faces.scores.dtype == faces.five_points.dtype == np.float32
        assert np.isfinite(faces.boxes).all() and np.isfinite(faces.five_points).all()
        assert (faces.scores >= least).all() and (faces.scores <= 1).all()
        assert (np.diff(faces.scores) <= 0).all()
        assert (faces.sides > 0).all()


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("longest_side", [256, None])
def test_a_network_of_random_answers(tmp_path: Path, name: str, longest_side: int | None) -> None:
    path = write_detector(tmp_path, noise_network())
    options = DetectionOptions(longest_side=longest_side, min_score=0.99)
    detector = load_detector(path, options=options, device="cpu", threads=1)
    picture = PICTURES[name]()
    found = detector.detect([picture, picture])
    check(found, 0.99)
    np.testing.assert_array_equal(found[0].boxes, found[1].boxes)
    if name == "noise":
        assert len(found[0]) > 10


@cache
def default() -> Detector:
    return load_detector(device="cpu", threads=1)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        *((name, 0, 0) for name in ("black", "white", "noise", "one pixel", "one row")),
        ("nothing but a face", 1, 1),
        ("upside down", 0, 1),
    ],
)
def test_the_default_detector(name: str, least: int, most: int) -> None:
    found = default().detect([PICTURES[name]()])
    check(found, 0.6)
    assert least <= len(found[0]) <= most


@pytest.mark.parametrize("name", ["wide", "tall"])
def test_the_default_detector_on_a_strip(name: str) -> None:
    detector = load_detector(options=DetectionOptions(longest_side=512), device="cpu", threads=1)
    found = detector.detect([PICTURES[name]()])
    check(found, 0.6)
    assert len(found[0]) == 0
