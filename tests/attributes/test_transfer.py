"""Transfer to more points: what goes over, and that what is frozen stays bit-identical."""

import pytest
import torch
from torch import nn

from lineament.attributes.criterion import AttributeCriterion, AttributeLoss
from lineament.attributes.networks import build_attribute_network
from lineament.attributes.transfer import freeze, transfer, transfer_file
from lineament.errors import ConfigError, DataError
from lineament.training import checkpoint
from lineament.training.config import Optimiser
from lineament.training.loop import make_optimiser

PAPER = ("gender_presentation", "smile", "glasses", "pose_bin")
NETWORKS = ["tcdcn40", "tcdcn60", "modern112"]


def build(name, points, tasks=(), seed=0):
    torch.manual_seed(seed)
    return build_attribute_network(name, points, tasks)


def state(network):
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def inside(name, layers):
    return any(name.startswith(f"{layer}.") for layer in layers)


def train(network, kind="sgd", steps=3):
    """Real steps with weight decay, as the loop makes them."""
    options = Optimiser(kind=kind, learning_rate=0.01, final_learning_rate=0.01, weight_decay=0.1)
    optimiser = make_optimiser(options, network)
    criterion = AttributeCriterion(AttributeLoss(), network.size, network.tasks)
    network.train()
    for _ in range(steps):
        output = network(torch.rand(4, 3, network.size, network.size))
        target = {
            "points": torch.rand_like(output.points) * network.size,
            "labels": torch.zeros(4, len(network.tasks), dtype=torch.int64),
            "angles": torch.zeros(4, 3),
        }
        loss = torch.stack(list(criterion(output, target).values())).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


@pytest.mark.parametrize("name", ["tcdcn40", "tcdcn60"])
def test_the_first_three_convolutions_go_over_and_nothing_else(name):
    five, many = build(name, 5, PAPER), build(name, 68, seed=1)
    before = state(many)
    transfer(five.state_dict(), many)
    changed = {key for key, now in many.state_dict().items() if not now.equal(before[key])}
    assert {key.split(".")[0] for key in changed} == {"conv1", "conv2", "conv3"}
    assert {"conv1.weight", "conv2.weight", "conv3.weight"} <= changed
    for key in changed:
        assert torch.equal(many.state_dict()[key], five.state_dict()[key])


@pytest.mark.parametrize("kind", ["sgd", "adamw"])
@pytest.mark.parametrize("name", NETWORKS)
def test_frozen_weights_and_buffers_stay_bit_identical(name, kind):
    five, many = build(name, 5, ("smile",)), build(name, 68, ("smile",), seed=1)
    train(five)
    transfer(five.state_dict(), many)
    freeze(many, many.kept_layers)
    before = state(many)
    train(many, kind)
    for key, now in many.state_dict().items():
        assert now.equal(before[key]) == inside(key, many.kept_layers), key
    for key in before:
        if inside(key, many.kept_layers):
            assert torch.equal(many.state_dict()[key], five.state_dict()[key]), key


def test_without_freezing_everything_learns():
    network = build("modern112", 5, ("smile",))
    before = state(network)
    train(network)
    assert [key for key, now in network.state_dict().items() if now.equal(before[key])] == []


def test_frozen_layers_stay_in_evaluation_and_can_learn_again():
    network = build("modern112", 5).eval()
    freeze(network, ["at_quarter"])
    assert not network.training
    network.train()
    norms = {
        name: module.training
        for name, module in network.named_modules()
        if isinstance(module, nn.BatchNorm2d)
    }
    assert {name for name, training in norms.items() if not training} == {
        "at_quarter.0.1",
        "at_quarter.1.1",
    }
    freeze(network, [])
    assert all(module.training for module in network.modules())
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_a_single_head_can_be_frozen():
    network = build("tcdcn40", 5, PAPER)
    freeze(network, ["heads.smile"])
    frozen = [name for name, one in network.named_parameters() if not one.requires_grad]
    assert frozen == ["heads.smile.weight", "heads.smile.bias"]


def test_from_a_checkpoint_of_the_loop(tmp_path):
    five, many = build("tcdcn40", 5, PAPER), build("tcdcn40", 68, seed=1)
    path = tmp_path / "last.pt"
    checkpoint.save(path, five, torch.optim.SGD(five.parameters(), 0.1), 7)
    transfer_file(path, many)
    assert torch.equal(many.conv3.weight, five.conv3.weight)


def test_another_family_is_refused_and_changes_nothing():
    many = build("tcdcn60", 68)
    before = state(many)
    with pytest.raises(DataError, match=r"conv1.weight has the shape \(16, 1, 5, 5\), \(20, 1, 5"):
        transfer(build("tcdcn40", 5, seed=1).state_dict(), many)
    with pytest.raises(DataError, match=r"conv1.weight is missing"):
        transfer(build("modern112", 5).state_dict(), many)
    assert all(now.equal(before[key]) for key, now in many.state_dict().items())


def test_unknown_layers_are_refused():
    network = build("tcdcn40", 5)
    with pytest.raises(ConfigError, match="no layer 'conv9' in Tcdcn40; it has heads, "):
        freeze(network, ["conv9"])
    with pytest.raises(ConfigError, match="no layer"):
        transfer(network.state_dict(), network, ["conv"])


def test_missing_and_damaged_checkpoints_are_refused(tmp_path):
    network = build("tcdcn40", 5)
    with pytest.raises(DataError, match="no checkpoint"):
        transfer_file(tmp_path / "nowhere.pt", network)
    damaged = tmp_path / "last.pt"
    damaged.write_bytes(b"nothing")
    with pytest.raises(DataError, match="cannot read the checkpoint"):
        transfer_file(damaged, network)
