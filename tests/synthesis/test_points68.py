"""The 68 points on the neutral head, seen from the front and turned."""

import os
from pathlib import Path

import numpy as np
import pytest
from small_assets import write_small_assets

from lineament.errors import DataError
from lineament.landmarks.schemes import IBUG_68
from lineament.synthesis.assets import read_head
from lineament.synthesis.outline import resample
from lineament.synthesis.points68 import Points68
from lineament.synthesis.posed_head import FACE_VERTICES

ASSETS = Path(os.environ.get("LINEAMENT_ASSETS") or Path(__file__).parents[3] / "shared" / "assets")
needs_assets = pytest.mark.skipif(
    not (ASSETS / "head.npz").is_file(),
    reason=f"the head of the synthesis assets is not in {ASSETS}",
)


def test_resampled_points_are_evenly_spaced_and_keep_the_ends():
    curve = np.array([[0, 0], [3, 0], [3, 4], [10, 4.0]])
    even = resample(curve, 8)
    assert even[0].tolist() == [0, 0] and even[-1].tolist() == [10, 4]
    assert even[2] == pytest.approx([3, 1]) and even[4] == pytest.approx([4, 4])


def test_another_head_is_refused(tmp_path):
    head = read_head(write_small_assets(tmp_path / "assets"))
    with pytest.raises(DataError, match=rf"of 12 vertices .* expected .*{FACE_VERTICES}"):
        Points68(head)


@pytest.fixture(scope="module")
def points68():
    return Points68(read_head(ASSETS))


def drawn(points68, yaw=0.0, roll=0.0, scale=10.0):
    """Points of the neutral head seen by a distant camera, y down."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    turned = points68.vertices @ np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]]).T
    cos, sin = np.cos(roll), np.sin(roll)
    flat = turned[:, :2] @ np.array([[cos, -sin], [sin, cos]]).T
    surface = (flat * [scale, -scale] + 200).astype(np.float32)
    brows = surface[points68.ids[17:27]]
    return points68(surface, roll, brows), surface


@needs_assets
def test_front_view_is_symmetric(points68):
    points, _ = drawn(points68)
    mirrored = points[IBUG_68.mirror_index] * [-1, 1] + [400, 0]
    assert np.abs(mirrored - points).max() < 2.0, "tenths of a millimetre at ten pixels a cm"


@needs_assets
def test_jaw_is_evenly_spaced_and_ends_at_the_chin(points68):
    points, _ = drawn(points68)
    steps = np.linalg.norm(np.diff(points[:17], axis=0), axis=1)
    assert steps.std() / steps.mean() < 0.06
    assert points[:17, 1].argmax() == 8 and points[8, 0] == pytest.approx(200, abs=1)
    eyes = np.linalg.norm(points[36] - points[45])
    assert 0 < points[0, 1] - points[36, 1] < 0.15 * eyes


@needs_assets
def test_points_of_the_lips_stand_below_each_other(points68):
    points, _ = drawn(points68)
    eyes = np.linalg.norm(points[36] - points[45])
    for upper, inner, rim, lower in ((50, 61, 67, 58), (52, 63, 65, 56)):
        assert np.ptp(points[[upper, inner, rim, lower], 0]) < 0.03 * eyes
        assert (np.diff(points[[upper, inner, lower], 1]) > 0).all()


@needs_assets
@pytest.mark.parametrize("yaw", [0.6, 1.0])
def test_the_far_half_of_a_turned_head_lies_on_the_silhouette(points68, yaw):
    """The nose aside, no vertex of the cheek at a point's height lies outside of it."""
    points, surface = drawn(points68, yaw=yaw)
    far = points[9:16]
    assert points[8, 0] < far[:, 0].max() or yaw < 0
    cheek = surface[(np.abs(points68.vertices[:, 0]) > 3.2) & (points68.vertices[:, 1] > -7)]
    for x, y in far[3:]:
        level = cheek[np.abs(cheek[:, 1] - y) < 3]
        assert level[:, 0].max() - x < 8, "pixels; a tenth of the distance between the eyes"


@needs_assets
def test_a_leaning_head_gives_leaning_points(points68):
    upright, _ = drawn(points68, yaw=0.5)
    leaning, _ = drawn(points68, yaw=0.5, roll=0.4)
    cos, sin = np.cos(0.4), np.sin(0.4)
    expected = (upright - 200) @ np.array([[cos, sin], [-sin, cos]]).T + 200
    assert np.abs(leaning - expected).max() < 0.5


@needs_assets
def test_every_point_is_a_vertex_of_the_face(points68):
    assert points68.ids.shape == (68,) and points68.ids.max() < FACE_VERTICES
    assert len(set(points68.ids.tolist())) == 68
