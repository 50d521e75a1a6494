"""The compiled rasteriser and shader against the plain ones, on random scenes with every finish."""

import numpy as np
import pytest
import reference_render as reference
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.synthesis.eye_surface import EyeLook
from lineament.synthesis.geometry_buffers import Geometry, tabulate
from lineament.synthesis.lighting import Light, ambient_of_sides, irradiance, shadow_view
from lineament.synthesis.material import Finish, Material
from lineament.synthesis.parts import Part
from lineament.synthesis.raster import coverage_threshold, empty_fragments, rasterise
from lineament.synthesis.shader import SkinMaps, shade

SIZE = 24


def random_materials(random):
    texture = random.integers(0, 256, (16, 16, 4), dtype=np.uint8)
    return [
        Material(Finish.SKIN, Part.SKIN, specular=0.7),
        Material(Finish.EYE, Part.LEFT_EYE, specular=0.8, gloss=90.0, wrap=0.2),
        Material(Finish.HAIR, Part.HAIR, (0.2, 0.1, 0.05), texture, 0.3, 12.0, two_sided=True),
        Material(Finish.PLAIN, Part.HAT, (0.4, 0.2, 0.6), texture, 0.1, 9.0, opacity=0.7),
        Material(Finish.PICTURE, Part.CLOTH, (1, 1, 1), texture, two_sided=True),
        Material(Finish.LENS, Part.EYE_GLASSES, (0.1, 0.1, 0.2), None, 1.0, 80.0, opacity=0.4),
        Material(Finish.PLAIN, Part.CLOTH, (0.3, 0.3, 0.1), wrap=0.3),
    ]


def random_geometry(random, materials, count=60):
    vertices = random.uniform(-4, 4, (3 * count, 3)).astype(np.float32)
    normals = random.standard_normal((3 * count, 3)).astype(np.float32)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Geometry(
        vertices,
        normals,
        random.random(3 * count).astype(np.float32),
        np.arange(3 * count, dtype=np.int32).reshape(count, 3),
        random.uniform(-1.5, 1.5, (count, 3, 2)).astype(np.float32),
        random.integers(0, materials, count).astype(np.int32),
    )


def random_light(random, shadow):
    directions = random.standard_normal((3, 3)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    view = shadow_view(directions[0], np.array([0, 0, -30], np.float32))
    return Light(
        ambient_of_sides(random.random((6, 3))),
        directions,
        random.random((3, 3)).astype(np.float32),
        shadow,
        view,
        (66 + random.uniform(-4, 4, (192, 192))).astype(np.float32),
        0.35,
    )


def seen_by(geometry, table, perspective, drawn=None):
    viewed = geometry.vertices.copy()
    viewed[:, 2] -= 30
    near = 1 / -viewed[:, 2] if perspective else viewed[:, 2] + 60
    xy = viewed[:, :2] * (near[:, None] if perspective else 0.033) * [80, -80] + SIZE / 2 - 0.5
    drawn = np.ones(len(table.finish), np.bool_) if drawn is None else drawn
    surfaces = (xy.astype(np.float32), near.astype(np.float32), *geometry[3:6], drawn, table)
    fragments = empty_fragments(SIZE, SIZE)
    rasterise(*surfaces, perspective, fragments)
    return fragments, reference.rasterise(*surfaces, perspective, SIZE), viewed


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), perspective=st.booleans())
def test_the_same_surfaces_are_seen(seed, perspective):
    random = np.random.default_rng(seed)
    materials = random_materials(random)
    geometry = random_geometry(random, len(materials))
    fast, plain, _ = seen_by(geometry, tabulate(materials), perspective)
    same = fast.triangle == plain.triangle
    assert same.mean() > 0.985, "edges and equal depths may fall to either side"
    assert (plain.triangle >= 0).mean() > 0.3, "the scene must show something"
    assert np.abs(fast.nearness - plain.nearness)[same].max() < 1e-4 * plain.nearness.max()
    assert np.abs(fast.weights - plain.weights)[same].max() < 2e-3


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), shadow=st.sampled_from([0.0, 0.8]))
def test_the_same_colours_and_parts_are_seen(seed, shadow):
    random = np.random.default_rng(seed)
    materials = random_materials(random)
    table, geometry = tabulate(materials), random_geometry(random, len(materials))
    fragments, _, viewed = seen_by(geometry, table, True)
    skin = SkinMaps(
        random.random((2, 32, 32, 3)).astype(np.float32),
        (random.standard_normal((2, 32, 32, 3)) * 0.2).astype(np.float32),
        random.random((2, 32, 32)).astype(np.float32),
        random.integers(1, 18, (2, 64, 64)).astype(np.uint8),
        14.0,
    )
    eyes = EyeLook(
        *(random.uniform(-1, 1, (2, 3)).astype(np.float32), *random.random((3, 3)).astype("f4")),
        *(0.5, 0.4, random.random((32, 32)).astype(np.float32)),
    )
    look = (geometry, viewed, np.eye(3, dtype=np.float32), geometry.vertices, table)
    look += (np.array([1, *[0] * 6], np.int32), skin, eyes, random_light(random, shadow))
    colour = np.zeros((SIZE, SIZE, 3), np.float32)
    part = np.zeros((SIZE, SIZE), np.uint8)
    shade(fragments, *look, colour, part)
    plain_colour, plain_part = reference.shade(fragments, *look)
    far_off = np.abs(colour - plain_colour).max(axis=2) > 2e-3 * (1 + plain_colour.max(axis=2))
    assert far_off.mean() < 0.02, "texels at a border may round to either side"
    assert (part == plain_part).mean() > 0.99
    assert (plain_colour > 0.05).any(axis=2).mean() > 0.2


def test_half_opaque_surfaces_cover_half_of_the_samples():
    for layer in range(6):
        cells = np.array([[coverage_threshold(x, y, layer) for x in range(4)] for y in range(4)])
        assert sorted(cells.ravel()) == pytest.approx([(k + 0.5) / 16 for k in range(16)])
        blocks = cells.reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4)
        assert ((blocks < 0.5).sum(axis=1) == 2).all(), "in every two by two samples"


def test_light_from_one_side_lights_that_side():
    sides = np.zeros((6, 3))
    sides[0] = 1.0
    ambient = ambient_of_sides(sides)
    left, right = irradiance(ambient, 0, -1, 0, 0), irradiance(ambient, 0, 1, 0, 0)
    assert left > 0.5 and right < 0.15
    everywhere = ambient_of_sides(np.ones((6, 3)))
    normals = np.random.default_rng(0).standard_normal((50, 3))
    for x, y, z in normals / np.linalg.norm(normals, axis=1, keepdims=True):
        assert irradiance(everywhere, 1, x, y, z) == pytest.approx(1.0, abs=1e-6)
