"""Rules by which auxiliary tasks stop, on losses worked out by hand."""

import math

import pytest
from pydantic import TypeAdapter

from lineament.attributes.early_stopping import (
    FINE_TUNE_WEIGHT_DECAY,
    ManualStop,
    PaperStop,
    StopOptions,
    StopTogether,
    stop_index,
)
from lineament.errors import ConfigError, DataError

WEIGHTS = {"smile": 0.1, "pose_bin": 0.3}


def test_index_by_hand():
    """k = 2, E = 0.9, 0.5, 0.4: level 2 x 0.5 = 1, rest 1.8 - 1; gap 0.6 - 0.4 over 0.1 x 0.4."""
    assert stop_index([0.9, 0.5, 0.4], 0.6, 0.1, 2) == pytest.approx(1 / 0.8 * 0.2 / 0.04)


def test_index_takes_the_latest_strip_but_the_least_of_all():
    """The strip 1, 1, 1 is flat, 2 / 1; the least training loss lies before it."""
    assert stop_index([0.5, 1.0, 1.0, 1.0], 0.75, 0.5, 2) == pytest.approx(2 * 0.25 / 0.25)


def test_a_flat_strip_stops_earlier_than_a_steep_one():
    flat, steep = [0.5, 0.5, 0.5], [2.0, 0.8, 0.5]
    assert stop_index(flat, 0.7, 0.1, 2) > stop_index(steep, 0.7, 0.1, 2) > 0


def test_a_larger_weight_and_a_smaller_gap_stop_later():
    losses = [0.6, 0.5, 0.5]
    assert stop_index(losses, 0.7, 0.1, 2) > stop_index(losses, 0.7, 0.3, 2)
    assert stop_index(losses, 0.7, 0.1, 2) > stop_index(losses, 0.6, 0.1, 2)
    assert stop_index(losses, 0.4, 0.1, 2) < 0


def test_guarded_denominators():
    # 1, 1, 0: the sum 2 is no more than 2 x 1, so that the first denominator is 0.
    assert stop_index([1.0, 1.0, 0.0], 0.5, 0.1, 2) == 0
    # 1, 1, -1: below 0.
    assert stop_index([1.0, 1.0, -1.0], 0.5, 0.1, 2) == 0
    # A training loss of exactly 0: any gap is infinitely large, none is none.
    assert stop_index([2.0, 0.5, 0.0], 0.5, 0.1, 2) == math.inf
    assert stop_index([2.0, 0.5, 0.0], 0.0, 0.1, 2) == 0
    # Nothing but zeros.
    assert stop_index([0.0, 0.0, 0.0], 0.5, 0.1, 2) == 0


def test_no_index_before_the_window_is_full():
    assert stop_index([0.5, 0.5], 9.0, 0.1, 2) == 0


@pytest.mark.parametrize(("weight", "window"), [(0, 2), (0.1, 0)])
def test_impossible_indices_are_refused(weight, window):
    with pytest.raises(ValueError, match="must be above 0"):
        stop_index([1.0], 1.0, weight, window)


def test_the_papers_rule_stops_tasks_one_by_one_and_for_good():
    rule = PaperStop(window=2, threshold=10).rule(WEIGHTS)
    # From 300 on the index of smile is 2 x 0.3 / 0.05 = 12, of pose_bin 2 x 0.3 / 0.15 = 4.
    validation = {"smile": 0.8, "pose_bin": 0.8, "points": 1}
    flat = {"smile": 0.5, "pose_bin": 0.5, "points": 1}
    assert [rule.update(step, flat, validation) for step in (100, 200)] == [set(), set()]
    assert rule.update(300, flat, validation) == {"smile"}
    assert rule.update(400, flat, {"smile": 0.5, "pose_bin": 0.5}) == {"smile"}
    # 2 x 1 / 0.15 = 13.3.
    assert rule.update(500, flat, {"pose_bin": 1.5}) == {"smile", "pose_bin"}


def test_the_manual_schedule():
    rule = ManualStop(at={"smile": 1000, "pose_bin": 2000}).rule(WEIGHTS)
    found = [rule.update(step, {}, {}) for step in (500, 1000, 1500, 2500)]
    assert found == [set(), {"smile"}, {"smile"}, {"smile", "pose_bin"}]


def test_a_manual_schedule_of_other_tasks_is_refused():
    with pytest.raises(ConfigError, match="a stop of hat, but the auxiliary tasks are smile, pose"):
        ManualStop(at={"hat": 1}).rule(WEIGHTS)


def test_all_stop_together_at_an_iteration():
    rule = StopTogether(at=1000).rule(WEIGHTS)
    assert rule.update(999, {}, {}) == set()
    assert rule.update(1000, {}, {}) == {"smile", "pose_bin"}


def test_all_stop_together_once_the_points_gain_no_more():
    rule = StopTogether(patience=2, least_gain=0.1).rule(WEIGHTS)
    # Best 1.0, then 0.8 (a gain), 0.75 (less than a tenth), 0.7 (a gain against 0.8), no more.
    losses = [1.0, 0.8, 0.75, 0.7, 0.65, 0.64, 0.1]
    found = [bool(rule.update(step, {}, {"points": loss})) for step, loss in enumerate(losses)]
    assert found == [False, False, False, False, False, True, True]
    assert rule.stopped == {"smile", "pose_bin"}


def test_points_are_trained_alone_without_weight_decay():
    assert FINE_TUNE_WEIGHT_DECAY == 0


def test_a_recipe_names_the_rule_by_its_kind():
    read = TypeAdapter(StopOptions).validate_python
    assert read({"kind": "together"}) == StopTogether()
    assert read({"kind": "manual", "at": {"smile": 3}}) == ManualStop(at={"smile": 3})
    assert read({"kind": "paper", "threshold": 2.0}) == PaperStop(threshold=2.0)


def test_the_same_losses_bring_a_rule_back():
    first, again = (PaperStop(window=2, threshold=10).rule(WEIGHTS) for _ in range(2))
    log = [
        ({"smile": 0.5, "pose_bin": 0.5}, {"smile": loss, "pose_bin": 0.5}) for loss in (1, 2, 3)
    ]
    for step, (training, validation) in enumerate(log):
        first.update(step, training, validation)
    for step, (training, validation) in enumerate(log):
        again.update(step, training, validation)
    assert first.stopped == again.stopped == {"smile"}


def test_iterations_must_rise():
    rule = StopTogether(at=5).rule(WEIGHTS)
    rule.update(3, {}, {})
    with pytest.raises(ValueError, match="got iteration 3 after 3"):
        rule.update(3, {}, {})


@pytest.mark.parametrize("losses", [{"pose_bin": 1.0}, {"smile": math.nan, "pose_bin": 1.0}])
def test_a_missing_loss_is_named(losses):
    rule = PaperStop(threshold=1).rule(WEIGHTS)
    with pytest.raises(DataError, match="iteration 7: the validation loss of smile is nan"):
        rule.update(7, {"smile": 1.0, "pose_bin": 1.0}, losses)
    with pytest.raises(DataError, match="validation loss of points"):
        StopTogether().rule(WEIGHTS).update(7, {}, {})
