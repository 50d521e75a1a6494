"""Attributes of many faces at once are those of each alone, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import attribute_weight
import numpy as np
import pytest
from attribute_weight import (
    CLASSES,
    POINTS,
    SCALE,
    SIZE,
    TEMPERATURES,
    gains,
    network,
    record_text,
    write_attributes,
)
from own_weight import write_weight

from lineament import face_crops
from lineament.attributes.calibration import calibrated, probabilities
from lineament.attributes.estimator import AttributeEstimator, load_attributes
from lineament.errors import RecordError, WeightError
from lineament.face import ByteArray, FloatArray
from lineament.training.record_toml import to_toml
from lineament.weights import find_record, load_record

MODEL = network()


@pytest.fixture(scope="module")
def estimator(tmp_path_factory: pytest.TempPathFactory) -> AttributeEstimator:
    record = write_attributes(tmp_path_factory.mktemp("weight"))
    return load_attributes(record, device="cpu", threads=1)


def flat(red: int, green: int, blue: int) -> ByteArray:
    return np.full((80, 100, 3), (red, green, blue), dtype=np.uint8)


def boxes(*rows: tuple[float, float, float, float]) -> FloatArray:
    return np.array(rows, dtype=np.float32).reshape(-1, 4)


PHOTOS = [flat(255, 0, 0), flat(0, 0, 0), flat(10, 200, 90), flat(128, 128, 255)]
BOXES = [
    boxes((10, 10, 50, 60), (40, 20, 90, 70)),
    boxes(),
    boxes((0, 0, 30, 30)),
    boxes((20, 20, 60, 60)),
]


def test_answers_worked_out_by_hand(estimator: AttributeEstimator) -> None:
    found = estimator.estimate(PHOTOS, BOXES)
    assert [len(faces) for faces in found] == [2, 0, 1, 1]
    for photo, faces in zip(PHOTOS, found, strict=True):
        means = photo[0, 0] / 255
        for face in faces:
            assert list(face.choices) == list(CLASSES)
            for task, choice in face.choices.items():
                gain, shift = gains(task)
                expected = probabilities(means @ gain + shift, TEMPERATURES.get(task, 1.0))
                assert tuple(choice.probabilities) == CLASSES[task]
                np.testing.assert_allclose(list(choice.probabilities.values()), expected, atol=1e-5)
                assert choice.label == CLASSES[task][int(expected.argmax())]
                assert choice.probability == max(choice.probabilities.values())
            assert face.pose is not None
            angles = (face.pose.yaw, face.pose.pitch, face.pose.roll)
            np.testing.assert_allclose(angles, means * (30, 20, 10), atol=1e-4)
    assert list(found[0][0].others) == ["eyes_closed"]
    assert found[0][0].smile == found[0][0].choices["smile"]


def test_points_lie_in_the_photo(estimator: AttributeEstimator) -> None:
    (face,) = estimator.estimate([PHOTOS[0]], [boxes((10, 10, 50, 60))])[0]
    side = SCALE * np.sqrt(40 * 50)
    expected = (30, 35) + (POINTS - (SIZE - 1) / 2) * side / SIZE
    assert face.landmarks is not None
    assert face.landmarks.scheme == "five-points"
    np.testing.assert_allclose(face.landmarks.points, expected, atol=1e-3)


def test_batches_across_photos_change_nothing(
    estimator: AttributeEstimator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run for all faces gives what one run for each gives, and no more runs than needed."""
    together = estimator.estimate(PHOTOS, BOXES)
    alone = [
        [estimator.estimate([photo], [row[None]])[0][0] for row in rows]
        for photo, rows in zip(PHOTOS, BOXES, strict=True)
    ]
    assert repr(alone) == repr(together)
    sizes: list[int] = []
    run = estimator.session.run

    def counted(feed: dict[str, FloatArray], names: object) -> list[FloatArray]:
        sizes.append(len(feed["crop"]))
        return run(feed, names)  # type: ignore[arg-type]

    monkeypatch.setattr(estimator.session, "run", counted)
    estimator.estimate(PHOTOS, BOXES)
    assert sizes == [4]
    monkeypatch.setattr(face_crops, "BATCH", 3)
    assert repr(estimator.estimate(PHOTOS, BOXES)) == repr(together)
    assert sizes == [4, 3, 1]


def test_no_photo_and_no_face(estimator: AttributeEstimator) -> None:
    assert estimator.estimate([], []) == []
    assert estimator.estimate(PHOTOS[:1], [boxes()]) == [[]]
    scores = estimator.scores(PHOTOS[:1], [boxes()])
    assert {task: rows.shape for task, rows in scores.logits.items()} == {
        task: (0, len(classes)) for task, classes in CLASSES.items()
    }
    assert scores.points is not None and scores.points.shape == (0, 5, 2)
    assert scores.angles is not None and scores.angles.shape == (0, 3)


def test_temperatures_are_fitted_on_the_bare_scores(estimator: AttributeEstimator) -> None:
    scores = estimator.scores(PHOTOS, BOXES)
    gain, shift = gains("smile")
    means = np.stack([PHOTOS[0][0, 0], PHOTOS[0][0, 0], PHOTOS[2][0, 0], PHOTOS[3][0, 0]]) / 255
    np.testing.assert_allclose(scores.logits["smile"], means @ gain + shift, atol=1e-5)
    head = next(head for head in estimator.heads if head.task == "smile")
    labels = scores.logits["smile"].argmax(axis=1)
    labels[0] = 1 - labels[0]
    changed = calibrated(head, scores.logits["smile"], labels)
    assert (changed.task, changed.classes) == (head.task, head.classes)
    assert changed.temperature != head.temperature


def test_a_record_is_written_with_its_temperatures_and_read_back(tmp_path: Path) -> None:
    record = load_record(write_attributes(tmp_path))
    values = record.model_dump(mode="json", exclude_none=True)
    again = tmp_path / "again.toml"
    again.write_text(to_toml(values), encoding="utf-8")
    assert load_record(again) == record


def test_a_record_with_heads_alone(tmp_path: Path) -> None:
    text = record_text(MODEL, ("smile",)).replace('angles = "angles"', "")
    start, end = text.index("[networks.output.points]"), text.index("[[networks.output.heads]]")
    record = write_attributes(tmp_path, text[:start] + text[end:])
    (face,) = load_attributes(record, threads=1).estimate(PHOTOS[:1], [BOXES[2]])[0]
    assert list(face.choices) == ["smile"]
    assert face.gender_presentation is face.pose is face.landmarks is None


def test_numbers_that_are_none(tmp_path: Path) -> None:
    """Blank crops pass the contract; a bright one makes the graph give NaN."""
    model = network(poisoned=True)
    own = load_attributes(write_attributes(tmp_path, record_text(model), model), threads=1)
    own.estimate(PHOTOS[1:2], [BOXES[0]])
    with pytest.raises(WeightError, match="tiny-attributes: output angles holds NaN"):
        own.estimate(PHOTOS[3:], BOXES[3:])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"no", "yes"', '"no", "grin"', r"head smile has the classes no, grin, expected no, yes"),
        ('rule = "detector_box"', 'rule = "turned_points"', "expected detector_box"),
        ('task = "attributes"', 'task = "landmarks"', "is of task landmarks with output attrib"),
        ('output = "smile_logits"', 'output = "grin"', r"expected \['grin'\] among them"),
        ('output = "smile_logits"', 'output = "age_group_logits"', r"got \(2, 5\), expected \(2, "),
        ('output = "smile_logits"', 'output = "points_plain"', "among them"),
        ("count = 5", "count = 6", r"got \(2, 10\), expected \(2, 12\).*2 x count = 2 x 6"),
        ('angles = "angles"', 'angles = "smile_logits2"', "among them"),
    ],
)
def test_a_record_that_its_network_does_not_keep(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    text = record_text(MODEL, ("smile",))
    assert old in text
    record = write_attributes(tmp_path, text.replace(old, new))
    with pytest.raises(RecordError, match=message):
        load_attributes(record, threads=1)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("smile_logits", "yaw, pitch and roll of each face"),
        ("age_group_logits", r"got \(2, 5\), expected \(2, 3\)"),
    ],
)
def test_angles_of_another_shape(output: str, message: str, tmp_path: Path) -> None:
    text = record_text(MODEL, ("gender_presentation",))
    text = text.replace('angles = "angles"', f'angles = "{output}"')
    with pytest.raises(RecordError, match=message):
        load_attributes(write_attributes(tmp_path, text), threads=1)


def test_a_wrong_width_names_the_classes(tmp_path: Path) -> None:
    text = record_text(MODEL, ("eyes_closed",)).replace('"eyes_closed_logits"', '"angles"')
    text = text.replace('angles = "angles"\n', "")
    with pytest.raises(RecordError, match="one logit for each class of eyes_closed: no, yes"):
        load_attributes(write_attributes(tmp_path, text), threads=1)


def test_a_task_of_ones_own_and_classes_in_another_order(tmp_path: Path) -> None:
    text = record_text(MODEL, ("smile",)).replace('task = "smile"', 'task = "grin"')
    own = load_attributes(write_attributes(tmp_path / "own", text), threads=1)
    (face,) = own.estimate(PHOTOS[:1], [BOXES[2]])[0]
    assert face.smile is None and set(face.others["grin"].probabilities) == {"no", "yes"}
    turned = record_text(MODEL, ("smile",)).replace('"no", "yes"', '"yes", "no"')
    other = load_attributes(write_attributes(tmp_path / "turned", turned), threads=1)
    (again,) = other.estimate(PHOTOS[:1], [BOXES[2]])[0]
    assert again.smile is not None
    assert again.smile.probabilities["yes"] == face.others["grin"].probabilities["no"]
    assert again.smile.label != face.others["grin"].label


def test_two_networks_are_one_too_many(tmp_path: Path) -> None:
    record = load_record(write_attributes(tmp_path))
    double = record.model_copy(update={"networks": record.networks * 2})
    with pytest.raises(RecordError, match="has 2 networks, expected one"):
        AttributeEstimator(double)


def test_a_landmark_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="needs task 'attributes' and output 'attributes'"):
        AttributeEstimator(find_record(write_weight(tmp_path)))


def test_the_hand_made_graph_tells_faces_apart() -> None:
    """What the tests above compare would prove nothing if every face got one answer."""
    labels = set()
    for photo in PHOTOS:
        gain, shift = attribute_weight.gains("age_group")
        labels.add(int((photo[0, 0] / 255 @ gain + shift).argmax()))
    assert len(labels) > 1
