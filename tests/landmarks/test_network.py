"""Shapes, sizes and the inherited checks of a landmark network."""

import numpy as np
import pytest
import torch
from torch import nn

from lineament.landmarks.network import DirectRegression
from lineament.runtime import Session
from lineament.training.export import export_network
from lineament.weights import DetectorBox, InputContract, PointsOutput


class NetworkTester:
    """What holds for every network of the family; a subclass builds one."""

    def build(self) -> nn.Module:
        raise AssertionError("a subclass builds its network")

    @pytest.fixture
    def network(self) -> nn.Module:
        torch.manual_seed(0)
        return self.build().eval()

    def images(self, network: nn.Module, count: int) -> torch.Tensor:
        return torch.rand(count, 3, network.size, network.size)

    @torch.no_grad()
    def test_forward_shape(self, network):
        assert network(self.images(network, 2)).shape == (2, 136)

    @torch.no_grad()
    def test_batch_equals_singles(self, network):
        images = self.images(network, 3)
        singles = torch.cat([network(image[None]) for image in images])
        assert torch.allclose(network(images), singles, atol=1e-4)

    @torch.no_grad()
    def test_saved_and_loaded(self, network, tmp_path):
        torch.save(network.state_dict(), tmp_path / "weights.pt")
        twin = self.build().eval()
        twin.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
        images = self.images(network, 1)
        assert torch.equal(network(images), twin(images))

    def test_gradients_reach_every_parameter(self, network):
        network(self.images(network, 2)).square().sum().backward()
        for name, parameter in network.named_parameters():
            assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name

    @torch.no_grad()
    def test_onnx_equals_torch_on_another_batch(self, network, tmp_path):
        contract = InputContract(
            name="image",
            size=network.size,
            colour="RGB",
            mean=(0, 0, 0),
            std=(255, 255, 255),
            crop=DetectorBox(rule="detector_box", scale=1.3),
        )
        output = PointsOutput(
            kind="points",
            name="points",
            count=68,
            scheme="ibug-68",
            order="x_then_y",
            unit="input_pixels",
        )
        path = tmp_path / "network.onnx"
        export_network(network, contract, output, path)
        images = self.images(network, 5)
        found = Session(path.read_bytes(), device="cpu", threads=1).run(images.numpy())[0]
        assert found.shape == (5, 136)
        assert np.abs(found - network(images).numpy()).max() < 0.05
        parameters = sum(parameter.numel() for parameter in network.parameters())
        assert path.stat().st_size < 2.1 * parameters + 20_000, "not stored as float16"


class TestCnn6(NetworkTester):
    def build(self):
        return DirectRegression("cnn6", 68)

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
    def build(self):
        return DirectRegression("cnn7", 68)

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
