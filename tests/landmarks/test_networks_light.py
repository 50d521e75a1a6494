"""The light network: means of distributions, their loss, and the inherited checks."""

import pytest
import torch
from network_tester import NetworkTester

from lineament.landmarks.integral import (
    IntegralCriterion,
    IntegralLoss,
    cell_places,
    heat_loss,
    mean_positions,
)
from lineament.landmarks.networks import Coordinates
from lineament.landmarks.networks.light import LightNetwork, LightOutput


class TestLight(NetworkTester):
    name = "light"


def test_the_mean_of_a_distribution_is_its_position():
    places = cell_places(32, 128, torch.device("cpu"))
    wanted = torch.tensor([[[20.25, 90.5], [64.0, 3.0]]])
    away = wanted[..., None] - places
    heat = -0.5 * ((away[:, :, 0, None, :] / 5) ** 2 + (away[:, :, 1, :, None] / 5) ** 2)
    torch.testing.assert_close(mean_positions(heat, 128), wanted, atol=0.6, rtol=0)
    torch.testing.assert_close(mean_positions(heat, 128)[0, 0], wanted[0, 0], atol=0.02, rtol=0)


def test_the_map_reaches_beyond_the_crop():
    places = cell_places(32, 128, torch.device("cpu"))
    assert places[0] < -5 and places[-1] > 132
    assert places.mean().item() == pytest.approx(63.5)


def test_the_maps_loss_is_least_at_the_point():
    points = torch.tensor([[[40.0, 70.0]]])

    def at(x, y):
        places = cell_places(32, 128, torch.device("cpu"))
        heat = -0.5 * (((x - places) / 4) ** 2 + ((y - places)[:, None] / 4) ** 2)
        return heat_loss(heat[None, None], points, 128, 4.0).item()

    assert at(40, 70) < at(44, 70) < at(60, 70) and at(40, 70) < at(40, 66)


@torch.no_grad()
def test_points_outside_the_crop_are_not_asked_for():
    torch.manual_seed(0)
    criterion = IntegralCriterion(IntegralLoss(), 32)
    output = LightNetwork(3, size=32).eval()(torch.rand(2, 3, 32, 32))
    target = torch.tensor([[5.0, -300.0, 20.0, 8.0, 7.0, 6.0]]).repeat(2, 1)
    apart = [
        criterion(LightOutput(output.points[:, [i]], output.heat[:, [i]]), target[:, [i, i + 3]])
        for i in (0, 2)
    ]
    together = criterion(output, target)
    for name, term in together.items():
        torch.testing.assert_close(term, (apart[0][name] + apart[1][name]) / 2)


@torch.no_grad()
def test_all_points_outside_cost_nothing():
    output = LightNetwork(2, size=32).eval()(torch.rand(1, 3, 32, 32))
    terms = IntegralCriterion(IntegralLoss(), 32)(output, torch.full((1, 4), 500.0))
    assert sum(terms.values()).item() == 0


def test_it_overfits_eight_samples():
    torch.manual_seed(0)
    network = LightNetwork(5, widths=(8, 16, 32, 32, 32), mixed=32, size=64)
    criterion = IntegralCriterion(IntegralLoss(), 64)
    images, target = torch.rand(8, 3, 64, 64), torch.rand(8, 10) * 40 + 12
    optimiser = torch.optim.AdamW(network.parameters(), 5e-3)
    for _ in range(150):
        loss = sum(criterion(network(images), target).values())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    error = (Coordinates(network)(images) - target).abs().mean().item()
    assert error < 1.0
