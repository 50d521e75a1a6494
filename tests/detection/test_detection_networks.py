"""What holds for every detector, and the sizes of those that recipes name."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lineament.detection.networks import DetectorNetwork, build_detector
from lineament.errors import ConfigError

SMALL = {"width": 8, "depths": (1, 0, 1)}


def pictures(count: int, seed: int = 0) -> torch.Tensor:
    """(count,3,64,96) float32, 0 to 1."""
    return torch.rand(count, 3, 64, 96, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def network() -> DetectorNetwork:
    """Small, in evaluation, with the statistics of a batch and outputs that differ."""
    torch.manual_seed(0)
    made = build_detector("light", **SMALL)
    for module in made.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
    for head in made.heads:
        nn.init.normal_(head.cells.weight, std=0.5)
    with torch.no_grad():
        made.train()(pictures(4))
    return made.eval()


@torch.no_grad()
def test_a_grid_for_each_stride_and_a_batch_is_its_pictures(network: DetectorNetwork) -> None:
    together = network(pictures(3))
    assert [tuple(level.shape) for level in together] == [
        (3, 15, 8, 12),
        (3, 15, 4, 6),
        (3, 15, 2, 3),
    ]
    for number, picture in enumerate(pictures(3)):
        for level, alone in zip(together, network(picture[None]), strict=True):
            torch.testing.assert_close(level[number], alone[0], atol=1e-4, rtol=1e-4)
    assert all((level[0] - level[1]).abs().max() > 1e-3 for level in together)


def test_gradients_reach_every_parameter(network: DetectorNetwork) -> None:
    sum((level - 1).square().sum() for level in network(pictures(2))).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


@torch.no_grad()
def test_half_precision_gives_float32_that_is_near(network: DetectorNetwork) -> None:
    exact = network(pictures(2))
    with torch.autocast("cpu", torch.bfloat16):
        rough = network(pictures(2))
    for level, other in zip(exact, rough, strict=True):
        assert other.dtype == torch.float32
        assert (level - other).abs().mean() < 0.05 * level.std()


@torch.no_grad()
def test_an_untrained_network_sees_nobody_and_faces_of_four_strides() -> None:
    fine = build_detector("light", **SMALL).eval()(pictures(1))[0]
    assert fine[:, 0].sigmoid().max() < 0.1
    torch.testing.assert_close(fine[:, 3:5].exp(), torch.full((1, 2, 8, 12), 4.0), rtol=0.5, atol=0)


def test_the_default_has_fewer_than_300_000_weights() -> None:
    with torch.device("meta"):
        sizes = [
            sum(p.numel() for p in build_detector("light", width=width).parameters())
            for width in (32, 48)
        ]
    assert sizes == [293_061, 656_433]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"depth": 3}, "has no option depth; it has depths, width"),
        ({"width": 10}, "width is 10, expected a multiple of 4"),
        ({"depths": (1, 2)}, "expected three counts"),
    ],
)
def test_options_that_do_not_fit(options: dict, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        build_detector("light", **options)


def test_an_unknown_network() -> None:
    with pytest.raises(ConfigError, match="no detection network 'heavy'; there are light"):
        build_detector("heavy")
