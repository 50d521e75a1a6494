"""Beards and moustaches that stand off the skin, as layers of a scene."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.hair.combing import GRAVITY, HUG, LAYER, LENGTH, LEVEL, Strands, grow
from lineament.synthesis.hair.facial_hair import STYLES, Beard, beard_cover
from lineament.synthesis.hair.library import HairLibrary
from lineament.synthesis.hair.scalp import Roots
from lineament.synthesis.hair.strand_texture import FRIZZY, WAVY, WISPY
from lineament.synthesis.hair.styles import GREY, WHITE
from lineament.synthesis.hair.tress import Tress, tress_layers
from lineament.synthesis.hair.waves import clumped, waved
from lineament.synthesis.material import Finish, Layer, Material
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import PosedHead

CARDS, LONG_CARDS = 800, 430
"""For a short or long beard that covers all that a beard can cover."""

MOUSTACHE_LENGTH = 1.5
"""Centimetres, at most."""

LONG = 3.0
"""Centimetres from which strands get more points, and hang."""


def beard_layers(beard: Beard, posed: PosedHead, library: HairLibrary) -> list[Layer]:
    """The hairs of a beard, labelled SKIN; none for one so short that it is only painted."""
    if not beard.strands or not STYLES[beard.style]:
        return []
    random = np.random.default_rng([beard.seed, 11])
    skin = library.bearded
    ground_cover = beard_cover(skin.neutral, beard) * (0.75 + 0.25 * beard.density)
    patchy = 0.3 * beard.patchiness * random.random(len(ground_cover)).astype(np.float32)
    lift = min(0.35, 0.06 + 0.1 * beard.length)
    ground = skin.mesh(posed, ground_cover * (1 - patchy), lift)
    main, fine = _materials(beard, library)
    shade = np.full(len(ground.vertices), 0.8, np.float32)
    layers = [Layer(ground, replace(main, texture=library.beard_hairs), shade)]
    cover = beard_cover(library.beard.positions, beard)
    uneven = 1 - beard.patchiness * random.random(len(cover))
    rooted = np.flatnonzero(cover * uneven > 0.4 + 0.25 * random.random(len(cover)))
    cards = LONG_CARDS if beard.length > LONG else CARDS
    rooted = rooted[: int(cards * (0.4 + 0.6 * beard.density) * len(rooted) / len(cover)) + 1]
    if not len(rooted):
        return layers
    roots, cover = library.beard[rooted], cover[rooted]
    points = 8 if beard.length > LONG else 5
    strands = _dress(beard, roots, cover, random)
    lines, outwards = grow(strands, library.space.distance, points)
    lines = clumped(lines, roots.positions, np.full(len(rooted), 0.3), random)
    swing = np.full(len(rooted), 0.25 * beard.curl * min(1.0, beard.length / 2))
    lines = waved(lines, outwards, swing, 2.5, random)
    lines = lines + np.einsum("rk,rkd->rd", roots.weight, posed.offset[roots.index])[:, None]
    light = np.repeat(random.uniform(0.6, 1.0, (len(rooted), 1)), points, axis=1)
    columns = WISPY if beard.length < 1.5 else WISPY + WAVY
    if beard.curl > 0.6:
        columns = WISPY + FRIZZY
    width = np.clip(0.3 + 0.14 * beard.length, 0.35, 1.1)
    tress = Tress(
        *(lines.astype(np.float32), outwards, light.astype(np.float32)),
        (width * random.uniform(0.7, 1.2, len(rooted))).astype(np.float32),
        random.choice(columns, len(rooted)).astype(np.int32),
    )
    return layers + tress_layers(tress, (main, fine), 0.15 + 0.4 * beard.grey, random)


def _dress(beard: Beard, roots: Roots, cover: FloatArray, random: np.random.Generator) -> Strands:
    x, y, z = roots.positions.T
    count = len(x)
    moustache = (y > -3.4 - 0.3 * np.abs(x)) & (np.abs(x) < 3.0) & (z > 8)
    directions = np.stack([-0.08 * x, np.full(count, -1.0), np.full(count, 0.05)], axis=1)
    directions[moustache, 0] = np.clip(x[moustache] * 1.5, -1.3, 1.3)
    directions += random.normal(0, 0.12 + 0.3 * beard.curl, directions.shape)
    directions -= roots.normals * np.einsum("nd,nd->n", directions, roots.normals)[:, None]
    directions /= np.linalg.norm(directions, axis=1, keepdims=True) + 1e-6
    lift = np.where(moustache, 0.15, random.uniform(0.1, 0.4, count))[:, None]
    directions = directions * np.cos(lift) + roots.normals * np.sin(lift)
    chin = np.clip((z - 4) / 5, 0.35, 1) * np.clip((-2.0 - y) / 3, 0.4, 1)
    length = beard.length * chin * random.uniform(0.7, 1.1, count) * np.clip(cover + 0.3, 0.4, 1)
    length = np.where(moustache, np.minimum(length, MOUSTACHE_LENGTH), np.maximum(length, 0.7))
    settings = np.zeros((count, 8), np.float32)
    settings[:, LENGTH] = length
    settings[:, LAYER] = random.random(count) * np.where(moustache, 0.25, 0.15 + 0.2 * length)
    settings[:, GRAVITY] = 0.25 if beard.length > LONG else 0.1
    settings[:, HUG] = 0.15
    above_lip = -2.55 - 0.25 * np.abs(x) - random.uniform(0, 0.35, count)
    settings[:, LEVEL] = np.where(moustache & (np.abs(x) < 2.2), above_lip, -100)
    return Strands(
        *(roots.positions, roots.normals, directions.astype(np.float32)),
        *(settings, np.zeros((count, 3), np.float32)),
    )


def _materials(beard: Beard, library: HairLibrary) -> tuple[Material, Material]:
    grey = np.array(WHITE if beard.grey > 0.7 else GREY)
    main = np.array(beard.colour) * (1 - beard.grey) + grey * beard.grey
    fine = main * 1.25 if beard.grey < 0.05 else 0.4 * main + 0.6 * grey
    return _material(main, library), _material(fine, library)


def _material(colour: NDArray[np.floating], library: HairLibrary) -> Material:
    red, green, blue = (float(value) for value in colour)
    return Material(
        *(Finish.HAIR, Part.SKIN, (red, green, blue), library.strands),
        specular=0.02,
        gloss=10.0,
        two_sided=True,
        wrap=0.3,
        casts_shadow=False,
    )
