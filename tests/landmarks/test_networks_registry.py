"""Networks by name."""

import pytest

from lineament.errors import ConfigError
from lineament.landmarks.networks import build_network


@pytest.mark.parametrize(
    ("name", "size", "millions"),
    [
        ("cnn6", 64, 3.806),
        ("cnn7", 128, 6.185),
        ("resnet50", 224, 23.787),
        ("hourglass", 256, 24.099),
    ],
)
def test_networks_of_published_size(name, size, millions):
    network = build_network(name, 68)
    assert (network.size, network.points) == (size, 68)
    count = sum(parameter.numel() for parameter in network.parameters()) / 1e6
    assert count == pytest.approx(millions, abs=0.001)


def test_options_reach_the_network():
    network = build_network("hourglass", 5, stacks=2, features=16)
    assert sum(parameter.numel() for parameter in network.parameters()) < 100_000


def test_unknown_name_lists_the_options():
    with pytest.raises(ConfigError, match="cnn6, cnn7, resnet50, hourglass, light"):
        build_network("cnn8", 68)


def test_unknown_option_lists_those_that_exist():
    with pytest.raises(ConfigError, match=r"no option depth; it has features, stacks"):
        build_network("hourglass", 68, depth=3)


def test_no_points_are_refused():
    with pytest.raises(ConfigError, match="at least one"):
        build_network("cnn6", 0)
