"""Several encoders as one."""

import pytest
import torch
from encoder_tester import SMALL_LIGHT, pictures, settled
from torch.nn import functional

from lineament.errors import ConfigError
from lineament.recognition.networks import build_encoder
from lineament.recognition.networks.joined import JoinedEncoder

VIT = {"width": 32, "depth": 2, "heads": 2, "dimension": 16, "squeeze": 4}


def small():
    return build_encoder("vit", **VIT)


@torch.no_grad()
def test_joined_networks_answer_with_the_mean_of_their_cosines():
    members = [settled(build_encoder("light", **SMALL_LIGHT)), settled(small())]
    joined = JoinedEncoder(members, [1.0, 3.0]).eval()
    assert joined.dimension == 32

    def cosines(network):
        unit = functional.normalize(network(pictures(4, seed=1)).embedding)
        return unit @ unit.T

    expected = 0.25 * cosines(members[0]) + 0.75 * cosines(members[1])
    torch.testing.assert_close(cosines(joined), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("shares", [[], [1.0], [1.0, 0.0]])
def test_joined_networks_need_a_share_each(shares):
    with pytest.raises(ConfigError, match="expected one above 0 for each"):
        JoinedEncoder([small(), small()], shares)
    with pytest.raises(ConfigError, match="of the same size"):
        JoinedEncoder([], [])
