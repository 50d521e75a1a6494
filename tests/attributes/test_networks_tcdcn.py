"""TCDCN: shape chains, and the options that the papers and practitioners name."""

import numpy as np
import pytest
import torch
from attribute_networks import CLASSES, build, contract, pictures, settled

from lineament.attributes.networks import Exported
from lineament.runtime import Session
from lineament.training.export import export_network


def sides(network):
    """Height of the features before and after each convolution and each pool."""
    found = []
    layers = [network.conv1, network.conv2, network.conv3, network.conv4, network.pool]
    hooks = [
        layer.register_forward_hook(lambda _, given, made: found.append((given[0], made)))
        for layer in layers
    ]
    network(pictures(network, 1))
    for hook in hooks:
        hook.remove()
    return [found[0][0].shape[-1], *(made.shape[-1] for _, made in found)]


@pytest.mark.parametrize("locally_connected", [False, True])
def test_shape_chain_of_40_pixels(locally_connected):
    network = build("tcdcn40", locally_connected=locally_connected)
    assert sides(network) == [40, 36, 18, 16, 8, 6, 3, 2]
    assert network.shared.in_features == 2 * 2 * 64 == 256
    assert network.points_head.weight.shape == (10, 100)
    assert {name: len(head.weight) for name, head in network.heads.items()} == CLASSES


def test_shape_chain_of_60_pixels():
    network = build("tcdcn60", 68, ())
    assert sides(network) == [60, 56, 28, 24, 12, 10, 5, 3]
    channels = [network.conv1, network.conv2, network.conv3, network.conv4]
    assert [layer.out_channels for layer in channels] == [20, 48, 64, 80]
    assert (network.shared.in_features, network.shared.out_features) == (720, 512)
    assert network.points_head.weight.shape == (136, 512)


@torch.no_grad()
def test_options_of_the_paper_change_what_they_name():
    images = torch.rand(2, 3, 40, 40)
    plain = settled(build("tcdcn40"))
    for options in ({"activation": "relu"}, {"activate_input": True}, {"points_head": "tanh"}):
        other = build("tcdcn40", **options).eval()
        other.load_state_dict(plain.state_dict())
        assert (plain(images).points - other(images).points).abs().max() > 1e-4, options


@torch.no_grad()
def test_locally_connected_and_bounded_networks_are_exported(tmp_path):
    network = settled(build("tcdcn40", locally_connected=True, points_head="tanh"))
    exported = Exported(network)
    path = tmp_path / "network.onnx"
    export_network(exported, contract(network), exported.output("five", {}), path)
    images = pictures(network, 2)
    found = Session(path.read_bytes(), device="cpu", threads=1).run(images.numpy())
    np.testing.assert_allclose(found[0], exported(images)[0].numpy(), atol=0.05)


@pytest.mark.parametrize("points_head", ["linear", "tanh"])
def test_an_untrained_network_answers_near_the_mean_shape(points_head):
    network = build("tcdcn40", points_head=points_head).eval()
    mean = torch.tensor([[12.0, 15], [28, 15], [20, 22], [14, 30], [26, 30]])
    network.start_at(mean)
    with torch.no_grad():
        network.points_head.weight.zero_()
        answer = network(torch.rand(1, 3, 40, 40)).points.view(2, 5).T
    torch.testing.assert_close(answer, mean)


@torch.no_grad()
def test_only_a_linear_head_reaches_points_outside():
    bounded, linear = build("tcdcn40", points_head="tanh"), build("tcdcn40")
    for network in (bounded, linear):
        network.points_head.bias.fill_(50.0)
    images = torch.rand(1, 3, 40, 40)
    assert bounded(images).points.max() <= 40
    assert linear(images).points.min() > 40


@torch.no_grad()
def test_grey_networks_see_only_the_luma():
    """Red of 1 and green of 0.299 / 0.587 are the same grey."""
    network = settled(build("tcdcn40"))
    pattern = torch.rand(1, 40, 40)
    red, green = torch.zeros(2, 1, 3, 40, 40)
    red[:, 0], green[:, 1] = pattern, pattern * (0.299 / 0.587)
    torch.testing.assert_close(network(red).points, network(green).points, atol=1e-3, rtol=0)
