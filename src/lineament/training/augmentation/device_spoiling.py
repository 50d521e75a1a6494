"""The faults of `spoiling` on a batch of pictures on a device."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from lineament.training.augmentation.device_jpeg import compressed
from lineament.training.augmentation.device_resampling import (
    blur_matrices,
    resampled,
    smaller_matrices,
)
from lineament.training.augmentation.spoiling import BANK, Faults, noise_bank

Number = int | float
T = TypeVar("T")


def spoil_batch(images: Tensor, faults: Sequence[Faults]) -> Tensor:
    """(N,3,S,S) float32 of whole grey levels 0 to 255, with the faults of each, in their order."""
    size = images.shape[-1]

    def numbers(rows: Sequence[tuple[Number, ...]]) -> Tensor:
        return torch.tensor(rows, device=images.device)

    images = images.clone()
    place, lights = _those(images, [fault.light for fault in faults])
    if lights:
        images[place] = _lit_across(images[place], numbers(lights))
    place, curves = _those(images, [fault.curves for fault in faults])
    if curves:
        tables = torch.as_tensor(np.stack(curves), device=images.device)[:, :, 0]
        values = images[place].long().flatten(2)
        made = tables.float().transpose(1, 2).gather(2, values)
        images[place] = made.view(len(curves), *images.shape[1:])
    weights = numbers([(fault.grey,) for fault in faults]).float()[:, :, None, None]
    red, green, blue = images.unbind(dim=1)
    grey = (0.299 * red + 0.587 * green + 0.114 * blue).round()[:, None]
    images = (grey * weights + images * (1 - weights)).round_()
    place, smalls = _those(images, [fault.small for fault in faults])
    if smalls:
        side, way = numbers(smalls).unbind(dim=1)
        images[place] = resampled(images[place], smaller_matrices(size, side, way))
    place, blurs = _those(images, [fault.blur for fault in faults])
    if blurs:
        matrices = blur_matrices(size, torch.tensor(blurs, device=images.device))
        images[place] = resampled(images[place], matrices)
    place, noises = _those(images, [fault.noise for fault in faults])
    if noises:
        images[place] = _noisy(images[place], noises)
    place, qualities = _those(images, [fault.jpeg for fault in faults])
    if qualities:
        quality = torch.tensor(qualities, device=images.device)
        images[place] = compressed(images[place], quality)
    return images


def _those(images: Tensor, values: Sequence[T | None]) -> tuple[Tensor, list[T]]:
    """The samples that have a value, as positions and as those values."""
    chosen = [place for place, value in enumerate(values) if value is not None]
    found = [value for value in values if value is not None]
    return torch.tensor(chosen, dtype=torch.int64, device=images.device), found


def _lit_across(images: Tensor, lights: Tensor) -> Tensor:
    line = torch.linspace(-1, 1, images.shape[-1], device=images.device)
    direction, strength = lights[:, 0, None, None], lights[:, 1, None, None]
    across = direction.cos() * line[None, None, :] + direction.sin() * line[None, :, None]
    return (images * torch.exp(strength * across)[:, None]).round_().clamp_(0, 255)


def _noisy(images: Tensor, noises: Sequence[tuple[int, int, float]]) -> Tensor:
    size, device = images.shape[-1], images.device
    bank = _bank_on(max(BANK, size), device)
    tops, lefts, levels = (
        torch.tensor(column, device=device) for column in zip(*noises, strict=True)
    )
    line = torch.arange(size, device=device)
    rows, columns = tops[:, None] + line, lefts[:, None] + line
    noise = bank[:, rows[:, :, None], columns[:, None, :]].transpose(0, 1)
    return (images + noise * levels.float()[:, None, None, None]).round_().clamp_(0, 255)


@lru_cache(maxsize=4)
def _bank_on(side: int, device: torch.device) -> Tensor:
    """The noise bank as (3,side,side) on a device."""
    return torch.from_numpy(noise_bank(side)).permute(2, 0, 1).contiguous().to(device)
