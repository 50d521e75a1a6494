"""Tiles cover a picture, answer once for each face, and find what the whole picture shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from detection.grid_networks import FACE, POINTS, marker_network, write_detector
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.detection import DetectionOptions, OnnxDetector
from lineament.detection.detector import Detections
from lineament.detection.scaling import working_copies
from lineament.detection.tiling import SHARED, tiles
from lineament.errors import ConfigError
from lineament.face import ByteArray
from lineament.weights import WholePhoto, load_record

CROP = "large_face = 64, one_copy_side = 256, coarse_side = 128, enlarged_side = 64"
RULE = WholePhoto(
    rule="whole_photo",
    multiple=32,
    large_face=64,
    one_copy_side=256,
    coarse_side=128,
    enlarged_side=64,
)


def detector(folder: Path, **options: object) -> OnnxDetector:
    record = load_record(write_detector(folder, marker_network(), CROP))
    return OnnxDetector(
        record,
        options=DetectionOptions(longest_side=None, **options),  # type: ignore[arg-type]
        device="cpu",
        threads=1,
    )


def marked(height: int, width: int, seed: int, apart: int = 5) -> tuple[ByteArray, np.ndarray]:
    """A dark picture with red cells of stride 8, at least `apart` cells from one another, and the
    middles of those cells."""
    random = np.random.default_rng(seed)
    image = random.integers(0, 40, (height, width, 3)).astype(np.uint8)
    middles = []
    for row in range(0, height // 8, apart):
        for column in range(0, width // 8, apart):
            if random.random() < 0.3:
                image[8 * row : 8 * row + 8, 8 * column : 8 * column + 8] = 255, 0, 0
                middles.append((8 * column + 3.5, 8 * row + 3.5))
    return image, np.array(middles, np.float32)


def in_order(found: Detections) -> Detections:
    return found.take(np.lexsort(found.boxes.T))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 900),
    st.integers(1, 900),
    st.floats(-0.05, 1.05),
    st.floats(-0.05, 1.05),
    st.floats(4, 64),
)
def test_some_tile_sees_whole_what_it_answers_for(
    height: int, width: int, right: float, down: float, side: float
) -> None:
    parts = tiles(height, width, 256, 96)
    seen = np.zeros((height, width), np.bool_)
    middle = np.array([right * width, down * height])
    answering = 0
    for tile in parts:
        (top, left), (rows, columns) = tile.corner, tile.size
        assert 0 < rows <= 256 and 0 < columns <= 256
        seen[top : top + rows, left : left + columns] = True
        low, high = middle - side / 2, middle + side / 2
        face = Detections(
            np.array([[*low, *high]], np.float32) - np.tile([left, top], 2).astype(np.float32),
            np.ones(1, np.float32),
            np.zeros((1, 5, 2), np.float32),
        )
        if len(tile.to_picture(face)):
            answering += 1
            end = np.array([left + columns, top + rows])
            assert ((low >= (left, top)) | (np.array([left, top]) == 0)).all()
            assert ((high <= end) | (end == (width, height))).all()
    assert seen.all() and answering >= 1


def test_tiles_by_hand() -> None:
    """416 pixels: the second tile starts at 256 - 96, the line between both lies at 208."""
    first, second = tiles(100, 416, 256, 96)
    assert (first.corner, first.size) == ((0, 0), (100, 256))
    assert (second.corner, second.size) == ((0, 160), (100, 256))
    assert first.low == (-np.inf, -np.inf) and first.high == (208 + SHARED, np.inf)
    assert second.low == (208 - SHARED, -np.inf) and second.high == (np.inf, np.inf)
    (whole,) = tiles(100, 256, 256, 96)
    assert whole.low == (-np.inf, -np.inf) and whole.high == (np.inf, np.inf)


@pytest.mark.parametrize(("height", "width"), [(700, 530), (130, 1500), (600, 600)])
def test_tiles_find_what_the_whole_shows(tmp_path: Path, height: int, width: int) -> None:
    image, middles = marked(height, width, seed=height)
    whole = in_order(detector(tmp_path, tile=None).detect([image])[0])
    tiled = in_order(detector(tmp_path, tile=256).detect([image])[0])
    assert len(whole) == len(middles) > 20
    for name in ("boxes", "scores", "five_points"):
        np.testing.assert_allclose(getattr(tiled, name), getattr(whole, name), atol=1e-3)
    found = (whole.boxes[:, :2] + whole.boxes[:, 2:]) / 2
    order = np.lexsort(middles.T)
    np.testing.assert_allclose(found[np.lexsort(found.T)], middles[order], atol=1e-3)


def test_no_tile_is_larger_than_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiled = detector(tmp_path, tile=256)
    shapes = []
    run = tiled._session.run

    def watched(feed, outputs=None):  # type: ignore[no-untyped-def]
        shapes.append(feed.shape)
        return run(feed, outputs)

    monkeypatch.setattr(tiled._session, "run", watched)
    tiled.detect([marked(900, 1100, 0)[0]])
    assert max(height * width for _, _, height, width in shapes) == 256 * 256
    assert sum(shape[0] for shape in shapes) == 6 * 7 + 1


def test_a_mirrored_picture_has_mirrored_faces(tmp_path: Path) -> None:
    """No half pixel is lost on the way; the network is its own mirror image but for the points."""
    image, middles = marked(192, 256, seed=1)
    one = detector(tmp_path)
    found, other = one.detect([image, np.ascontiguousarray(image[:, ::-1])])
    assert len(found) == len(other) == len(middles)
    turned = other.boxes[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [255, 0, 255, 0]
    np.testing.assert_allclose(
        turned[np.lexsort(turned.T)], found.boxes[np.lexsort(found.boxes.T)], atol=1e-3
    )


def test_one_face_at_its_place(tmp_path: Path) -> None:
    image = np.zeros((96, 128, 3), np.uint8)
    image[16:24, 40:48, 0] = 255
    (found,) = detector(tmp_path).detect([image])
    half = FACE / 2
    np.testing.assert_allclose(
        found.boxes, [[43.5 - half, 19.5 - half, 43.5 + half, 19.5 + half]], atol=1e-4
    )
    np.testing.assert_allclose(found.five_points[0], POINTS * FACE + [43.5, 19.5], atol=1e-4)
    assert found.scores[0] == pytest.approx(1 / (1 + np.exp(-10)), abs=1e-4)


def test_a_batch_equals_singles(tmp_path: Path) -> None:
    one = detector(tmp_path, tile=256)
    photos = [marked(*size, seed=9)[0] for size in ((64, 64), (300, 400), (64, 64), (40, 900))]
    for together, photo in zip(one.detect(photos), photos, strict=True):
        alone = one.detect([photo])[0]
        np.testing.assert_array_equal(together.boxes, alone.boxes)
        np.testing.assert_array_equal(together.scores, alone.scores)


def test_tiles_smaller_than_what_they_share(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="tile must be at least 192 pixels for this detector"):
        detector(tmp_path, tile=160).detect([marked(900, 900, 0)[0]])
    with pytest.raises(ConfigError, match="tile must be a side in pixels"):
        DetectionOptions(tile=0)


def test_a_record_says_at_which_sizes_it_is_searched() -> None:
    options = DetectionOptions(tile=None)
    assert working_copies(40, 50, options, RULE)[0].size == (51, 64)
    assert len(working_copies(200, 256, options, RULE)) == 1
    fine, coarse = working_copies(200, 257, options, RULE)
    assert fine.size == (200, 257) and fine.to_side == 64
    assert max(coarse.size) == 128 and coarse.from_side == 48
