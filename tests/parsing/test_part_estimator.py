"""Parts of many faces at once are those of each alone, and lie where the photo shows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from own_weight import write_weight
from part_weight import CELLS, SCHEME, SIZE, network, painted, record_text, write_parts

from lineament import face_crops
from lineament.errors import RecordError, WeightError
from lineament.face import FloatArray
from lineament.landmarks.crops import Square
from lineament.parsing.estimator import PartEstimator, load_parts
from lineament.training.record_toml import to_toml
from lineament.weights import PartsOutput, find_record, load_record

MODEL = network()


@pytest.fixture(scope="module")
def estimator(tmp_path_factory: pytest.TempPathFactory) -> PartEstimator:
    record = write_parts(tmp_path_factory.mktemp("weight"))
    return load_parts(record, device="cpu", threads=1)


def boxes(*rows: tuple[float, float, float, float]) -> FloatArray:
    return np.array(rows, dtype=np.float32).reshape(-1, 4)


def quarters(height: int, width: int, numbers: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros((height, width), dtype=np.uint8)
    for place, number in enumerate(numbers):
        rows = slice(height // 2) if place < 2 else slice(height // 2, None)
        columns = slice(width // 2) if place % 2 == 0 else slice(width // 2, None)
        mask[rows, columns] = number
    return mask


MASKS = [
    quarters(64, 64, (1, 2, 3, 4)),
    quarters(40, 90, (5, 6, 0, 8)),
    np.zeros((50, 50), np.uint8),
    np.full((30, 30), 7, np.uint8),
]
PHOTOS = [painted(mask) for mask in MASKS]
BOXES = [
    boxes((16, 16, 48, 48), (0, 0, 20, 24), (40, 30, 63, 63)),
    boxes(),
    boxes((10, 10, 30, 30)),
    boxes((5, 5, 25, 25)),
]


def test_a_photo_that_the_crop_covers_exactly(estimator: PartEstimator) -> None:
    (own,) = estimator.estimate(PHOTOS[:1], [boxes((16, 16, 48, 48))])[0]
    assert own.scheme == estimator.scheme.name == SCHEME.name
    # The crop's square runs from 0 to 64 round the middle 32: its last pixel is 63.
    assert own.region == (0, 0, 64, 64)
    wrong = own.full(64, 64) != MASKS[0]
    seam = np.zeros((64, 64), dtype=bool)
    seam[28:36] = seam[:, 28:36] = True
    assert not wrong[~seam].any() and wrong.mean() < 0.1
    assert set(own.areas().values()) >= {0}
    assert min(own.areas()[name] for name in SCHEME.classes[1:5]) > 800


def test_missing_parts_have_no_area_and_a_blank_photo_no_part(estimator: PartEstimator) -> None:
    """A closed mouth shows no inner mouth: no pixel of it, and no outline."""
    closed = painted(quarters(64, 64, (6, 6, 3, 3)))
    (own,) = estimator.estimate([closed], [boxes((16, 16, 48, 48))])[0]
    assert own.areas()["inner_mouth"] == 0 and own.areas()["nose"] == 0
    assert set(own.polygons()) == {"upper_lip", "right_eye"}
    (blank,) = estimator.estimate([PHOTOS[2]], [boxes((10, 10, 30, 30))])[0]
    assert not blank.mask.any() and blank.polygons() == {}


def test_regions_stay_inside_crop_and_photo(estimator: PartEstimator) -> None:
    """Faces over every border, one that lies beside the photo, one of a single pixel."""
    photo = PHOTOS[3]
    rows = boxes(
        *((-10, -10, 10, 10), (20, 20, 40, 40), (5, -300, 25, -280)),
        *((100, 5, 120, 25), (14, 14, 15, 15), (-200, -200, 230, 230)),
    )
    corner, far, above, right, pixel, around = estimator.estimate([photo], [rows])[0]
    assert corner.region == (0, 0, 21, 21) and (corner.mask == 7).all()
    assert far.region == (10, 10, 20, 20) and (far.mask == 7).all()
    assert above.mask.size == right.mask.size == 0
    assert above.areas()["nose"] == 0 and not right.full(30, 30).any()
    assert pixel.region[2] in (2, 3) and pixel.region[3] in (2, 3) and (pixel.mask == 7).all()
    assert around.region == (0, 0, 30, 30)
    for own in (corner, far, above, right, pixel, around):
        own.full(30, 30)


def test_every_pixel_has_the_class_of_its_interpolated_scores(estimator: PartEstimator) -> None:
    random = np.random.default_rng(3)
    for side, centre in ((37.3, (20.2, 31.7)), (160.0, (44.0, 12.5)), (9.0, (33.4, 30.0))):
        scores = random.normal(size=(len(SCHEME), CELLS, CELLS)).astype(np.float32)
        affine = Square(np.array(centre, np.float32), side, 0.0).affine(SIZE)
        own = estimator._in_photo(scores, affine, (60, 70))
        x, y, width, height = own.region
        low = np.array(centre) - side / 2
        assert x == max(np.ceil(low[0]), 0) and y == max(np.ceil(low[1]), 0)
        places = [
            (np.arange(first, first + length) - edge) / side * CELLS - 0.5
            for first, length, edge in ((x, width, low[0]), (y, height, low[1]))
        ]
        expected = interpolated(scores, *places).argmax(axis=0)
        # OpenCV interpolates by steps of 1/32 of a cell.
        assert (expected != own.mask).mean() < 0.02


def interpolated(scores: FloatArray, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Linear between cells, beyond the outer ones as they are: (C,h,w)."""

    def weights(places: np.ndarray) -> np.ndarray:
        places = np.clip(places, 0, CELLS - 1)
        return np.maximum(1 - np.abs(places[:, None] - np.arange(CELLS)), 0)

    return np.einsum("yi,cij,xj->cyx", weights(rows), scores, weights(columns))


def test_batches_across_photos_change_nothing(
    estimator: PartEstimator, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = estimator.estimate(PHOTOS, BOXES)
    assert [len(faces) for faces in together] == [3, 0, 1, 1]
    monkeypatch.setattr(face_crops, "BATCH", 2)
    fewer = estimator.estimate(PHOTOS, BOXES)
    for photo, rows, faces, again in zip(PHOTOS, BOXES, together, fewer, strict=True):
        for row, own, same in zip(rows, faces, again, strict=True):
            (alone,) = estimator.estimate([photo], [row[None]])[0]
            assert alone.region == own.region == same.region
            np.testing.assert_array_equal(alone.mask, own.mask)
            np.testing.assert_array_equal(same.mask, own.mask)


def test_many_faces_of_one_photo(estimator: PartEstimator) -> None:
    rows = boxes(*((float(x), 4.0, x + 10.0, 14.0) for x in range(50)))
    assert len(estimator.estimate(PHOTOS[:1], [rows])[0]) == 50


def test_no_photo_and_no_face(estimator: PartEstimator) -> None:
    assert estimator.estimate([], []) == []
    assert estimator.estimate(PHOTOS[:1], [boxes()]) == [[]]


def test_numbers_that_are_none(tmp_path: Path) -> None:
    model = network(poisoned=True)
    own = load_parts(write_parts(tmp_path, record_text(model), model), threads=1)
    own.estimate(PHOTOS[:1], BOXES[:1])
    white = np.full((40, 40, 3), 255, np.uint8)
    with pytest.raises(WeightError, match="tiny-parts: output parts holds NaN"):
        own.estimate([white], [boxes((5, 5, 30, 30))])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"parts-9"', '"parts-10"', r"scheme: .*no part scheme named 'parts-10'; there are celeb"),
        ('"parts-9"', '"parts-13"', r"got \(2, 9, 8, 8\), expected \(2, 13, 8, 8\).*of parts-13"),
        ("size = 8", "size = 4", r"got \(2, 9, 8, 8\), expected \(2, 9, 4, 4\).*4 x 4 for each"),
        ("size = 8", "size = 0", "greater than 0"),
        ('"logits"', '"scores"', "Input should be 'logits' or 'probabilities'"),
        ("values =", "value =", "did you mean 'values'?"),
        ('name = "parts"', 'name = "masks"', r"expected \['masks'\] among them"),
        ('rule = "detector_box"', 'rule = "turned_points"', "expected detector_box"),
        ('task = "parsing"', 'task = "attributes"', "is of task attributes with output parts"),
    ],
)
def test_a_record_that_is_wrong(old: str, new: str, message: str, tmp_path: Path) -> None:
    text = record_text(MODEL)
    assert old in text
    with pytest.raises(RecordError, match=message):
        load_parts(write_parts(tmp_path, text.replace(old, new, 1)), threads=1)


def test_a_record_is_written_and_read_back(tmp_path: Path) -> None:
    record = load_record(write_parts(tmp_path))
    output = record.networks[0].output
    assert isinstance(output, PartsOutput) and output.classes == SCHEME.classes
    again = tmp_path / "again.toml"
    again.write_text(to_toml(record.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    assert load_record(again) == record


def test_two_networks_are_one_too_many_and_points_are_no_parts(tmp_path: Path) -> None:
    record = load_record(write_parts(tmp_path))
    double = record.model_copy(update={"networks": record.networks * 2})
    with pytest.raises(RecordError, match="has 2 networks, expected one"):
        PartEstimator(double)
    with pytest.raises(RecordError, match="needs task 'parsing' and output 'parts'"):
        PartEstimator(find_record(write_weight(tmp_path)))
