"""The rasteriser and the shader once more, in plain numpy: slow, and easy to check by eye."""

from __future__ import annotations

import numpy as np

from lineament.synthesis.eye_surface import LIMBUS
from lineament.synthesis.geometry_buffers import GLOSS, OPACITY, SPECULAR, TWO_SIDED, WRAP
from lineament.synthesis.material import Finish
from lineament.synthesis.raster import empty_fragments
from lineament.synthesis.shader import MATT, SKIN_WRAP

BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])


def texel(table, kind, u, v):
    start, side = table.texture[kind]
    column = np.minimum((u % 1.0 * side).astype(int), side - 1)
    row = np.minimum(((1 - v % 1.0) * side).astype(int), side - 1)
    return table.texels[start + row * side + column].astype(float)


def rasterise(xy, nearness, triangles, texcoords, material, drawn, table, perspective, size):
    fragments = empty_fragments(size, size)
    y, x = np.mgrid[:size, :size].astype(float)
    for number, corners in enumerate(triangles):
        kind = material[number]
        near = nearness[corners].astype(float)
        if not drawn[kind] or (near <= 0).any():
            continue
        (x0, y0), (x1, y1), (x2, y2) = xy[corners].astype(float)
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if abs(area) < 1e-9 or (area > 0 and not table.surface[kind, TWO_SIDED]):
            continue
        w0 = ((x1 - x) * (y2 - y) - (x2 - x) * (y1 - y)) / area
        w1 = ((x2 - x) * (y0 - y) - (x0 - x) * (y2 - y)) / area
        weights = np.stack([w0, w1, 1 - w0 - w1])
        depth = np.einsum("kij,k->ij", weights, near)
        hit = (weights >= 0).all(axis=0) & (depth > fragments.nearness)
        if perspective:
            weights = weights * near[:, None, None] / np.where(hit, depth, 1)
        opacity = np.full((size, size), float(table.surface[kind, OPACITY]))
        if table.texture[kind, 1]:
            u, v = np.einsum("kij,kc->cij", weights, texcoords[number].astype(float))
            opacity *= texel(table, kind, u, v)[..., 3] / 255
        if table.texture[kind, 1] or table.surface[kind, OPACITY] < 1:
            rows, columns = np.mgrid[:size, :size]
            rows, columns = (rows ^ (kind * 3)) & 3, (columns ^ (kind * 5)) & 3
            hit &= opacity > ((BAYER[rows, columns] + 0.5) / 16 if perspective else 0.5)
        fragments.nearness[hit] = depth[hit]
        fragments.triangle[hit] = number
        fragments.weights[hit] = weights[:2, hit].T
    return fragments


def shade(fragments, geometry, viewed, rotation, canonical, table, textures, skin, eyes, light):
    size = len(fragments.triangle)
    colour, part = np.zeros((size, size, 3)), np.zeros((size, size), np.uint8)
    for row, column in np.argwhere(fragments.triangle >= 0):
        weights = np.append(fragments.weights[row, column], 0).astype(float)
        weights[2] = 1 - weights.sum()
        number = fragments.triangle[row, column]
        corners = geometry.triangles[number]
        kind = geometry.material[number]
        finish, surface = table.finish[kind], table.surface[kind].astype(float)
        occlusion = weights @ geometry.occlusion[corners]
        u, v = weights @ geometry.texcoords[number].astype(float)
        normal = weights @ geometry.normals[corners].astype(float)
        position = weights @ viewed[corners].astype(float)
        base = table.colour[kind].astype(float)
        specular, gloss = surface[SPECULAR], surface[GLOSS]
        wrap = np.full(3, surface[WRAP])
        seen = table.part[kind]
        if finish == Finish.SKIN:
            which = textures[kind]
            base, relief, strength = look_up_skin(skin, which, u, v)
            normal, specular, gloss, wrap = (
                normal + relief,
                specular * strength,
                skin.gloss,
                SKIN_WRAP,
            )
            side = skin.parts.shape[1]
            seen = skin.parts[
                which, min(side - 1, int((1 - v % 1) * side)), min(side - 1, int(u % 1 * side))
            ]
        elif finish == Finish.EYE:
            offset = weights @ canonical[corners].astype(float) - eyes.centres[textures[kind]]
            base, lids = eye(eyes, offset)
            occlusion *= lids
        elif table.texture[kind, 1]:
            texels = texel(table, kind, np.array(u), np.array(v))
            picture = finish == Finish.PICTURE
            base = base * ((texels[:3] / 255) ** 2.2 if picture else texels[0] / 128)
        normal = rotation.astype(float) @ normal
        normal /= np.linalg.norm(normal)
        view = -position / np.linalg.norm(position)
        if normal @ view < 0 and surface[TWO_SIDED]:
            normal = -normal
        if finish == Finish.LENS:
            base = base * surface[OPACITY]
        fresnel = 0.3 + 0.7 * (1 - max(normal @ view, 0)) ** 3
        diffuse = soft_light(light.ambient.astype(float), normal) * occlusion
        shine = diffuse * specular * fresnel * 0.25 * occlusion
        for lamp, (towards, power) in enumerate(zip(light.directions, light.colours, strict=True)):
            along = normal @ towards
            if along < -0.3:
                continue
            reached = 1 - (light.shadow * shadowed(light, position) if lamp == 0 else 0)
            diffuse = diffuse + power * reached * np.maximum(
                0, (along + wrap) / (1 + np.array(wrap))
            )
            if specular <= MATT or (along <= 0 and finish != Finish.HAIR):
                continue
            half = (towards + view) / (np.linalg.norm(towards + view) + 1e-9)
            if finish == Finish.HAIR:
                across = strand(geometry, viewed, number) @ half
                peak = np.sqrt(max(0, 1 - across**2)) ** gloss * max(0, along + 0.3)
                shine = shine + power * specular * peak * reached
            else:
                peak = max(0, normal @ half) ** gloss * (gloss + 8) / 42
                shine = shine + power * specular * fresnel * reached * peak
        colour[row, column] = base * diffuse + shine
        part[row, column] = seen
    return colour, part


def look_up_skin(skin, which, u, v):
    side = skin.albedo.shape[1]
    x = np.clip(u % 1 * side - 0.5, 0, side - 1.001)
    y = np.clip((1 - v % 1) * side - 0.5, 0, side - 1.001)
    ix, iy = int(x), int(y)
    dx, dy = x - ix, y - iy
    shares = np.array([[(1 - dy) * (1 - dx), (1 - dy) * dx], [dy * (1 - dx), dy * dx]])
    window = np.s_[which, iy : iy + 2, ix : ix + 2]
    base = np.einsum("ij,ijc->c", shares, skin.albedo[window])
    relief = np.einsum("ij,ijc->c", shares, skin.relief[window])
    return base, relief, float(skin.shine[which, iy, ix])


def eye(eyes, offset):
    x, y, z = offset
    across = np.hypot(x, y)
    angle, turn = np.arctan2(across, z), np.arctan2(y, x)
    ring, side = angle / eyes.radius, len(eyes.fibres)
    if ring < 1:
        fibre = eyes.fibres[int(ring * 40) % side, int((turn / (2 * np.pi) + 0.5) * side) % side]
        inner = np.clip((0.75 - ring) * 2.2, 0, 1)
        dark = 1 - 0.75 * max(0, ring - LIMBUS) / (1 - LIMBUS)
        iris = eyes.colour * (1 - inner) + eyes.inner_colour * inner
        base = 0.004 + iris * (0.65 + 0.7 * fibre) * dark * np.clip((ring - eyes.pupil) * 18, 0, 1)
    else:
        vein = np.clip((angle - 0.62) * 3, 0, 1)
        vein *= eyes.fibres[int(angle * 90) % side, int(turn * 60) % side]
        base = eyes.white * (0.25 + 0.75 * min(1, (ring - 1) * 9))
        base = base * [1, 1 - 0.35 * vein, 1 - 0.3 * vein]
    height, aside = y / np.linalg.norm(offset), abs(x) / np.linalg.norm(offset)
    seen = 1 - 0.62 * np.clip((height + 0.04) * 2.6, 0, 1)
    seen *= 1 - 0.25 * np.clip((-height - 0.2) * 4, 0, 1)
    seen *= 1 - 0.45 * np.clip((aside - 0.42) * 2.6, 0, 1)
    return base * (0.5 + 0.5 * seen), seen


def soft_light(ambient, normal):
    x, y, z = normal
    basis = np.array([1, x, y, z, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y])
    return np.maximum(basis @ ambient, 0.01)


def strand(geometry, viewed, number):
    a, b, c = viewed[geometry.triangles[number]].astype(float)
    u = geometry.texcoords[number, :, 0].astype(float)
    tangent = (u[1] - u[0]) * (c - a) - (u[2] - u[0]) * (b - a)
    return tangent / np.sqrt(tangent @ tangent + 1e-12)


def shadowed(light, position):
    x, y, z = light.shadow_view.astype(float) @ np.append(position, 1)
    left, top = int(x + 0.5) - 2, int(y + 0.5) - 2
    if min(left, top) < 0 or max(left, top) + 4 >= len(light.shadow_depth):
        return 0.0
    window = light.shadow_depth[top : top + 5 : 2, left : left + 5 : 2]
    return (window > z + light.shadow_bias).mean()
