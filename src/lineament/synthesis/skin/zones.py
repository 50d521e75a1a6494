"""Where on the head skin is red, dark, oily or bare: smooth maps over both textures.

Places are in centimetres on the neutral head, so that one set of maps serves everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates

from lineament.face import FloatArray
from lineament.synthesis.parts import Part
from lineament.synthesis.skin.texture_space import FACE_TILE, SIDE, TextureSpace

NOISE_PERIOD = 32
"""Cells of the noise lattice, which repeats."""

REDNESS = (
    *((4.6, -0.4, 8.6, 2.1, 0.8), (-4.6, -0.4, 8.6, 2.1, 0.8), (0.0, 0.2, 13.0, 1.5, 1.0)),
    *((1.6, -0.5, 11.0, 0.8, 0.7), (-1.6, -0.5, 11.0, 0.8, 0.7), (0.0, -6.5, 10.8, 1.2, 0.45)),
    *((8.6, 1.5, -0.5, 2.2, 0.8), (-8.6, 1.5, -0.5, 2.2, 0.8), (0.0, -11.5, 5.0, 3.5, 0.3)),
)
SOCKETS = (
    *((2.2, 3.2, 9.4, 0.9, 0.9), (-2.2, 3.2, 9.4, 0.9, 0.9), (3.2, 2.3, 9.4, 1.1, 0.8)),
    *((-3.2, 2.3, 9.4, 1.1, 0.8), (3.3, 4.5, 9.6, 1.0, 0.6), (-3.3, 4.5, 9.6, 1.0, 0.6)),
)
OILY = (
    *((0.0, 8.2, 10.3, 2.6, 0.8), (0.0, 3.4, 11.0, 1.2, 0.8), (0.0, 0.6, 13.0, 1.3, 1.0)),
    *((0.0, -6.4, 10.8, 1.2, 0.6), (3.8, 0.6, 9.8, 1.4, 0.6), (-3.8, 0.6, 9.8, 1.4, 0.6)),
    *((1.7, -0.4, 11.2, 0.8, 0.7), (-1.7, -0.4, 11.2, 0.8, 0.7)),
)
PORED = ((0.0, 0.6, 12.5, 2.0, 1.0), (2.8, -0.2, 10.0, 2.0, 0.7), (-2.8, -0.2, 10.0, 2.0, 0.7))
"""Blobs: x, y, z of the middle, radius, strength."""

CHEEKS = ((4.3, -0.8, 8.9, 1.3, 1.0), (-4.3, -0.8, 8.9, 1.3, 1.0))


@dataclass(frozen=True)
class Zones:
    """Maps (2,S,S) float32, 0 to 1 unless told.

    Attributes:
        redness, sockets, oily, pored: as their names say.
        lips: soft, over the vermilion.
        ears: soft.
        lid_line: close to the rims of the lids.
        upper_lid: from the upper lid's rim to the brow.
        veins: thin lines at temples and lids.
        blotches: (2,2,S,S) noise with standard deviation 1, cells of 5 and 2 cm.
        mottle: (2,2,S,S) the same of 0.7 and 0.25 cm.
        grain: noise from texel to texel, standard deviation 1.
        cheeks: bool, where a person's tone is measured.
        interior: how far from the rim of the tile, 0 to 1 within 30 texels; holes do not count.
    """

    redness: FloatArray
    sockets: FloatArray
    oily: FloatArray
    pored: FloatArray
    lips: FloatArray
    ears: FloatArray
    lid_line: FloatArray
    upper_lid: FloatArray
    veins: FloatArray
    blotches: FloatArray
    mottle: FloatArray
    grain: FloatArray
    cheeks: NDArray[np.bool_]
    interior: FloatArray


def find_zones(space: TextureSpace, parts: NDArray[np.uint8]) -> Zones:
    """Maps of a head; `parts` as of `part_map`."""
    random = np.random.default_rng(0)
    position = space.position
    unit = space.side / SIDE
    lips, ears = soft_part(space, parts, LIPS, unit), soft_part(space, parts, EARS, 9 * unit)
    line, lid = _lids(space, unit)
    ridge = np.exp(-np.abs(noise(position, 1.1, random)) * 14)
    ridge *= np.clip(noise(position, 3.0, random) + 0.3, 0, 1)
    temples = blobs(position, ((6.0, 5.5, 6.0, 2.5, 1), (-6.0, 5.5, 6.0, 2.5, 1), *SOCKETS))
    grain = random.standard_normal(position.shape[:3]).astype(np.float32)
    grain = np.stack([gaussian_filter(tile, 0.6 * unit) for tile in grain])
    return Zones(
        redness=blobs(position, REDNESS),
        sockets=blobs(position, SOCKETS),
        oily=blobs(position, OILY),
        pored=blobs(position, PORED),
        lips=lips,
        ears=ears,
        lid_line=line,
        upper_lid=lid,
        veins=(ridge * temples).astype(np.float32),
        blotches=np.stack([noise(position, size, random) for size in (5.0, 2.0)]),
        mottle=np.stack([noise(position, size, random) for size in (0.7, 0.25)]),
        grain=grain / grain.std(),
        cheeks=blobs(position, CHEEKS) > 0.5,
        interior=_interior(space, unit),
    )


LIPS, EARS = (Part.UPPER_LIP, Part.LOWER_LIP), (Part.LEFT_EAR, Part.RIGHT_EAR)


def soft_part(
    space: TextureSpace, parts: NDArray[np.uint8], kinds: tuple[Part, ...], blur: float
) -> FloatArray:
    """Share (2,S,S) of some parts in each texel, blurred by `blur` texels."""
    hard = np.isin(parts, kinds).astype(np.float32)
    small = [cv2.resize(tile, (space.side,) * 2, interpolation=cv2.INTER_AREA) for tile in hard]
    return np.stack([gaussian_filter(tile, blur) for tile in small])


def blobs(position: FloatArray, table: tuple[tuple[float, ...], ...]) -> FloatArray:
    """The strongest of some soft balls at positions (...,3)."""
    strongest = np.zeros(position.shape[:-1], np.float32)
    for *middle, radius, strength in table:
        away = ((position - np.array(middle, np.float32)) ** 2).sum(-1)
        np.maximum(strongest, strength * np.exp(-away / radius**2), out=strongest)
    return strongest


def noise(position: FloatArray, size: float, random: np.random.Generator) -> FloatArray:
    """Smooth noise with standard deviation 1 in space, with cells of `size` centimetres."""
    lattice = random.standard_normal((NOISE_PERIOD,) * 3).astype(np.float32)
    place = np.moveaxis(position, -1, 0) / size + random.uniform(0, NOISE_PERIOD, (3, 1, 1, 1))
    share = place % 1.0
    smooth = np.floor(place) + share * share * (3 - 2 * share)
    values = map_coordinates(lattice, smooth, order=1, mode="grid-wrap", prefilter=False)
    return np.asarray((values - values.mean()) / values.std(), dtype=np.float32)


def _lids(space: TextureSpace, unit: float) -> tuple[FloatArray, FloatArray]:
    """Nearness to the rims of the lids, and the upper lids up to the brows."""
    line = np.zeros(space.position.shape[:3], np.float32)
    lid = np.zeros_like(line)
    column, row = np.arange(space.side), np.arange(space.side)[:, None]
    for first in (36, 42):
        rim = space.landmarks[first : first + 6]
        outline = np.zeros((space.side, space.side), np.uint8)
        cv2.fillPoly(outline, [np.round(rim * 16).astype(np.int32)], 1, shift=4)
        away = np.asarray(distance_transform_edt(outline == 0)) / unit
        low, high = rim[:, 0].min(), rim[:, 0].max()
        lower = np.where(row > rim[[1, 2, 4, 5], 1].mean(), 0.7, 1.0)
        line[FACE_TILE] = np.maximum(line[FACE_TILE], lower * np.exp(-((away / 1.8) ** 2)))
        upper = rim[:4][rim[:4, 0].argsort()]
        above = (np.interp(column, *upper.T)[None] - row) / unit
        across = (column - (low + high) / 2) / ((high - low) / 2 + 4 * unit)
        body = np.clip(1.3 - across**2 * 1.1, 0, 1)[None] * np.clip(above / 3 + 1, 0, 1)
        body = body * np.exp(-((above / 17).clip(0) ** 2))
        lid[FACE_TILE] = np.maximum(lid[FACE_TILE], body)
    return line, lid


def _interior(space: TextureSpace, unit: float) -> FloatArray:
    away = []
    for tile in space.inside:
        padded = np.pad(tile, 1)
        pieces = cv2.connectedComponents((~padded).astype(np.uint8))[1]
        distance = np.asarray(distance_transform_edt(pieces != pieces[0, 0]))[1:-1, 1:-1]
        share = np.clip(distance / (30 * unit), 0, 1)
        away.append(share * share * (3 - 2 * share))
    return np.stack(away).astype(np.float32)
