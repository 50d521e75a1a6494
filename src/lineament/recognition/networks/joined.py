"""Several encoders that answer as one: their directions stand side by side.

Networks of another kind err on other pairs, so that the mean of their cosines tells people apart
better than each of them, at the sum of their costs (deep ensembles, Lakshminarayanan et al.,
NeurIPS 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from lineament.errors import ConfigError
from lineament.recognition.networks.encoder import EncoderOutput, FaceEncoder


class JoinedEncoder(FaceEncoder):
    """The cosine of two of its embeddings is the mean of its members' cosines, each by its share.

    Args:
        members: encoders of the same size of crops; at least one.
        shares: of each member, above 0; they need not add up to 1.

    Shapes:
        (N,3,S,S) float32, 0 to 1 -> `EncoderOutput` with an embedding as long as those of all
        members together, without ranking and token_std.

    Raises:
        ConfigError: no member, crops of several sizes, or shares that are not one above 0 for
            each member.
    """

    def __init__(self, members: Sequence[FaceEncoder], shares: Sequence[float]) -> None:
        super().__init__()
        if not members or any(one.size != other.size for one, other in pairwise(members)):
            sizes = ", ".join(str(member.size) for member in members)
            raise ConfigError(
                f"members see crops of [{sizes}] pixels, expected one or more of the same size"
            )
        if len(shares) != len(members) or min(shares) <= 0:
            raise ConfigError(
                f"got the shares {list(shares)} of {len(members)} members, expected one above 0 "
                "for each"
            )
        self.members = nn.ModuleList(members)
        self.size = members[0].size
        self.dimension = sum(member.dimension for member in members)
        self.lengths = [(share / sum(shares)) ** 0.5 for share in shares]

    def forward(self, images: torch.Tensor) -> EncoderOutput:
        parts = [
            length * functional.normalize(member(images).embedding, dim=1)
            for length, member in zip(self.lengths, self.members, strict=True)
        ]
        return EncoderOutput(torch.cat(parts, dim=1), None, None)
