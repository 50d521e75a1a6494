"""The locally connected layer against one dot product for each place."""

import pytest
import torch
from attribute_networks import build, pictures
from torch import nn

from lineament.attributes.networks.locally_connected import LocallyConnected


@torch.no_grad()
def test_locally_connected_equals_one_dot_product_for_each_place():
    torch.manual_seed(0)
    layer = LocallyConnected(3, 4, kernel=2, side=4)
    layer.bias.normal_()
    features = torch.rand(2, 3, 4, 4)
    found = layer(features)
    assert found.shape == (2, 4, 3, 3)
    for y in range(3):
        for x in range(3):
            window = features[:, :, y : y + 2, x : x + 2].reshape(2, -1)
            expected = window @ layer.weight[:, :, y, x].T + layer.bias[:, y, x]
            torch.testing.assert_close(found[:, :, y, x], expected)


@torch.no_grad()
def test_locally_connected_with_equal_kernels_is_a_convolution():
    layer, conv = LocallyConnected(3, 4, kernel=2, side=3), nn.Conv2d(3, 4, 2)
    layer.weight.copy_(conv.weight.flatten(1)[:, :, None, None].expand_as(layer.weight))
    layer.bias.copy_(conv.bias[:, None, None].expand_as(layer.bias))
    features = torch.rand(2, 3, 3, 3)
    torch.testing.assert_close(layer(features), conv(features))


def test_a_kernel_larger_than_the_features_is_refused():
    with pytest.raises(ValueError, match="kernel of 4 does not fit into features of 3"):
        LocallyConnected(1, 1, kernel=4, side=3)


def test_locally_connected_trains_in_the_memory_format_of_the_loop():
    network = build("tcdcn40", locally_connected=True).to(memory_format=torch.channels_last)
    network(pictures(network, 2)).points.sum().backward()
