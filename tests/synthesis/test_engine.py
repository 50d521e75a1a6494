"""Whole pictures: the same seeds give the same bytes, and the labels tell the truth."""

import dataclasses
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from lineament.errors import DataError
from lineament.synthesis.camera import Camera
from lineament.synthesis.engine import Engine
from lineament.synthesis.engine_options import EngineOptions
from lineament.synthesis.glasses.style import sample_glasses
from lineament.synthesis.occluders.occluder import sample_occluder
from lineament.synthesis.parts import Part
from lineament.synthesis.visibility import in_picture

ASSETS = Path(os.environ.get("LINEAMENT_ASSETS") or Path(__file__).parents[3] / "shared" / "assets")
FRONT = Camera(0.0, 0.0, 0.0, 90.0, 1.6, (0.0, 0.0))
LIPS = {Part.UPPER_LIP, Part.LOWER_LIP, Part.MOUTH}


def plain(engine, identity, seed, camera=FRONT, **changes):
    """A scene with nothing on the face, seen by a given camera."""
    scene = engine.scene(seed, identity)
    bare = {"glasses": None, "headwear": None, "occluder": None, "camera": camera}
    still = dataclasses.replace(
        scene.expression, weights=np.zeros_like(scene.expression.weights), closed=0.0, smile=0.0
    )
    return dataclasses.replace(scene, **{**bare, "expression": still, **changes})


@pytest.fixture(scope="module")
def people(engine):
    return [engine.identity(seed) for seed in range(6)]


@pytest.fixture(scope="module")
def frontal(engine, people):
    return [engine.picture(person, plain(engine, person, 20 + person.seed)) for person in people]


def at(mask, point):
    column, row = np.round(point).astype(int)
    return Part(int(mask[row, column]))


def test_the_same_seeds_give_the_same_bytes_in_any_order(engine, people):
    first = engine.render(people[0], 5)
    engine.render(people[1], 6)
    again = engine.render(engine.identity(0), 5)
    for field in dataclasses.fields(first):
        one, other = getattr(first, field.name), getattr(again, field.name)
        same = one.tobytes() == other.tobytes() if isinstance(one, np.ndarray) else one == other
        assert same, field.name


def test_a_person_keeps_shape_and_tone_and_changes_hair_glasses_and_light(engine, people):
    scenes = [engine.scene(seed, people[0]) for seed in range(40)]
    assert len({scene.hairstyle.name for scene in scenes}) > 3
    assert len({scene.glasses is None for scene in scenes}) == 2
    pictures = [engine.render(people[0], seed) for seed in range(3)]
    assert len({picture.attributes.skin_tone for picture in pictures}) == 1
    assert len({picture.image.tobytes() for picture in pictures}) == 3


def test_parts_lie_where_the_points_are(frontal):
    for picture in frontal:
        points, mask = picture.points68, picture.mask
        assert at(mask, points[30]) == Part.NOSE
        assert at(mask, points[62]) in LIPS and at(mask, points[66]) in LIPS
        assert at(mask, (points[51] + points[62]) / 2) in LIPS
        assert at(mask, points[36:42].mean(axis=0)) in {Part.RIGHT_EYE, Part.SKIN}
        assert at(mask, points[42:48].mean(axis=0)) in {Part.LEFT_EYE, Part.SKIN}
        assert at(mask, points[[31, 48]].mean(axis=0)) in {Part.SKIN, Part.UPPER_LIP}
        below = points[8] + 0.12 * (points[8] - points[27])
        assert at(mask, below) in {Part.NECK, Part.CLOTH, Part.SKIN, Part.HAIR, Part.NECKLACE}


def test_left_and_right_are_the_persons_own(frontal):
    for picture in frontal:
        columns = {part: np.nonzero(picture.mask == part)[1] for part in Part}
        for left, right in (
            (Part.LEFT_EYE, Part.RIGHT_EYE),
            (Part.LEFT_BROW, Part.RIGHT_BROW),
            (Part.LEFT_EAR, Part.RIGHT_EAR),
        ):
            if len(columns[left]) and len(columns[right]):
                assert columns[left].mean() > columns[right].mean()
        assert picture.points5[0, 0] < picture.points5[1, 0]
        assert picture.points98[96, 0] < picture.points98[97, 0]


def test_brow_points_lie_on_the_upper_edge_of_the_brow(frontal):
    """Just below a point is brow, well above it is not, where hair does not cover it."""
    brows = {Part.LEFT_BROW, Part.RIGHT_BROW}
    below, above = [], []
    for picture in frontal:
        unit = np.linalg.norm(picture.points68[36] - picture.points68[45])
        for point in picture.points68[[18, 19, 20, 23, 24, 25]]:
            below.append(
                at(picture.mask, point + np.array([0, 0.025 * unit])) in {*brows, Part.HAIR}
            )
            above.append(at(picture.mask, point - np.array([0, 0.05 * unit])) in brows)
    assert np.mean(below) > 0.8 and np.mean(above) < 0.1


def test_98_points_agree_with_the_68(frontal):
    for picture in frontal:
        six, nine = picture.points68, picture.points98
        size = np.linalg.norm(six[36] - six[45])
        assert np.abs(nine[0:33:2] - six[:17]).max() < 0.02 * size
        assert np.array_equal(nine[76:96], six[48:68]) and np.array_equal(nine[51:60], six[27:36])
        pupils = np.stack([six[36:42].mean(axis=0), six[42:48].mean(axis=0)])
        assert np.linalg.norm(nine[96:] - pupils, axis=1).max() < 0.15 * size
        assert np.abs(nine[[*range(33, 38), *range(42, 47)]] - six[17:27]).max() < 1e-3
        upper, lower = nine[33:38], nine[38:42][::-1]
        assert (upper[1:, 1] <= lower[:, 1] + 0.02 * size).all(), "upper edge above the lower"


def test_a_turned_head_hides_its_far_ear_and_eye_corner(engine, people):
    camera = dataclasses.replace(FRONT, yaw=1.2)
    picture = engine.picture(people[1], plain(engine, people[1], 3, camera))
    assert picture.attributes.pose_bin == "right profile"
    assert not (picture.mask == Part.LEFT_EAR).any()
    seen = picture.visible68[[36, 39]].mean(), picture.visible68[[42, 45]].mean()
    assert seen[0] >= seen[1] and not picture.visible68[45]
    mirrored = dataclasses.replace(FRONT, yaw=-1.2)
    other = engine.picture(people[1], plain(engine, people[1], 3, mirrored))
    assert other.attributes.pose_bin == "left profile" and not other.visible68[36]


def test_closed_lids_hide_the_pupils(engine, people):
    names = engine.head.expression_names
    for person in people[:3]:
        scene = plain(engine, person, 5)
        weights = np.zeros(len(names), np.float32)
        weights[[names.index("eyeBlink_L"), names.index("eyeBlink_R")]] = 1.0
        closed = dataclasses.replace(scene.expression, weights=weights, closed=1.0)
        opened = engine.picture(person, scene)
        shut = engine.picture(person, dataclasses.replace(scene, expression=closed))
        assert opened.visible98[96:].all() and not opened.attributes.eyes_closed
        assert not shut.visible98[96:].any() and shut.attributes.eyes_closed
        eyes = [np.isin(picture.mask, [4, 5]).sum() for picture in (opened, shut)]
        assert eyes[1] < 0.25 * eyes[0]


def test_occluders_hide_points_and_count(engine, people):
    random = np.random.default_rng(0)
    hidden = 0
    for person in people:
        occluder = None
        while occluder is None or occluder.kind in ("leaves", "bars", "neighbour"):
            occluder = sample_occluder(random, person.traits)
        bare = engine.picture(person, plain(engine, person, 9))
        covered = engine.picture(person, plain(engine, person, 9, occluder=occluder))
        assert np.array_equal(bare.points68, covered.points68), "points stay where they are"
        assert covered.visible68.sum() <= bare.visible68.sum()
        assert covered.attributes.occlusion >= bare.attributes.occlusion
        hidden += covered.attributes.occlusion > bare.attributes.occlusion + 0.01
    assert hidden >= 3


def test_glasses_are_labelled_with_their_lenses(engine, people):
    random = np.random.default_rng(1)
    kinds = set()
    while kinds != {"clear", "dark"}:
        glasses = sample_glasses(random, people[2].traits)
        if glasses is None or glasses.kind in kinds or glasses.kind == "tinted":
            continue
        kinds.add(glasses.kind)
        picture = engine.picture(people[2], plain(engine, people[2], 4, glasses=glasses))
        assert picture.attributes.glasses == glasses.kind
        lens = picture.points68[[41, 46]] + np.array([0, 2])
        share = np.mean([at(picture.mask, point) == Part.EYE_GLASSES for point in lens])
        assert share > 0 or (picture.mask == Part.EYE_GLASSES).sum() > 150
        eyes = np.isin(picture.mask, [Part.LEFT_EYE, Part.RIGHT_EYE]).any()
        assert eyes == (glasses.kind == "clear"), "seen through clear lenses only"


def test_points_in_the_picture_are_flagged_so(engine, people):
    for seed in range(6):
        picture = engine.render(people[seed % 6], 70 + seed)
        outside = ~in_picture(picture.points68, picture.size)
        assert not picture.visible68[outside].any()
        assert 0 <= picture.attributes.occlusion <= 1


def test_the_head_alone_is_enough_for_procedural_skin(tmp_path):
    if not (ASSETS / "head.npz").is_file():
        pytest.skip("no head")
    shutil.copy(ASSETS / "head.npz", tmp_path / "head.npz")
    engine = Engine(tmp_path, EngineOptions(size=48, skin="procedural"))
    picture = engine.render(engine.identity(3), 4)
    assert {Part.SKIN, Part.NOSE} <= set(np.unique(picture.mask).tolist())
    assert picture.image.std() > 5


def test_missing_and_damaged_assets_are_named(tmp_path):
    with pytest.raises(DataError, match=r"no head\.npz in .*synth assets build"):
        Engine(tmp_path)
    (tmp_path / "head.npz").write_bytes(b"not an archive")
    with pytest.raises(DataError, match=r"head\.npz"):
        Engine(tmp_path)
