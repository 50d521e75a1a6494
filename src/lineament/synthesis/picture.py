"""From surfaces, camera and light to colours and parts of every pixel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.camera import Camera, project, transform
from lineament.synthesis.eye_surface import EyeLook
from lineament.synthesis.geometry_buffers import CASTS_SHADOW, OPACITY, Geometry, MaterialTable
from lineament.synthesis.lighting import SHADOW_SIDE, Lamps, Light, shadow_view
from lineament.synthesis.material import Finish
from lineament.synthesis.parts import Part
from lineament.synthesis.raster import Fragments, empty_fragments, rasterise
from lineament.synthesis.shader import SkinMaps, shade

Flags = NDArray[np.bool_]
Painted = tuple[FloatArray, NDArray[np.uint8]]

SHADOW_BIAS = 0.5
"""How much nearer to the lamp a thing must be to cast a shadow, in centimetres."""


CLEAR_BELOW = 0.5
"""Opacity of a lens below which eyes and brows behind it keep their parts."""

SEEN_THROUGH_GLASSES = (Part.LEFT_EYE, Part.RIGHT_EYE, Part.LEFT_BROW, Part.RIGHT_BROW)


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
    xy = xy.astype(np.float32)
    lens = table.finish == Finish.LENS
    light = _light(geometry, table, view, lamps)

    def find(drawn: Flags, materials: MaterialTable, fragments: Fragments) -> None:
        triangles, texcoords, material = geometry.triangles, geometry.texcoords, geometry.material
        near = view.nearness
        rasterise(xy, near, triangles, texcoords, material, drawn, materials, True, fragments)

    def paint(fragments: Fragments) -> Painted:
        colour = np.zeros((*fragments.triangle.shape, 3), np.float32)
        part = np.zeros(fragments.triangle.shape, np.uint8)
        shade(
            fragments,
            geometry,
            view.viewed,
            rotation,
            canonical,
            table,
            skin_texture,
            skin,
            eyes,
            light,
            colour,
            part,
        )
        return colour, part

    fragments = empty_fragments(side, side)
    find(~lens, table, fragments)
    colour, part = paint(fragments)
    cover = (fragments.triangle >= 0).astype(np.float32)
    if lens[geometry.material].any():
        seen = _nearest_lens(find, lens, table, fragments)
        _look_through(seen, paint, geometry, table, colour, cover, part)
    return Drawn(*_resolve(colour, part, cover, supersampling), fragments)


def _light(geometry: Geometry, table: MaterialTable, view: View, lamps: Lamps) -> Light:
    """The lamps, with the shadow of the first drawn as it sees the scene."""
    depth = np.zeros((1, 1), np.float32)
    projection = np.zeros((3, 4), np.float32)
    if lamps.shadow > 0:
        middle = np.array([0, 0, -lamps.distance], np.float32)
        projection = shadow_view(lamps.directions[0], middle)
        placed = transform(view.viewed, projection)
        seen = empty_fragments(SHADOW_SIDE, SHADOW_SIDE)
        casts = (table.surface[:, CASTS_SHADOW] > 0) & (table.finish != Finish.LENS)
        xy, near = np.ascontiguousarray(placed[:, :2]), np.ascontiguousarray(placed[:, 2])
        triangles, texcoords, material = geometry.triangles, geometry.texcoords, geometry.material
        rasterise(xy, near, triangles, texcoords, material, casts, table, False, seen)
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


def _nearest_lens(
    find: Callable[[Flags, MaterialTable, Fragments], None],
    lens: Flags,
    table: MaterialTable,
    behind: Fragments,
) -> Fragments:
    """The nearest lens at each sample where nothing lies in front of it."""
    solid = table._replace(surface=table.surface.copy(), texture=np.zeros_like(table.texture))
    solid.surface[:, OPACITY] = 1.0
    nothing = empty_fragments(*behind.triangle.shape)
    fragments = nothing._replace(nearness=behind.nearness.copy())
    find(lens, solid, fragments)
    return fragments


def _look_through(
    fragments: Fragments,
    paint: Callable[[Fragments], Painted],
    geometry: Geometry,
    table: MaterialTable,
    colour: FloatArray,
    cover: FloatArray,
    part: NDArray[np.uint8],
) -> None:
    """Add lenses to a picture, in place: tinted, with what they mirror; `cover` (F,F) is the share
    of each sample through which nothing behind the scene is seen."""
    rows, columns = np.nonzero(fragments.triangle >= 0)
    if not len(rows):
        return
    box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    window = Fragments(
        np.ascontiguousarray(fragments.nearness[box]),
        np.ascontiguousarray(fragments.triangle[box]),
        np.ascontiguousarray(fragments.weights[box]),
    )
    mirrored, _ = paint(window)
    hit = window.triangle >= 0
    opacity = _lens_opacity(window, hit, geometry, table)[:, None]
    through = colour[box]
    through[hit] = through[hit] * (1 - opacity) + mirrored[hit]
    cover[box][hit] = 1 - (1 - cover[box][hit]) * (1 - opacity[:, 0])
    shown = part[box]
    clear = (opacity[:, 0] < CLEAR_BELOW) & np.isin(shown[hit], SEEN_THROUGH_GLASSES)
    shown[hit] = np.where(clear, shown[hit], Part.EYE_GLASSES)


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


@njit(cache=True, fastmath=True, error_model="numpy")
def _resolve(
    colour: FloatArray, part: NDArray[np.uint8], cover: FloatArray, samples: int
) -> tuple[FloatArray, FloatArray, NDArray[np.uint8]]:
    """Means of the samples of each pixel, and the part that most of them show."""
    size = part.shape[0] // samples
    mean = np.zeros((size, size, 3), np.float32)
    coverage = np.zeros((size, size), np.float32)
    most = np.zeros((size, size), np.uint8)
    share = np.float32(1.0 / (samples * samples))
    for y in range(size):
        for x in range(size):
            top, left, most_votes = y * samples, x * samples, 0
            for sample in range(samples * samples):
                row, column = top + sample // samples, left + sample % samples
                if cover[row, column] > 0.0:
                    coverage[y, x] += share * cover[row, column]
                    for i in range(3):
                        mean[y, x, i] += colour[row, column, i] * share
                if most_votes > (samples * samples) // 2:
                    continue
                votes = 0
                for other in range(samples * samples):
                    seen = part[top + other // samples, left + other % samples]
                    votes += seen == part[row, column]
                if votes > most_votes:
                    most_votes = votes
                    most[y, x] = part[row, column]
    return mean, coverage, most
