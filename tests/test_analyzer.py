"""The way of a photo, from array to faces."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from attribute_weight import CLASSES, gains, write_attributes
from own_weight import DOWN, SCALE, SIZE, ring, write_weight

from lineament import Analyzer, Face, analyzer, read_image
from lineament.analyzer import DEFAULT_HEADS, HEADS, TASKS
from lineament.detection import DetectionOptions
from lineament.errors import ConfigError, ImageError, RecordError
from lineament.face import ByteArray
from lineament.landmarks.head_pose import head_pose

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture(scope="module")
def astronaut() -> ByteArray:
    return read_image(EXAMPLES / "astronaut.jpg")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weight(tmp_path_factory.mktemp("weight"))


@pytest.fixture(scope="module")
def with_ring(record: Path) -> Analyzer:
    return Analyzer(records=[record], threads=1)


@pytest.fixture(scope="module")
def detection_alone() -> Analyzer:
    return Analyzer(heads=(), threads=1)


def assert_same(left: list[Face], right: list[Face], tolerance: float) -> None:
    assert len(left) == len(right)
    for one, other in zip(left, right, strict=True):
        np.testing.assert_allclose(one.box.to_list(), other.box.to_list(), atol=tolerance)
        assert one.score == pytest.approx(other.score, abs=1e-3)
        np.testing.assert_allclose(one.five_points, other.five_points, atol=tolerance)
        assert (one.landmarks is None) == (other.landmarks is None)
        if one.landmarks and other.landmarks:
            np.testing.assert_allclose(one.landmarks.points, other.landmarks.points, atol=tolerance)


def test_one_face_with_its_points(with_ring: Analyzer, astronaut: ByteArray) -> None:
    (face,) = with_ring.analyze(astronaut)
    assert face.score > 0.9
    right_eye, left_eye, nose, right_mouth, left_mouth = face.five_points
    assert right_eye[0] < nose[0] < left_eye[0]
    assert right_eye[1] < nose[1] < right_mouth[1]
    assert right_mouth[0] < left_mouth[0]
    assert face.landmarks is not None
    assert face.landmarks.scheme == "ibug-68"
    assert face.landmarks.points.shape == (68, 2)
    assert face.landmarks.points.dtype == np.float32


def test_own_weight_gives_the_points_worked_out_by_hand(
    with_ring: Analyzer, astronaut: ByteArray
) -> None:
    (face,) = with_ring.analyze(astronaut)
    assert face.landmarks is not None
    side = SCALE * np.sqrt(face.box.width * face.box.height)
    middle = np.add(face.box.centre, (0, DOWN * side))
    expected = middle + (ring() - (SIZE - 1) / 2) * side / SIZE
    np.testing.assert_allclose(face.landmarks.points[:-1], expected[:-1], atol=1e-2)
    assert face.landmarks.points[-1, 0] == pytest.approx(middle[0], abs=1e-2)
    # The last point's y moved down by the crop's mean of red, which lies between 0 and 1 pixel.
    assert 0 < face.landmarks.points[-1, 1] - middle[1] < side / SIZE


def test_the_pose_follows_from_the_points(astronaut: ByteArray) -> None:
    """She faces the camera, and a mirror image mirrors her pose."""
    shipped = Analyzer(threads=1)
    mirror = np.ascontiguousarray(astronaut[:, ::-1])
    (face,), (mirrored,) = shipped.analyze_many([astronaut, mirror])
    assert face.landmarks is not None and face.pose is not None and mirrored.pose is not None
    assert face.pose == head_pose(face.landmarks.points, "ibug-68")
    assert np.abs((face.pose.yaw, face.pose.pitch, face.pose.roll)).max() < 15
    assert mirrored.pose.yaw == pytest.approx(-face.pose.yaw, abs=5)
    assert mirrored.pose.pitch == pytest.approx(face.pose.pitch, abs=5)
    assert mirrored.pose.roll == pytest.approx(-face.pose.roll, abs=5)


def test_a_head_that_is_not_asked_for_is_not_there(
    detection_alone: Analyzer, astronaut: ByteArray
) -> None:
    (face,) = detection_alone.analyze(astronaut)
    assert face.landmarks is face.pose is face.track is None
    assert list(detection_alone.records) == list(detection_alone.providers) == ["detection"]


def test_it_says_what_really_runs(record: Path) -> None:
    own = Analyzer(records=[record], device="cpu", threads=1)
    assert own.providers == dict.fromkeys(("detection", *DEFAULT_HEADS), "CPUExecutionProvider")


def test_many_photos_are_the_same_as_one_by_one(
    with_ring: Analyzer, astronaut: ByteArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = np.hstack([astronaut, astronaut[:, ::-1]])
    empty = np.full((120, 90, 3), 200, dtype=np.uint8)
    photos = [astronaut, empty, pair, cv2.resize(astronaut, (300, 340)), empty, astronaut[:300]]
    alone = [with_ring.analyze(photo) for photo in photos]
    assert [len(faces) for faces in alone] == [1, 0, 2, 1, 0, 1]
    for chunk in (1, 4, 8):
        monkeypatch.setattr(analyzer, "CHUNK_PHOTOS", chunk)
        together = with_ring.analyze_many(photos)
        assert len(together) == len(photos)
        for one, other in zip(alone, together, strict=True):
            assert_same(one, other, tolerance=0.1)


def test_all_faces_of_a_chunk_go_through_the_head_at_once(
    record: Path, astronaut: ByteArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Analyzer(records=[record], threads=1)
    assert own._landmarks is not None
    batches: list[int] = []
    estimate = own._landmarks.estimate

    def counted(images: list[ByteArray], boxes: list[np.ndarray]) -> list[np.ndarray]:
        batches.append(sum(len(each) for each in boxes))
        return estimate(images, boxes)

    monkeypatch.setattr(own._landmarks, "estimate", counted)
    own.analyze_many([astronaut, np.hstack([astronaut, astronaut]), astronaut])
    own.analyze(np.zeros((64, 64, 3), dtype=np.uint8))
    assert batches == [4]


def test_photos_are_taken_no_further_ahead_than_a_chunk(
    detection_alone: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = np.zeros((40, 40, 3), dtype=np.uint8)
    taken = 0

    def photos() -> object:
        nonlocal taken
        for _ in range(10):
            taken += 1
            yield small

    monkeypatch.setattr(analyzer, "CHUNK_PHOTOS", 3)
    stream = detection_alone.stream(photos())
    seen = []
    for _ in stream:
        seen.append(taken)
    assert seen == [3, 3, 3, 6, 6, 6, 9, 9, 9, 10]
    taken = 0
    monkeypatch.setattr(analyzer, "CHUNK_PIXELS", 2 * 40 * 40)
    assert next(iter(detection_alone.stream(photos()))) == []
    assert taken == 2


def test_no_photo_at_all(detection_alone: Analyzer) -> None:
    assert detection_alone.analyze_many([]) == []


def test_many_threads_share_one_analyzer(with_ring: Analyzer, astronaut: ByteArray) -> None:
    photos = [np.roll(astronaut, 15 * step, axis=1) for step in range(6)]
    alone = [with_ring.analyze(photo) for photo in photos]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(with_ring.analyze, photos))
    for one, other in zip(alone, together, strict=True):
        assert_same(one, other, tolerance=0.05)


def test_options_reach_the_detector(astronaut: ByteArray) -> None:
    picky = Analyzer(heads=(), options=DetectionOptions(smallest_face=400), threads=1)
    assert picky.analyze(astronaut) == []


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((8, 8), np.uint8), r"got \(8, 8\); for a grey picture"),
        (np.zeros((8, 8, 4), np.uint8), "drop the alpha"),
        (np.zeros((2, 8, 8, 3), np.uint8), "analyze_many"),
        (np.zeros((3, 8, 8), np.uint8), r"expected an RGB array of shape \(H, W, 3\)"),
        (np.zeros((0, 8, 3), np.uint8), r"got \(0, 8, 3\)"),
        (np.zeros((8, 8, 3), np.float32), "uint8 .0 to 255., got float32"),
        ("photo.jpg", "got str; read a file with lineament.read_image"),
        ([[[1, 2, 3]]], "got list"),
    ],
)
def test_only_rgb_bytes_are_taken(detection_alone: Analyzer, image: object, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        detection_alone.analyze(image)  # type: ignore[arg-type]
    with pytest.raises(ImageError, match=message):
        detection_alone.analyze_many([image])  # type: ignore[list-item]


def test_unknown_heads_and_misplaced_records(record: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"did you mean landmarks.*heads are landmarks"):
        Analyzer(heads=["landmark"])
    with pytest.raises(ConfigError, match="sequence of names"):
        Analyzer(heads="landmarks")
    with pytest.raises(ConfigError, match="record for landmarks, but the heads asked for are none"):
        Analyzer(heads=(), records=[record])
    second = write_weight(tmp_path, name="second-68")
    with pytest.raises(ConfigError, match="two records for landmarks: ring-68 and second-68"):
        Analyzer(records=[record, second])
    with pytest.raises(RecordError, match="ring-68"):
        Analyzer(heads=(), detector=record)


def test_a_record_that_does_not_fit_its_graph(tmp_path: Path) -> None:
    wrong_name = write_weight(tmp_path / "name", input_name="image")
    with pytest.raises(RecordError, match="crop"):
        Analyzer(records=[wrong_name], threads=1)
    wrong_count = write_weight(tmp_path / "count", count=5)
    with pytest.raises(RecordError):
        Analyzer(records=[wrong_count], threads=1)


def test_a_record_can_name_the_detector(astronaut: ByteArray) -> None:
    named = Analyzer(heads=(), records=["retinaface-mobilenet"], threads=1)
    assert named.records["detection"].name == "retinaface-mobilenet"
    assert len(named.analyze(astronaut)) == 1


def test_attributes_beside_landmarks(record: Path, tmp_path: Path, astronaut: ByteArray) -> None:
    own = Analyzer(
        ("landmarks", "attributes"), records=[record, write_attributes(tmp_path)], threads=1
    )
    assert list(own.records) == list(own.providers) == ["detection", "landmarks", "attributes"]
    pair = np.hstack([astronaut, 255 - astronaut, astronaut[:, ::-1]])
    empty = np.full((120, 90, 3), 200, dtype=np.uint8)
    alone, nothing, faces = own.analyze_many([astronaut, empty, pair])
    assert nothing == []
    for photo, face in [*((astronaut, face) for face in alone), *((pair, face) for face in faces)]:
        assert face.landmarks is not None and face.attributes is not None
        assert list(face.attributes.choices) == list(CLASSES)
        assert face.attributes.landmarks is not None and face.attributes.pose is not None
        # The points are in pixels of the photo, and the angles tell the crop's mean colours.
        assert np.abs(face.attributes.landmarks.points.mean(axis=0) - face.box.centre).max() < 9
        means = np.array([face.attributes.pose.yaw, face.attributes.pose.pitch]) / (30, 20)
        x1, y1, x2, y2 = (round(edge) for edge in face.box.to_list())
        seen = photo[y1:y2, x1:x2].mean(axis=(0, 1)) / 255
        np.testing.assert_allclose(means, seen[:2], atol=0.12)
        means = np.append(means, face.attributes.pose.roll / 10)
        gain, shift = gains("pose_bin")
        assert face.attributes.pose_bin is not None
        expected = CLASSES["pose_bin"][int((means @ gain + shift).argmax())]
        assert face.attributes.pose_bin.label == expected


def test_the_attribute_head_alone(tmp_path: Path, astronaut: ByteArray) -> None:
    own = Analyzer(("attributes",), records=[write_attributes(tmp_path)], threads=1)
    (face,) = own.analyze(astronaut)
    assert face.landmarks is face.pose is None
    assert face.attributes is not None and face.attributes.pose is not None


def test_a_record_needs_its_head(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a record for attributes, but the heads asked for are l"):
        Analyzer(("landmarks",), records=[write_attributes(tmp_path)])


def test_every_head_has_a_shipped_weight(astronaut: ByteArray) -> None:
    shipped = Analyzer(tuple(HEADS), threads=1)
    assert set(shipped.records) == {"detection", *(TASKS[head] for head in HEADS)}
    assert not any(record.real_faces for task, record in shipped.records.items() if task in HEADS)
    (face,) = shipped.analyze(astronaut)
    assert face.landmarks and face.attributes and face.parts and face.embedding
    areas = face.parts.areas()
    assert areas["skin"] > areas["nose"] > areas["left_eye"] > 0 < areas["hair"]
    assert set(DEFAULT_HEADS) < set(HEADS)


def test_fewer_heads_share_the_opened_networks(with_ring: Analyzer, astronaut: ByteArray) -> None:
    few = with_ring.only(["landmarks"])
    assert few.heads == ("landmarks",) and set(few.records) == {"detection", "landmarks"}
    (face,), (whole,) = few.analyze(astronaut), with_ring.analyze(astronaut)
    assert face.attributes is None and whole.attributes is not None
    assert_same([face], [whole], 0)
    assert few.detector is with_ring.detector
    strict = with_ring.only([], min_score=0.99999)
    assert strict.analyze(astronaut) == [] and len(with_ring.analyze(astronaut)) == 1
    with pytest.raises(ConfigError, match="this analyzer has landmarks, attributes"):
        with_ring.only(["parts"])
    with pytest.raises(ConfigError, match="min_score must be 0 to 1"):
        with_ring.only([], min_score=2)
