"""Published values of the Wing loss (w = 10, eps = 2)."""

import pytest
import torch

from lineament.errors import ConfigError
from lineament.landmarks.criterion import WingCriterion, wing

VECTORS = {0.0: 0.0, 0.5: 2.2314, 1: 4.0547, 5: 12.5276, 10: 17.9176, 20: 27.9176}


@pytest.mark.parametrize(("difference", "loss"), VECTORS.items())
@pytest.mark.parametrize("sign", [1, -1])
def test_published_vectors(difference, loss, sign):
    assert wing(torch.tensor(float(sign * difference))).item() == pytest.approx(loss, abs=5e-5)


def test_the_two_pieces_meet():
    either_side = wing(torch.tensor([10 - 1e-4, 10 + 1e-4]))
    assert either_side[0].item() == pytest.approx(either_side[1].item(), abs=1e-3)


def test_gradient_is_one_outside_and_steep_near_zero():
    x = torch.tensor([20.0, -20.0, 0.5], requires_grad=True)
    wing(x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == pytest.approx([1, -1, 10 / 2.5])


def test_summed_over_coordinates_and_averaged_over_faces():
    predicted = torch.zeros(2, 4)
    truth = torch.tensor([[1.0, 5, 10, 20], [0, 0, 0, 0]])
    expected = (4.0547 + 12.5276 + 17.9176 + 27.9176) / 2
    assert WingCriterion()(predicted, truth)["wing"].item() == pytest.approx(expected, abs=1e-3)


def test_normalised_targets_with_pixel_parameters_are_refused():
    with pytest.raises(ConfigError, match="in pixels of the network's input"):
        WingCriterion()(torch.zeros(2, 4), torch.full((2, 4), 0.7))
