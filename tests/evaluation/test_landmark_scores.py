"""The scorer against answers worked by hand, and what no change of frame may change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_ins import unit_face

from lineament.errors import DataError
from lineament.evaluation import landmark_scores as scores
from lineament.landmarks.schemes import IBUG_68

UNIT = unit_face()


def worked_face() -> np.ndarray:
    """Outer eye corners 100 px apart, means of the eyes' points 60 px apart."""
    points = np.zeros((68, 2))
    points[:17, 1] = np.linspace(0, 150, 17)
    points[36:42] = [[0, 0], *[[24, 0]] * 5]
    points[42:48] = [[76, 0], [76, 0], [76, 0], [100, 0], [76, 0], [76, 0]]
    return points


def worked_set() -> tuple[np.ndarray, np.ndarray]:
    """Every point off by 5 px, by 20 px, missed, and off by 10 px."""
    truth = np.stack([worked_face()] * 4)
    shifts = np.array([[3, 4], [12, 16], [np.nan, np.nan], [6, 8]])
    return truth + shifts[:, None], truth


def test_normalisers_by_hand():
    truth = worked_face()[None]
    np.testing.assert_allclose(scores.normaliser_lengths(truth, "inter_ocular"), [100])
    np.testing.assert_allclose(scores.normaliser_lengths(truth, "inter_pupil"), [60])


def test_all_scores_by_hand():
    result = scores.score(*worked_set())
    assert (result.faces, result.found, result.recall) == (4, 3, 0.75)

    ocular = result.normalised["inter_ocular"]
    assert ocular.nme_of_found == pytest.approx((0.05 + 0.20 + 0.10) / 3)
    assert ocular.median_of_found == pytest.approx(0.10)
    assert ocular.failure_rate_with_missed == 2 / 4
    assert ocular.auc_with_missed == pytest.approx(0.05 / 0.10 / 4)

    pupil = result.normalised["inter_pupil"]
    assert pupil.nme_of_found == pytest.approx((5 + 20 + 10) / 60 / 3)
    assert pupil.median_of_found == pytest.approx(10 / 60)
    assert pupil.failure_rate_with_missed == 3 / 4
    assert pupil.auc_with_missed == pytest.approx((0.10 - 5 / 60) / 0.10 / 4)

    assert result.offsets is not None
    mean_shift = np.array([3 + 12 + 6, 4 + 16 + 8]) / 3 / 100
    np.testing.assert_allclose(result.offsets, np.tile(mean_shift, (68, 1)))


def test_exactly_ten_percent_is_no_failure():
    predicted, truth = worked_set()
    errors = scores.nme_with_missed(predicted, truth, "inter_ocular")
    np.testing.assert_allclose(errors, [0.05, 0.2, np.inf, 0.1])
    assert scores.failure_rate(errors[3:]) == 0


def test_regions_by_hand():
    truth = worked_face()[None]
    predicted = truth.copy()
    moves = {"jaw": 1, "brows": 2, "nose": 3, "eyes": 4, "mouth": 5}
    sizes = {"jaw": 17, "brows": 10, "nose": 9, "eyes": 12, "mouth": 20}
    for region, move in moves.items():
        assert len(range(68)[scores.REGIONS[region]]) == sizes[region]
        predicted[:, scores.REGIONS[region], 1] += move
    found = scores.region_errors(predicted, truth)
    assert found == pytest.approx({region: move / 100 for region, move in moves.items()})


def test_constant_offset_is_told_in_the_frame_of_the_face():
    """A head that leans a quarter turn clockwise: its down is the photo's left."""
    upright = np.stack([worked_face()] * 2)
    lying = np.stack([-upright[..., 1], upright[..., 0]], axis=-1)
    wrong = lying.copy()
    wrong[:, 8] += [-10, 0]
    wrong[0, 30] += [0, 7]
    wrong[1, 30] -= [0, 7]
    offsets = scores.point_offsets(wrong, lying)
    np.testing.assert_allclose(offsets[8], [0, 0.1], atol=1e-12)
    np.testing.assert_allclose(offsets[30], [0, 0], atol=1e-12)


def test_all_missed_gives_no_error_and_full_failure():
    _, truth = worked_set()
    result = scores.score(np.full_like(truth, np.nan), truth)
    assert result.recall == 0
    assert result.region_errors is None
    assert result.offsets is None
    for values in result.normalised.values():
        assert values.nme_of_found is None
        assert values.failure_rate_with_missed == 1
        assert values.auc_with_missed == 0


def test_a_profile_has_no_normaliser():
    truth = np.stack([worked_face()] * 3)
    truth[1, 36:48] = [50, 0]
    with pytest.raises(DataError, match=r"face p/2 .*|face p/2: the inter_ocular distance is 0.00"):
        scores.normaliser_lengths(truth, "inter_ocular", ["p/1", "p/2", "p/3"])
    with pytest.raises(DataError, match="inter_pupil"):
        scores.nme_with_missed(truth, truth, "inter_pupil")


def test_a_single_dot_has_no_normaliser():
    with pytest.raises(DataError, match=r"0\.00 px"):
        scores.score(np.zeros((1, 68, 2)), np.zeros((1, 68, 2)))


def test_bad_arrays_are_refused():
    predicted, truth = worked_set()
    with pytest.raises(ValueError, match=r"\(N, 68, 2\)"):
        scores.point_errors(predicted[:, :5], truth[:, :5])
    with pytest.raises(ValueError, match="finite"):
        scores.point_errors(truth, predicted)
    predicted[0, 3, 1] = np.nan
    with pytest.raises(ValueError, match="all NaN"):
        scores.score(predicted, truth)
    with pytest.raises(ValueError, match="N > 0"):
        scores.failure_rate([])
    with pytest.raises(DataError, match="no faces"):
        scores.score(np.zeros((0, 68, 2)), np.zeros((0, 68, 2)))


offsets_of_points = st.lists(
    st.tuples(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3)), min_size=68, max_size=68
).map(np.array)


@settings(deadline=None)
@given(
    noise=offsets_of_points,
    scale=st.floats(0.2, 300),
    angle=st.floats(-np.pi, np.pi),
    shift=st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
)
def test_a_similarity_of_both_changes_nothing(noise, scale, angle, shift):
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    truth, predicted = UNIT[None], (UNIT + noise)[None]
    moved = [points @ turn.T + np.array(shift) for points in (predicted, truth)]
    for normaliser in scores.NORMALISERS:
        np.testing.assert_allclose(
            scores.nme_with_missed(*moved, normaliser),
            scores.nme_with_missed(predicted, truth, normaliser),
            rtol=1e-6,
        )
    np.testing.assert_allclose(
        scores.point_offsets(*moved), scores.point_offsets(predicted, truth), atol=1e-6
    )


@settings(deadline=None)
@given(noise=offsets_of_points)
def test_mirrored_prediction_and_truth_score_as_before(noise):
    def mirrored(points):
        return (points * [-1, 1])[:, list(IBUG_68.mirror)]

    truth, predicted = UNIT[None], (UNIT + noise)[None]
    plain, turned = (
        scores.score(predicted, truth),
        scores.score(mirrored(predicted), mirrored(truth)),
    )
    for normaliser in scores.NORMALISERS:
        assert turned.normalised[normaliser].nme_of_found == pytest.approx(
            plain.normalised[normaliser].nme_of_found
        )
    assert turned.region_errors == pytest.approx(plain.region_errors)
    np.testing.assert_allclose(turned.offsets, mirrored(plain.offsets[None])[0], atol=1e-9)


@settings(deadline=None)
@given(st.lists(st.one_of(st.floats(0, 0.3), st.just(float("inf"))), min_size=1, max_size=40))
def test_area_is_the_exact_integral_of_the_steps(errors):
    x, share = scores.ced_steps(errors)
    area = float((np.diff(x) * share[:-1]).sum()) / scores.THRESHOLD
    assert scores.area_under_ced(errors) == pytest.approx(area, abs=1e-9)
    assert share[-1] == pytest.approx(1 - scores.failure_rate(errors))
    assert 0 <= scores.area_under_ced(errors) <= 1


def test_perfect_points_of_the_real_faces_score_zero(real_300w):
    from lineament.datasets.ibug300w import read_300w

    truth = np.stack([sample.points for sample in read_300w(real_300w)])
    result = scores.score(truth, truth)
    assert result.recall == 1
    for values in result.normalised.values():
        assert values.nme_of_found == 0
        assert values.auc_with_missed == pytest.approx(1)
