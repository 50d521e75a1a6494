"""The squeeze-and-excitation gate over tokens of TransFace (Dan et al., ICCV 2023)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lineament.recognition.networks.encoder import without_autocast


class TokenGate(nn.Module):
    """How much of each token goes on, from all of them.

    Two linear layers without biases, which keep torch's own initialisation.

    Args:
        tokens: their number T.
        channels: of what the gate sees of a token, c.

    Shapes:
        (N,T,c) -> (N,T) float32, 0 to 1.
    """

    def __init__(self, tokens: int, channels: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(tokens * channels, tokens, bias=False)
        self.excite = nn.Linear(tokens, tokens, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        squeezed = torch.relu(self.squeeze(tokens.flatten(1)))
        # In half precision many tokens would share one gate, and their ranking would be chance.
        with without_autocast(squeezed):
            return torch.sigmoid(self.excite(squeezed.float()))
