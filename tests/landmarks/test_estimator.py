"""The estimator, on networks whose answer is known and on real photographs."""

import hashlib
import threading

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from skimage import data

from lineament.detection import load_detector
from lineament.errors import RecordError
from lineament.face_crops import network_input
from lineament.landmarks.estimator import LandmarkEstimator, load_landmarks
from lineament.landmarks.schemes import IBUG_68
from lineament.training.record_toml import to_toml
from lineament.weights import InputContract, load_record

SHAPE = np.random.default_rng(5).uniform(8, 56, (68, 2)).astype(np.float32)
SHAPE[8], SHAPE[39], SHAPE[42] = (32, 58), (26, 24), (38, 24)


def constant_network(points, size):
    """An ONNX graph that answers every crop with the same values."""
    values = numpy_helper.from_array(points.reshape(1, -1).astype(np.float32), "values")
    axes = numpy_helper.from_array(np.array([1, 2, 3]), "axes")
    nodes = [
        helper.make_node("ReduceMean", ["image", "axes"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Unsqueeze", ["nothing", "last"], ["column"]),
        helper.make_node("Add", ["column", "values"], ["points"]),
    ]
    graph = helper.make_graph(
        nodes,
        "constant",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, size, size])],
        [helper.make_tensor_value_info("points", TensorProto.FLOAT, ["n", points.size])],
        [
            values,
            axes,
            numpy_helper.from_array(np.float32(0), "zero"),
            numpy_helper.from_array(np.array([1]), "last"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 9
    return model.SerializeToString()


def stage(folder, name, points, size, crop, order="x_then_y", unit="input_pixels"):
    model = constant_network(points, size)
    onnx.checker.check_model(onnx.load_from_string(model))
    (folder / name).write_bytes(model)
    return {
        "source": {"kind": "file", "path": name},
        "sha256": hashlib.sha256(model).hexdigest(),
        "input": {
            "name": "image",
            "size": size,
            "colour": "RGB",
            "mean": [0, 0, 0],
            "std": [255, 255, 255],
            "crop": crop,
        },
        "output": {
            "kind": "points",
            "name": "points",
            "count": 68,
            "scheme": "ibug-68",
            "order": order,
            "unit": unit,
        },
    }


def estimator(folder, *stages):
    record = {
        "name": "constant",
        "task": "landmarks",
        "description": "answers with one shape",
        "licence": "CC0-1.0",
        "trained_on": "nothing",
        "real_faces": False,
        "third_party": False,
        "networks": list(stages),
    }
    path = folder / "constant.toml"
    path.write_text(to_toml(record), encoding="utf-8")
    return LandmarkEstimator(load_record(path), device="cpu", threads=1)


BOX_RULE = {"rule": "detector_box", "scale": 1.0}
PHOTO = np.zeros((200, 300, 3), np.uint8)
BOX = np.array([[100, 50, 164, 114]], np.float32)


@pytest.mark.parametrize(
    ("order", "unit"),
    [
        ("x_then_y", "input_pixels"),
        ("pairs", "input_pixels"),
        ("pairs", "unit_square"),
        ("x_then_y", "unit_square"),
    ],
)
def test_every_output_contract_reaches_the_same_photo_points(tmp_path, order, unit):
    values = SHAPE if unit == "input_pixels" else (SHAPE + 0.5) / 64
    values = values.T if order == "x_then_y" else values
    one = estimator(tmp_path, stage(tmp_path, "a.onnx", values, 64, BOX_RULE, order, unit))
    points = one.estimate([PHOTO], [BOX])[0][0]
    # The box is 64 pixels wide and its middle is (132, 82); the crop's middle is 31.5.
    assert points == pytest.approx(SHAPE + np.array([100.5, 50.5]), abs=1e-3)


def test_the_second_stage_answers_in_the_turned_crop_of_the_first(tmp_path):
    leaning = SHAPE @ np.array([[0.8, 0.6], [-0.6, 0.8]], np.float32)
    answer = np.full((68, 2), 31.5, np.float32)
    both = estimator(
        tmp_path,
        stage(tmp_path, "a.onnx", leaning.T, 64, BOX_RULE),
        stage(tmp_path, "b.onnx", answer.T, 64, {"rule": "turned_points", "scale": 1.2}),
    )
    points = both.estimate([PHOTO], [BOX])[0][0]
    assert np.ptp(points, axis=0) == pytest.approx(0, abs=1e-3)
    alone = estimator(tmp_path, stage(tmp_path, "a.onnx", leaning.T, 64, BOX_RULE))
    first = alone.estimate([PHOTO], [BOX])[0][0]
    assert (points[0] > first.min(axis=0)).all() and (points[0] < first.max(axis=0)).all()


def test_no_photos_no_faces_and_mixed(tmp_path):
    one = estimator(tmp_path, stage(tmp_path, "a.onnx", SHAPE.T, 64, BOX_RULE))
    none = np.zeros((0, 4), np.float32)
    assert one.estimate([], []) == []
    shapes = [row.shape for row in one.estimate([PHOTO, PHOTO, PHOTO], [none, BOX, none])]
    assert shapes == [(0, 68, 2), (1, 68, 2), (0, 68, 2)]


def test_a_first_stage_cannot_follow_points(tmp_path):
    crop = {"rule": "turned_points", "scale": 1.2}
    with pytest.raises(RecordError, match=r"stage 1.*turned_points.*expected detector_box"):
        estimator(tmp_path, stage(tmp_path, "a.onnx", SHAPE.T, 64, crop))


def test_a_wrong_count_of_points_is_refused(tmp_path):
    with pytest.raises(RecordError, match="68"):
        estimator(tmp_path, stage(tmp_path, "a.onnx", SHAPE[:20].T, 64, BOX_RULE))


def test_network_input_follows_the_contract():
    contract = InputContract(
        name="image",
        size=2,
        colour="BGR",
        mean=(1, 2, 3),
        std=(2, 4, 8),
        crop={"rule": "detector_box", "scale": 1},
    )
    crops = np.zeros((1, 2, 2, 3), np.uint8)
    crops[..., 0], crops[..., 1], crops[..., 2] = 11, 22, 33
    got = network_input(crops, contract)
    assert got.shape == (1, 3, 2, 2) and got.dtype == np.float32
    assert got[0, :, 0, 0].tolist() == pytest.approx([(33 - 1) / 2, (22 - 2) / 4, (11 - 3) / 8])


@pytest.fixture(scope="module")
def shipped():
    return load_landmarks(device="cpu", threads=1)


@pytest.fixture(scope="module")
def astronaut():
    photo = np.ascontiguousarray(data.astronaut())
    found = load_detector(device="cpu", threads=1).detect([photo])[0]
    return photo, found


def distance_between_eyes(points):
    return float(np.linalg.norm(points[36] - points[45]))


def test_points_agree_with_the_detectors_five(shipped, astronaut):
    photo, found = astronaut
    points = shipped.estimate([photo], [found.boxes[:1]])[0][0]
    ours = [
        points[36:42].mean(axis=0),
        points[42:48].mean(axis=0),
        points[30],
        points[48],
        points[54],
    ]
    apart = np.linalg.norm(np.array(ours) - found.five_points[0], axis=1)
    assert (apart / distance_between_eyes(points)).max() < 0.15


def test_batch_equals_singles_across_photos(shipped, astronaut):
    photo, found = astronaut
    mirrored = np.ascontiguousarray(photo[:, ::-1])
    box = found.boxes[:1]
    other = box[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [photo.shape[1] - 1, 0, photo.shape[1] - 1, 0]
    other = other.astype(np.float32)
    shifted = box + np.float32(5)
    together = shipped.estimate([photo, mirrored], [np.concatenate([box, shifted]), other])
    singles = [
        shipped.estimate([photo], [box])[0],
        shipped.estimate([photo], [shifted])[0],
        shipped.estimate([mirrored], [other])[0],
    ]
    assert together[0][:1] == pytest.approx(singles[0], abs=0.02)
    assert together[0][1:] == pytest.approx(singles[1], abs=0.02)
    assert together[1] == pytest.approx(singles[2], abs=0.02)


def test_a_mirrored_photo_gives_mirrored_points(shipped, astronaut):
    photo, found = astronaut
    width = photo.shape[1]
    box = found.boxes[:1]
    other = box[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [width - 1, 0, width - 1, 0]
    plain = shipped.estimate([photo], [box])[0][0]
    mirrored = shipped.estimate([photo[:, ::-1].copy()], [other.astype(np.float32)])[0][0]
    back = mirrored[IBUG_68.mirror_index] * [-1, 1] + [width - 1, 0]
    error = np.linalg.norm(back - plain, axis=1).mean() / distance_between_eyes(plain)
    assert error < 0.06


def test_a_turned_photo_gives_turned_points(shipped, astronaut):
    """The second stage stands the face upright, so a lean costs little."""
    import cv2

    photo, found = astronaut
    centre = ((found.boxes[0, :2] + found.boxes[0, 2:]) / 2).tolist()
    turn = cv2.getRotationMatrix2D(centre, 20, 1.0)
    turned = cv2.warpAffine(photo, turn, photo.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    plain = shipped.estimate([photo], [found.boxes[:1]])[0][0]
    leaning = shipped.estimate([turned], [found.boxes[:1]])[0][0]
    expected = plain @ turn[:, :2].T + turn[:, 2]
    error = np.linalg.norm(leaning - expected, axis=1).mean() / distance_between_eyes(plain)
    assert error < 0.06


def test_threads_share_one_estimator(shipped, astronaut):
    photo, found = astronaut
    expected = shipped.estimate([photo], [found.boxes[:1]])[0]
    results = []

    def work():
        results.append(shipped.estimate([photo], [found.boxes[:1]])[0])

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(results) == 8
    assert all(np.allclose(result, expected, atol=1e-3) for result in results)
