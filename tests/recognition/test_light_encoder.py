"""The light encoder: its options and the inherited checks."""

import pytest
import torch
from encoder_tester import OWN_LIGHT, SMALL_LIGHT, EncoderTester, pictures

from lineament.errors import ConfigError
from lineament.recognition.networks import build_encoder
from lineament.recognition.networks.instance_norm import HalfInstanceNorm


class TestLight(EncoderTester):
    name = "light"
    options = SMALL_LIGHT

    @torch.no_grad()
    def test_it_has_no_tokens(self, network):
        output = network(pictures(1))
        assert network.patch is None and output.ranking is None and output.token_std is None


class TestLightByPicture(EncoderTester):
    """Half of the channels normalised by picture, in a third of the size."""

    name = "light"
    options = OWN_LIGHT


def test_normalised_by_picture_the_light_of_a_picture_does_not_count():
    torch.manual_seed(0)
    norm, features = HalfInstanceNorm(6).eval(), torch.randn(2, 6, 9, 9)
    found, darker = norm(features), norm(0.3 * features + 0.5)
    torch.testing.assert_close(found[:, :3], darker[:, :3], atol=1e-3, rtol=1e-3)
    assert (found[:, 3:] - darker[:, 3:]).abs().max() > 0.1
    assert found[:, :3].mean(dim=(2, 3)).abs().max() < 1e-5


def test_normalised_by_picture_up_to_the_last_stage():
    network = build_encoder("light", **OWN_LIGHT, depths=(1, 2, 1))
    own = [name for name, part in network.named_modules() if isinstance(part, HalfInstanceNorm)]
    expected = ["stem.1", "at_quarter.0.1", "at_quarter.1.first.1", "at_eighth.0.1"]
    assert own == [*expected, "at_eighth.1.first.1", "at_eighth.2.first.1"]


@pytest.mark.parametrize(("first_stride", "side"), [(2, 7), (3, 5)])
def test_the_first_stride_decides_on_the_places_of_the_head(first_stride, side):
    network = build_encoder("light", **SMALL_LIGHT, first_stride=first_stride)
    assert network.reduce.in_features == 4 * side**2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 7}, "even number"),
        ({"squeeze": 0}, "squeeze is 0"),
        ({"depths": (1, 1, -1)}, "three counts"),
        ({"depths": (1, 1)}, "three counts"),
        ({"first_stride": 4}, "first_stride is 4"),
    ],
)
def test_light_options_out_of_range_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        build_encoder("light", **options)
