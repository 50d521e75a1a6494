"""A hairstyle on a head: cap, strands and what is tied, as layers of a scene."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.hair.combing import LAYER, grow
from lineament.synthesis.hair.dressing import dress
from lineament.synthesis.hair.hairline import cover_at, growth_depth
from lineament.synthesis.hair.head_space import carry
from lineament.synthesis.hair.library import HairLibrary
from lineament.synthesis.hair.strand_texture import DENSE, FRIZZY, WAVY, WISPY
from lineament.synthesis.hair.styles import Hairstyle
from lineament.synthesis.hair.tied import braid_rings, bun, tail
from lineament.synthesis.hair.tress import Tress, tress_layers
from lineament.synthesis.hair.under_hat import Cut
from lineament.synthesis.hair.waves import clumped, tufts, waved
from lineament.synthesis.material import Colour, Finish, Layer, Material
from lineament.synthesis.mesh import Mesh, join, loft
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import PosedHead
from lineament.synthesis.traits import Traits

ROOTED = 0.35
"""Cover of the scalp from which it has strands."""

CURLS_BEGIN = 0.5
"""Centimetres inside the hair line from which dense curls have a cap."""

FLAT = 0.6
"""Centimetres that hair stands off the head at most with a hat on."""


def hair_layers(
    style: Hairstyle,
    traits: Traits,
    posed: PosedHead,
    library: HairLibrary,
    cut: Cut | None = None,
) -> list[Layer]:
    """The hair of a head, labelled HAIR.

    Args:
        cut: which places on the person are under a hat; what is there of the hair is left out.
    """
    if style.name == "bald":
        return []
    if cut is not None:
        style = replace(style, volume=min(style.volume, FLAT), lift=min(style.lift, 0.2))
    if style.worn in library.worn:
        return _worn(style, traits, posed, library, cut)
    random = np.random.default_rng([style.seed, 7])
    layers = [_cap(style, traits, posed, library, cut)]
    if style.cut.comb == "none":
        return layers
    movement = library.space.movement(posed.offset)
    tresses = [_strands(style, traits, posed, library, movement, random)]
    knots: list[Mesh] = []
    for tie in style.ties:
        if cut is not None and cut(_carried(tie[None], movement)).any():
            continue
        if style.cut.tie == "braid":
            rings = braid_rings(style, tie, library.space.distance)
            moved = (_carried(ring.reshape(-1, 3), movement).reshape(ring.shape) for ring in rings)
            knots += [loft(ring, repeats=(1, 6)) for ring in moved]
            continue
        tresses.append(_tied(style, tie, library, movement, random))
    pair = [_material(style, colour, library.strands) for colour in (style.colour, style.tips)]
    mixed = 0.0 if style.cut.bulge or style.cut.frizz else style.mixed
    for tress in tresses:
        layers += tress_layers(tress, pair, mixed, random, style.cut.bulge, cut)
    if knots:
        layers.append(Layer(join(knots), _material(style, style.colour, library.cap_strands)))
    return [layer for layer in layers if len(layer.mesh.triangles)]


def _worn(
    style: Hairstyle, traits: Traits, posed: PosedHead, library: HairLibrary, cut: Cut | None
) -> list[Layer]:
    """A finished piece, over a cap."""
    piece = library.worn[style.worn]
    mesh = piece.mesh(posed, style.mirrored, style.scale, cut)
    cap = _cap(replace(style, volume=0.0), traits, posed, library, cut)
    layers = [cap, Layer(mesh, _material(style, style.colour, piece.texture))]
    return [layer for layer in layers if len(layer.mesh.triangles)]


def _strands(
    style: Hairstyle,
    traits: Traits,
    posed: PosedHead,
    library: HairLibrary,
    movement: FloatArray,
    random: np.random.Generator,
) -> Tress:
    """All strands that grow on the scalp."""
    depths = growth_depth(library.scalp.positions, traits)
    cover = cover_at(depths)
    rooted = np.flatnonzero(cover > ROOTED + 0.3 * random.random(len(cover)))
    rooted = rooted[: max(8, int(style.cut.cards * len(rooted) / len(cover)))]
    roots = library.scalp[rooted]
    depth = depths[rooted]
    points = style.cut.points
    along = np.linspace(0, 1, points)
    width = style.cut.width * random.uniform(0.75, 1.2, len(rooted))
    at_root = np.einsum("rk,rkd->rd", roots.weight, posed.offset[roots.index])
    if style.cut.comb == "out" and style.cut.frizz:
        rank = random.random(len(rooted)) ** 0.6
        near_line = np.clip(0.3 + 0.3 * depth, 0.3, 1)
        heights = _ball(style, roots.positions, depth) + (1.2 * rank - 0.5) * near_line
        heights = np.maximum(heights, 0.2)
        length = np.clip(0.45 * style.volume + 1.2, 1.2, 2.6) * near_line**0.5
        lines, outwards = tufts(roots.positions, roots.normals, heights, length, points, random)
        light = np.repeat(0.35 + 0.65 * rank[:, None], points, axis=1)
        columns = random.choice(FRIZZY, len(rooted))
        width *= np.clip(0.4 + 0.25 * depth, 0.4, 1)
    else:
        strands, fringe = dress(style, roots, depth, random)
        lines, outwards = grow(strands, library.space.distance, points)
        clump = style.clump * np.where(fringe, 0.6, 1.0)
        lines = clumped(lines, strands.roots, clump, random)
        swing = style.curl * np.where(fringe, 0.35, random.uniform(0.7, 1.2, len(fringe)))
        lines = waved(lines, outwards, swing, style.wave, random)
        rank = strands.settings[:, LAYER] / strands.settings[:, LAYER].max()
        light = (0.5 + 0.5 * rank[:, None]) * (0.7 + 0.3 * np.minimum(1, 3 * along))
        light = light * _daylight(lines)
        columns = random.choice(FRIZZY + WAVY if style.cut.frizz else _columns(style), len(rooted))
        airy = random.random(len(rooted)) < (1.0 if style.fringe == "wispy" else 0.3)
        columns[fringe & airy] = WISPY[0]
        width = np.where(fringe, 0.75 * width, width)
    light = light * random.uniform(0.82, 1.0, (len(rooted), 1))
    share = np.clip(1 - along * 1.5, 0, 1)[None, :, None]
    carried = _carried(lines.reshape(-1, 3), movement).reshape(lines.shape)
    lines = (lines + at_root[:, None]) * share + carried * (1 - share)
    return Tress(
        *(lines.astype(np.float32), outwards, light.astype(np.float32)),
        *(width.astype(np.float32), columns.astype(np.int32)),
    )


def _columns(style: Hairstyle) -> tuple[int, ...]:
    return WAVY + DENSE if style.curl > 0.25 or style.tousle > 0.4 else DENSE


def _daylight(lines: FloatArray) -> FloatArray:
    """(N,K) less light under the jaw, between hair and neck."""
    x, y, z = lines[..., 0], lines[..., 1], lines[..., 2]
    inner = np.clip((-1.0 - y) / 3, 0, 1) * np.clip((8.0 - np.abs(x)) / 3, 0, 1)
    return np.asarray(1 - 0.5 * inner * np.clip((5.0 - z) / 3, 0, 1) * np.clip((z + 8) / 3, 0, 1))


def _tied(
    style: Hairstyle,
    tie: FloatArray,
    library: HairLibrary,
    movement: FloatArray,
    random: np.random.Generator,
) -> Tress:
    """What hangs or is wound where hair is drawn together."""
    if style.cut.tie == "bun":
        lines, outwards = bun(style, tie, 10, random)
    else:
        lines, outwards = tail(style, tie, library.space.distance, 12, random)
    count, points = lines.shape[:2]
    rank = np.asarray(random.uniform(0.6, 1.0, count))
    if style.cut.tie == "bun":
        rank = np.linspace(0.6, 1.0, count)
    lines = waved(lines, outwards, np.full(count, style.curl), style.wave, random)
    columns = np.asarray(random.choice(_columns(style), count))
    return Tress(
        _carried(lines.reshape(-1, 3), movement).reshape(lines.shape),
        np.ascontiguousarray(outwards),
        np.repeat(rank[:, None], points, axis=1).astype(np.float32),
        np.asarray(random.uniform(0.8, 1.3, count), dtype=np.float32),
        columns.astype(np.int32),
    )


def _cap(
    style: Hairstyle, traits: Traits, posed: PosedHead, library: HairLibrary, cut: Cut | None
) -> Layer:
    """The hair that lies on the skull, so that no skin shows between the strands."""
    cap = library.cap
    depth = cap.depth(traits)
    inside = np.clip(depth / (2.0 if style.cut.comb == "none" else 4.0), 0, 1).astype(np.float32)
    frizzy = style.cut.frizz and style.cut.comb == "out"
    if style.cut.comb == "none":
        lift = 0.03 + (0.02 + 0.25 * style.top) * inside
    elif frizzy:
        lift = _ball(style, cap.neutral, depth)
    else:
        thick = min(1.8, 0.45 * style.volume) * np.clip((cap.neutral[:, 1] + 4) / 12, 0.1, 1)
        lift = 0.03 + (0.1 + thick) * inside
    kept = np.ones(len(depth), bool)
    if cut is not None:
        kept = ~cut(posed.vertices[cap.vertices])
    mesh = cap.mesh(
        posed, depth - CURLS_BEGIN if frizzy else depth, lift, kept, (14, 5) if frizzy else (5, 1)
    )
    if style.cut.comb == "none":
        bare = 0.45 * np.clip(1 - style.top, 0, 1)
        red, green, blue = (np.array(style.colour) * (1 - bare) + traits.tone * bare).tolist()
        return Layer(mesh, _material(style, (red, green, blue), library.stubble))
    texture = library.frizz if frizzy else library.cap_strands
    shade = 0.55 if frizzy else 0.7
    light = np.full(len(mesh.vertices), shade, np.float32)
    return Layer(mesh, replace(_material(style, style.colour, texture), specular=0.03), light)


def _ball(style: Hairstyle, places: FloatArray, depth: FloatArray) -> FloatArray:
    """(N,) centimetres that dense curls stand off the skin: a ball, flatter at its edge."""
    low = np.clip((places[:, 1] + 5.5) / 9, 0.2, 1)
    return np.asarray(0.03 + 0.8 * style.volume * low * np.clip((depth - 0.1) / 3.8, 0, 1))


def _material(style: Hairstyle, colour: Colour, texture: ByteArray) -> Material:
    frizzy = 0.3 if style.cut.frizz else 1.0
    return Material(
        *(Finish.HAIR, Part.HAIR, colour, texture),
        specular=(0.015 + 0.06 * style.gloss) * frizzy,
        gloss=8.0 + 20.0 * style.gloss,
        two_sided=True,
        wrap=0.35,
    )


def _carried(points: FloatArray, movement: FloatArray) -> FloatArray:
    moved = np.empty((len(points), 3), np.float32)
    carry(np.asarray(points, dtype=np.float32), movement, moved)
    return moved
