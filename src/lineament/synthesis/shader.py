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
from lineament.synthesis.mesh import Triangles
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
    # Arrays are named once here: numba counts references each time a field of a tuple is taken.
    nearest, weights = fragments.triangle, fragments.weights
    normals, openness = geometry.normals, geometry.occlusion
    triangles, texcoords, material = geometry.triangles, geometry.texcoords, geometry.material
    finishes, parts, colours = table.finish, table.part, table.colour
    surface, texture, texels = table.surface, table.texture, table.texels
    albedo, relief, shine_map, part_map = skin.albedo, skin.relief, skin.shine, skin.parts
    eye_centres, skin_gloss = eyes.centres, skin.gloss
    ambient, directions, lamp_colours = light.ambient, light.directions, light.colours
    shadow, shadow_view, shadow_depth = light.shadow, light.shadow_view, light.shadow_depth
    shadow_bias = light.shadow_bias
    height, width = nearest.shape
    base = np.zeros(3)
    normal = np.zeros(3)
    position = np.zeros(3)
    tangent = np.zeros(3)
    for y in range(height):
        for x in range(width):
            t = nearest[y, x]
            if t < 0:
                continue
            kind = material[t]
            finish = finishes[kind]
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            wa, wb = weights[y, x, 0], weights[y, x, 1]
            wc = 1.0 - wa - wb
            occlusion = wa * openness[a] + wb * openness[b]
            occlusion += wc * openness[c]
            u = wa * texcoords[t, 0, 0] + wb * texcoords[t, 1, 0]
            u += wc * texcoords[t, 2, 0]
            v = wa * texcoords[t, 0, 1] + wb * texcoords[t, 1, 1]
            v += wc * texcoords[t, 2, 1]
            for i in range(3):
                normal[i] = wa * normals[a, i] + wb * normals[b, i]
                normal[i] += wc * normals[c, i]
                position[i] = wa * camera_vertices[a, i] + wb * camera_vertices[b, i]
                position[i] += wc * camera_vertices[c, i]
                base[i] = colours[kind, i]
            specular, gloss = surface[kind, SPECULAR], surface[kind, GLOSS]
            wrap_red = wrap_green = wrap_blue = surface[kind, WRAP]
            seen_part = parts[kind]
            if finish == FINISH_SKIN:
                which = skin_texture[kind]
                strength = _skin(albedo, relief, shine_map, which, u, v, base, normal)
                specular, gloss = specular * strength, skin_gloss
                side = part_map.shape[1]
                row = min(side - 1, int((1.0 - (v - np.floor(v))) * side))
                seen_part = part_map[which, row, min(side - 1, int((u - np.floor(u)) * side))]
                wrap_red, wrap_green, wrap_blue = SKIN_WRAP
            elif finish == FINISH_EYE:
                for i in range(3):
                    tangent[i] = wa * canonical[a, i] + wb * canonical[b, i] + wc * canonical[c, i]
                    tangent[i] -= eye_centres[skin_texture[kind], i]
                occlusion *= eye_surface(eyes, tangent, base)
            elif texture[kind, 1] > 0:
                row = texel_row(texture, kind, u, v)
                if finish == FINISH_LENS:
                    share = surface[kind, OPACITY] * texels[row, 3] / 255.0
                    for i in range(3):
                        base[i] = base[i] * share + texels[row, 0] / 255.0
                elif finish == FINISH_PICTURE:
                    for i in range(3):
                        base[i] *= (texels[row, i] / 255.0) ** 2.2
                else:
                    for i in range(3):
                        base[i] *= texels[row, 0] / 128.0
            _turn(rotation, normal)
            near = -1.0 / np.sqrt(position[0] ** 2 + position[1] ** 2 + position[2] ** 2)
            vx, vy, vz = position[0] * near, position[1] * near, position[2] * near
            facing = normal[0] * vx + normal[1] * vy + normal[2] * vz
            if facing < 0.0 and surface[kind, TWO_SIDED] > 0.0:
                for i in range(3):
                    normal[i] = -normal[i]
                facing = -facing
            if finish == FINISH_HAIR:
                _strand(triangles, texcoords, camera_vertices, t, tangent)
            nx, ny, nz = normal[0], normal[1], normal[2]
            fresnel = 0.3 + 0.7 * (1.0 - max(facing, 0.0)) ** 3
            if finish == FINISH_LENS and texture[kind, 1] == 0:
                for i in range(3):
                    base[i] *= surface[kind, OPACITY]
            red = irradiance(ambient, 0, nx, ny, nz) * occlusion
            green = irradiance(ambient, 1, nx, ny, nz) * occlusion
            blue = irradiance(ambient, 2, nx, ny, nz) * occlusion
            mirrored = specular * fresnel * 0.25 * occlusion
            soft_red, soft_green = 1.0 / (1.0 + wrap_red), 1.0 / (1.0 + wrap_green)
            soft_blue = 1.0 / (1.0 + wrap_blue)
            red_shine, green_shine, blue_shine = red * mirrored, green * mirrored, blue * mirrored
            for k in range(directions.shape[0]):
                lx, ly, lz = directions[k, 0], directions[k, 1], directions[k, 2]
                along = nx * lx + ny * ly + nz * lz
                if along < -wrap_red and (along < -0.3 or finish != FINISH_HAIR):
                    continue
                seen = 1.0
                if k == 0 and shadow > 0.0:
                    seen -= shadow * _shadowed(shadow_view, shadow_depth, shadow_bias, position)
                r, g, b_ = lamp_colours[k, 0], lamp_colours[k, 1], lamp_colours[k, 2]
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
def _skin(
    albedo: FloatArray,
    relief: FloatArray,
    shine: FloatArray,
    which: int,
    u: float,
    v: float,
    base: Vector,
    normal: Vector,
) -> float:
    """Bilinear look into the skin's maps; returns the strength of the highlight."""
    side = albedo.shape[1]
    fx = min(max((u - np.floor(u)) * side - 0.5, 0.0), side - 1.001)
    fy = min(max((1.0 - (v - np.floor(v))) * side - 0.5, 0.0), side - 1.001)
    ix, iy = int(fx), int(fy)
    dx, dy = fx - ix, fy - iy
    w00, w01, w10, w11 = (1 - dx) * (1 - dy), dx * (1 - dy), (1 - dx) * dy, dx * dy
    for i in range(3):
        base[i] = w00 * albedo[which, iy, ix, i] + w01 * albedo[which, iy, ix + 1, i]
        base[i] += w10 * albedo[which, iy + 1, ix, i] + w11 * albedo[which, iy + 1, ix + 1, i]
        normal[i] += w00 * relief[which, iy, ix, i] + w01 * relief[which, iy, ix + 1, i]
        normal[i] += w10 * relief[which, iy + 1, ix, i] + w11 * relief[which, iy + 1, ix + 1, i]
    return float(shine[which, iy, ix])


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
def _strand(
    triangles: Triangles, texcoords: FloatArray, vertices: FloatArray, t: int, tangent: Vector
) -> None:
    """Direction in which v grows on a triangle: along the strands."""
    a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
    du1 = texcoords[t, 1, 0] - texcoords[t, 0, 0]
    du2 = texcoords[t, 2, 0] - texcoords[t, 0, 0]
    size = 1e-12
    for i in range(3):
        first, second = vertices[b, i] - vertices[a, i], vertices[c, i] - vertices[a, i]
        tangent[i] = du1 * second - du2 * first
        size += tangent[i] * tangent[i]
    for i in range(3):
        tangent[i] /= np.sqrt(size)


@njit(cache=True, fastmath=True, error_model="numpy")
def _shadowed(view: FloatArray, depth: FloatArray, bias: float, position: Vector) -> float:
    """Share 0 to 1 of nine looks into the shadow map that meet something nearer to the light."""
    x = view[0, 0] * position[0] + view[0, 1] * position[1] + view[0, 2] * position[2] + view[0, 3]
    y = view[1, 0] * position[0] + view[1, 1] * position[1] + view[1, 2] * position[2] + view[1, 3]
    z = view[2, 0] * position[0] + view[2, 1] * position[1] + view[2, 2] * position[2] + view[2, 3]
    side = depth.shape[0]
    left, top = int(x + 0.5) - 2, int(y + 0.5) - 2
    if left < 0 or top < 0 or left + 4 >= side or top + 4 >= side:
        return 0.0
    limit = z + bias
    covered = 0.0
    for row in range(top, top + 5, 2):
        for column in range(left, left + 5, 2):
            covered += depth[row, column] > limit
    return covered / 9.0
