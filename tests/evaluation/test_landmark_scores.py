"""The scorer against answers worked by hand, and what no change of frame may change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_ins import unit_face

from lineament.errors import DataError
from lineament.evaluation import landmark_scores as scores
from lineament.evaluation.error_distribution import (
    THRESHOLD,
    area_under_ced,
    ced_steps,
    failure_rate,
)
from lineament.evaluation.landmark_errors import measure
from lineament.landmarks.schemes import IBUG_68, find_scheme

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
    assert ocular.failure_rates == {0.08: 3 / 4, 0.10: 2 / 4}
    assert ocular.failure_rate_with_missed == 2 / 4
    assert ocular.areas == pytest.approx({0.08: 0.03 / 0.08 / 4, 0.10: 0.05 / 0.10 / 4})
    assert (ocular.left_out, ocular.visible_of_found, ocular.occluded_of_found) == (0, None, None)

    pupil = result.normalised["inter_pupil"]
    assert pupil.nme_of_found == pytest.approx((5 + 20 + 10) / 60 / 3)
    assert pupil.median_of_found == pytest.approx(10 / 60)
    assert pupil.failure_rates == {0.08: 1, 0.10: 3 / 4}
    assert pupil.areas == pytest.approx({0.08: 0, 0.10: (0.10 - 5 / 60) / 0.10 / 4})

    assert result.offsets is not None
    mean_shift = np.array([3 + 12 + 6, 4 + 16 + 8]) / 3 / 100
    np.testing.assert_allclose(result.offsets, np.tile(mean_shift, (68, 1)))


def test_exactly_ten_percent_is_no_failure():
    predicted, truth = worked_set()
    errors = scores.nme_with_missed(predicted, truth, "inter_ocular")
    np.testing.assert_allclose(errors, [0.05, 0.2, np.inf, 0.1])
    assert failure_rate(errors[3:]) == 0


def test_regions_by_hand():
    truth = worked_face()[None]
    predicted = truth.copy()
    moves = {"jaw": 1, "brows": 2, "nose": 3, "eyes": 4, "mouth": 5}
    sizes = {"jaw": 17, "brows": 10, "nose": 9, "eyes": 12, "mouth": 20}
    for region, move in moves.items():
        assert len(IBUG_68.regions[region]) == sizes[region]
        predicted[:, list(IBUG_68.regions[region]), 1] += move
    found = scores.score(predicted, truth).region_errors
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
        assert set(values.failure_rates.values()) == {1}
        assert set(values.areas.values()) == {0}


def profiles() -> np.ndarray:
    """Three faces; both eyes of the second fall on one point."""
    truth = np.stack([worked_face()] * 3)
    truth[1, 36:48] = [50, 0]
    return truth


def test_where_no_face_may_be_left_out_a_profile_is_named():
    truth = profiles()
    with pytest.raises(DataError, match="face p/2: inter_ocular is near zero"):
        scores.normaliser_lengths(truth, "inter_ocular", ["p/1", "p/2", "p/3"])
    with pytest.raises(DataError, match="face 1: inter_pupil"):
        scores.nme_with_missed(truth, truth, "inter_pupil")


def test_a_profile_is_left_out_of_the_means_and_counted():
    truth = profiles()
    predicted = truth + np.array([[0, 5], [0, 50], [0, 9]])[:, None]
    result = scores.score(predicted, truth, normalisers=["inter_ocular", "points_box"])
    ocular = result.normalised["inter_ocular"]
    assert ocular.left_out == 1
    assert ocular.nme_of_found == pytest.approx((0.05 + 0.09) / 2)
    assert ocular.failure_rates == {0.08: 1 / 2, 0.10: 0}
    assert ocular.areas[0.10] == pytest.approx((0.05 + 0.01) / 0.10 / 2)
    # The tight boxes are 100 x 150, 50 x 150 (the profile) and 100 x 150.
    boxed = result.normalised["points_box"]
    assert boxed.left_out == 0
    sides = np.sqrt([15000, 7500, 15000])
    assert boxed.nme_of_found == pytest.approx(np.mean([5, 50, 9] / sides))
    np.testing.assert_allclose(result.offsets, np.tile([0, 0.07], (68, 1)), atol=1e-12)


def test_a_missed_profile_counts_nowhere_but_in_the_recall():
    truth = profiles()
    predicted = truth.copy()
    predicted[1] = np.nan
    result = scores.score(predicted, truth)
    assert result.recall == pytest.approx(2 / 3)
    ocular = result.normalised["inter_ocular"]
    assert (ocular.left_out, ocular.failure_rates[0.10], ocular.areas[0.10]) == (1, 0, 1)


def test_a_set_of_profiles_alone_has_no_scores_and_all_alone_are_refused():
    truth = profiles()
    part = scores.scores_of(measure(truth, truth).of([1]))
    ocular = part.normalised["inter_ocular"]
    assert (ocular.left_out, ocular.nme_of_found, ocular.median_of_found) == (1, None, None)
    assert ocular.failure_rates == ocular.areas == {0.08: None, 0.10: None}
    assert part.region_errors is None and part.offsets is None
    with pytest.raises(ValueError, match="near zero for every face"):
        _ = ocular.failure_rate_with_missed
    with pytest.raises(DataError, match=r"face 0 \(and 1 more\): inter_ocular is near zero"):
        scores.score(truth[[1, 1]], truth[[1, 1]])


def test_a_single_dot_has_no_normaliser():
    with pytest.raises(DataError, match="points_box is near zero"):
        scores.score(np.zeros((1, 68, 2)), np.zeros((1, 68, 2)), normalisers=["points_box"])


def test_visible_and_occluded_points_by_hand():
    """Of two found faces 2 and 1 points are hidden; those are off by 20 and 50 px, others by 5."""
    truth = np.stack([worked_face()] * 3)
    predicted = truth + np.array([3.0, 4.0])
    visible = np.ones((3, 68), bool)
    for face, point, away in [(0, 3, 20), (0, 4, 20), (1, 8, 50)]:
        visible[face, point] = False
        predicted[face, point] = truth[face, point] + [0, away]
    predicted[2] = np.nan
    ocular = scores.score(predicted, truth, visible=visible).normalised["inter_ocular"]
    assert ocular.visible_of_found == pytest.approx(0.05)
    assert ocular.occluded_of_found == pytest.approx((0.20 + 0.20 + 0.50) / 3)
    clear = scores.score(predicted, truth, visible=np.ones((3, 68), bool))
    assert clear.normalised["inter_ocular"].occluded_of_found is None
    with pytest.raises(ValueError, match=r"visible needs the shape \(3, 68\)"):
        scores.score(predicted, truth, visible=visible[:, :5])


def test_five_points_by_hand():
    """Eyes 50 px apart; every point off by 5 px, so that inter-pupil NME is 10 %."""
    truth = np.array([[[0, 0], [50, 0], [25, 30], [5, 60], [45, 60]]], float)
    result = scores.score(truth + np.array([3, 4]), truth, find_scheme("five-points"))
    assert list(result.normalised) == ["inter_pupil"]
    assert result.normalised["inter_pupil"].nme_of_found == pytest.approx(0.1)
    assert result.region_errors == pytest.approx({"eyes": 0.1, "nose": 0.1, "mouth": 0.1})
    np.testing.assert_allclose(result.offsets, np.tile([0.06, 0.08], (5, 1)))


@pytest.mark.parametrize("name", ["wflw-98", "cofw-29", "aflw-19"])
def test_published_eyes_of_every_scheme(name):
    """WFLW divides by points 60-72 and COFW by 16-17; AFLW-19's eye centres are 7 and 10."""
    scheme = find_scheme(name)
    truth = np.random.default_rng(0).uniform(0, 100, (2, scheme.count, 2))
    result = measure(truth, truth, scheme)
    corners, pupils = {
        "wflw-98": ((60, 72), (96, 97)),
        "cofw-29": ((8, 9), (16, 17)),
        "aflw-19": ((6, 11), (7, 10)),
    }[name]
    for key, (right, left) in (("inter_ocular", corners), ("inter_pupil", pupils)):
        apart = np.linalg.norm(truth[:, left] - truth[:, right], axis=1)
        np.testing.assert_allclose(result.lengths[key], apart)


def test_bad_arrays_are_refused():
    predicted, truth = worked_set()
    with pytest.raises(ValueError, match=r"\(N, 68, 2\) of ibug-68"):
        scores.point_errors(predicted[:, :5], truth[:, :5])
    with pytest.raises(ValueError, match=r"\(N, 98, 2\) of wflw-98"):
        scores.score(predicted, truth, find_scheme("wflw-98"))
    with pytest.raises(ValueError, match="finite"):
        scores.point_errors(truth, predicted)
    predicted[0, 3, 1] = np.nan
    with pytest.raises(ValueError, match="all NaN"):
        scores.score(predicted, truth)
    with pytest.raises(ValueError, match="N > 0"):
        failure_rate([])
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
    for normaliser in ("inter_ocular", "inter_pupil"):
        np.testing.assert_allclose(
            scores.nme_with_missed(*moved, normaliser),
            scores.nme_with_missed(predicted, truth, normaliser),
            rtol=1e-6,
            atol=1e-9,
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
    for normaliser in ("inter_ocular", "inter_pupil"):
        assert turned.normalised[normaliser].nme_of_found == pytest.approx(
            plain.normalised[normaliser].nme_of_found
        )
    assert turned.region_errors == pytest.approx(plain.region_errors)
    np.testing.assert_allclose(turned.offsets, mirrored(plain.offsets[None])[0], atol=1e-9)


@settings(deadline=None)
@given(st.lists(st.one_of(st.floats(0, 0.3), st.just(float("inf"))), min_size=1, max_size=40))
def test_area_is_the_exact_integral_of_the_steps(errors):
    x, share = ced_steps(errors)
    area = float((np.diff(x) * share[:-1]).sum()) / THRESHOLD
    assert area_under_ced(errors) == pytest.approx(area, abs=1e-9)
    assert share[-1] == pytest.approx(1 - failure_rate(errors))
    assert 0 <= area_under_ced(errors) <= 1


def test_perfect_points_of_the_real_faces_score_zero(real_300w):
    from lineament.datasets.ibug300w import read_300w

    truth = np.stack([sample.points for sample in read_300w(real_300w)])
    result = scores.score(truth, truth)
    assert result.recall == 1
    for values in result.normalised.values():
        assert values.nme_of_found == 0
        assert values.areas == pytest.approx({0.08: 1, 0.10: 1})
