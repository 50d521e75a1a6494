"""The shape of a person's brows in the face texture, and the points that follow from it.

Texels are of a 1024-texel map, `UNIT` of them to a centimetre at the brows. A place on a brow is
(t, s): t runs from the inner end, 0, to the tail, 1; s from the lower edge, -1, to the upper, 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Indices
from lineament.synthesis.head_mesh import FACE
from lineament.synthesis.outline import resample
from lineament.synthesis.skin.part_map import map_texels
from lineament.synthesis.skin.texture_space import TextureSpace
from lineament.synthesis.traits import Traits

UNIT = 36.0

USUAL_DROP = 0.17
"""Centimetres by which the middle line of a brow whose `Traits.brow_height` is 0 runs below the
mesh's landmarks 17 to 26, which follow the upper rim of the brow."""

THINNEST, THICKEST = 0.36, 0.98
"""Centimetres across the body of a brow at `Traits.brow_thickness` 0 and 1."""

PROFILE_T = (0.0, 0.1, 0.3, 0.6, 0.8, 1.0)
PROFILE = (0.54, 0.9, 1.0, 0.86, 0.55, 0.14)
"""Thickness along a brow as a share of that of its body."""

SHAPES = {
    "soft": (0.0, 0.05, 0.0),
    "straight": (0.45, 0.0, 0.0),
    "arched": (0.0, 0.2, 0.0),
    "angled": (0.05, 0.14, 0.15),
    "drooping": (0.1, 0.0, -0.2),
}
"""How far a shape is straightened, centimetres that it arches, and that its tail is raised."""

SHARES_FEMININE = (0.34, 0.16, 0.26, 0.18, 0.06)
SHARES_MASCULINE = (0.38, 0.34, 0.06, 0.1, 0.12)

SAMPLES = 64
LINE_SAMPLES = 17
"""Samples of a line along a brow that is followed into the picture."""

REACH = 1.6
"""Centimetres round the mesh's landmarks within which triangles are looked for."""


@dataclass(frozen=True)
class BrowLine:
    """One brow; N samples from the inner end to the tail.

    Attributes:
        middle: (N,2) float64 column, row.
        across: (N,2) unit vectors towards the upper edge.
        half: (N,) half the thickness in texels.
    """

    middle: NDArray[np.float64]
    across: NDArray[np.float64]
    half: NDArray[np.float64]

    def place(self, t: NDArray[np.floating], s: NDArray[np.floating]) -> NDArray[np.float64]:
        """Columns and rows (K,2) of places on the brow."""
        at = np.clip(np.asarray(t), 0, 1) * (len(self.middle) - 1)
        grid = np.arange(len(self.middle))

        def along(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.stack([np.interp(at, grid, column) for column in values.T], axis=-1)

        reach = np.interp(at, grid, self.half) * np.asarray(s)
        return np.asarray(along(self.middle) + along(self.across) * reach[..., None])

    def edge(self, s: float) -> NDArray[np.float64]:
        """(N,2) the lower (-1) or upper (1) edge, from the inner end to the tail."""
        return self.middle + self.across * (s * self.half)[:, None]


class BrowShapes:
    """Draws the brows of persons on one head."""

    def __init__(self, space: TextureSpace) -> None:
        right = map_texels(space, space.landmarks[17:22])[::-1]
        left = map_texels(space, space.landmarks[22:27])
        self.guides = (right, left)
        corners = map_texels(space, space.texels(space.mesh.texcoords))
        everything = np.concatenate([right, left])
        away = np.linalg.norm(corners.mean(axis=1)[:, None] - everything[None], axis=2).min(axis=1)
        near = (away < REACH * UNIT) & (space.mesh.surface == FACE)
        self._triangles = space.mesh.triangles[near]
        self._origin = corners[near, 0]
        base = np.stack([corners[near, k] - corners[near, 0] for k in (1, 2)], axis=-1)
        self._inverse = np.linalg.inv(base)

    def of(self, traits: Traits, random: np.random.Generator) -> tuple[BrowLine, BrowLine]:
        """The person's right and left brow."""
        shares = SHARES_FEMININE if traits.feminine else SHARES_MASCULINE
        straight, arch, rise = SHAPES[str(random.choice(list(SHAPES), p=shares))]
        straight = float(np.clip(straight + random.normal(0, 0.1), 0, 1))
        arch += random.normal(0, 0.04)
        rise += random.normal(0, 0.06)
        ends = np.array([random.normal(0, 0.13), random.normal(-0.02, 0.1)])
        thick = THINNEST + (THICKEST - THINNEST) * traits.brow_thickness
        peak = random.uniform(0.55, 0.72)
        bulge = random.normal(0, 0.07, len(PROFILE)) * [1, 1, 0, 1, 1, 0.5]
        lines = []
        for guide, outwards in zip(self.guides, (-1.0, 1.0), strict=True):
            own = random.normal(0, 0.03, 3)
            drop = USUAL_DROP - traits.brow_height + own[0]
            lowered = guide + np.array([0.0, drop * UNIT])
            curve = _reshaped(lowered, straight, arch + own[1], rise + own[2], peak)
            curve = _lengthened(curve, ends * [-outwards, outwards] * UNIT)
            profile = np.interp(np.linspace(0, 1, SAMPLES), PROFILE_T, np.add(PROFILE, bulge))
            lines.append(_line(curve, np.maximum(profile, 0.06) * thick * UNIT / 2))
        return lines[0], lines[1]

    def bound(self, points: NDArray[np.float64]) -> tuple[Indices, FloatArray]:
        """Vertices of the face (P,3) int32 that texels (P,2) near the brows follow, and their
        shares (P,3) float32."""
        x = points[:, None, 0] - self._origin[:, 0]
        y = points[:, None, 1] - self._origin[:, 1]
        second = self._inverse[:, 0, 0] * x + self._inverse[:, 0, 1] * y
        third = self._inverse[:, 1, 0] * x + self._inverse[:, 1, 1] * y
        first = 1 - second - third
        best = np.minimum(np.minimum(first, second), third).argmax(axis=1)
        rows = np.arange(len(best))
        chosen = np.stack([weight[rows, best] for weight in (first, second, third)], axis=1)
        chosen = np.clip(chosen, 0, 1)
        chosen /= chosen.sum(axis=1, keepdims=True)
        return self._triangles[best], chosen.astype(np.float32)


def brow_lines(right: BrowLine, left: BrowLine) -> NDArray[np.float64]:
    """Texels (2,3,N,2) along the right and the left brow, from the inner end to the tail: along
    the middle, the upper edge and the lower edge."""
    return np.stack(
        [
            np.stack([resample(brow.edge(height), LINE_SAMPLES) for height in (0.0, 1.0, -1.0)])
            for brow in (right, left)
        ]
    )


def _reshaped(
    guide: NDArray[np.float64], straight: float, arch: float, rise: float, peak: float
) -> NDArray[np.float64]:
    """(N,2) a guide bent to a shape that keeps the guide's mean height."""
    t = np.linspace(0, 1, SAMPLES)
    curve = np.asarray(CubicSpline(np.linspace(0, 1, len(guide)), guide)(t))
    chord = guide[0] + (guide[-1] - guide[0]) * t[:, None]
    flat = curve.copy()
    flat[:, 1] += straight * (chord[:, 1] - curve[:, 1])
    bump = np.exp(-(((t - peak) / 0.25) ** 2))
    flat[:, 1] -= (arch * bump + rise * (t - 0.4).clip(0) * 1.6) * UNIT
    flat[:, 1] += curve[:, 1].mean() - flat[:, 1].mean()
    return flat


def _lengthened(curve: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """A curve whose first and last column are moved by `ends`, the others in proportion."""
    first, last = curve[0, 0], curve[-1, 0]
    share = (curve[:, 0] - first) / (last - first)
    column = first + ends[0] + share * (last + ends[1] - first - ends[0])
    spline = CubicSpline(share, curve[:, 1])
    wanted = (column - first) / (last - first)
    row = np.where(
        wanted > 1,
        curve[-1, 1] + (wanted - 1) * (curve[-1, 1] - curve[-8, 1]) / (share[-1] - share[-8]),
        spline(np.clip(wanted, 0, 1)),
    )
    return np.stack([column, row], axis=1)


def _line(curve: NDArray[np.float64], half: NDArray[np.float64]) -> BrowLine:
    along = np.gradient(curve, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.stack([along[:, 1], -along[:, 0]], axis=1)
    across *= np.where(across[:, 1:2] > 0, -1.0, 1.0)
    return BrowLine(curve, across, half)
