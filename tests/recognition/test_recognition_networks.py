"""Encoders: the published sizes, each part of the specification, and the inherited checks."""

from itertools import pairwise

import pytest
import torch
from encoder_tester import OWN_LIGHT, SMALL_LIGHT, EncoderTester, pictures, settled
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from lineament.errors import ConfigError
from lineament.recognition.networks import build_encoder
from lineament.recognition.networks.transformer_block import (
    Attention,
    DropPath,
    explicit_attention,
)

SMALL = {"width": 32, "depth": 2, "heads": 2, "dimension": 16, "squeeze": 4}
ALL_CHANNELS = {**SMALL, "squeeze": 0}


class TestVit(EncoderTester):
    name = "vit"
    options = SMALL


class TestVitWithAllChannels(EncoderTester):
    """As the published sizes are built."""

    name = "vit"
    options = ALL_CHANNELS


def small(**options):
    torch.manual_seed(0)
    return build_encoder("vit", **{**SMALL, **options})


@pytest.mark.parametrize(
    ("name", "millions", "giga"),
    [("transface-s", 86.7, 5.8), ("transface-b", 124.5, 11.5), ("transface-l", 271.6, 25.4)],
)
@torch.no_grad()
def test_published_parameters_and_multiply_adds(name, millions, giga):
    counter = FlopCounterMode(display=False)
    with torch.device("meta"):
        network = build_encoder(name).eval()
        with counter:
            output = network(torch.empty(1, 3, 112, 112))
    count = sum(parameter.numel() for parameter in network.parameters()) / 1e6
    assert count == pytest.approx(millions, abs=0.1)
    assert counter.get_total_flops() / 2e9 == pytest.approx(giga, rel=0.02)
    assert output.embedding.shape == (1, 512)
    assert output.ranking.shape == output.token_std.shape == (1, 144)


@pytest.mark.parametrize("name", ["transface-s", "transface-b", "transface-l"])
def test_published_parts(name):
    with torch.device("meta"):
        network = build_encoder(name)
    assert network.kept == 144 and network.mask_token is None, "masking has to be asked for"
    assert network.embed.kernel_size == network.embed.stride == (network.patch,) * 2 == (9, 9)
    rates = [block.drop_path.probability for block in network.blocks]
    steps = [after - before for before, after in pairwise(rates)]
    assert rates[0] == 0 and rates[-1] == 0.05
    assert steps == pytest.approx([0.05 / (len(rates) - 1)] * len(steps))
    for block in network.blocks:
        assert block.attention.heads == 8 and block.attention.qkv.bias is None
        assert block.mlp[0].out_features == 4 * block.mlp[0].in_features
        assert isinstance(block.mlp[1], nn.ReLU6)
    assert [norm.eps for norm in network.head if isinstance(norm, nn.BatchNorm1d)] == [2e-5] * 2
    linears = (network.reduce, network.head[1], network.gate.squeeze, network.gate.excite)
    assert all(linear.bias is None for linear in linears)


@pytest.mark.parametrize("option", ["width", "depth", "heads", "squeeze"])
def test_a_published_size_cannot_be_changed(option):
    with pytest.raises(ConfigError, match=f"no option {option}; it has checkpointing"):
        build_encoder("transface-s", **{option: 4})


@pytest.mark.parametrize(
    ("width", "depth", "heads", "dimension"),
    [(64, 4, 1, 64), (192, 6, 3, 192), (384, 12, 6, 384), (640, 12, 10, 512)],
)
def test_the_dial_of_our_own_sizes(width, depth, heads, dimension):
    with torch.device("meta"):
        network = build_encoder("vit", width=width)
    assert (len(network.blocks), network.dimension) == (depth, dimension)
    assert network.blocks[0].attention.heads == heads


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"heads": 5}, "no multiple of 5 heads"),
        ({"depth": 0}, "depth is 0"),
        ({"squeeze": -1}, "squeeze is -1"),
        ({"drop_path": 1.0}, "drop_path is 1.0"),
        ({"mask_ratio": -0.1}, "mask_ratio is -0.1"),
        ({"mask_ratio": 0.999}, "leaves none of 144 tokens"),
    ],
)
def test_options_out_of_range_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        small(**options)


def test_an_unknown_network_is_refused():
    with pytest.raises(ConfigError, match="there are transface-s, transface-b"):
        build_encoder("transface-xl")


@torch.no_grad()
def test_four_columns_and_rows_are_not_looked_at():
    network, images = settled(small()), pictures(1)
    other = images.clone()
    other[..., 108:, :], other[..., :, 108:] = 0, 1
    assert torch.equal(network(images).embedding, network(other).embedding)
    other[..., 107, 107] += 1
    assert not torch.equal(network(images).embedding, network(other).embedding)


@torch.no_grad()
def test_the_gate_scales_and_ranks_the_tokens():
    network = settled(small(squeeze=0))
    seen, gates = [], []
    network.norm.register_forward_hook(lambda _, __, tokens: seen.append(tokens))
    network.gate.register_forward_hook(lambda _, __, gate: gates.append(gate))
    output = network(pictures(2))
    (tokens,), (gate,) = seen, gates
    assert gate.min() > 0 and gate.max() < 1 and gate.std() > 1e-3
    torch.testing.assert_close(output.ranking, gate.softmax(dim=1))
    torch.testing.assert_close(output.token_std, gate * tokens.std(dim=2))
    reduced = (tokens * gate[..., None]).flatten(1) @ network.reduce.weight.T
    torch.testing.assert_close(output.embedding, network.head(reduced), atol=1e-4, rtol=1e-4)


def test_the_gate_keeps_torchs_own_initialisation():
    network = small(squeeze=0)
    squeeze, excite = network.gate.squeeze.weight, network.gate.excite.weight
    assert squeeze.abs().max().item() == pytest.approx((144 * 32) ** -0.5, rel=0.01)
    assert excite.abs().max().item() == pytest.approx(144**-0.5, rel=0.01)
    qkv = network.blocks[0].attention.qkv.weight
    assert qkv.std().item() == pytest.approx(0.02, rel=0.1)


@torch.no_grad()
def test_without_a_gate_there_is_no_ranking():
    network = settled(small(se_gate=False))
    output = network(pictures(1))
    assert output.ranking is None and output.token_std.shape == (1, 144)


def test_masking_leaves_out_what_was_asked_for_and_only_in_training():
    network = small(mask_ratio=0.1)
    counts = []
    network.blocks[0].register_forward_hook(lambda _, __, tokens: counts.append(tokens.shape[1]))
    network.train()(pictures(2))
    network.eval()(pictures(2))
    assert counts == [129, 144]


@torch.no_grad()
def test_the_mask_token_takes_the_places_of_those_left_out():
    network = small(mask_ratio=0.5, squeeze=0, depth=1).train()
    network.blocks = nn.ModuleList()
    seen = []
    network.gate.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    network(pictures(2))
    network.eval()(pictures(2))
    masked, whole = seen
    left_out = (masked == network.mask_token).all(dim=2)
    assert left_out.sum(dim=1).tolist() == [72, 72]
    assert not torch.equal(left_out[0], left_out[1])
    torch.testing.assert_close(masked[~left_out], whole[~left_out])


def test_the_mask_token_learns():
    network = small(mask_ratio=0.1).train()
    (network(pictures(4)).embedding @ torch.linspace(-1, 1, 16)).pow(3).sum().backward()
    assert network.mask_token.grad.abs().sum() > 0


def test_checkpointing_gives_the_same_gradients():
    grads = []
    for checkpointing in (False, True):
        network = small(checkpointing=checkpointing, drop_path=0.5).train()
        torch.manual_seed(1)
        (network(pictures(4)).embedding @ torch.linspace(-1, 1, 16)).pow(3).sum().backward()
        grads.append([parameter.grad for parameter in network.parameters()])
    for plain, spared in zip(*grads, strict=True):
        torch.testing.assert_close(plain, spared)


def test_drop_path_leaves_out_whole_pictures_and_keeps_the_mean():
    torch.manual_seed(0)
    drop, change = DropPath(0.25), torch.ones(4000, 2, 3)
    assert torch.equal(drop.eval()(change), change)
    dropped = drop.train()(change)
    assert dropped.unique().tolist() == pytest.approx([0, 4 / 3])
    assert (dropped == dropped[:, :1, :1]).all()
    assert dropped.mean().item() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(("dtype", "near"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
def test_explicit_attention_gives_what_the_fused_kernel_gives(dtype, near):
    parts = [part.requires_grad_() for part in torch.randn(3, 2, 2, 144, 16).to(dtype).unbind(0)]
    weights = torch.randn(2, 2, 144, 16)
    answers = []
    for attend in (explicit_attention, functional.scaled_dot_product_attention):
        seen = attend(*parts)
        gradients = torch.autograd.grad((seen.float() * weights).sum(), parts)
        answers.append((seen, *gradients))
    for ours, theirs in zip(*answers, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=near, atol=near)


@torch.no_grad()
def test_the_softmax_of_attention_is_float32_in_half_precision():
    torch.manual_seed(0)
    attention = Attention(32, 2)
    attention.qkv.weight.mul_(12)
    tokens = torch.randn(2, 50, 32)
    with torch.autocast("cpu", torch.bfloat16):
        found = attention(tokens).float()
        parts = attention.qkv(tokens).reshape(2, 50, 3, 2, 16).permute(2, 0, 3, 1, 4)

    def by_hand(query, key, value):
        share = (query @ key.transpose(2, 3) / 4).softmax(dim=3)
        return attention.project((share @ value).float().transpose(1, 2).reshape(2, 50, 32))

    exact = by_hand(*parts.float())
    error, rougher = (found - exact).abs().mean(), (by_hand(*parts) - exact).abs().mean()
    assert error < 0.5 * rougher


@pytest.mark.parametrize(
    ("name", "options"), [("vit", SMALL), ("light", SMALL_LIGHT), ("light", OWN_LIGHT)]
)
def test_it_overfits_eight_faces(name, options):
    torch.manual_seed(0)
    network, images = build_encoder(name, **options).train(), pictures(8)
    centres = nn.Parameter(torch.randn(8, 16))
    optimiser = torch.optim.AdamW([*network.parameters(), centres], 3e-3)
    people = torch.arange(8)
    for _ in range(40):
        embedding = functional.normalize(network(images + 0.1 * torch.randn(()))[0])
        loss = functional.cross_entropy(16 * embedding @ functional.normalize(centres).T, people)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss < 0.1
