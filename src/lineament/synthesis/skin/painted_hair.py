"""Hair that is too short to stand off the skin: shaved heads, roots under hair, stubble."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from lineament.face import FloatArray
from lineament.synthesis.hair.facial_hair import Beard, beard_cover
from lineament.synthesis.hair.hairline import hair_cover
from lineament.synthesis.parts import Part
from lineament.synthesis.skin.painting import grow_hair
from lineament.synthesis.skin.texture_space import FACE_TILE, TextureSpace
from lineament.synthesis.traits import Traits

COARSE = 4
"""Covers are found on every fourth texel and spread out."""

SEEN_AS_HAIR = 0.4
"""Cover times strength from which a viewer takes a scalp for hairy."""

FRONT = (5.0, 6.0, 4.0)
"""Half the width, height and depth, in centimetres, of the face in front where no hair of the head
grows; also texels between the lips, which coarse covers know nothing of."""

BEARD_ROWS = (0.30, 0.92)
"""Of the face texture, in which beards lie."""


class PaintedHair:
    """Paints short hair on one head."""

    def __init__(self, space: TextureSpace) -> None:
        random = np.random.default_rng(2)
        self.side = space.side
        small = (self.side // COARSE, self.side // COARSE)
        self.coarse = np.stack(
            [cv2.resize(tile, small, interpolation=cv2.INTER_AREA) for tile in space.position]
        )
        low, high = (int(share * space.side / COARSE) for share in BEARD_ROWS)
        self.beard_rows = slice(low * COARSE, high * COARSE)
        self.beard_places = self.coarse[FACE_TILE, low:high]
        x, y, z = np.moveaxis(space.position[FACE_TILE], -1, 0)
        self.front = (np.abs(x) < FRONT[0]) & (y < FRONT[1])
        self.front &= (z > FRONT[2]) | (np.abs(x) + np.abs(y) + np.abs(z) < 1e-3)
        noise = random.standard_normal((2, self.side, self.side)).astype(np.float32)
        self.stubble = _even(np.stack([gaussian_filter(tile, 0.6) for tile in noise]))
        soft = _even(gaussian_filter(noise[0, self.beard_rows], 9 * self.side / 512))
        self.patches = 0.9 * np.clip(soft - 0.3, 0, 1)
        self.strands = _even(np.stack([gaussian_filter(tile, (2.2, 0.6)) for tile in noise]))

    def scalp_cover(self, traits: Traits) -> FloatArray:
        """(2,S,S) float32 how thickly hair grows."""
        cover = np.stack([self._spread(hair_cover(tile, traits)) for tile in self.coarse])
        cover[FACE_TILE][self.front] = 0.0
        return cover

    def paint_scalp(
        self,
        albedo: FloatArray,
        parts: NDArray[np.uint8],
        cover: FloatArray,
        colour: FloatArray,
        scalp: float,
        length: float,
    ) -> None:
        """Paint hair (2,S,S,3) of a length in centimetres in place; `scalp` 0 (bald) to 1."""
        noise = self.stubble if length < 0.25 else self.strands
        strength = scalp * float(np.clip(0.5 + 0.4 * length / 0.3, 0, 0.95))
        labelled = SEEN_AS_HAIR / max(strength, 1e-3)
        for tile in range(2):
            look = (cover[tile], noise[tile], colour, strength, labelled, int(Part.HAIR))
            grow_hair(albedo[tile], parts[tile], *look)

    def paint_beard(self, albedo: FloatArray, parts: NDArray[np.uint8], beard: Beard) -> None:
        """Paint a beard on the face (S,S,3) in place; it stays skin."""
        rows = self.beard_rows
        cover = self._spread(beard_cover(self.beard_places, beard), rows.stop - rows.start)
        cover = cover * (1 - np.float32(beard.patchiness) * self.patches)
        grey = beard.grey
        colour = np.array(beard.colour) * (1 - grey) + np.array([0.34, 0.33, 0.32]) * grey
        strength = beard.density * float(np.clip(0.45 + 1.2 * beard.length, 0, 0.85))
        noise = (self.stubble if beard.length < 0.35 else self.strands)[FACE_TILE, rows]
        look = (np.ascontiguousarray(cover, np.float32), noise, colour.astype(np.float32))
        grow_hair(albedo[rows], parts, *look, strength, 2.0, 0)

    def _spread(self, coarse: FloatArray, rows: int | None = None) -> FloatArray:
        size = (self.side, rows or self.side)
        return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR))


def _even(noise: FloatArray) -> FloatArray:
    """The same noise with all values 0 to 1 equally frequent."""
    order = noise.ravel().argsort().argsort().reshape(noise.shape)
    return (order / order.size).astype(np.float32)
