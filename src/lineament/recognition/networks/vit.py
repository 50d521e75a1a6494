"""The vision transformer of TransFace, in its published sizes and in small ones of our own.

Dan et al., ICCV 2023, as the authors' code builds it: patches of nine pixels without overlap, so
that 112 pixels make 12 x 12 tokens and the four last columns and rows are not looked at; a learned
position embedding and no class token; pre-normalised blocks; a gate over the tokens; a head that
flattens them, so that each place has weights of its own, between two batch normalisations.

In a small network the two linear layers over all tokens, of the gate and of the head, would hold
most of the weights. There a linear map that all tokens share first brings each to `squeeze`
channels; gate and head both read those.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from lineament.errors import ConfigError
from lineament.recognition.networks.encoder import (
    EncoderOutput,
    FaceEncoder,
    normalised,
    without_autocast,
)
from lineament.recognition.networks.se_gate import TokenGate
from lineament.recognition.networks.transformer_block import TransformerBlock

PATCH = 9
NORM_EPS = 2e-5
"""Of the head's batch normalisations."""

HEAD_CHANNELS = 64
"""Channels of a head of attention, where the number of heads is not given."""

LARGEST_DIMENSION, DEEPEST = 512, 12
"""Of an embedding and of a network that follow their width."""


class VisionTransformer(FaceEncoder):
    """Tokens of nine pixels, attention, a gate, and an embedding from all tokens.

    Args:
        width: channels d of a token, the dial of the sizes of our own.
        depth: number of blocks; without one, one for every 32 channels, at least 4 and at most 12.
        heads: of attention; without one, one for every 64 channels.
        dimension: of the embedding; without one the width, at most 512. More than the width adds
            nothing: the vector before it has `width` channels.
        squeeze: channels of a token that gate and head see; 0: all of them, as published.
        drop_path: of the last block in training; it rises linearly from 0 at the first.
        mask_ratio: share of the tokens that training leaves out of the blocks, picture by picture
            at random; a learned token stands for them in gate and head. The B and L that the
            authors released were trained with 0.1, whatever their configuration declared.
        se_gate: whether tokens are gated and ranked.
        checkpointing: in training, keep each block's input alone and compute the block again for
            its gradient: less memory, about a third more time.

    Shapes:
        (N,3,112,112) float32, 0 to 1 -> `EncoderOutput` with T = 144.

    Raises:
        ConfigError: an option out of range, or a width that the heads do not divide.
    """

    patch: int = PATCH

    def __init__(
        self,
        *,
        width: int = 192,
        depth: int | None = None,
        heads: int | None = None,
        dimension: int | None = None,
        squeeze: int = 32,
        drop_path: float = 0.0,
        mask_ratio: float = 0.0,
        se_gate: bool = True,
        checkpointing: bool = False,
    ) -> None:
        super().__init__()
        depth = min(max(width // 32, 4), DEEPEST) if depth is None else depth
        heads = max(width // HEAD_CHANNELS, 1) if heads is None else heads
        self.dimension = min(width, LARGEST_DIMENSION) if dimension is None else dimension
        _check_counts(width=width, depth=depth, heads=heads, dimension=self.dimension)
        if width % heads:
            raise ConfigError(
                f"width {width} is no multiple of {heads} heads; give a multiple of "
                f"{HEAD_CHANNELS}, or heads that divide it"
            )
        if squeeze < 0:
            raise ConfigError(f"squeeze is {squeeze}, expected channels, or 0 for all of a token")
        for name, share in (("drop_path", drop_path), ("mask_ratio", mask_ratio)):
            if not 0 <= share < 1:
                raise ConfigError(f"{name} is {share}, expected 0 or more and less than 1")
        self.tokens = (self.size // PATCH) ** 2
        self.kept = int(self.tokens * (1 - mask_ratio))
        if not self.kept:
            raise ConfigError(f"mask_ratio {mask_ratio} leaves none of {self.tokens} tokens")
        self.checkpointing = checkpointing
        self.embed = nn.Conv2d(3, width, PATCH, PATCH)
        self.position = nn.Parameter(torch.empty(1, self.tokens, width))
        self.blocks = nn.ModuleList(
            TransformerBlock(width, heads, drop_path * index / max(depth - 1, 1))
            for index in range(depth)
        )
        self.norm = nn.LayerNorm(width)
        masks = self.kept < self.tokens
        self.mask_token = nn.Parameter(torch.empty(1, 1, width)) if masks else None
        seen = squeeze or width
        self.squeeze = nn.Linear(width, seen, bias=False) if squeeze else None
        self.reduce = nn.Linear(self.tokens * seen, width, bias=False)
        self.head = nn.Sequential(
            nn.BatchNorm1d(width, eps=NORM_EPS),
            nn.Linear(width, self.dimension, bias=False),
            nn.BatchNorm1d(self.dimension, eps=NORM_EPS),
        )
        self._initialise()
        self.gate = TokenGate(self.tokens, seen) if se_gate else None

    def forward(self, images: Tensor) -> EncoderOutput:
        tokens = self._encoded(self.embed(normalised(images)).flatten(2).transpose(1, 2))
        seen = tokens if self.squeeze is None else self.squeeze(tokens)
        ranking = None
        if self.gate is not None:
            gate = self.gate(seen)
            ranking = gate.softmax(dim=1)
            tokens, seen = tokens * gate[:, :, None], seen * gate[:, :, None]
        reduced = self.reduce(seen.flatten(1))
        with without_autocast(reduced):
            embedding = self.head(reduced.float())
        return EncoderOutput(embedding, ranking, tokens.float().std(dim=2))

    def _encoded(self, tokens: Tensor) -> Tensor:
        """Tokens (N,T,d) of the patches alone -> tokens that have seen each other."""
        tokens = tokens + self.position
        places = None
        if self.training and self.mask_token is not None:
            tokens, places = _thinned(tokens, self.kept)
        spare = self.checkpointing and self.training and torch.is_grad_enabled()
        for block in self.blocks:
            tokens = checkpoint(block, tokens, use_reentrant=False) if spare else block(tokens)
        tokens = self.norm(tokens)
        if places is None:
            return tokens
        assert self.mask_token is not None
        masks = self.mask_token.to(tokens.dtype).expand(len(tokens), self.tokens - self.kept, -1)
        return _at(torch.cat([tokens, masks], dim=1), places)

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        nn.init.trunc_normal_(self.position, std=0.02)
        if self.mask_token is not None:
            nn.init.normal_(self.mask_token, std=0.02)


def _check_counts(**counts: int) -> None:
    for name, count in counts.items():
        if count < 1:
            raise ConfigError(f"{name} is {count}, expected at least 1")


def _thinned(tokens: Tensor, kept: int) -> tuple[Tensor, Tensor]:
    """`kept` random tokens of each picture, and where each of all T then lies: (N,T) int64,
    those left out behind the kept ones (He et al., CVPR 2022)."""
    order = torch.rand(tokens.shape[:2], device=tokens.device).argsort(dim=1)
    return _at(tokens, order[:, :kept]), order.argsort(dim=1)


def _at(tokens: Tensor, places: Tensor) -> Tensor:
    """Tokens (N,T,d) at places (N,P) int64 -> (N,P,d)."""
    return tokens.gather(1, places[:, :, None].expand(-1, -1, tokens.shape[2]))
