"""Colour and part of every pixel of which the rasteriser found the surface.

Light is linear RGB in the frame of the camera. Diffuse light is soft (it wraps round the form, red
farthest in skin, for the light that travels beneath it); highlights are Blinn-Phong with a Fresnel
term, and for hair Kajiya-Kay along the strands.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.eye_surface import EyeLook, Vector, eye_surface
from lineament.synthesis.geometry_buffers import (
    GLOSS,
    OPACITY,
    SPECULAR,
    TWO_SIDED,
    WRAP,
    Geometry,
    MaterialTable,
)
from lineament.synthesis.lighting import Light, irradiance
from lineament.synthesis.material import Finish
from lineament.synthesis.raster import Fragments, texel_row

FINISH_SKIN, FINISH_EYE = int(Finish.SKIN), int(Finish.EYE)
FINISH_HAIR = int(Finish.HAIR)
FINISH_PICTURE, FINISH_LENS = int(Finish.PICTURE), int(Finish.LENS)
SKIN_WRAP = (0.27, 0.15, 0.12)
"""How far red, green and blue light bend round skin."""

MATT = 0.01
"""Strength up to which a highlight is left out."""


class SkinMaps(NamedTuple):
    """The person's skin; K textures (face, then skull and neck), S texels a side, y down.

    Attributes:
        albedo: (K,S,S,3) float32 linear RGB.
        relief: (K,S,S,3) float32 what is added to the normal, in the frame of the head.
        shine: (K,S,S) float32 strength of the highlight.
        parts: (K,L,L) uint8 `Part` numbers.
        gloss: exponent of the highlight.
    """

    albedo: FloatArray
    relief: FloatArray
    shine: FloatArray
    parts: NDArray[np.uint8]
    gloss: float


@njit(cache=True, fastmath=True, error_model="numpy")
def shade(
    fragments: Fragments,
    geometry: Geometry,
    camera_vertices: FloatArray,
    rotation: FloatArray,
    canonical: FloatArray,
    table: MaterialTable,
    skin_texture: NDArray[np.int32],
    skin: SkinMaps,
    eyes: EyeLook,
    light: Light,
    colour: FloatArray,
    part: NDArray[np.uint8],
) -> None:
    """Fill `colour` (H,W,3) float32 and `part` (H,W) uint8 wherever `fragments` has a triangle.

    Args:
        geometry: normals in the frame of the head.
        camera_vertices: (P,3) float32 in the frame of the camera, which looks along -z.
        rotation: (3,3) float32 from the head's frame to the camera's.
        canonical: (V,3) float32 vertices of the neutral head.
        skin_texture: (M,) which texture of `skin` a SKIN material has; for an EYE material, which
            eye it is.
    """
    height, width = fragments.nearness.shape
    base = np.zeros(3)
    normal = np.zeros(3)
    position = np.zeros(3)
    tangent = np.zeros(3)
    for y in range(height):
        for x in range(width):
            t = fragments.triangle[y, x]
            if t < 0:
                continue
            kind = geometry.material[t]
            finish = table.finish[kind]
            a, b, c = geometry.triangles[t, 0], geometry.triangles[t, 1], geometry.triangles[t, 2]
            wa, wb = fragments.weights[y, x, 0], fragments.weights[y, x, 1]
            wc = 1.0 - wa - wb
            occlusion = wa * geometry.occlusion[a] + wb * geometry.occlusion[b]
            occlusion += wc * geometry.occlusion[c]
            u = wa * geometry.texcoords[t, 0, 0] + wb * geometry.texcoords[t, 1, 0]
            u += wc * geometry.texcoords[t, 2, 0]
            v = wa * geometry.texcoords[t, 0, 1] + wb * geometry.texcoords[t, 1, 1]
            v += wc * geometry.texcoords[t, 2, 1]
            for i in range(3):
                normal[i] = wa * geometry.normals[a, i] + wb * geometry.normals[b, i]
                normal[i] += wc * geometry.normals[c, i]
                position[i] = wa * camera_vertices[a, i] + wb * camera_vertices[b, i]
                position[i] += wc * camera_vertices[c, i]
                base[i] = table.colour[kind, i]
            specular, gloss = table.surface[kind, SPECULAR], table.surface[kind, GLOSS]
            wrap_red = wrap_green = wrap_blue = table.surface[kind, WRAP]
            seen_part = table.part[kind]
            if finish == FINISH_SKIN:
                which = skin_texture[kind]
                strength = _skin(skin, which, u, v, base, normal)
                specular, gloss = specular * strength, skin.gloss
                side = skin.parts.shape[1]
                row = min(side - 1, int((1.0 - (v - np.floor(v))) * side))
                seen_part = skin.parts[which, row, min(side - 1, int((u - np.floor(u)) * side))]
                wrap_red, wrap_green, wrap_blue = SKIN_WRAP
            elif finish == FINISH_EYE:
                for i in range(3):
                    tangent[i] = wa * canonical[a, i] + wb * canonical[b, i] + wc * canonical[c, i]
                    tangent[i] -= eyes.centres[skin_texture[kind], i]
                occlusion *= eye_surface(eyes, tangent, base)
            elif table.texture[kind, 1] > 0:
                row = texel_row(table, kind, u, v)
                if finish == FINISH_LENS:
                    share = table.surface[kind, OPACITY] * table.texels[row, 3] / 255.0
                    for i in range(3):
                        base[i] = base[i] * share + table.texels[row, 0] / 255.0
                elif finish == FINISH_PICTURE:
                    for i in range(3):
                        base[i] *= (table.texels[row, i] / 255.0) ** 2.2
                else:
                    for i in range(3):
                        base[i] *= table.texels[row, 0] / 128.0
            _turn(rotation, normal)
            near = -1.0 / np.sqrt(position[0] ** 2 + position[1] ** 2 + position[2] ** 2)
            vx, vy, vz = position[0] * near, position[1] * near, position[2] * near
            facing = normal[0] * vx + normal[1] * vy + normal[2] * vz
            if facing < 0.0 and table.surface[kind, TWO_SIDED] > 0.0:
                for i in range(3):
                    normal[i] = -normal[i]
                facing = -facing
            if finish == FINISH_HAIR:
                _strand(geometry, camera_vertices, t, tangent)
            nx, ny, nz = normal[0], normal[1], normal[2]
            fresnel = 0.3 + 0.7 * (1.0 - max(facing, 0.0)) ** 3
            if finish == FINISH_LENS and table.texture[kind, 1] == 0:
                for i in range(3):
                    base[i] *= table.surface[kind, OPACITY]
            red = irradiance(light.ambient, 0, nx, ny, nz) * occlusion
            green = irradiance(light.ambient, 1, nx, ny, nz) * occlusion
            blue = irradiance(light.ambient, 2, nx, ny, nz) * occlusion
            mirrored = specular * fresnel * 0.25 * occlusion
            soft_red, soft_green = 1.0 / (1.0 + wrap_red), 1.0 / (1.0 + wrap_green)
            soft_blue = 1.0 / (1.0 + wrap_blue)
            red_shine, green_shine, blue_shine = red * mirrored, green * mirrored, blue * mirrored
            for k in range(light.directions.shape[0]):
                lx, ly, lz = light.directions[k, 0], light.directions[k, 1], light.directions[k, 2]
                along = nx * lx + ny * ly + nz * lz
                if along < -wrap_red and (along < -0.3 or finish != FINISH_HAIR):
                    continue
                seen = 1.0
                if k == 0 and light.shadow > 0.0:
                    seen -= light.shadow * _shadowed(light, position)
                r, g, b_ = light.colours[k, 0], light.colours[k, 1], light.colours[k, 2]
                red += r * seen * max(0.0, (along + wrap_red) * soft_red)
                green += g * seen * max(0.0, (along + wrap_green) * soft_green)
                blue += b_ * seen * max(0.0, (along + wrap_blue) * soft_blue)
                if specular <= MATT or (along <= 0.0 and finish != FINISH_HAIR):
                    continue
                hx, hy, hz = lx + vx, ly + vy, lz + vz
                size = 1.0 / (np.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9)
                if finish == FINISH_HAIR:
                    cosine = (tangent[0] * hx + tangent[1] * hy + tangent[2] * hz) * size
                    peak = np.sqrt(max(0.0, 1.0 - cosine * cosine))
                    shine = specular * seen * _power(peak, gloss) * max(0.0, along + 0.3)
                else:
                    peak = max(0.0, (nx * hx + ny * hy + nz * hz) * size)
                    shine = specular * fresnel * seen * _power(peak, gloss) * (gloss + 8.0) / 42.0
                red_shine += r * shine
                green_shine += g * shine
                blue_shine += b_ * shine
            colour[y, x, 0] = base[0] * red + red_shine
            colour[y, x, 1] = base[1] * green + green_shine
            colour[y, x, 2] = base[2] * blue + blue_shine
            part[y, x] = seen_part


@njit(cache=True, fastmath=True, error_model="numpy")
def _skin(skin: SkinMaps, which: int, u: float, v: float, base: Vector, normal: Vector) -> float:
    """Bilinear look into the skin's maps; returns the strength of the highlight."""
    side = skin.albedo.shape[1]
    fx = min(max((u - np.floor(u)) * side - 0.5, 0.0), side - 1.001)
    fy = min(max((1.0 - (v - np.floor(v))) * side - 0.5, 0.0), side - 1.001)
    ix, iy = int(fx), int(fy)
    dx, dy = fx - ix, fy - iy
    w00, w01, w10, w11 = (1 - dx) * (1 - dy), dx * (1 - dy), (1 - dx) * dy, dx * dy
    albedo, relief = skin.albedo, skin.relief
    for i in range(3):
        base[i] = w00 * albedo[which, iy, ix, i] + w01 * albedo[which, iy, ix + 1, i]
        base[i] += w10 * albedo[which, iy + 1, ix, i] + w11 * albedo[which, iy + 1, ix + 1, i]
        normal[i] += w00 * relief[which, iy, ix, i] + w01 * relief[which, iy, ix + 1, i]
        normal[i] += w10 * relief[which, iy + 1, ix, i] + w11 * relief[which, iy + 1, ix + 1, i]
    return float(skin.shine[which, iy, ix])


@njit(cache=True, fastmath=True, error_model="numpy")
def _power(value: float, exponent: float) -> float:
    """`value ** exponent`, or zero where it is less than a thousandth."""
    if exponent * (value - 1.0) < -7.0:
        return 0.0
    return float(np.float32(value) ** np.float32(exponent))


@njit(cache=True, fastmath=True, error_model="numpy")
def _turn(rotation: FloatArray, vector: Vector) -> None:
    """Rotate and bring to length one, in place."""
    x, y, z = vector[0], vector[1], vector[2]
    scale = 1.0 / np.sqrt(x * x + y * y + z * z + 1e-12)
    for i in range(3):
        turned = rotation[i, 0] * x + rotation[i, 1] * y + rotation[i, 2] * z
        vector[i] = turned * scale


@njit(cache=True, fastmath=True, error_model="numpy")
def _strand(geometry: Geometry, vertices: FloatArray, t: int, tangent: Vector) -> None:
    """Direction in which v grows on a triangle: along the strands."""
    a, b, c = geometry.triangles[t, 0], geometry.triangles[t, 1], geometry.triangles[t, 2]
    du1 = geometry.texcoords[t, 1, 0] - geometry.texcoords[t, 0, 0]
    du2 = geometry.texcoords[t, 2, 0] - geometry.texcoords[t, 0, 0]
    size = 1e-12
    for i in range(3):
        first, second = vertices[b, i] - vertices[a, i], vertices[c, i] - vertices[a, i]
        tangent[i] = du1 * second - du2 * first
        size += tangent[i] * tangent[i]
    for i in range(3):
        tangent[i] /= np.sqrt(size)


@njit(cache=True, fastmath=True, error_model="numpy")
def _shadowed(light: Light, position: Vector) -> float:
    """Share 0 to 1 of nine looks into the shadow map that meet something nearer to the light."""
    view, depth = light.shadow_view, light.shadow_depth
    x = view[0, 0] * position[0] + view[0, 1] * position[1] + view[0, 2] * position[2] + view[0, 3]
    y = view[1, 0] * position[0] + view[1, 1] * position[1] + view[1, 2] * position[2] + view[1, 3]
    z = view[2, 0] * position[0] + view[2, 1] * position[1] + view[2, 2] * position[2] + view[2, 3]
    side = depth.shape[0]
    left, top = int(x + 0.5) - 2, int(y + 0.5) - 2
    if left < 0 or top < 0 or left + 4 >= side or top + 4 >= side:
        return 0.0
    limit = z + light.shadow_bias
    covered = 0.0
    for row in range(top, top + 5, 2):
        for column in range(left, left + 5, 2):
            covered += depth[row, column] > limit
    return covered / 9.0
