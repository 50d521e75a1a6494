"""RandAugment on the device: a few changes out of fourteen, all of one strength.

Cubuk et al., "RandAugment: Practical Automated Data Augmentation with a Reduced Search Space",
NeurIPS 2020, with its fourteen changes and the ranges of its code. Each picture draws its own
changes; pictures with the same one are changed together.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from lineament.strict import Strict

TURN, SHEAR, SHIFT = math.radians(30), 0.3, 100 / 331
"""Full strength: radians, slope, share of the side."""

FACTOR = 0.9
"""Full strength of colour, contrast, brightness and sharpness: factors 0.1 and 1.9."""

BEHIND = 128.0
"""Grey level of what lies outside a picture."""

MOVES = ("rotate", "shear_x", "shear_y", "translate_x", "translate_y")


class RandAugmentOptions(Strict):
    """A recipe's two dials.

    Attributes:
        changes: the paper's N, for each picture.
        strength: the paper's M as a share of its scale, 0 to 1.
    """

    kind: Literal["rand_augment"] = "rand_augment"
    changes: int = Field(ge=0, default=2)
    strength: float = Field(ge=0, le=1, default=0.3)


def rand_augment(
    pictures: Tensor, options: RandAugmentOptions, generator: torch.Generator
) -> Tensor:
    """Pictures (N,3,S,S) float32, 0 to 255, changed.

    Returns:
        New pictures of whole grey levels 0 to 255.
    """
    names = ("identity", *MOVES, *TABLES, *BLENDS)
    count, device = len(pictures), pictures.device
    made = pictures.round().clamp(0, 255)
    for _ in range(options.changes):
        draw = torch.randint(len(names), (count,), generator=generator, device=generator.device)
        sign = torch.randint(2, (count,), generator=generator, device=generator.device) * 2 - 1
        draw, amount = draw.to(device), sign.to(device) * options.strength
        for number, name in enumerate(names[1:], start=1):
            place = (draw == number).nonzero()[:, 0]
            if len(place):
                made = made.index_copy(0, place, change(name, made[place], amount[place]))
    return made


def change(name: str, pictures: Tensor, amount: Tensor) -> Tensor:
    """One of the changes.

    Args:
        name: one of `MOVES`, `TABLES` or `BLENDS`.
        pictures: (M,3,S,S) float32 of whole grey levels.
        amount: (M,) -1 to 1; its sign says which way where there are two.
    """
    if name in MOVES:
        made = _moved(name, pictures, amount)
    elif name in TABLES:
        made = TABLES[name](pictures, amount.abs())
    else:
        factor = (1 + FACTOR * amount)[:, None, None, None]
        behind = BLENDS[name](pictures)
        made = behind + factor * (pictures - behind)
    return made.round().clamp(0, 255)


def _moved(name: str, pictures: Tensor, amount: Tensor) -> Tensor:
    theta = torch.eye(2, 3, device=pictures.device).repeat(len(pictures), 1, 1)
    if name == "rotate":
        angle = amount * TURN
        theta[:, 0, 0] = theta[:, 1, 1] = angle.cos()
        theta[:, 1, 0] = angle.sin()
        theta[:, 0, 1] = -theta[:, 1, 0]
    elif name.startswith("shear"):
        row = int(name == "shear_y")
        theta[:, row, 1 - row] = amount * SHEAR
    else:
        # The sampling grid is 2 wide.
        theta[:, int(name == "translate_y"), 2] = amount * SHIFT * 2
    grid = functional.affine_grid(theta, list(pictures.shape), align_corners=False)
    # What lies outside is sampled as 0.
    moved = functional.grid_sample(pictures - BEHIND, grid, align_corners=False)
    return moved + BEHIND


def _stretched(pictures: Tensor, amount: Tensor) -> Tensor:
    """Each channel from its darkest and brightest to 0 and 255."""
    del amount
    flat = pictures.flatten(2)
    low, high = flat.amin(dim=2)[..., None, None], flat.amax(dim=2)[..., None, None]
    stretched = ((pictures - low) * 255 / (high - low).clamp(min=1)).floor()
    return torch.where(high > low, stretched, pictures)


def _equalised(pictures: Tensor, amount: Tensor) -> Tensor:
    """Each channel with a flat histogram, by the rule of Pillow's `ImageOps.equalize`."""
    del amount
    values = pictures.long().flatten(0, 1).flatten(1)
    counts = torch.zeros(len(values), 256, dtype=torch.int64, device=values.device)
    counts.scatter_add_(1, values, torch.ones_like(values))
    last = values.amax(dim=1, keepdim=True)
    step = (values.shape[1] - counts.gather(1, last)) // 255
    before = counts.cumsum(dim=1) - counts
    table = ((step // 2 + before) // step.clamp(min=1)).clamp(max=255)
    table = torch.where(step > 0, table, torch.arange(256, device=values.device))
    return table.gather(1, values).view_as(pictures).to(pictures.dtype)


def _solarised(pictures: Tensor, amount: Tensor) -> Tensor:
    """Grey levels above a threshold are inverted."""
    threshold = (256 * (1 - amount)).floor()[:, None, None, None]
    return torch.where(pictures >= threshold, 255 - pictures, pictures)


def _posterised(pictures: Tensor, amount: Tensor) -> Tensor:
    """Only the higher bits are kept: 8 to 4."""
    step = 2.0 ** (4 * amount).floor()[:, None, None, None]
    return (pictures / step).floor() * step


def _grey(pictures: Tensor) -> Tensor:
    weights = torch.tensor((0.299, 0.587, 0.114), device=pictures.device)
    return torch.einsum("nchw,c->nhw", pictures, weights)[:, None].round()


def _mean_grey(pictures: Tensor) -> Tensor:
    return _grey(pictures).mean(dim=(1, 2, 3), keepdim=True).round()


def _smoothed(pictures: Tensor) -> Tensor:
    """Each pixel five times with its eight neighbours; the border as it is."""
    kernel = torch.ones(3, 3, device=pictures.device)
    kernel[1, 1] = 5
    kernel = (kernel / kernel.sum()).expand(3, 1, 3, 3)
    inner = functional.conv2d(pictures, kernel, groups=3).round()
    smooth = pictures.clone()
    smooth[:, :, 1:-1, 1:-1] = inner
    return smooth


TABLES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "autocontrast": _stretched,
    "equalise": _equalised,
    "solarise": _solarised,
    "posterise": _posterised,
}
"""Changes of grey levels by themselves."""

BLENDS: dict[str, Callable[[Tensor], Tensor]] = {
    "colour": _grey,
    "contrast": _mean_grey,
    "brightness": torch.zeros_like,
    "sharpness": _smoothed,
}
"""What a picture is drawn away from or towards."""
