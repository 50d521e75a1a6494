"""What a trained probe says of pictures: points and classes, averaged over the mirror image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from lineament.face import ByteArray, FloatArray
from lineament.landmarks.schemes import IBUG_68

BATCH = 32


def predict_points(network: nn.Module, images: ByteArray, *, mirror: bool = False) -> FloatArray:
    """Points of (N,S,S,3) uint8 RGB pictures: (N,68,2) float32 picture pixels.

    Args:
        mirror: average with the points of the mirror image, mirrored back.
    """
    rows = []
    for batch in _batches(network, images):
        points = network(batch).points
        if mirror:
            turned = network(batch.flip(3)).points[:, torch.from_numpy(IBUG_68.mirror_index)]
            turned[..., 0] = images.shape[2] - 1 - turned[..., 0]
            points = (points + turned) / 2
        rows.append(points.float().cpu().numpy())
    return np.concatenate(rows)


def predict_classes(
    network: nn.Module, images: ByteArray, side: int, *, mirror: bool = False
) -> Iterator[ByteArray]:
    """The most probable class of every pixel, picture by picture: (side,side) uint8.

    Args:
        images: (N,S,S,3) uint8 RGB.
        side: to which the logits are enlarged, bilinearly, before they are compared.
        mirror: average the logits with those of the mirror image, mirrored back.
    """
    for batch in _batches(network, images):
        logits = network(batch).parts
        if mirror:
            logits = logits + network(batch.flip(3)).parts.flip(3)
        for one in logits.float().split(1):
            large = functional.interpolate(one, size=(side, side), mode="bilinear")
            yield large[0].argmax(dim=0).to(torch.uint8).cpu().numpy()


def _batches(network: nn.Module, images: ByteArray) -> Iterator[Tensor]:
    device = next(network.parameters()).device
    for first in range(0, len(images), BATCH):
        batch = torch.from_numpy(images[first : first + BATCH]).to(device)
        with torch.no_grad():
            yield batch.permute(0, 3, 1, 2).float().div_(255)
