"""What holds for every encoder of face recognition; a test class per network inherits it."""

import numpy as np
import pytest
import torch
from torch import nn

from lineament.errors import ConfigError
from lineament.recognition.networks import Exported, build_encoder
from lineament.runtime import Session

SMALL_LIGHT = {"width": 8, "dimension": 16, "squeeze": 4}
OWN_LIGHT = {**SMALL_LIGHT, "first_stride": 3, "instance_norm": True}


def pictures(count, seed=0):
    """(count,3,112,112) float32, 0 to 1."""
    return torch.rand(count, 3, 112, 112, generator=torch.Generator().manual_seed(seed))


def settled(network):
    """Ready to answer: with the statistics of a batch, as after training."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.momentum = None
    with torch.no_grad():
        network.train()(pictures(4))
    return network.eval()


class EncoderTester:
    """Inherited checks of the network called `name`, built small by `options`."""

    name: str
    options: dict

    def build(self, **more):
        torch.manual_seed(0)
        return build_encoder(self.name, **{**self.options, **more})

    @pytest.fixture
    def network(self):
        return settled(self.build())

    @torch.no_grad()
    def test_batch_equals_singles(self, network):
        images = pictures(3, seed=1)
        together = network(images)
        singles = [network(image[None]) for image in images]
        assert together.embedding.shape == (3, network.dimension)
        assert (together.embedding[0] - together.embedding[1]).abs().max() > 1e-3
        for part, rows in zip(together, zip(*singles, strict=True), strict=True):
            if part is not None:
                assert part.dtype == torch.float32
                torch.testing.assert_close(part, torch.cat(rows), atol=1e-5, rtol=1e-4)

    @torch.no_grad()
    def test_saved_and_loaded(self, network, tmp_path):
        torch.save(network.state_dict(), tmp_path / "weights.pt")
        twin = build_encoder(self.name, **self.options).eval()
        twin.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
        assert torch.equal(network(pictures(1)).embedding, twin(pictures(1)).embedding)

    def test_gradients_reach_every_parameter(self, network):
        output = network(pictures(2))
        direction = torch.linspace(-1, 1, network.dimension)
        (output.embedding @ direction).square().sum().backward()
        for name, parameter in network.named_parameters():
            assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name

    @torch.no_grad()
    def test_half_precision_keeps_direction_and_gives_float32(self, network):
        exact = network(pictures(2))
        with torch.autocast("cpu", torch.bfloat16):
            rough = network(pictures(2))
        assert all(part is None or part.dtype == torch.float32 for part in rough)
        cosine = nn.functional.cosine_similarity(rough.embedding, exact.embedding)
        assert cosine.min() > 0.99

    def test_what_it_does_not_have_is_refused(self):
        with pytest.raises(ConfigError, match="has no option tail"):
            self.build(tail=3)
        with pytest.raises(ConfigError, match="dimension is 0"):
            self.build(dimension=0)

    @torch.no_grad()
    def test_onnx_equals_torch_on_another_batch(self, network):
        program = torch.onnx.export(
            Exported(network).eval(),
            (pictures(3),),
            input_names=["image"],
            output_names=["embedding"],
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            dynamo=True,
            verbose=False,
        )
        session = Session(program.model_proto.SerializeToString(), device="cpu", threads=1)
        for count in (1, 5):
            found = session.run(pictures(count, seed=2).numpy())
            assert len(found) == 1
            expected = network(pictures(count, seed=2)).embedding.numpy()
            np.testing.assert_allclose(found[0], expected, atol=1e-4, rtol=1e-3)
