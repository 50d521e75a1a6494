"""What holds for all attribute networks, their sizes, and what cannot be built."""

import numpy as np
import pytest
import torch
from attribute_networks import (
    CLASSES,
    NETWORKS,
    PAPER,
    build,
    contract,
    flat,
    parameters,
    pictures,
    settled,
)
from torch import nn

from lineament.attributes.criterion import AttributeCriterion, AttributeLoss
from lineament.attributes.networks import Exported, build_attribute_network, standardised
from lineament.errors import ConfigError
from lineament.runtime import Session
from lineament.training.config import Optimiser, Stage
from lineament.training.export import RecordDraft, export_network, write_record
from lineament.training.loop import fit
from lineament.weights import load_record


class Random:
    """Batches of noise with all that is asked."""

    def __init__(self, size):
        self.size = size

    def batch(self, iteration, rank, world):
        assert (rank, world) == (0, 1)
        draw = np.random.default_rng(iteration)
        return {
            "image": draw.integers(0, 256, (4, self.size, self.size, 3), dtype=np.uint8),
            "points": draw.uniform(0, self.size, (4, 10)).astype(np.float32),
            "labels": draw.integers(-1, 2, (4, len(PAPER))),
            "angles": draw.uniform(-30, 30, (4, 3)).astype(np.float32),
        }


@pytest.mark.parametrize(
    ("name", "points", "tasks", "count"),
    [("tcdcn40", 5, PAPER, 79_357), ("tcdcn60", 68, (), 537_360)],
)
def test_published_parameter_counts(name, points, tasks, count):
    assert parameters(build(name, points, tasks)) == count


def test_the_shipping_network_is_light():
    assert parameters(build("modern112")) < 1.3e6


@pytest.mark.parametrize("name", NETWORKS)
class TestAnyNetwork:
    @pytest.mark.parametrize(("points", "tasks"), [(5, PAPER), (68, ("smile",)), (5, ())])
    @torch.no_grad()
    def test_output_has_the_stated_shapes(self, name, points, tasks):
        network = build(name, points, tasks, angles=True).eval()
        output = network(pictures(network, 3))
        assert output.points.shape == (3, 2 * points)
        assert {key: tuple(value.shape) for key, value in output.logits.items()} == {
            task: (3, CLASSES[task]) for task in tasks
        }
        assert output.angles.shape == (3, 3)
        assert {part.dtype for part in flat(output)} == {torch.float32}
        assert (network.points, network.tasks) == (points, tasks)
        assert build(name, angles=False)(pictures(network, 2)).angles is None

    @torch.no_grad()
    def test_output_is_float32_in_half_precision(self, name):
        network = settled(build(name, angles=True))
        images = pictures(network, 2)
        exact = network(images)
        with torch.autocast("cpu", torch.bfloat16):
            output = network(images)
        assert {part.dtype for part in flat(output)} == {torch.float32}
        assert (output.points - exact.points).abs().max() < 0.05 * network.size

    @torch.no_grad()
    def test_batch_equals_singles(self, name):
        network = settled(build(name, angles=True))
        images = pictures(network, 3)
        together = flat(network(images))
        singles = [flat(network(image[None])) for image in images]
        for part, rows in zip(together, zip(*singles, strict=True), strict=True):
            torch.testing.assert_close(part, torch.cat(rows), atol=1e-3, rtol=1e-3)

    @torch.no_grad()
    def test_light_and_contrast_do_not_matter(self, name):
        """Each picture is standardised by itself, so that only its pattern counts."""
        network = settled(build(name, angles=True))
        images = pictures(network, 2)
        darker = images * torch.tensor([0.5, 0.3]).view(2, 1, 1, 1) + 0.2
        for one, other in zip(flat(network(images)), flat(network(darker)), strict=True):
            torch.testing.assert_close(one, other, atol=0.02, rtol=1e-3)
        assert (network(images[:1]).points - network(images[1:]).points).abs().max() > 0.02

    @torch.no_grad()
    def test_a_picture_of_one_colour_has_an_answer(self, name):
        network = settled(build(name))
        output = network(torch.full((1, 3, network.size, network.size), 0.7))
        assert all(torch.isfinite(part).all() for part in flat(output))

    def test_gradients_reach_every_parameter(self, name):
        network = build(name, angles=True).eval()
        output = flat(network(pictures(network, 4)))
        torch.stack([(part - 1).square().sum() for part in output]).sum().backward()
        for key, parameter in network.named_parameters():
            assert parameter.grad is not None and parameter.grad.abs().sum() > 0, key

    @torch.no_grad()
    def test_saved_and_loaded(self, name, tmp_path):
        network = settled(build(name))
        torch.save(network.state_dict(), tmp_path / "weights.pt")
        twin = build(name).eval()
        twin.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
        images = pictures(network, 1)
        for one, other in zip(flat(network(images)), flat(twin(images)), strict=True):
            assert torch.equal(one, other)

    @torch.no_grad()
    def test_onnx_equals_torch_on_another_batch(self, name, tmp_path):
        network = settled(build(name, angles=True))
        exported = Exported(network)
        described = exported.output("five", {"smile": 1.5})
        path = tmp_path / "network.onnx"
        written = export_network(exported, contract(network), described, path)
        session = Session(path.read_bytes(), device="cpu", threads=1)
        assert tuple(session.outputs) == exported.names == ("points", *PAPER, "angles")
        images = pictures(network, 5)
        answers = zip(exported.names, session.run(images.numpy()), exported(images), strict=True)
        for output, found, wanted in answers:
            assert found.shape == tuple(wanted.shape)
            atol = 0.25 if output == "angles" else 0.05
            np.testing.assert_allclose(found, wanted.numpy(), atol=atol)
        draft = RecordDraft(
            name="attributes-test",
            task="attributes",
            description="d",
            licence="l",
            trained_on="t",
            real_faces=False,
            recipe="r",
        )
        record = load_record(write_record(draft, (written,), tmp_path))
        assert record.networks[0].output == described
        assert [head.temperature for head in described.heads] == [1.0, 1.5, 1.0, 1.0]

    @pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
    def test_the_training_loop_takes_it(self, name, precision, tmp_path):
        network = build(name, angles=name == "modern112")
        before = {key: tensor.clone() for key, tensor in network.named_parameters()}
        rate = Optimiser(learning_rate=0.01, final_learning_rate=0.01)
        stage = Stage(name="s", batch=4, iterations=2, optimiser=rate, precision=precision)
        criterion = AttributeCriterion(AttributeLoss(), network.size, PAPER)
        batches = Random(network.size)
        fit(stage, network, criterion, batches, lambda _: {}, tmp_path, device="cpu")
        assert [key for key, now in network.named_parameters() if now.equal(before[key])] == []

    def test_overfits_eight_samples(self, name):
        torch.manual_seed(0)
        network = build(name, angles=True)
        rate = 3e-3 if name == "modern112" else 1e-3
        size, count = network.size, 8
        images = nn.functional.interpolate(torch.rand(count, 3, 5, 5), size=(size, size))
        target = {
            "points": (0.2 + 0.6 * torch.rand(count, 10)) * size,
            "labels": torch.stack([torch.randperm(8) % CLASSES[task] for task in PAPER], dim=1),
            "angles": torch.rand(count, 3) * 60 - 30,
        }
        network.start_at(target["points"].mean(dim=0).view(2, 5).T)
        options = AttributeLoss(points=30, angles=3, tasks=dict.fromkeys(PAPER, 0.3))
        criterion = AttributeCriterion(options, size, PAPER)
        optimiser = torch.optim.Adam(network.parameters(), rate)
        for _ in range(80):
            optimiser.zero_grad()
            output = network(images)
            torch.stack(list(criterion(output, target).values())).sum().backward()
            optimiser.step()
        assert (output.points - target["points"]).abs().mean() < 0.02 * size
        assert (output.angles - target["angles"]).abs().mean() < 3
        for column, task in enumerate(PAPER):
            assert torch.equal(output.logits[task].argmax(dim=1), target["labels"][:, column])


@torch.no_grad()
def test_the_colour_network_sees_colour():
    network = settled(build("modern112"))
    images = pictures(network, 1)
    swapped = images[:, [2, 1, 0]]
    assert (network(images).logits["smile"] - network(swapped).logits["smile"]).abs().max() > 1e-3


def test_standardised_pictures_have_mean_zero_and_deviation_one():
    images = torch.rand(3, 1, 20, 20) * torch.tensor([0.1, 0.5, 1]).view(3, 1, 1, 1) + 0.1
    found = standardised(images)
    torch.testing.assert_close(found.mean(dim=(1, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    deviation = found.flatten(1).std(dim=1, correction=0)
    torch.testing.assert_close(deviation, torch.ones(3), atol=1e-3, rtol=0)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("tcdcn50", 5, PAPER), {}, "tcdcn40, tcdcn60, modern112"),
        (("tcdcn40", 0, PAPER), {}, "at least one"),
        (("tcdcn40", 5, ("smile", "smile")), {}, "once, got smile, smile"),
        (("tcdcn40", 5, ("smiling",)), {}, "did you mean smile"),
        (("tcdcn40", 5, PAPER), {"widths": (1, 2)}, "no option widths; it has activate_input"),
        (("tcdcn40", 5, PAPER), {"activation": "gelu"}, "'gelu', expected one of abs_tanh, relu"),
        (("tcdcn40", 5, PAPER), {"points_head": "x"}, "'x', expected one of linear, tanh"),
    ],
)
def test_what_cannot_be_built_is_refused(arguments, options, message):
    with pytest.raises(ConfigError, match=message):
        build_attribute_network(*arguments, **options)
