"""Published values of Adaptive Wing loss, its weights, and the criterion over stacks."""

import math

import pytest
import torch

from lineament.errors import ConfigError
from lineament.landmarks.adaptive_wing import (
    AdaptiveWingCriterion,
    AdaptiveWingLoss,
    adaptive_wing,
    loss_weights,
)
from lineament.landmarks.schemes import Scheme, find_scheme

VECTORS = {
    0.0: (0.1108, 1.9078, 2.9352, 6.2717),
    0.5: (0.3473, 2.9077, 3.9912, 7.3250),
    1.0: (1.0701, 4.3559, 5.3605, 8.2998),
}
DISTANCES = (0.1, 0.4, 0.5, 0.8)


@pytest.mark.parametrize(("truth", "losses"), VECTORS.items())
@pytest.mark.parametrize("sign", [1, -1])
def test_published_vectors(truth, losses, sign):
    truths = torch.full((4,), truth, dtype=torch.float32)
    found = adaptive_wing(truths + sign * torch.tensor(DISTANCES), truths)
    assert found.tolist() == pytest.approx(losses, abs=6e-5)


@pytest.mark.parametrize("truth", [0.0, 0.3, 1.0])
def test_the_two_pieces_meet_with_the_same_slope(truth):
    predicted = torch.tensor([truth + 0.5 - 1e-3, truth + 0.5 + 1e-3], requires_grad=True)
    losses = adaptive_wing(predicted, torch.tensor([truth, truth]))
    losses.sum().backward()
    slopes = predicted.grad.tolist()
    assert slopes[0] == pytest.approx(slopes[1], rel=0.01)
    step = (losses[1] - losses[0]).item()
    assert step == pytest.approx(2e-3 * slopes[1], rel=0.02)


def test_gradients_are_finite_everywhere_and_flat_on_the_background():
    truth = torch.tensor([0.0, 0.0, 1.0, 1.0, 0.5, 1.0])
    predicted = torch.tensor([0.0, 0.01, 1.0, 0.99, 1e6, -1e6], requires_grad=True)
    adaptive_wing(predicted, truth).sum().backward()
    assert torch.isfinite(predicted.grad).all()
    assert predicted.grad[0] == predicted.grad[2] == 0
    assert abs(predicted.grad[3]) > 50 * abs(predicted.grad[1])


def test_half_precision_maps_are_compared_in_float32():
    loss = adaptive_wing(torch.tensor([0.1], dtype=torch.bfloat16), torch.tensor([0.0]))
    assert loss.dtype == torch.float32


def test_weights_of_points_and_of_the_boundary():
    truth = torch.zeros(1, 3, 9, 9)
    truth[0, :, 4, 4] = torch.tensor([0.21, 0.19, 0.01])
    weights = loss_weights(truth)[0]
    assert weights[0, 3:6, 3:6].min() == 11 and (weights[0] == 11).sum() == 9
    assert (weights[1] == 1).all(), "0.19 is background on a point's map"
    assert (weights[2] == 11).sum() == 9, "any value above zero is foreground on the boundary's"


def target(count=2):
    """Points on a circle, moved from face to face."""
    angle = torch.linspace(0, 2 * math.pi, 68)
    x = 128 + 80 * torch.cos(angle) + torch.arange(count)[:, None]
    return torch.cat([x, (128 + 80 * torch.sin(angle)).expand(count, -1)], dim=1)


@pytest.fixture(scope="module")
def criterion():
    return AdaptiveWingCriterion(find_scheme("ibug-68"))


def test_the_truth_costs_nothing_and_stacks_add_up(criterion):
    truth = criterion.truth(target())
    assert truth.shape == (2, 69, 64, 64)
    assert truth.min() >= 0 and truth.max() == 1
    assert criterion([truth], target()) == {"adaptive_wing": 0, "boundary": 0}
    empty = torch.zeros_like(truth)
    one, three = criterion([empty], target()), criterion([empty, truth, empty], target())
    assert set(one) == {"adaptive_wing", "boundary"}
    for name in one:
        assert one[name] > 0
        assert three[name].item() == pytest.approx(2 * one[name].item(), rel=1e-4)


def test_terms_add_up_to_the_mean_of_the_weighted_loss(criterion):
    torch.manual_seed(0)
    maps, truth = torch.rand(2, 69, 64, 64), criterion.truth(target())
    terms = criterion([maps], target())
    expected = (adaptive_wing(maps, truth) * loss_weights(truth)).mean().item()
    assert sum(terms.values()).item() == pytest.approx(expected, rel=1e-4)


def test_options_reach_the_loss(criterion):
    maps = torch.zeros(2, 69, 64, 64)
    doubled = AdaptiveWingCriterion(criterion.scheme, AdaptiveWingLoss(omega=28))
    plain = AdaptiveWingCriterion(criterion.scheme, AdaptiveWingLoss(foreground=0))
    usual = criterion([maps], target())["adaptive_wing"].item()
    assert doubled([maps], target())["adaptive_wing"].item() == pytest.approx(2 * usual, rel=1e-4)
    assert plain([maps], target())["adaptive_wing"].item() < usual / 2


def test_points_outside_the_crop_have_empty_maps(criterion):
    outside = target()
    outside[0, 3], outside[1, 68] = -40, 1e6
    truth = criterion.truth(outside)
    assert truth[0, 3].max() == 0 and truth[1, 0].max() == 0
    assert truth[0, 4].max() == 1
    maps = torch.rand(2, 69, 64, 64, requires_grad=True)
    sum(criterion([maps], outside).values()).backward()
    assert torch.isfinite(maps.grad).all() and (maps.grad[0, 3] != 0).all()


def test_shapes_that_do_not_fit_are_refused(criterion):
    with pytest.raises(ValueError, match="68 points of ibug-68"):
        criterion([torch.zeros(2, 68, 64, 64)], target())
    with pytest.raises(ValueError, match="68 points of ibug-68"):
        criterion([torch.zeros(2, 69, 64, 64)], target()[:, :10])


def test_a_scheme_without_curves_is_refused_at_once():
    five: Scheme = find_scheme("five-points")
    with pytest.raises(ConfigError, match="outline no facial curve"):
        AdaptiveWingCriterion(five)
