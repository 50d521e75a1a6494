"""Published values of the losses on points, their gradients, and the guards of the criterion."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lineament.errors import ConfigError, DataError
from lineament.landmarks.criterion import PointCriterion, PointLoss, l1, l2, smooth_l1, wing

WING = {0.0: 0.0, 0.5: 2.2314, 1: 4.0547, 5: 12.5276, 10: 17.9176, 20: 27.9176}
KINDS = ("l2", "l1", "smooth_l1", "wing")


@pytest.mark.parametrize(("difference", "loss"), WING.items())
@pytest.mark.parametrize("sign", [1, -1])
def test_published_wing_vectors(difference, loss, sign):
    assert wing(torch.tensor(float(sign * difference))).item() == pytest.approx(loss, abs=5e-5)


def test_the_published_constant():
    far = torch.tensor([50.0], dtype=torch.float64)
    assert (far - wing(far)).item() == pytest.approx(-7.917595, abs=1e-6)


@pytest.mark.parametrize(
    ("loss", "values"),
    [
        (l2, {0.0: 0.0, 0.5: 0.125, -2.0: 2.0, 10.0: 50.0}),
        (l1, {0.0: 0.0, 0.5: 0.5, -2.0: 2.0, 10.0: 10.0}),
        (smooth_l1, {0.0: 0.0, 0.5: 0.125, 1.0: 0.5, -2.0: 1.5, 10.0: 9.5}),
    ],
)
def test_vectors_of_the_plain_losses(loss, values):
    assert loss(torch.tensor(list(values))).tolist() == pytest.approx(list(values.values()))


@pytest.mark.parametrize("width", [4.0, 10.0, 14.0])
@pytest.mark.parametrize("curvature", [0.5, 2.0, 3.0])
def test_the_two_pieces_of_wing_meet(width, curvature):
    step = 1e-9
    places = torch.tensor([width - step, width + step], dtype=torch.float64)
    below, above = wing(places, width, curvature).tolist()
    assert above - below == pytest.approx(0, abs=3 * step * (1 + width / curvature))


def test_the_two_pieces_of_smooth_l1_meet_with_their_slopes():
    x = torch.tensor([1 - 1e-6, 1 + 1e-6], dtype=torch.float64, requires_grad=True)
    loss = smooth_l1(x)
    loss.sum().backward()
    assert loss.tolist() == pytest.approx([0.5, 0.5], abs=2e-6)
    assert x.grad is not None
    assert x.grad.tolist() == pytest.approx([1, 1], abs=2e-6)


@pytest.mark.parametrize(
    ("kind", "slopes"),
    [
        ("l2", [20, -20, 0.5, 0.01]),
        ("l1", [1, -1, 1, 1]),
        ("smooth_l1", [1, -1, 0.5, 0.01]),
        ("wing", [1, -1, 10 / 2.5, 10 / 2.01]),
    ],
)
def test_gradients(kind, slopes):
    x = torch.tensor([20.0, -20.0, 0.5, 0.01], requires_grad=True)
    PointLoss(kind=kind)(x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == pytest.approx(slopes)


@given(
    st.sampled_from(KINDS),
    st.lists(st.floats(-300, 300), min_size=2, max_size=40),
    st.floats(1, 30),
    st.floats(0.1, 5),
)
def test_every_loss_is_even_and_grows_with_the_distance(kind, values, width, curvature):
    loss = PointLoss(kind=kind, width=width, curvature=curvature)
    x = torch.tensor(sorted(values, key=abs), dtype=torch.float64)
    assert torch.equal(loss(x), loss(-x))
    assert np.all(np.diff(loss(x).numpy()) >= -1e-9)
    assert float(loss(x).min()) >= 0


def test_summed_over_coordinates_and_averaged_over_faces():
    output = torch.zeros(2, 4)
    target = torch.tensor([[1.0, 5, 10, 20], [0, 0, 0, 0]])
    expected = {
        "l2": (0.5 + 12.5 + 50 + 200) / 2,
        "l1": 36 / 2,
        "smooth_l1": (0.5 + 4.5 + 9.5 + 19.5) / 2,
        "wing": (4.0547 + 12.5276 + 17.9176 + 27.9176) / 2,
    }
    for kind, loss in expected.items():
        terms = PointCriterion(PointLoss(kind=kind))(output, target)
        assert list(terms) == [kind]
        assert terms[kind].item() == pytest.approx(loss, abs=1e-3)


def test_wing_parameters_reach_the_loss():
    output, target = torch.zeros(3, 8), torch.full((3, 8), 4.0)
    terms = PointCriterion(PointLoss(width=6, curvature=0.5))(output, target)
    assert terms["wing"].item() == pytest.approx(8 * 6 * np.log(9), rel=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_normalised_targets_are_refused(kind):
    with pytest.raises(ConfigError, match="in pixels of the network's input"):
        PointCriterion(PointLoss(kind=kind))(torch.zeros(2, 4), torch.full((2, 4), -0.7))
    with pytest.raises(ConfigError, match="in pixels of the network's input"):
        PointCriterion()(torch.zeros(2, 4), torch.full((2, 4), 0.7))


def test_normalised_targets_pass_where_the_parameters_are_scaled_too():
    scaled = PointCriterion(PointLoss(width=10 / 64, curvature=2 / 64))
    small, pixels = torch.zeros(2, 4), torch.full((2, 4), 0.5)
    full = PointCriterion()(small, pixels * 64)["wing"]
    assert scaled(small, pixels)["wing"].item() == pytest.approx(full.item() / 64, rel=1e-5)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_targets_that_are_not_finite_are_named(bad):
    target = torch.full((12, 4), 30.0)
    target[3, 1] = target[7, 2] = bad
    with pytest.raises(DataError, match=r"2 of 12 faces are not finite, rows 3, 7;"):
        PointCriterion()(torch.zeros(12, 4), target)


def test_shapes_that_differ_are_a_programming_mistake():
    with pytest.raises(ValueError, match=r"\(2, 4\).*\(2, 6\)"):
        PointCriterion()(torch.zeros(2, 4), torch.full((2, 6), 9.0))


@pytest.mark.parametrize(
    "wrong", [{"width": 0}, {"curvature": -1}, {"kind": "huber"}, {"widht": 10}]
)
def test_options_are_strict(wrong):
    with pytest.raises(ValidationError):
        PointLoss(**wrong)
