"""Pictures of strands, drawn hair by hair: what the cards and the cap of a head of hair show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray

SIDE = 256
COLUMNS = 8
"""Strands side by side in the atlas, each `SIDE` / `COLUMNS` texels wide."""


@dataclass(frozen=True)
class Strand:
    """Attributes:
    hairs: how many are drawn.
    dense: opacity 0 to 1 of the ground between them.
    sway: texels by which hairs leave their line; waves: how often.
    thinning: where along the strand hairs begin to end, 0 root to 1 tip.
    """

    hairs: int
    dense: float
    sway: float
    waves: float
    thinning: float


DENSE, WISPY, WAVY, FRIZZY = (0, 1), (2, 3), (4, 5), (6, 7)
"""Columns of the atlas."""

STRANDS = (
    Strand(46, 0.9, 1.5, 0.8, 0.55),
    Strand(40, 0.8, 2.0, 1.2, 0.45),
    Strand(20, 0.0, 2.0, 0.7, 0.6),
    Strand(13, 0.0, 3.0, 0.8, 0.5),
    Strand(40, 0.8, 3.0, 3.0, 0.5),
    Strand(36, 0.7, 4.0, 4.5, 0.5),
    Strand(46, 0.25, 8.0, 5.0, 0.6),
    Strand(40, 0.15, 9.0, 8.0, 0.6),
)


def strand_atlas(random: np.random.Generator) -> ByteArray:
    """(SIDE,SIDE,4) uint8 as `Material.texture` of finish HAIR: `STRANDS` side by side, roots at
    the top (v = 1), tips at the bottom."""
    atlas = np.zeros((SIDE, SIDE, 4), np.uint8)
    width = SIDE // COLUMNS
    for column, strand in enumerate(STRANDS):
        atlas[:, column * width : (column + 1) * width] = _strand(random, strand, width)
    return atlas


def _strand(random: np.random.Generator, strand: Strand, width: int) -> ByteArray:
    along = np.linspace(0, 1, SIDE)
    across = np.arange(width)
    ground = np.abs((across + 0.5) / width * 2 - 1)
    body = np.clip((1 - ground) * 3.0, 0, 1)[None] * np.clip((0.9 - along) * 4, 0, 1)[:, None]
    body *= np.clip(along * 9, 0, 1)[:, None]
    opacity = strand.dense * body
    grey = np.full((SIDE, width), 0.82)
    for _ in range(strand.hairs):
        middle = width / 2 + np.clip(random.normal(0, 0.26), -0.47, 0.47) * (width - 2)
        phase, waves = random.uniform(0, 2 * np.pi), strand.waves * random.uniform(0.6, 1.4)
        place = middle + strand.sway * random.uniform(0.4, 1) * np.sin(
            2 * np.pi * waves * along + phase
        )
        place = np.clip(place, 0.6, width - 1.6)
        start, end = random.uniform(-0.05, 0.12), random.uniform(strand.thinning, 1.05)
        strength = np.clip((along - start) * 40, 0, 1) * np.clip((end - along) * 12, 0, 1)
        tone = np.clip(random.normal(1.0, 0.22), 0.45, 1.6)
        near = np.clip(1.1 - np.abs(across[None] - place[:, None]), 0, 1) * strength[:, None]
        grey = grey * (1 - near) + tone * near
        opacity = np.maximum(opacity, near)
    return _texels(grey, opacity)


def cap_texture(random: np.random.Generator) -> ByteArray:
    """(SIDE,SIDE,4) uint8 for a cap over the skull: u runs along the hair line, v from it (0) to
    the crown; opaque but for a ragged edge at v = 0."""
    streaks = _smooth(random.normal(0, 1, (SIDE, SIDE)), 14, 0)
    streaks += 0.6 * _smooth(random.normal(0, 1, (SIDE, SIDE)), 40, 2)
    grey = 0.92 + 0.2 * streaks / streaks.std()
    v = 1 - (np.arange(SIDE) + 0.5) / SIDE
    ragged = 0.05 + 0.02 * _smooth(random.normal(0, 1, (1, SIDE)), 0, 1) / 0.5
    opacity = np.clip(v[:, None] / np.maximum(ragged, 0.02), 0, 1) ** 1.3
    return _texels(grey, opacity)


def stubble_texture(random: np.random.Generator) -> ByteArray:
    """(SIDE,SIDE,4) uint8 for cropped hair a few millimetres long: fine grain, laid out as
    `cap_texture`."""
    grain = _smooth(random.normal(0, 1, (SIDE, SIDE)), 2, 0)
    patches = _smooth(random.normal(0, 1, (SIDE, SIDE)), 9, 9)
    grey = 0.95 + 0.16 * grain / grain.std()
    v = 1 - (np.arange(SIDE) + 0.5) / SIDE
    opacity = np.clip(0.95 + 0.1 * grain / grain.std() + 0.06 * patches / patches.std(), 0, 1)
    return _texels(grey, opacity * np.clip((v[:, None] + 0.01) / 0.09, 0, 1))


def beard_texture(random: np.random.Generator) -> ByteArray:
    """(SIDE,SIDE,4) uint8 for a beard: u runs across its hairs, v is how thick it grows."""
    hairs = _smooth(random.normal(0, 1, (SIDE, SIDE)), 6, 0.4)
    hairs /= hairs.std()
    v = 1 - (np.arange(SIDE) + 0.5) / SIDE
    opacity = np.clip((v[:, None] - 0.42 + 0.16 * hairs) * 4, 0, 1)
    return _texels(0.85 + 0.2 * _smooth(hairs, 10, 0), opacity)


def frizz_texture(random: np.random.Generator) -> ByteArray:
    """(SIDE,SIDE,4) uint8 of dense tight curls, opaque; repeats in both directions."""
    coils = _smooth(random.normal(0, 1, (SIDE, SIDE)), 2, 2)
    coils += 0.8 * _smooth(random.normal(0, 1, (SIDE, SIDE)), 5, 5) * 2
    coils /= coils.std()
    return _texels(0.85 + 0.3 * coils, np.ones_like(coils))


def _texels(grey: NDArray[np.float64], opacity: NDArray[np.float64]) -> ByteArray:
    texels = np.empty((*grey.shape, 4), np.uint8)
    texels[..., :3] = np.clip(grey * 128, 0, 255)[..., None]
    texels[..., 3] = np.clip(opacity * 255, 0, 255)
    return texels


def _smooth(noise: NDArray[np.float64], rows: float, columns: float) -> NDArray[np.float64]:
    """Noise blurred by Gaussians of so many texels, wrapping round; variance as it comes."""
    spectrum = np.fft.fft2(noise)
    down = np.fft.fftfreq(noise.shape[0])[:, None] * rows
    right = np.fft.fftfreq(noise.shape[1])[None] * columns
    return np.asarray(np.fft.ifft2(spectrum * np.exp(-2 * (np.pi**2) * (down**2 + right**2))).real)
