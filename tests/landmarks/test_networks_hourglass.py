"""Stacked hourglasses: CoordConv, boundary coordinates, maps of every stack."""

import pytest
import torch
from network_tester import POINTS, NetworkTester

from lineament.errors import ConfigError
from lineament.landmarks.adaptive_wing import AdaptiveWingCriterion
from lineament.landmarks.networks import Coordinates
from lineament.landmarks.networks.coord_conv import CoordConv, place_channels
from lineament.landmarks.networks.hourglass import HierarchicalBlock, StackedHourglass
from lineament.landmarks.schemes import find_scheme


class TestHourglass(NetworkTester):
    exact_share = 0.9

    def build(self, points=POINTS):
        return StackedHourglass(points, stacks=2, features=16)

    @torch.no_grad()
    def test_maps_of_every_stack(self, network):
        stacks = network(self.images(network, 2))
        assert [tuple(maps.shape) for maps in stacks] == [(2, POINTS + 1, 64, 64)] * 2
        assert all(maps.min() < 0 for maps in stacks), "there is no ReLU at the end"

    @torch.no_grad()
    def test_maps_are_float32_in_half_precision(self, network):
        with torch.autocast("cpu", torch.bfloat16):
            stacks = network(self.images(network, 1))
        assert [maps.dtype for maps in stacks] == [torch.float32] * 2


@pytest.mark.parametrize(("points", "millions"), [(68, 24.10), (98, 24.15)])
def test_published_parameter_count(points, millions):
    count = sum(parameter.numel() for parameter in StackedHourglass(points).parameters())
    assert count / 1e6 == pytest.approx(millions, abs=0.005)


def test_published_widths():
    network = StackedHourglass(98)
    assert network.first.conv.weight.shape == (64, 3 + 3, 7, 7)
    first, *others = [stack.places.conv.weight.shape for stack in network.stacks]
    assert first == (256, 256 + 3, 1, 1)
    assert others == [(256, 256 + 3 + 2, 1, 1)] * 3
    block = network.stacks[0].block
    assert [step[2].out_channels for step in block.steps] == [128, 64, 64]


@pytest.mark.parametrize(("stacks", "features"), [(0, 256), (4, 24), (4, 0)])
def test_impossible_sizes_are_refused(stacks, features):
    with pytest.raises(ConfigError, match="multiple of 16"):
        StackedHourglass(68, stacks, features)


def test_places_run_from_minus_one_to_one():
    x, y, r = place_channels(5)[0]
    line = [-1, -0.5, 0, 0.5, 1]
    assert x[0].tolist() == line and x[4].tolist() == line
    assert y[:, 0].tolist() == line and y[:, 4].tolist() == line
    assert r[2, 2] == 0 and r[0, 0] == 1
    assert r[2, 4].item() == pytest.approx(0.5**0.5)


def test_boundary_coordinates_are_masked():
    layer = CoordConv(1, 2, side=5, boundary=True)
    with torch.no_grad():
        layer.conv.weight.zero_()
        layer.conv.bias.zero_()
        layer.conv.weight[0, 4] = 1
        layer.conv.weight[1, 5] = 1
    boundary = torch.zeros(1, 1, 5, 5)
    boundary[0, 0, 1, 4], boundary[0, 0, 3, 0], boundary[0, 0, 0, 0] = 0.06, 7.0, 0.04
    x, y = layer(torch.rand(1, 1, 5, 5), boundary)[0].detach()
    assert (x != 0).nonzero().tolist() == [[1, 4], [3, 0]]
    assert (x[1, 4], y[1, 4], x[3, 0], y[3, 0]) == (1, -0.5, -1, 0.5)


@torch.no_grad()
def test_a_block_adds_its_three_scales_to_its_input():
    block = HierarchicalBlock(16, 16).eval()
    features = torch.rand(1, 16, 8, 8)
    for step in block.steps:
        step[2].weight.zero_()
    assert torch.equal(block(features), features)


def test_overfits_eight_samples():
    """Rings of points around squares at eight places; chance is an error of some fifty pixels."""
    torch.manual_seed(0)
    angle = torch.linspace(0, 5.5, 19)
    middle = torch.randint(90, 166, (8, 2, 1)).float()
    target = (middle + 50 * torch.stack([angle.cos(), angle.sin()])).flatten(1)
    images = torch.zeros(8, 3, 256, 256)
    for image, (x, y) in zip(images, middle[..., 0].int().tolist(), strict=True):
        image[:, y - 50 : y + 50, x - 50 : x + 50] = 1
    network = StackedHourglass(19, stacks=1, features=16)
    criterion = AdaptiveWingCriterion(find_scheme("aflw-19"))
    optimiser = torch.optim.RMSprop(network.parameters(), lr=2e-3)
    for _ in range(60):
        optimiser.zero_grad()
        terms = criterion(network(images), target)
        (terms["adaptive_wing"] + terms["boundary"]).backward()
        optimiser.step()
    with torch.no_grad():
        error = (Coordinates(network)(images) - target).abs()
    assert error.median() < 8
