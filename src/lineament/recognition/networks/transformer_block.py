"""The block of a vision transformer as face recognition uses it.

Differs from the common one (Dosovitskiy et al., ICLR 2021) in queries, keys and values without a
bias and in ReLU6 for GELU.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lineament.recognition.networks.encoder import without_autocast

MLP_RATIO = 4


class TransformerBlock(nn.Module):
    """Attention, then an MLP of four times the width, each normalised before and added after.

    Args:
        width: channels d of a token, a multiple of `heads`.
        drop_path: probability that a picture passes by a half of the block while it trains.

    Shapes:
        (N,T,d) -> (N,T,d), for any T.
    """

    def __init__(self, width: int, heads: int, drop_path: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.mlp_norm = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, MLP_RATIO * width), nn.ReLU6(), nn.Linear(MLP_RATIO * width, width)
        )
        self.drop_path = DropPath(drop_path)

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.drop_path(self.attention(self.attention_norm(tokens)))
        output: Tensor = tokens + self.drop_path(self.mlp(self.mlp_norm(tokens)))
        return output


class Attention(nn.Module):
    """Every token looks at all tokens of its picture: (N,T,d) -> (N,T,d).

    The softmax is always computed in float32: torch's kernels hold the products of queries and
    keys and their softmax in it, whatever the precision of what they are given, and so does
    `explicit_attention`.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.project = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        pictures, count, width = tokens.shape
        parts = self.qkv(tokens).reshape(pictures, count, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        if tokens.device.type == "cpu":
            seen = explicit_attention(query, key, value)
        else:
            seen = functional.scaled_dot_product_attention(query, key, value)
        output: Tensor = self.project(seen.transpose(1, 2).reshape(pictures, count, width))
        return output


def explicit_attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """What torch's fused kernel gives of (N,h,T,c) each, and two to three times as fast to train on
    a CPU, where the kernel's backward pass is slow; it holds (N,h,T,T) in memory."""
    with without_autocast(query):
        products = (query.float() * query.shape[-1] ** -0.5) @ key.float().transpose(-2, -1)
        shares = products.softmax(dim=-1).to(value.dtype)
        seen: Tensor = shares @ value
    return seen


class DropPath(nn.Module):
    """Stochastic depth (Huang et al., ECCV 2016): in training a picture's change is left out with
    `probability`, and the others' are scaled so that the mean stays."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, change: Tensor) -> Tensor:
        if not self.training or not self.probability:
            return change
        shape = (len(change), *(1 for _ in change.shape[1:]))
        stays = 1 - self.probability
        kept = torch.rand(shape, device=change.device) < stays
        return change * (kept.to(change.dtype) / stays)

    def extra_repr(self) -> str:
        return f"probability={self.probability:g}"
