"""JPEG compression of a batch on a device: what its quantisation does to colours.

After ITU-T T.81: YCbCr, colour at half the resolution, the cosine transform of blocks of 8 by 8,
and the quantisation tables of its annex K scaled by quality as libjpeg does.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

BRIGHTNESS = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
COLOUR = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8,) * 4,
)
TO_YCBCR = (
    (0.299, 0.587, 0.114),
    (-0.168736, -0.331264, 0.5),
    (0.5, -0.418688, -0.081312),
)


def compressed(images: Tensor, quality: Tensor) -> Tensor:
    """(N,3,S,S) float32 0 to 255 with (N,) qualities 1 to 100 -> as decoded, (N,3,S,S)."""
    size = images.shape[-1]
    missing = -size % 16
    padded = functional.pad(images, (0, missing, 0, missing), mode="replicate")
    turn = torch.tensor(TO_YCBCR, device=images.device)
    planes = torch.einsum("ij,njhw->nihw", turn, padded)
    brightness = _quantised(planes[:, :1] - 128, _table(BRIGHTNESS, quality)) + 128
    halves = functional.avg_pool2d(planes[:, 1:], 2).round()
    halves = _quantised(halves, _table(COLOUR, quality))
    colour = functional.interpolate(halves, scale_factor=2, mode="bilinear", align_corners=False)
    decoded = torch.cat([brightness, colour], dim=1)
    made = torch.einsum("ij,njhw->nihw", torch.linalg.inv(turn), decoded)
    return made[:, :, :size, :size].round().clamp(0, 255)


def _table(base: tuple[tuple[int, ...], ...], quality: Tensor) -> Tensor:
    """Quantisation tables (N,1,1,1,8,8)."""
    quality = quality.float()
    percent = torch.where(quality < 50, (5000 / quality).floor(), 200 - 2 * quality)
    values = torch.tensor(base, device=quality.device, dtype=torch.float32)
    scaled = ((values * percent[:, None, None] + 50) / 100).floor().clamp(1, 255)
    return scaled[:, None, None, None]


def _quantised(planes: Tensor, table: Tensor) -> Tensor:
    number, channels, height, width = planes.shape
    basis = _cosines(planes.device)
    blocks = planes.view(number, channels, height // 8, 8, width // 8, 8).transpose(3, 4)
    coefficients = basis @ blocks @ basis.T
    kept = (coefficients / table).round() * table
    made = basis.T @ kept @ basis
    return made.transpose(3, 4).reshape(planes.shape)


@lru_cache(maxsize=8)
def _cosines(device: torch.device) -> Tensor:
    """The orthonormal cosine transform (8,8)."""
    line = torch.arange(8, dtype=torch.float32)
    basis = torch.cos((2 * line + 1) * line[:, None] * math.pi / 16) / 2
    basis[0] /= math.sqrt(2)
    return basis.to(device)
