"""Focal loss, OHEM and average top-k on losses worked by hand."""

import math

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from lineament.recognition.hard_samples import (
    AverageTopK,
    HardSampleOptions,
    build_hard_samples,
    focal,
    ohem,
)


def test_focal_is_the_papers():
    probabilities = torch.tensor([0.1, 0.5, 0.9])
    for gamma in (0.0, 1.0, 2.0):
        expected = np.mean([-((1 - p) ** gamma) * math.log(p) for p in (0.1, 0.5, 0.9)])
        assert float(focal(-probabilities.log(), gamma)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_focal_has_finite_gradients_for_certain_and_hopeless_samples(gamma):
    losses = torch.tensor([0.0, 1e-12, 120.0, 1e4], requires_grad=True)
    focal(losses, gamma).backward()
    assert losses.grad.isfinite().all()
    assert losses.grad[3] == pytest.approx(0.25)


def test_focal_damps_easy_samples():
    losses = torch.tensor([0.01, 3.0], requires_grad=True)
    focal(losses).backward()
    assert losses.grad[0] < 1e-3 < 0.4 < losses.grad[1]


def test_ohem_learns_from_the_hardest_alone():
    losses = torch.tensor([1.0, 5.0, 2.0, 4.0, 3.0], requires_grad=True)
    made = ohem(losses, 0.4)
    made.backward()
    assert float(made) == 4.5
    assert losses.grad.tolist() == [0, 0.5, 0, 0.5, 0]
    assert float(ohem(losses, 1.0)) == 3.0
    assert float(ohem(losses, 0.01)) == 5.0


def test_ohem_does_not_round_up_for_rounding_errors():
    assert float(ohem(torch.arange(10.0), 0.7)) == pytest.approx(np.mean(range(3, 10)))


def test_average_top_k_of_its_own_threshold_is_the_mean_of_the_largest():
    losses = torch.tensor([1.0, 5.0, 2.0, 4.0, 3.0, 0.5, 0.1, 0.2, 0.3, 0.4])
    loss = AverageTopK(share=0.3)
    loss.threshold.fill_(2.5)  # anywhere from the fourth largest to the third
    assert float(loss(losses)) == pytest.approx(4.0)
    loss.threshold.fill_(4.5)
    assert float(loss(losses)) > 4.0


def test_the_threshold_goes_down_its_own_gradient():
    losses = torch.tensor([1.0, 5.0, 2.0, 4.0])
    loss = AverageTopK(share=0.25, rate=0.1)
    for start in (0.5, 3.0, 6.0):
        loss.threshold.fill_(start)
        loss(losses)
        value = torch.tensor(start, requires_grad=True)
        whole = value * loss.share + (losses - value).clamp(min=0).mean()
        whole.backward()
        assert float(loss.threshold) == pytest.approx(start - 0.1 * float(value.grad))


def test_the_threshold_finds_the_share_over_many_batches():
    """Half of the batches are hard as a whole: unlike OHEM, it keeps more of these."""
    random = np.random.default_rng(0)
    loss, kept = AverageTopK(share=0.5, rate=0.2), {0: [], 1: []}
    for step in range(400):
        hard = step % 2
        losses = torch.tensor(random.normal(5 + 2 * hard, 1, 64), dtype=torch.float32)
        losses.requires_grad_()
        loss(losses).backward()
        if step >= 200:
            kept[hard].append(float((losses.grad > 0).float().mean()))
    assert np.mean(kept[0] + kept[1]) == pytest.approx(0.5, abs=0.03)
    assert np.mean(kept[1]) > np.mean(kept[0]) + 0.4
    assert float(loss.threshold) == pytest.approx(6.0, abs=0.3)


def test_the_threshold_begins_at_the_first_batch_and_stays_without_training():
    losses = torch.arange(1.0, 11.0)
    loss = AverageTopK(share=0.3).eval()
    assert float(loss(losses)) == pytest.approx(9.0, abs=0.5)
    assert loss.threshold.isnan()
    loss.train()(losses)
    kept = float(loss.threshold)
    assert 6.5 < kept < 8.5
    with torch.no_grad():
        loss(losses * 0)
    assert float(loss.threshold) == kept
    again = AverageTopK(share=0.3)
    again.load_state_dict(loss.state_dict())
    assert torch.equal(again(losses), loss(losses))


def test_a_batch_that_is_not_finite_leaves_no_trace():
    loss = AverageTopK(share=0.5)
    assert loss(torch.tensor([1.0, torch.nan])).isnan()
    assert loss(torch.tensor([1.0, 2.0])).isfinite()
    kept = float(loss.threshold)
    assert loss(torch.tensor([1.0, torch.nan])).isnan()
    assert math.isfinite(float(loss.threshold)) and abs(float(loss.threshold) - kept) <= 0.1


def test_options_name_their_way():
    losses = torch.tensor([0.5, 1.0, 4.0])
    adapter = TypeAdapter(HardSampleOptions)
    built = build_hard_samples(adapter.validate_python({"kind": "focal", "gamma": 1.0}))
    assert torch.equal(built(losses), focal(losses, 1.0))
    built = build_hard_samples(adapter.validate_python({"kind": "ohem", "share": 0.5}))
    assert torch.equal(built(losses), ohem(losses, 0.5))
    built = build_hard_samples(adapter.validate_python({"kind": "atk", "share": 0.5, "rate": 0.3}))
    assert isinstance(built, AverageTopK) and (built.share, built.rate) == (0.5, 0.3)
    for wrong in ({"kind": "focal", "gamma": -1}, {"kind": "ohem", "share": 0}, {"kind": "hard"}):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)
    with pytest.raises(ValueError, match=r"got share 0.0"):
        AverageTopK(share=0.0)
