"""What holds for every landmark network; a test class per network inherits it."""

import numpy as np
import pytest
import torch
from torch import nn

from lineament.landmarks.networks import Coordinates, LandmarkNetwork, build_network
from lineament.runtime import Session
from lineament.training.export import export_network
from lineament.weights import DetectorBox, InputContract, PointsOutput

POINTS = 68


def settled(network: LandmarkNetwork) -> LandmarkNetwork:
    """Ready to answer: with the statistics of a batch, as after training, where it keeps any."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    if norms:
        for norm in norms:
            norm.momentum = None
        with torch.no_grad():
            network.train()(torch.rand(2, 3, network.size, network.size))
    return network.eval()


class NetworkTester:
    """Inherited checks of the network called `name`; a subclass may build a smaller one."""

    name: str
    exact_share = 1.0
    """Share of the coordinates that ONNX must answer as torch does. Peaks of an untrained
    network's flat maps are close to one another, and a few of them change places."""

    def build(self, points: int = POINTS) -> LandmarkNetwork:
        return build_network(self.name, points)

    @pytest.fixture
    def network(self) -> LandmarkNetwork:
        torch.manual_seed(0)
        return settled(self.build())

    def images(self, network: LandmarkNetwork, count: int) -> torch.Tensor:
        return torch.rand(count, 3, network.size, network.size)

    def tensors(self, output) -> list[torch.Tensor]:
        return [output] if isinstance(output, torch.Tensor) else list(output)

    @pytest.mark.parametrize("points", [5, 19, 29, POINTS, 98])
    @torch.no_grad()
    def test_coordinates_of_any_number_of_points(self, points):
        network = self.build(points).eval()
        answer = Coordinates(network)(self.images(network, 2))
        assert answer.shape == (2, 2 * points)
        assert answer.dtype == torch.float32
        assert network.points == points

    @torch.no_grad()
    def test_batch_equals_singles(self, network):
        images = self.images(network, 3)
        together = self.tensors(network(images))
        singles = [self.tensors(network(image[None])) for image in images]
        for part, rows in zip(together, zip(*singles, strict=True), strict=True):
            torch.testing.assert_close(part, torch.cat(rows), atol=1e-3, rtol=1e-3)

    @torch.no_grad()
    def test_saved_and_loaded(self, network, tmp_path):
        torch.save(network.state_dict(), tmp_path / "weights.pt")
        twin = self.build().eval()
        twin.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
        images = self.images(network, 1)
        assert torch.equal(Coordinates(network)(images), Coordinates(twin)(images))

    def test_gradients_reach_every_parameter(self, network):
        output = self.tensors(network(self.images(network, 2)))
        torch.stack([part.square().sum() for part in output]).sum().backward()
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
            count=POINTS,
            scheme="ibug-68",
            order="x_then_y",
            unit="input_pixels",
        )
        path = tmp_path / "network.onnx"
        agreeing = self.exact_share
        export_network(Coordinates(network), contract, output, path, agreeing=agreeing)
        images = self.images(network, 5)
        found = Session(path.read_bytes(), device="cpu", threads=1).run(images.numpy())[0]
        assert found.shape == (5, 2 * POINTS)
        difference = np.abs(found - Coordinates(network)(images).numpy())
        assert (difference < 0.05).mean() >= self.exact_share
        parameters = sum(parameter.numel() for parameter in network.parameters())
        if parameters > 1e6:
            assert path.stat().st_size < 2.1 * parameters + 60_000, "not stored as float16"
