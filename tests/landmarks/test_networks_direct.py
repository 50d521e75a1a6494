"""CNN-6 and CNN-7: shapes, sizes and the inherited checks of a landmark network."""

import pytest
import torch
from network_tester import NetworkTester
from torch import nn
from torch.nn import functional

from lineament.landmarks.criterion import PointCriterion
from lineament.landmarks.networks.direct_regression import DirectRegression


class TestCnn6(NetworkTester):
    name = "cnn6"

    @pytest.mark.parametrize(("points", "millions"), [(19, 3.71), (68, 3.81)])
    def test_published_parameter_counts(self, points, millions):
        count = sum(p.numel() for p in DirectRegression("cnn6", points).parameters())
        assert count / 1e6 == pytest.approx(millions, abs=0.005)

    def test_shape_chain(self, network):
        shapes = []
        images = self.images(network, 1)
        for layer in network.features:
            images = layer(images)
            if isinstance(layer, nn.MaxPool2d):
                shapes.append(tuple(images.shape[1:]))
        assert shapes == [(32, 32, 32), (64, 16, 16), (128, 8, 8), (256, 4, 4), (512, 2, 2)]


class TestCnn7(NetworkTester):
    name = "cnn7"

    def test_input_first_kernels_and_last_shape(self, network):
        assert network.size == 128
        assert network.features[0].out_channels == 64
        assert network.features(self.images(network, 1)).shape == (1, 512, 2, 2)

    def test_size_on_disk_is_the_authors(self, network):
        megabytes = sum(parameter.numel() for parameter in network.parameters()) * 4 / 1e6
        assert megabytes == pytest.approx(24.7, abs=0.1)


def test_an_untrained_network_answers_near_the_mean_shape():
    torch.manual_seed(0)
    network = DirectRegression("cnn6", 68)
    mean = torch.rand(68, 2) * 64
    network.start_at(mean)
    answer = network(torch.rand(2, 3, 64, 64)).view(2, 2, 68).permute(0, 2, 1)
    assert (answer - mean).abs().mean() < 4


def test_cnn6_overfits_eight_samples():
    """Random places for random patterns; the mean shape alone is some sixteen pixels off."""
    torch.manual_seed(0)
    images = functional.interpolate(torch.rand(8, 3, 8, 8), scale_factor=8.0)
    truth = torch.rand(8, 10) * 64
    network, criterion = DirectRegression("cnn6", 5), PointCriterion()
    network.start_at(truth.mean(dim=0).view(2, 5).T)
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-4)
    for _ in range(100):
        optimiser.zero_grad()
        criterion(network(images), truth)["wing"].backward()
        optimiser.step()
    with torch.no_grad():
        assert (network(images) - truth).abs().mean() < 3
