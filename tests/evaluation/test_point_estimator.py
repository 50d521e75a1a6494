"""Points of a weight, whichever task it has."""

import numpy as np
import pytest
from attribute_weight import write_attributes

from lineament.attributes.estimator import AttributeEstimator
from lineament.errors import RecordError
from lineament.evaluation.point_estimator import point_estimator
from lineament.landmarks.estimator import LandmarkEstimator
from lineament.weights import find_record, load_record

BOXES = [
    np.array([[10, 10, 50, 50], [20, 5, 60, 70]], np.float32),
    np.empty((0, 4), np.float32),
    np.array([[0, 0, 30, 30]], np.float32),
]


@pytest.fixture
def photos():
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (80, 90, 3), dtype=np.uint8) for _ in BOXES]


def test_points_of_an_attribute_weight_are_those_of_its_faces(tmp_path, photos):
    record = load_record(write_attributes(tmp_path))
    found = point_estimator(record, device="cpu").estimate(photos, BOXES)
    assert [rows.shape for rows in found] == [(2, 5, 2), (0, 5, 2), (1, 5, 2)]
    faces = AttributeEstimator(record, device="cpu").estimate(photos, BOXES)
    np.testing.assert_array_equal(found[0][1], faces[0][1].landmarks.points)


def test_a_landmark_weight_is_opened_as_itself():
    assert isinstance(point_estimator(find_record("light-68"), device="cpu"), LandmarkEstimator)


def test_attributes_without_points_are_refused(tmp_path):
    record = load_record(write_attributes(tmp_path))
    network = record.networks[0]
    output = network.output.model_copy(update={"points": None})
    bare = record.model_copy(update={"networks": (network.model_copy(update={"output": output}),)})
    with pytest.raises(RecordError, match="no points"):
        point_estimator(bare, device="cpu")
