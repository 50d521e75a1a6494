"""iCNN: rows, channels, parameters, and that nodes read the rows as they were."""

import pytest
import torch
from torch import nn

from lineament.parsing.networks.icnn import CHANNELS, ICNN, Interlink, doubled, halved


def convolutions(module):
    return [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]


@pytest.mark.parametrize(("classes", "side"), [(9, 128), (2, 81), (4, 127), (9, 16)])
@torch.no_grad()
def test_a_logit_of_each_class_for_each_pixel_of_any_size(classes, side):
    assert ICNN(classes).eval()(torch.rand(1, 3, side, side)).shape == (1, classes, side, side)


def test_sides_of_the_rows_are_halved_upwards():
    picture, sides = torch.rand(1, 3, 81, 81), [81]
    for _ in range(3):
        picture = halved(picture)
        sides.append(picture.shape[2])
    assert sides == [81, 41, 21, 11]


def test_a_doubled_row_repeats_each_cell():
    row = torch.arange(3.0).expand(1, 1, 3, 3)
    assert doubled(row, torch.zeros(1, 1, 5, 5))[0, 0, 0].tolist() == [0, 0, 1, 1, 2]


@pytest.mark.parametrize("classes", [2, 4, 9])
def test_about_560_thousand_parameters(classes):
    count = sum(parameter.numel() for parameter in ICNN(classes).parameters())
    assert 0.54e6 < count < 0.57e6


def test_channels_and_kernels_are_those_of_the_paper():
    network = ICNN(9)
    shapes = [(c.in_channels, c.out_channels, c.kernel_size[0]) for c in convolutions(network)]
    inputs = [(3, c, 5) for c in CHANNELS]
    nodes = [
        shape
        for heard, own in zip((24, 48, 72, 56), CHANNELS, strict=True)
        for shape in ((heard, own, 5), (own, own, 5))
    ]
    integration = [(24, 8, 5), (40, 16, 5), (56, 24, 5)]
    head = [(8, 26, 5), (26, 9, 5), (9, 9, 9)]
    assert shapes == [*inputs, *nodes * 3, *integration, *head]


def test_tanh_at_both_ends_relu_in_between_and_none_after_the_logits():
    network = ICNN(2)
    kinds = [type(m) for m in network.modules() if isinstance(m, nn.Tanh | nn.ReLU)]
    assert kinds == [nn.Tanh] * 4 + [nn.ReLU] * 24 + [nn.Tanh] * 4
    assert sum(isinstance(m, nn.BatchNorm2d) for m in network.modules()) == 32


def test_nodes_read_the_rows_as_they_were():
    torch.manual_seed(0)
    interlink = Interlink().eval()
    rows = [torch.rand(1, c, 16 >> r, 16 >> r) for r, c in enumerate(CHANNELS)]
    before = [row.clone() for row in rows]
    updated = interlink(rows)
    assert all(torch.equal(row, kept) for row, kept in zip(rows, before, strict=True))
    # What row 2 gives does not depend on the nodes of the rows beside it.
    with torch.no_grad():
        for number in (0, 1, 3):
            for parameter in interlink.nodes[number].parameters():
                parameter.zero_()
    assert torch.equal(interlink(rows)[2], updated[2])


def test_no_parameter_is_dead():
    network = ICNN(4).train()
    network(torch.rand(2, 3, 33, 33)).square().sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name
