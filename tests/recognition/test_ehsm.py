"""Weights of hard samples on hand-worked numbers, and where gradients flow."""

import pytest
import torch
from encoder_tester import pictures
from pydantic import ValidationError

from lineament.recognition.ehsm import EhsmOptions, sample_weights, token_entropy
from lineament.recognition.networks import build_encoder

STD = [[1.0, 1.0], [1.0, 3.0]]
LOG_WEIGHTS = [1.2419707, 1.1397018]
"""1 + 1 / sqrt(2 pi e), and 1 + 1 / sqrt(2 pi e 3)."""
STD_WEIGHTS = [1.3678794, 1.1353353]
"""1 + e^-1 and 1 + e^-2."""


@pytest.mark.parametrize("gradient", ["detached", "differentiable"])
@pytest.mark.parametrize(("entropy", "weights"), [("log", LOG_WEIGHTS), ("std", STD_WEIGHTS)])
def test_weights(entropy, gradient, weights):
    options = EhsmOptions(entropy=entropy, gradient=gradient)
    found = sample_weights(torch.tensor(STD, requires_grad=True), options)
    torch.testing.assert_close(found.detach(), torch.tensor(weights))
    assert found.requires_grad == (gradient == "differentiable")


@pytest.mark.parametrize(
    ("entropy", "slope"),
    [("std", [-0.0676676, -0.0676676]), ("log", [-0.0698509, -0.0232836])],
)
def test_gradient_of_a_weight(entropy, slope):
    std = torch.tensor(STD[1:], requires_grad=True)
    options = EhsmOptions(entropy=entropy, gradient="differentiable")
    sample_weights(std, options).sum().backward()
    torch.testing.assert_close(std.grad, torch.tensor([slope]), atol=1e-6, rtol=1e-4)


def test_gamma():
    found = sample_weights(torch.tensor(STD), EhsmOptions(gamma=0.5))
    torch.testing.assert_close(found, torch.tensor([1.6065307, 1.3678794]))
    assert sample_weights(torch.tensor(STD), EhsmOptions(gamma=0)).tolist() == [2, 2]


def test_defaults_are_those_of_the_released_networks():
    assert EhsmOptions() == EhsmOptions(entropy="std", gradient="detached", gamma=1.0)


@pytest.mark.parametrize("wrong", [{"gamma": -1}, {"gamma": float("inf")}, {"entropy": "sigma"}])
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(ValidationError):
        EhsmOptions(**wrong)


def test_entropy_of_a_standard_normal_token():
    entropy = token_entropy(torch.ones(1, 1, dtype=torch.float16), "log")
    assert entropy.dtype == torch.float32
    assert entropy.item() == pytest.approx(1.4189385)


@pytest.mark.parametrize("entropy", ["log", "std"])
def test_constant_tokens_have_finite_weights_and_gradients(entropy):
    tokens = torch.zeros(1, 4, 8, requires_grad=True)
    options = EhsmOptions(entropy=entropy, gradient="differentiable")
    weight = sample_weights(tokens.std(dim=2), options)
    weight.sum().backward()
    assert weight.isfinite().all() and tokens.grad.isfinite().all()


@pytest.mark.parametrize("gradient", ["detached", "differentiable"])
def test_only_a_differentiable_weight_teaches_the_network(gradient):
    network = build_encoder("vit", width=16, depth=1, heads=1, squeeze=2)
    weights = sample_weights(network(pictures(2)).token_std, EhsmOptions(gradient=gradient))
    scale = torch.ones((), requires_grad=True)
    (weights * scale).sum().backward()
    reached = network.blocks[0].mlp[0].weight.grad is not None
    assert reached == (gradient == "differentiable")
