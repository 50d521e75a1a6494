"""Augmentations that DPAP is compared with: random erasing, Mixup and CutMix, on the device.

Pictures are (N,3,S,S) float32 of 0 to 255 and come back as new ones. No loop runs over pictures.
Random numbers are drawn from the generator, on its own device, and by its seed alone. RandAugment
stands in `rand_augment`.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

import numpy as np
import torch
from pydantic import Field, model_validator
from torch import Tensor

from lineament.strict import Strict

ATTEMPTS = 10
"""So many boxes are drawn for a picture; the first one that fits is erased."""

Probability = Annotated[float, Field(ge=0, le=1)]


class RandomErasingOptions(Strict):
    """The paper's numbers.

    Attributes:
        probability: that a picture loses a box.
        smallest, largest: share of the picture that the box covers.
        flattest: least ratio of its height to its width; the most is the inverse.
    """

    kind: Literal["random_erasing"] = "random_erasing"
    probability: Probability = 0.5
    smallest: float = Field(gt=0, le=1, default=0.02)
    largest: float = Field(gt=0, le=1, default=0.4)
    flattest: float = Field(gt=0, le=1, default=0.3)

    @model_validator(mode="after")
    def _ordered(self) -> RandomErasingOptions:
        if self.smallest > self.largest:
            raise ValueError(f"smallest {self.smallest} exceeds largest {self.largest}")
        return self


class MixupOptions(Strict):
    """`alpha`: both parameters of the Beta distribution of a picture's share."""

    kind: Literal["mixup"] = "mixup"
    alpha: float = Field(gt=0, default=0.2)


class CutMixOptions(Strict):
    """`alpha` as for Mixup; `probability`: that a picture gets a part of another one."""

    kind: Literal["cutmix"] = "cutmix"
    alpha: float = Field(gt=0, default=1.0)
    probability: Probability = 0.5


class Mixed(NamedTuple):
    """Pictures of two people each.

    The loss of a sample is share * loss(labels) + (1 - share) * loss(others). `PartialFC` gives
    both in one call: embeddings twice, `labels` and `others` one behind the other, and `share` and
    1 - `share` as weights; the mean of its losses is then half of what is meant.

    Attributes:
        pictures: (N,3,S,S) float32.
        labels: (N,) int64, as they came.
        others: (N,) int64, people of what was mixed in.
        share: (N,) float32, how much of each picture is its own.
    """

    pictures: Tensor
    labels: Tensor
    others: Tensor
    share: Tensor


def random_erasing(
    pictures: Tensor, options: RandomErasingOptions, generator: torch.Generator
) -> Tensor:
    """Fill a box of some pictures with random grey levels (Zhong et al., AAAI 2020)."""
    count, size = len(pictures), pictures.shape[-1]

    def drawn(*shape: int) -> Tensor:
        return _uniform(shape, pictures.device, generator)

    flattest = options.flattest
    covered = options.smallest + drawn(count, ATTEMPTS) * (options.largest - options.smallest)
    ratio = flattest + drawn(count, ATTEMPTS) * (1 / flattest - flattest)
    sides = torch.stack([(covered * ratio).sqrt(), (covered / ratio).sqrt()], dim=-1) * size
    sides = sides.round().clamp(min=1)
    fits = (sides <= size).all(dim=-1)
    first = fits.int().argmax(dim=1)
    sides = sides[torch.arange(count, device=pictures.device), first]
    corner = (drawn(count, 2) * (size - sides + 1)).floor()
    chosen = fits.any(dim=1) & (drawn(count) < options.probability)
    box = _box(corner, corner + sides, size) & chosen[:, None, None]
    noise = (drawn(*pictures.shape) * 256).floor()
    return torch.where(box[:, None], noise, pictures)


def mixup(
    pictures: Tensor, labels: Tensor, options: MixupOptions, generator: torch.Generator
) -> Mixed:
    """Blend each picture with another one (Zhang et al., "mixup", ICLR 2018).

    Partners are a random permutation of the batch, so that a picture may meet itself; every picture
    has a share of its own.
    """
    share = _beta(options.alpha, len(pictures), pictures.device, generator)
    partners = _permutation(len(pictures), pictures.device, generator)
    weight = share[:, None, None, None]
    blended = weight * pictures + (1 - weight) * pictures[partners]
    return Mixed(blended, labels, labels[partners], share)


def cutmix(
    pictures: Tensor, labels: Tensor, options: CutMixOptions, generator: torch.Generator
) -> Mixed:
    """Put a box of another picture at its place into some pictures (Yun et al., ICCV 2019).

    The box has the picture's proportions and its centre anywhere, and is cut off at the border;
    `share` is what is left of the picture, in pixels.
    """
    count, size = len(pictures), pictures.shape[-1]
    kept = _beta(options.alpha, count, pictures.device, generator)
    partners = _permutation(count, pictures.device, generator)
    side = ((1 - kept).sqrt() * size).floor()[:, None]
    chosen = _uniform((count, 1), pictures.device, generator) < options.probability
    centre = (_uniform((count, 2), pictures.device, generator) * size).floor()
    first = centre - (side / 2).floor()
    box = _box(first, first + side, size) & chosen[:, :, None]
    share = 1 - box.float().mean(dim=(1, 2))
    cut = torch.where(box[:, None], pictures[partners], pictures)
    return Mixed(cut, labels, labels[partners], share)


def _box(first: Tensor, end: Tensor, size: int) -> Tensor:
    """(N,size,size) bool of boxes whose rows and columns go from `first` (N,2) to before `end`."""
    place = torch.arange(size, device=first.device)
    inside = (place >= first[..., None]) & (place < end[..., None])
    return inside[:, 0, :, None] & inside[:, 1, None, :]


def _uniform(shape: tuple[int, ...], device: torch.device, generator: torch.Generator) -> Tensor:
    return torch.rand(shape, generator=generator, device=generator.device).to(device)


def _permutation(count: int, device: torch.device, generator: torch.Generator) -> Tensor:
    return torch.randperm(count, generator=generator, device=generator.device).to(device)


def _beta(alpha: float, count: int, device: torch.device, generator: torch.Generator) -> Tensor:
    """(count,) float32 of the Beta distribution, which PyTorch draws from no generator."""
    seed = torch.randint(2**62, (), generator=generator, device=generator.device)
    shares = np.random.default_rng(int(seed)).beta(alpha, alpha, count)
    return torch.as_tensor(shares, dtype=torch.float32).to(device)
