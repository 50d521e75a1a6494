"""Detail of scanned skins, apart from their colour: logarithms of ratios to the mean."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion, gaussian_filter

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Skins
from lineament.synthesis.skin.texture_space import FACE_TILE, TextureSpace, filled_outwards
from lineament.synthesis.skin.zones import Zones
from lineament.synthesis.traits import Traits

FEMININE = ("00", "02", "05", "09", "10")
OLD = ("05", "06", "07")
"""Names of files; all others are masculine and younger."""

SHAVED_Y = (-6.0, -4.0, -2.0, 0.0, 3.5, 5.0, 7.0, 9.0, 10.5, 12.0, 15.0)
SHAVED_Z = (-6.5, -5.5, -4.2, -1.5, 2.6, 3.6, 4.9, 6.3, 7.9, 9.8, 20.0)
"""Heights, and how far forward skins show shaved hair there; it is taken out."""

RANGE = (-1.6, 0.9)
CHROMA = 0.5
"""Share of the changes of hue that is kept."""

CREASE = 0.06
"""Centimetres of depth that one unit of logarithmic darkness stands for, in fine detail."""


@dataclass(frozen=True)
class ScannedDetail:
    """N skins in the layout of the face texture.

    Attributes:
        ratios: (N,S,S,3) float32 logarithms.
        heights: (N,S,S) float32 centimetres, by the fine detail: dark is deep.
        lightness: (N,) float32 logarithm of the mean.
        feminine, old: (N,) bool.
    """

    ratios: FloatArray
    heights: FloatArray
    lightness: FloatArray
    feminine: NDArray[np.bool_]
    old: NDArray[np.bool_]

    def chosen(
        self, random: np.random.Generator, traits: Traits
    ) -> list[tuple[FloatArray, FloatArray, float]]:
        """Ratios and heights of three skins that suit a person, with shares that add up to one."""
        liking = np.where(self.feminine == traits.feminine, 1.0, 0.1)
        liking *= np.exp(-np.abs(self.lightness - np.log(traits.tone.mean())) / 0.8)
        aged = np.clip((traits.age - 40) / 25, 0, 1)
        liking *= np.where(self.old, 0.1 + 2 * aged, 1.1 - 0.8 * aged)
        skins = random.choice(len(liking), min(3, len(liking)), False, liking / liking.sum())
        shares = np.sort(random.dirichlet(np.full(len(skins), 0.8)))[::-1]
        return [
            (self.ratios[skin], self.heights[skin], float(share))
            for skin, share in zip(skins, shares, strict=True)
        ]


def scanned_detail(skins: Skins, space: TextureSpace, zones: Zones) -> ScannedDetail:
    """Take the detail out of skins; the side of `space` may differ from theirs."""
    side = space.side
    sound = binary_erosion(space.inside[FACE_TILE], iterations=3)
    cheeks, lips = zones.cheeks[FACE_TILE], zones.lips[FACE_TILE, ..., None]
    place = space.position[FACE_TILE]
    before = place[..., 2] - np.interp(place[..., 1], SHAVED_Y, SHAVED_Z)
    fade = zones.interior[FACE_TILE] * np.clip((before - 0.4) / 1.4, 0, 1)
    ratios, heights, lightness = [], [], []
    for picture in skins.pictures:
        linear = (picture.astype(np.float32) / 255) ** 2.2
        linear = cv2.resize(linear, (side, side), interpolation=cv2.INTER_AREA)
        linear = filled_outwards(np.maximum(linear, 1e-3), sound)
        lightness.append(np.log(linear[cheeks].mean()))
        ratio = np.log(linear / linear[cheeks].mean(axis=0))
        mouth = (ratio * lips).sum((0, 1)) / max(float(lips.sum()), 1e-6)
        ratio = np.clip(ratio - lips * mouth, *RANGE) * fade[..., None]
        grey = ratio.mean(-1)
        ratios.append(CHROMA * ratio + (1 - CHROMA) * grey[..., None])
        fine = np.clip(grey - gaussian_filter(grey, 5 * side / 512), -0.35, 0.2)
        heights.append(CREASE * gaussian_filter(fine, 0.7))
    return ScannedDetail(
        np.stack(ratios).astype(np.float32),
        np.stack(heights).astype(np.float32),
        np.array(lightness, np.float32),
        np.isin(skins.names, FEMININE),
        np.isin(skins.names, OLD),
    )
