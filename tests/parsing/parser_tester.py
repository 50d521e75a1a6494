"""What holds for every parsing network; a test class per network inherits it."""

import numpy as np
import pytest
import torch
from made_up_faces import PARTS_9, made_up_faces, tensors
from torch import nn

from lineament.errors import ConfigError
from lineament.parsing.criterion import PartLoss, part_criterion
from lineament.parsing.networks import PartScores, build_parser
from lineament.runtime import Session
from lineament.training.export import export_network
from lineament.weights import DetectorBox, InputContract, PartsOutput


def settled(network):
    """Ready to answer: with the statistics of a batch, as after training."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
    network.learn(network.steps[-1])
    with torch.no_grad():
        network.train()(tensors(made_up_faces(4, network.size))[0])
    return network.eval()


def followed(module, images, network):
    """Statistics of these pictures alone: eight nearly equal ones differ from what was before."""
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.reset_running_stats()
            norm.momentum = None
    with torch.no_grad():
        network(images)


class ParserTester:
    """Inherited checks of the network called `name`, built small by `options`."""

    name: str
    options: dict
    exact_share = 1.0
    """Share of the scores that ONNX must answer as torch does."""

    def build(self, scheme=PARTS_9, **more):
        torch.manual_seed(0)
        return build_parser(self.name, scheme, **{**self.options, **more})

    @pytest.fixture
    def network(self):
        return settled(self.build())

    @torch.no_grad()
    def test_scores_are_a_map_of_each_class(self, network):
        scores = PartScores(network)(torch.rand(2, 3, network.size, network.size))
        assert scores.shape == (2, 9, network.map_size, network.map_size)
        assert scores.dtype == torch.float32
        if network.values == "probabilities":
            assert scores.min() >= 0
            torch.testing.assert_close(scores.sum(dim=1), torch.ones_like(scores[:, 0]))

    @torch.no_grad()
    def test_batch_equals_singles(self, network):
        images, _ = tensors(made_up_faces(3, network.size))
        scores = PartScores(network)
        singles = torch.cat([scores(image[None]) for image in images])
        torch.testing.assert_close(scores(images), singles, atol=1e-4, rtol=1e-4)

    @torch.no_grad()
    def test_saved_and_loaded(self, network, tmp_path):
        torch.save(network.state_dict(), tmp_path / "weights.pt")
        twin = self.build().eval()
        twin.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
        images, _ = tensors(made_up_faces(1, network.size))
        assert torch.equal(PartScores(network)(images), PartScores(twin)(images))

    def test_every_step_reaches_exactly_what_it_teaches(self):
        network = self.build()
        children = [name for name, _ in network.named_children()]
        images, mask = tensors(made_up_faces(3, network.size))
        for step in network.steps:
            taught = {"coarse": "coarse", "localisation": "localisation", "patches": "fine"}
            frozen = [name for name in children if step in taught and name != taught[step]]
            network.train().learn(step, frozen)
            network.zero_grad(set_to_none=True)
            if step == "patches":
                network.given_theta, _ = network.true_theta(mask)
            terms = part_criterion(network, step, PartLoss())(network(images), {"mask": mask})
            sum(terms.values()).backward()
            for name, parameter in network.named_parameters():
                learns = name.split(".")[0] not in frozen
                reached = parameter.grad is not None and parameter.grad.abs().sum() > 0
                assert reached == learns, f"{step}: {name}"

    def test_an_unknown_step_or_part_is_refused(self, network):
        with pytest.raises(ConfigError, match="cannot learn"):
            network.learn("everything")
        with pytest.raises(ConfigError, match="no part tail to freeze"):
            network.learn(network.steps[-1], ["tail"])

    def test_an_unknown_option_is_refused(self):
        with pytest.raises(ConfigError, match="has no option depth"):
            self.build(depth=3)

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
        output = PartsOutput(
            kind="parts",
            name="parts",
            scheme="parts-9",
            size=network.map_size,
            values=network.values,
        )
        path = tmp_path / "network.onnx"
        scores = PartScores(network)
        export_network(scores, contract, output, path, agreeing=self.exact_share)
        session = Session(path.read_bytes(), device="cpu", threads=1)
        for count in (1, 5):
            images, _ = tensors(made_up_faces(count, network.size, seed=count))
            found = session.run(images.numpy())[0]
            assert found.shape == (count, 9, network.map_size, network.map_size)
            difference = np.abs(found - scores(images).numpy())
            assert (difference < 0.05).mean() >= self.exact_share
