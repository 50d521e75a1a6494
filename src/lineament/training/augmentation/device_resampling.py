"""Once-smaller and blurred pictures as products with matrices, so that a batch needs one product.

Both faults treat rows and columns alike and apart: a picture X (S,S) becomes A X A^T.
"""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from lineament.training.augmentation.spoiling import ENLARGING


def resampled(images: Tensor, matrices: Tensor) -> Tensor:
    """(N,3,S,S) with (N,S,S) -> (N,3,S,S), of whole grey levels 0 to 255."""
    along = matrices[:, None].to(images.dtype)
    return (along @ images @ along.transpose(-1, -2)).round_().clamp_(0, 255)


def smaller_matrices(size: int, small: Tensor, enlarging: Tensor) -> Tensor:
    """Matrices (N,size,size) of pictures that were once smaller.

    Args:
        small: (N,) int64 sides that they had.
        enlarging: (N,) int64 positions in `ENLARGING`.
    """
    device, most = small.device, int(small.max())
    side = small[:, None, None].float()
    factor = size / side
    rows = torch.arange(most, device=device)[None, :, None]
    columns = torch.arange(size, device=device)[None, None, :]
    low, high = rows * factor, (rows + 1) * factor
    overlap = torch.minimum(high, columns + 1) - torch.maximum(low, columns)
    shrinking = overlap.clamp(min=0) / factor
    place = (torch.arange(size, device=device)[None, :, None] + 0.5) / factor - 0.5
    first = place.floor()
    enlarged = torch.zeros((len(small), size, most), device=device)
    for offset in range(-1, 3):
        distance = (place - first - offset).abs()
        weight = torch.zeros_like(place)
        for number, way in enumerate(ENLARGING):
            weight = torch.where(
                enlarging[:, None, None] == number, _weight(way, distance, offset, place), weight
            )
        index = torch.minimum((first + offset).clamp(min=0), side - 1).long()
        enlarged.scatter_add_(2, index, weight)
    return enlarged @ shrinking


def _weight(way: int, distance: Tensor, offset: int, place: Tensor) -> Tensor:
    """How much a pixel at this distance counts."""
    if way == cv2.INTER_LINEAR:
        return (1 - distance).clamp(min=0)
    if way == cv2.INTER_NEAREST_EXACT:
        nearest = (place + 0.5).floor() - place.floor()
        return (nearest == offset).to(distance.dtype)
    near = ((1.25 * distance - 2.25) * distance) * distance + 1
    far = ((-0.75 * distance + 3.75) * distance - 6) * distance + 3
    return torch.where(distance <= 1, near, torch.where(distance < 2, far, 0))


def blur_matrices(size: int, sigma: Tensor) -> Tensor:
    """Matrices (N,size,size) of Gaussian blurs of (N,) standard deviations.

    Beyond its edge a picture is reflected about its outermost pixels, as OpenCV does it.
    """
    line = torch.arange(size, device=sigma.device, dtype=torch.float32)
    # OpenCV's kernel of an 8-bit picture ends after three standard deviations.
    reach = ((sigma * 6 + 1).round().long() | 1) // 2

    def weights(source: Tensor) -> Tensor:
        distance = (line[:, None] - source[None, :])[None]
        kernel = torch.exp(-(distance**2) / (2 * sigma[:, None, None] ** 2))
        return kernel * (distance.abs() <= reach[:, None, None])

    total = weights(line)
    total[:, :, 1:] += weights(-line[1:])
    total[:, :, :-1] += weights(2 * (size - 1) - line[:-1])
    return total / total.sum(dim=2, keepdim=True)
