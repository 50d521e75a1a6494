"""From surfaces, camera and light to colours and parts of every pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.camera import Camera, project
from lineament.synthesis.geometry_buffers import CASTS_SHADOW, OPACITY, Geometry, MaterialTable
from lineament.synthesis.lighting import SHADOW_SIDE, Lamps, Light, shadow_view
from lineament.synthesis.material import Finish
from lineament.synthesis.parts import Part
from lineament.synthesis.raster import Fragments, empty_fragments, rasterise
from lineament.synthesis.shader import EyeLook, SkinMaps, shade

Flags = NDArray[np.bool_]

SHADOW_BIAS = 0.35
"""How much nearer to the lamp a thing must be to cast a shadow, in centimetres."""


@dataclass(frozen=True)
class View:
    """Where every vertex of a scene is seen.

    Attributes:
        viewed: (P,3) float32 in the frame of the camera.
        plane: (P,2) float32 on the picture plane at distance one, y down.
        nearness: (P,) float32 1 / depth, 0 behind the camera.
    """

    viewed: FloatArray
    plane: FloatArray
    nearness: FloatArray


@dataclass(frozen=True)
class Framing:
    """Picture pixels = plane * `scale` + `shift`; pixel centres at integers.

    Attributes:
        scale: pixels for one unit of the picture plane.
        shift: (2,) pixels.
    """

    scale: float
    shift: FloatArray

    def __call__(self, plane: FloatArray) -> FloatArray:
        """(N,2) float32 picture pixels of positions on the picture plane."""
        return np.asarray(plane * self.scale + self.shift, dtype=np.float32)


@dataclass(frozen=True)
class Drawn:
    """A picture before the camera, S pixels and F = S * supersampling samples a side.

    Attributes:
        colour: (S,S,3) float32 linear RGB of the surfaces, times `coverage`.
        coverage: (S,S) float32 share of the pixel that any surface covers.
        part: (S,S) uint8 `Part` numbers.
        fragments: (F,F) what is seen at each sample.
    """

    colour: FloatArray
    coverage: FloatArray
    part: NDArray[np.uint8]
    fragments: Fragments


def see(geometry: Geometry, camera: Camera) -> View:
    """Where the vertices are seen."""
    viewed = camera.view(geometry.vertices)
    return View(viewed, *project(viewed))


def frame_box(low: FloatArray, high: FloatArray, camera: Camera, size: int) -> Framing:
    """Frame a box on the picture plane, (2,) corners, as the camera says, in `size` pixels."""
    side = float((high - low).max()) * camera.margin
    scale = size / side
    middle = (low + high) / 2 + np.array(camera.shift) * side
    return Framing(scale, ((size - 1) / 2 - middle * scale).astype(np.float32))


def draw(
    geometry: Geometry,
    table: MaterialTable,
    view: View,
    framing: Framing,
    rotation: FloatArray,
    canonical: FloatArray,
    skin_texture: NDArray[np.int32],
    skin: SkinMaps,
    eyes: EyeLook,
    lamps: Lamps,
    size: int,
    supersampling: int,
) -> Drawn:
    """Draw a scene; arguments as for `shade`."""
    side = size * supersampling
    xy = (framing(view.plane) + 0.5) * supersampling - 0.5
    surfaces: tuple[Any, ...] = (xy.astype(np.float32), view.nearness, *geometry[3:6])
    lens = table.finish == Finish.LENS
    fragments = empty_fragments(side, side)
    rasterise(*surfaces, ~lens, table, True, fragments)
    light = _light(geometry, table, view, lamps)
    colour = np.zeros((side, side, 3), np.float32)
    part = np.zeros((side, side), np.uint8)
    look: tuple[Any, ...] = (
        geometry,
        view.viewed,
        rotation,
        canonical,
        table,
        skin_texture,
        skin,
        eyes,
        light,
    )
    shade(fragments, *look, colour, part)
    if lens[geometry.material].any():
        _look_through(surfaces, lens, fragments, look, colour, part)
    return Drawn(*_resolve(colour, part, fragments.triangle, supersampling), fragments)


def _light(geometry: Geometry, table: MaterialTable, view: View, lamps: Lamps) -> Light:
    """The lamps, with the shadow of the first drawn as it sees the scene."""
    depth = np.zeros((1, 1), np.float32)
    projection = np.zeros((3, 4), np.float32)
    if lamps.shadow > 0:
        middle = np.array([0, 0, -lamps.distance], np.float32)
        projection = shadow_view(lamps.directions[0], middle)
        placed = view.viewed @ projection[:, :3].T + projection[:, 3]
        seen = empty_fragments(SHADOW_SIDE, SHADOW_SIDE)
        casts = (table.surface[:, CASTS_SHADOW] > 0) & (table.finish != Finish.LENS)
        xy, near = np.ascontiguousarray(placed[:, :2]), np.ascontiguousarray(placed[:, 2])
        rasterise(xy, near, *geometry[3:6], casts, table, False, seen)
        depth = seen.nearness
    return Light(
        lamps.ambient,
        lamps.directions,
        lamps.colours,
        lamps.shadow,
        projection,
        depth,
        SHADOW_BIAS,
    )


def _look_through(
    surfaces: tuple[Any, ...],
    lens: Flags,
    behind: Fragments,
    look: tuple[Any, ...],
    colour: FloatArray,
    part: NDArray[np.uint8],
) -> None:
    """Add the nearest lenses to a picture, in place: tinted, with what they mirror."""
    table: MaterialTable = look[4]
    solid = table._replace(surface=table.surface.copy(), texture=np.zeros_like(table.texture))
    solid.surface[:, OPACITY] = 1.0
    fragments = Fragments(
        behind.nearness.copy(),
        np.full_like(behind.triangle, -1),
        np.zeros_like(behind.weights),
    )
    rasterise(*surfaces, lens, solid, True, fragments)
    rows, columns = np.nonzero(fragments.triangle >= 0)
    if not len(rows):
        return
    box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    buffers: Any = (np.ascontiguousarray(buffer[box]) for buffer in fragments)
    window = Fragments(*buffers)
    mirrored = np.zeros((*window.triangle.shape, 3), np.float32)
    shade(window, *look, mirrored, np.zeros(window.triangle.shape, np.uint8))
    hit = window.triangle >= 0
    opacity = _lens_opacity(window, hit, look[0], table)[:, None]
    through = colour[box]
    through[hit] = through[hit] * (1 - opacity) + mirrored[hit]
    part[box][hit] = Part.EYE_GLASSES
    behind.triangle[box][hit] = window.triangle[hit]


def _lens_opacity(
    seen: Fragments, hit: NDArray[np.bool_], geometry: Geometry, table: MaterialTable
) -> FloatArray:
    """(N,) opacity of the lenses where `hit`: that of the material times the texture's alpha."""
    triangle, share = seen.triangle[hit], seen.weights[hit]
    kind = geometry.material[triangle]
    corners = geometry.texcoords[triangle]
    last = 1 - share.sum(axis=1)
    u, v = np.moveaxis(corners[:, 0] * share[:, :1] + corners[:, 1] * share[:, 1:], 1, 0)
    u, v = (u + corners[:, 2, 0] * last) % 1, (v + corners[:, 2, 1] * last) % 1
    start, side = table.texture[kind].T
    column, row = ((axis * side).astype(np.intp) for axis in (u, 1 - v))
    column, row = (np.clip(axis, 0, np.maximum(side - 1, 0)) for axis in (column, row))
    alpha = np.where(side > 0, table.texels[start + row * side + column, 3] / 255, 1)
    return np.asarray(table.surface[kind, OPACITY] * alpha, dtype=np.float32)


@njit(cache=True, fastmath=True)
def _resolve(
    colour: FloatArray, part: NDArray[np.uint8], triangle: NDArray[np.int32], samples: int
) -> tuple[FloatArray, FloatArray, NDArray[np.uint8]]:
    """Means of the samples of each pixel, and the part that most of them show."""
    size = part.shape[0] // samples
    mean = np.zeros((size, size, 3), np.float32)
    coverage = np.zeros((size, size), np.float32)
    most = np.zeros((size, size), np.uint8)
    votes = np.zeros(32, np.int64)
    share = np.float32(1.0 / (samples * samples))
    for y in range(size):
        for x in range(size):
            votes[:] = 0
            for row in range(y * samples, (y + 1) * samples):
                for column in range(x * samples, (x + 1) * samples):
                    votes[part[row, column]] += 1
                    if triangle[row, column] >= 0:
                        coverage[y, x] += share
                        for i in range(3):
                            mean[y, x, i] += colour[row, column, i] * share
            best = 0
            for kind in range(32):
                if votes[kind] > votes[best]:
                    best = kind
            most[y, x] = best
    return mean, coverage, most
