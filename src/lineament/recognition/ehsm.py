"""Entropy-guided hard sample mining (EHSM) of TransFace, Dan et al., ICCV 2023.

A picture whose tokens tell little is hard, and weighs more in the loss. What a token tells is bound
from above by the entropy of a normal distribution of the token's variance,
H = ln(sigma) + 1/2 + ln(2 pi) / 2; the weight of a picture is 1 + exp(-gamma * mean of H).
"""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field
from torch import Tensor

from lineament.strict import Strict

SMALLEST_STD = 1e-4
"""Below it a token counts as this spread: the logarithm of a constant token has no bound."""


class EhsmOptions(Strict):
    """How pictures are weighed. The defaults are those of the authors' released networks.

    Attributes:
        entropy: `log` is H as the paper has it; `std` takes sigma in its place, as the authors'
            code does for stability.
        gradient: `detached` takes weights as given numbers, as the authors' code does;
            `differentiable` lets the loss also make tokens tell more, as the paper argues.
        gamma: how quickly weights fall with what tokens tell.
    """

    entropy: Literal["log", "std"] = "std"
    gradient: Literal["detached", "differentiable"] = "detached"
    gamma: float = Field(ge=0, default=1.0, allow_inf_nan=False)


def token_entropy(token_std: Tensor, entropy: Literal["log", "std"]) -> Tensor:
    """What each token tells at most: (N,T), any sign, in nats where `entropy` is `log`.

    Args:
        token_std: (N,T), 0 or more, standard deviations over the channels.

    Returns:
        (N,T) float32.
    """
    std = token_std.float()
    if entropy == "std":
        return std
    return std.clamp_min(SMALLEST_STD).log() + 0.5 * (1 + math.log(2 * math.pi))


def sample_weights(token_std: Tensor, options: EhsmOptions) -> Tensor:
    """How much each picture weighs: the loss of a batch is the mean of weight times loss.

    Args:
        token_std: (N,T), `EncoderOutput.token_std`.

    Returns:
        (N,) float32, above 1; with a gradient only where the options ask for one.
    """
    if options.gradient == "detached":
        token_std = token_std.detach()
    entropy = token_entropy(token_std, options.entropy).mean(dim=1)
    return 1 + (-options.gamma * entropy).exp()
