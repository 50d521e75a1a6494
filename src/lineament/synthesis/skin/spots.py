"""Freckles, moles, sun spots, acne and scars: small things drawn one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.skin.painting import splat
from lineament.synthesis.skin.texture_space import FACE_TILE, TEXELS_PER_CM, TextureSpace
from lineament.synthesis.skin.zones import Zones, blobs
from lineament.synthesis.traits import Traits

FRECKLED = (
    *((0.0, 1.6, 12.0, 1.8, 0.8), (3.4, 1.0, 9.9, 2.6, 1.0), (-3.4, 1.0, 9.9, 2.6, 1.0)),
    *((0.0, 8.0, 10.3, 4.0, 0.35), (0.0, -4.5, 10.5, 4.0, 0.2)),
)
SPOTTY = (
    *((0.0, 8.0, 10.3, 3.5, 1.0), (0.0, -6.0, 10.8, 2.2, 1.0), (4.5, -1.5, 8.6, 2.5, 0.9)),
    *((-4.5, -1.5, 8.6, 2.5, 0.9), (0.0, 0.8, 12.8, 1.3, 0.6)),
)
BROWN = np.array([-0.5, -0.85, -1.0])
RED = np.array([0.06, -0.42, -0.32])


@dataclass(frozen=True)
class SpotPlaces:
    """Texels of the face where each kind may be, with cumulative chances.

    Attributes:
        texels: (N,2) column, row.
        chances: by kind, (N,) rising to one.
    """

    texels: NDArray[np.intp]
    chances: dict[str, NDArray[np.float64]]

    def drawn(self, kind: str, count: int, random: np.random.Generator) -> FloatArray:
        """Columns and rows (count,2)."""
        rows = np.searchsorted(self.chances[kind][:-1], random.random(count))
        jitter = random.uniform(-0.5, 0.5, (count, 2))
        return np.asarray(self.texels[rows] + jitter, dtype=np.float32)


def spot_places(space: TextureSpace, zones: Zones) -> SpotPlaces:
    """Where spots may be: on the face, off lips and lids."""
    position = space.position[FACE_TILE]
    bare = space.inside[FACE_TILE] & (zones.lips[FACE_TILE] < 0.02)
    bare &= (zones.lid_line[FACE_TILE] < 0.1) & (position[..., 1] < 12)
    texels = np.argwhere(bare)[:, ::-1]
    place = position[bare]
    weights = {
        "freckle": blobs(place, FRECKLED),
        "acne": blobs(place, SPOTTY),
        "mole": 0.3 + 0 * place[:, 0],
        "sun": 0.1 + blobs(place, FRECKLED) + blobs(place, ((6.5, 5, 5, 3, 1), (-6.5, 5, 5, 3, 1))),
    }
    chances = {
        kind: np.cumsum(weight, dtype=np.float64) / weight.sum() for kind, weight in weights.items()
    }
    return SpotPlaces(texels, chances)


def add_spots(
    log_albedo: FloatArray,
    height: FloatArray,
    places: SpotPlaces,
    traits: Traits,
    random: np.random.Generator,
) -> None:
    """Add a person's spots to the logarithm of the face's albedo (S,S,3) and to its height (S,S,1)
    in centimetres, in place."""
    unit = TEXELS_PER_CM * len(log_albedo) / 512
    dark = float(np.clip((traits.monk - 5) / 4, 0, 1))

    def some(
        kind: str,
        count: int,
        low: float,
        high: float,
        colour: NDArray[np.floating],
        rise: float = 0,
    ) -> None:
        where = places.drawn(kind, count, random)
        radius = (random.uniform(low, high, count) * unit).astype(np.float32)
        strength = random.uniform(0.35, 1.0, (count, 1))
        spot = (strength * colour * (1 - 0.5 * dark)).astype(np.float32)
        splat(log_albedo, where, radius, spot, 1.0)
        if rise:
            splat(height, where, radius, np.full((count, 1), rise, np.float32), 0.3)

    if traits.freckles:
        some("freckle", int(80 + 420 * traits.freckles), 0.035, 0.1, 0.42 * BROWN)
    if traits.moles:
        some("mole", int(random.uniform(1, 4 + 8 * traits.moles)), 0.04, 0.13, BROWN, 0.02)
    aged = float(np.clip((traits.age - 45) / 35, 0, 1))
    if aged:
        some("sun", int(random.uniform(0, 45) * aged), 0.05, 0.28, 0.22 * BROWN)
    if 12 < traits.age < 24 and random.random() < 0.45:
        worst = random.beta(1, 2.5)
        some("acne", int(6 + 60 * worst), 0.05, 0.14, (0.4 + 0.5 * worst) * RED, 0.015)
    some("acne", int(random.integers(0, 6)), 0.04, 0.1, 0.45 * RED)
    if traits.scars:
        _scar(log_albedo, height, places, traits, random)


def _scar(
    log_albedo: FloatArray,
    height: FloatArray,
    places: SpotPlaces,
    traits: Traits,
    random: np.random.Generator,
) -> None:
    """One thin line, paler and smoother than the skin around, pink while young."""
    unit = TEXELS_PER_CM * len(log_albedo) / 512
    start = places.drawn("sun", 1, random)
    length = random.uniform(0.8, 3.0) * (0.5 + traits.scars) * unit
    turn, curl = random.uniform(0, np.pi), random.normal(0, 0.3)
    along = np.linspace(0, 1, int(length) + 2)[:, None]
    heading = turn + curl * along
    line = start + length * along * np.concatenate([np.cos(heading), np.sin(heading)], axis=1)
    radius = (0.055 * unit * np.sin(np.pi * (0.08 + 0.84 * along[:, 0]))).astype(np.float32)
    colour = np.array([0.05, 0.015, 0.015]) + random.uniform(0, 1) * 0.1 * RED
    pale = np.tile(colour, (len(line), 1)).astype(np.float32)
    sunk = np.full((len(line), 1), -0.005, np.float32)
    splat(log_albedo, line.astype(np.float32), radius, pale, 0.0)
    splat(height, line.astype(np.float32), radius, sunk, 0.0)
