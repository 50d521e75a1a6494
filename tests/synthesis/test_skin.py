"""Skin of persons: tones, brows, labels, make-up, stubble, lines of expression."""

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import binary_erosion
from small_assets import write_small_assets

from lineament.errors import DataError
from lineament.synthesis.assets import read_head, read_skins, read_texture_maps
from lineament.synthesis.hair.facial_hair import Beard
from lineament.synthesis.parts import Part
from lineament.synthesis.skin.brow_shape import BrowShapes, brow_lines
from lineament.synthesis.skin.eyes import LUMINANCE, eye_look
from lineament.synthesis.skin.lashes import BANDS, lash_texture
from lineament.synthesis.skin.make_up import BARE, MakeUp, sample_make_up
from lineament.synthesis.skin.painter import SkinPainter
from lineament.synthesis.skin.part_map import part_map
from lineament.synthesis.skin.texture_space import texture_space
from lineament.synthesis.traits import sample_traits

ASSETS = Path(os.environ.get("LINEAMENT_ASSETS") or Path(__file__).parents[3] / "shared" / "assets")
pytestmark = pytest.mark.skipif(
    not (ASSETS / "head.npz").is_file(),
    reason=f"the head of the synthesis assets is not in {ASSETS}",
)

SIDE = 256
CALM: dict[str, float] = {}
LABELS = {1: 1, 7: 9, 8: 8, 9: 2, 11: 11, 12: 12, 13: 17}
"""Numbers in the label map of the assets, as `Part`."""

STUBBLE = Beard("full beard", 0.2, 0.9, (0.02, 0.015, 0.01), 0.0, 0.0, 0.1, 0.2, 1)


@pytest.fixture(scope="module")
def head():
    return read_head(ASSETS)


@pytest.fixture(scope="module")
def procedural(head):
    return SkinPainter(head, side=SIDE)


@pytest.fixture(scope="module")
def scanned(head):
    return SkinPainter(head, read_skins(ASSETS), side=SIDE)


@pytest.fixture(scope="module", params=["procedural", "scanned"])
def painter(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def space(head):
    return texture_space(head)


def bald(painter, person, **scene):
    return painter.scene(person, expression=scene.pop("expression", CALM), scalp=0.0, **scene)


def test_another_head_is_refused(tmp_path):
    with pytest.raises(DataError, match="of 12 vertices"):
        SkinPainter(read_head(write_small_assets(tmp_path / "assets")))


def test_positions_agree_with_those_of_the_assets(space):
    maps = read_texture_maps(ASSETS)
    both = binary_erosion(space.inside[0] & (maps.face_mask > 0), iterations=3)
    away = np.abs(space.position[0] - maps.canonical_position)[both]
    assert np.quantile(away, 0.999) < 0.02


def test_normals_point_outwards(space):
    brow, nape = space.normal[0, 100, 256], space.normal[1, 250, 256]
    assert brow[2] > 0.7 and nape[2] < -0.5


def test_a_slope_bends_the_normal_against_it(space):
    """A height that rises by one centimetre a centimetre to the person's left tilts the normal of
    the forehead by 45 degrees to their right."""
    row, column = 60, 256
    rise = np.gradient(space.position[0, ..., 0])
    tilt = rise[1][row, column] * space.slope_u[0, row, column]
    tilt = tilt + rise[0][row, column] * space.slope_v[0, row, column]
    assert tilt == pytest.approx([-1, 0, 0], abs=0.05)


def test_parts_agree_with_the_label_map_of_the_assets(space):
    old = read_texture_maps(ASSETS).labels
    wanted = np.vectorize(LABELS.get)(old).astype(np.uint8)
    wanted[:565][wanted[:565] == Part.NECK] = Part.SKIN
    inside = np.kron(space.inside[0], np.ones((2, 2), bool))
    parts = part_map(space)[0]
    for part in (1, 8, 9, 11, 12, 17):
        mine, theirs = (parts == part) & inside, (wanted == part) & inside
        assert (mine & theirs).sum() / (mine | theirs).sum() > 0.85, Part(part).name
    nose, theirs = parts == Part.NOSE, wanted == Part.NOSE
    assert (nose & theirs).sum() > 0.85 * theirs.sum(), "broader at the bridge, else the same"


def test_parts_are_mirror_images(space):
    parts = part_map(space)[0]
    mirrored = parts[:, ::-1].copy()
    swap = {Part.LEFT_EAR: Part.RIGHT_EAR, Part.RIGHT_EAR: Part.LEFT_EAR}
    for part, other in swap.items():
        mirrored[parts[:, ::-1] == part] = other
    assert (mirrored == parts).mean() > 0.99


def test_cheeks_have_the_tone_of_the_monk_scale(painter):
    cheeks = painter.zones.cheeks
    for seed in range(12):
        traits = dataclasses.replace(sample_traits(seed), monk=1 + seed * 9 / 11)
        albedo = painter.person(traits).maps.albedo[cheeks].mean(axis=0)
        assert albedo == pytest.approx(traits.tone, rel=0.15), seed


def test_maps_have_the_shapes_and_types_of_the_contract(painter):
    maps = bald(painter, painter.person(sample_traits(3)))
    assert maps.albedo.shape == maps.relief.shape == (2, SIDE, SIDE, 3)
    assert maps.shine.shape == (2, SIDE, SIDE) and maps.parts.shape == (2, 1024, 1024)
    for array in maps[:3]:
        assert array.dtype == np.float32 and array.flags.c_contiguous and np.isfinite(array).all()
    assert maps.albedo.min() > 0 and maps.albedo.max() <= 1 and maps.shine.min() > 0
    assert maps.parts.dtype == np.uint8 and set(np.unique(maps.parts)) <= set(map(int, Part))


def test_the_same_person_has_the_same_skin_and_scenes_leave_it_alone(painter):
    traits = sample_traits(5)
    first, second = painter.person(traits), painter.person(traits)
    look = {"expression": {"mouthSmile_L": 1.0}, "make_up": MakeUp(0.5, 1.0, liner=1.0)}
    one = painter.scene(first, beard=STUBBLE, **look)
    two = painter.scene(second, beard=STUBBLE, **look)
    for mine, theirs in zip(one[:4], two[:4], strict=True):
        assert mine.tobytes() == theirs.tobytes()
    untouched = painter.person(traits)
    assert first.maps.albedo.tobytes() == untouched.maps.albedo.tobytes()
    assert first.maps.parts.tobytes() == untouched.maps.parts.tobytes()


def test_brow_points_lie_within_the_brows_as_labelled(procedural):
    shapes = BrowShapes(procedural.space)
    corner = {}
    for seed in range(20):
        traits = sample_traits(seed)
        person = procedural.person(traits)
        followed = brow_lines(*shapes.of(traits, np.random.default_rng(0)))
        right, left = followed[:, 0]
        assert right[0, 0] > right[-1, 0] and left[0, 0] < left[-1, 0], "from the inner end"
        assert (followed[:, 1, 1:-1, 1] < followed[:, 0, 1:-1, 1]).all(), "upper edge"
        assert (followed[:, 2, 1:-1, 1] > followed[:, 0, 1:-1, 1]).all(), "lower edge"
        parts = person.maps.parts[0]
        place = procedural.space.texels(procedural.space.mesh.texcoords) * (1024 / SIDE)
        corner = corner or _texels_of_vertices(procedural, place)
        for point, (index, weight) in enumerate(
            zip(
                person.brow_index[:, 0].reshape(-1, 3),
                person.brow_weight[:, 0].reshape(-1, 3),
                strict=True,
            )
        ):
            assert weight.sum() == pytest.approx(1) and weight.min() >= 0
            column, row = sum(w * corner[i] for i, w in zip(index, weight, strict=True))
            wanted = Part.RIGHT_BROW if point < 17 else Part.LEFT_BROW
            near = parts[int(row) - 4 : int(row) + 6, int(column) - 4 : int(column) + 6]
            assert (near == wanted).any(), (seed, point)


def _texels_of_vertices(painter, texels):
    flat = painter.space.mesh.triangles.ravel()
    face = np.repeat(painter.space.mesh.surface == 0, 3)
    return dict(zip(flat[face], texels.reshape(-1, 2)[face], strict=True))


def test_brows_hang_where_the_traits_say(procedural):
    """A brow that is one centimetre higher lies one centimetre higher on the head."""
    traits = sample_traits(4)
    heights = []
    for raised in (-0.6, 0.4):
        person = procedural.person(dataclasses.replace(traits, brow_height=raised))
        vertices = procedural.space.head.vertices[person.brow_index[:, 0]]
        heights.append((vertices * person.brow_weight[:, 0, ..., None]).sum(axis=2)[..., 1].mean())
    assert heights[1] - heights[0] == pytest.approx(1.0, abs=0.15)


def test_brows_are_darker_than_the_skin_they_grow_on(procedural):
    for seed in range(6):
        person = procedural.person(sample_traits(seed))
        drawn = bald(procedural, person).albedo[0][person.brows.window]
        bare = person.maps.albedo[0][person.brows.window]
        hairy = person.brows.cover > 0.4
        assert drawn[hairy].mean() < 0.9 * bare[hairy].mean()


def test_lipstick_colours_the_lips_alone(procedural):
    person = procedural.person(sample_traits(8))
    bare = bald(procedural, person).albedo[0]
    red = bald(procedural, person, make_up=MakeUp(lipstick=1.0, lip_colour=(0.4, 0.0, 0.0)))
    changed = np.abs(red.albedo[0] - bare).max(axis=-1) > 0.01
    lips = procedural.zones.lips[0] > 0.02
    assert changed[procedural.zones.lips[0] > 0.9].mean() > 0.95 and not changed[~lips].any()


def test_eye_make_up_stays_round_the_eyes(procedural):
    person = procedural.person(sample_traits(8))
    bare = bald(procedural, person).albedo[0]
    made_up = bald(procedural, person, make_up=MakeUp(shadow=1.0, liner=1.0)).albedo[0]
    changed = np.abs(made_up - bare).max(axis=-1) > 0.01
    place = procedural.space.position[0][changed]
    assert changed.sum() > 100
    assert place[:, 1].min() > 2 and place[:, 1].max() < 6.5 and np.abs(place[:, 0]).min() > 0.8


def test_children_and_most_men_wear_no_make_up():
    random = np.random.default_rng(0)
    woman = next(t for t in map(sample_traits, range(99)) if t.feminine and 21 < t.age < 34)
    man = dataclasses.replace(woman, feminine=False)
    worn = [[sample_make_up(random, who) != BARE for _ in range(200)] for who in (woman, man)]
    assert np.mean(worn[0]) > 0.4 and np.mean(worn[1]) < 0.15


def test_scalp_hair_is_hair_and_stubble_stays_skin(procedural):
    traits = next(t for t in map(sample_traits, range(99)) if not t.feminine and t.age > 20)
    person = procedural.person(dataclasses.replace(traits, recession=0.0))
    without = bald(procedural, person)
    bearded = bald(procedural, person, beard=STUBBLE)
    assert (bearded.parts == without.parts).all() and not (without.parts == Part.HAIR).any()
    chin = procedural.space.position[0]
    chin = (np.abs(chin[..., 0]) < 1.5) & (np.abs(chin[..., 1] + 6.3) < 0.6) & (chin[..., 2] > 9)
    assert bearded.albedo[0][chin].mean() < 0.8 * without.albedo[0][chin].mean()
    rooted = procedural.scene(person, expression=CALM, scalp=1.0)
    hair = rooted.parts == Part.HAIR
    top = procedural.space.position[1][..., 1] > 12.5
    assert hair[1][np.kron(top, np.ones((4, 4), bool))].mean() > 0.99
    kept = [Part.NOSE, Part.UPPER_LIP, Part.LEFT_EAR, Part.RIGHT_BROW]
    assert not hair[np.isin(without.parts, kept)].any()


def test_expressions_fold_the_skin_on_their_side(procedural):
    person = procedural.person(sample_traits(9))
    calm = bald(procedural, person).relief[0]
    smile = bald(procedural, person, expression={"mouthSmile_L": 1.0}).relief[0]
    folded = np.abs(smile - calm).max(axis=-1) > 0.02
    assert folded.any() and (procedural.space.position[0][folded][:, 0] > 0).all()
    raised = bald(procedural, person, expression={"browInnerUp_L": 1.0, "browInnerUp_R": 1.0})
    folded = np.abs(raised.relief[0] - calm).max(axis=-1) > 0.02
    assert (procedural.space.position[0][folded][:, 1] > 5.5).all()


def test_age_brings_lines(procedural):
    traits = dataclasses.replace(sample_traits(2), wrinkles=0.8, scars=0.0, moles=0.0)
    young, old = (procedural.person(dataclasses.replace(traits, age=a)) for a in (20.0, 75.0))
    place = procedural.space.position[0]
    forehead = (np.abs(place[..., 0]) < 3.5) & (place[..., 1] > 7) & (place[..., 1] < 9.5)
    rough = [np.abs(p.maps.relief[0][forehead & (place[..., 2] > 6)]).mean() for p in (young, old)]
    assert rough[1] > 1.5 * rough[0]


def test_irises_never_glow(head):
    for seed in range(60):
        traits = sample_traits(seed)
        look = eye_look(traits, head, np.random.default_rng(seed))
        assert max(look.colour @ LUMINANCE, look.inner_colour @ LUMINANCE) <= 0.25
        assert look.white.max() < 0.6 and 0.2 < look.pupil < 0.55 and 0.3 < look.radius < 0.5
        again = eye_look(traits, head, np.random.default_rng(seed + 1), pupil=0.3)
        assert again.colour.tobytes() == look.colour.tobytes(), "the colour is the person's"


def test_mascara_lengthens_the_lashes():
    cover = [lash_texture(step)[..., 3].mean() for step in (0, 3, 5)]
    assert cover[0] < cover[1] < cover[2]
    texture = lash_texture(2)[..., 3]
    for tip, root in BANDS:
        assert texture[int((1 - root) * 256) + 1].max() > 160, "dense at the lid"
        assert texture[int((1 - tip) * 256) - 1].max() < 60, "nothing at the tip"
