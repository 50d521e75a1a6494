"""Pictures of groups: labels fit the pixels, nearer hides farther, seeds decide everything."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from cutout_folder import POINTS, SIDE, drawn_cutout, write_cutouts
from pydantic import ValidationError

from lineament.cli.main import main
from lineament.errors import DataError
from lineament.image import read, write
from lineament.synthesis.camera_faults import CameraFaults
from lineament.synthesis.degrade import apply_faults
from lineament.synthesis.groups import composer as composer_module
from lineament.synthesis.groups.arrangement import Spot, arrange, draw_count
from lineament.synthesis.groups.composer import GroupComposer
from lineament.synthesis.groups.cutout_bank import CutOutBank
from lineament.synthesis.groups.group_labels import cells
from lineament.synthesis.groups.group_options import GroupOptions
from lineament.synthesis.groups.group_picture import GroupPicture
from lineament.synthesis.groups.light import to_light
from lineament.synthesis.groups.patterns import PATTERNS, draw_pattern
from lineament.synthesis.groups.placing import place
from lineament.synthesis.groups.standing import with_body

PIECES = np.random.default_rng(5)
PLAIN = {"degrade": False, "empty": 0.0, "distractors": 0.0, "width": 160, "height": 120}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kinds = ("bust", "back", "statue", "hand", "mask")
    cutouts = [drawn_cutout(kind, number=number) for number, kind in enumerate(kinds)]
    return write_cutouts(tmp_path_factory.mktemp("cutouts"), cutouts)


def composed(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *spots: Spot, seed: int = 0, **options: object
) -> GroupPicture:
    """A plain picture with heads at chosen spots."""
    monkeypatch.setattr(composer_module, "arrange", lambda *_: sorted(spots, key=lambda s: s.side))
    made = GroupComposer(folder, None, GroupOptions.model_validate({**PLAIN, **options}))
    made.backdrops.draw = lambda _, width, height, __: np.full(  # type: ignore[method-assign]
        (height, width, 3), 0.18, np.float32
    )
    return made.picture(seed)


def green(image: np.ndarray) -> np.ndarray:
    """(H,W) bool: pixels of faces."""
    red, green, blue = np.moveaxis(image.astype(int), 2, 0)
    return (green > red + 40) & (green > blue + 40)


def test_a_seed_gives_the_same_picture_whatever_was_made_before(folder: Path) -> None:
    options = GroupOptions(width=128, height=96, distractors=1.0)
    first, second = (GroupComposer(folder, None, options) for _ in range(2))
    second = pickle.loads(pickle.dumps(second))
    wanted = [first.picture(seed) for seed in (3, 4)]
    again = [second.picture(seed) for seed in (4, 3)][::-1]
    for one, other in zip(wanted, again, strict=True):
        np.testing.assert_array_equal(one.image, other.image)
        np.testing.assert_array_equal(one.faces.five_points, other.faces.five_points)
        np.testing.assert_array_equal(one.faces.ignored, other.faces.ignored)
    assert (wanted[0].image != wanted[1].image).any()
    assert wanted[0].image.shape == (96, 128, 3) and wanted[0].image.dtype == np.uint8


@pytest.mark.parametrize("roll", [0.0, 35.0])
def test_the_box_is_tight_on_the_face(
    monkeypatch: pytest.MonkeyPatch, folder: Path, roll: float
) -> None:
    for side in (12.0, 30.0, 52.0):
        spot = Spot(70.3, 58.6, side, roll)
        picture = composed(monkeypatch, folder, spot)
        (box,) = picture.faces.boxes
        np.testing.assert_allclose((box[:2] + box[2:]) / 2, (70.3, 58.6), atol=0.01)
        assert picture.faces.sides[0] == pytest.approx(side, rel=1e-4)
        row, column = np.nonzero(green(picture.image))
        drawn = np.array([column.min(), row.min(), column.max(), row.max()])
        np.testing.assert_allclose(drawn, box, atol=1.3)
        assert picture.seen.sum() == 4 and not picture.faces.ignored[0]


def test_points_lie_where_they_are_drawn(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    for seed in range(4):
        picture = composed(monkeypatch, folder, Spot(80, 60, 80, 0), seed=seed, largest_roll=0)
        column, row = np.rint(picture.faces.five_points[0]).astype(int).T
        shown = picture.image[row, column].astype(int)
        assert (shown.max(axis=1) - shown.min(axis=1) < 30).all()
        face = picture.image[60 + 20, 80 + 20].astype(int)
        assert face[1] > face[0] + 40


def test_points_follow_from_the_place_by_hand(folder: Path) -> None:
    entry = CutOutBank(folder).draw(np.random.default_rng(0), "bust", 20)
    half = place(entry, Spot(100, 50, entry.side / 2, 0), mirrored=False)
    middle = np.array([63.5, 40.0])
    np.testing.assert_allclose(half.points, (POINTS - middle) / 2 + [100, 50], atol=1e-3)
    mirrored = place(entry, Spot(100, 50, entry.side / 2, 0), mirrored=True)
    flipped = (POINTS - middle) / 2 * [-1, 1] + [100, 50]
    np.testing.assert_allclose(mirrored.points, flipped[[1, 0, 2, 4, 3]], atol=1e-3)
    assert mirrored.seen.tolist() == [True, True, True, False, True]
    turned = place(entry, Spot(0, 0, 60, 90), mirrored=False)
    width, height = turned.box[2:] - turned.box[:2]
    assert width / height == pytest.approx(64 / 48, abs=0.01)
    eyes = turned.points[:2]
    assert eyes[0, 1] > eyes[1, 1]  # a quarter turn to the left: the left eye on the right is up


def test_levels_come_near_to_the_scale_and_agree_on_places(folder: Path) -> None:
    entry = CutOutBank(folder).draw(np.random.default_rng(0), "bust", 20)
    for side, level in ((100, 0), (50, 0), (36, 0), (33, 1), (20, 1), (10, 2), (6, 3), (3, 3)):
        placed = place(entry, Spot(10, 20, side, 15), mirrored=False)
        assert placed.level() == level
        middle = (SIDE / 2**level - 1) / 2
        at_level = placed.of_level(level) @ [middle, middle, 1]
        np.testing.assert_allclose(at_level, placed.matrix @ [63.5, 63.5, 1], atol=1e-9)


def test_nearer_heads_hide_farther_ones(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    near = Spot(80, 60, 60, 0)
    both = composed(monkeypatch, folder, near, Spot(80, 60, 20, 0))
    assert both.faces.sides.tolist() == pytest.approx([60], rel=1e-4)
    half = composed(monkeypatch, folder, near, Spot(80 + 22, 60, 20, 0))
    assert half.faces.ignored.tolist() == [True, False]
    assert half.seen[0].sum() < half.seen[1].sum() == 4
    apart = composed(monkeypatch, folder, near, Spot(140, 40, 20, 0))
    assert apart.faces.ignored.tolist() == [False, False]


def test_faces_over_the_border_count_as_long_as_enough_is_seen(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    faces = [composed(monkeypatch, folder, Spot(x, 40, 40, 0)).faces for x in (8.0, -11.0, -30.0)]
    assert [face.ignored.tolist() for face in faces] == [[False], [True], []]
    assert faces[0].boxes[0, 0] < 0


def test_faces_that_blur_leaves_nothing_of_are_ignored() -> None:
    clean = CameraFaults()
    assert cells(8, 0, clean) == 8
    assert cells(8, 0, CameraFaults(resolution=0.5)) == 4
    assert cells(30, 0, CameraFaults(lens_blur=4)) < 5 < cells(30, 0, CameraFaults(lens_blur=1))
    assert cells(30, 4, clean) < 5


def test_what_covers_a_face_in_its_own_picture_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hidden = write_cutouts(tmp_path, [drawn_cutout(occlusion=0.7)])
    picture = composed(monkeypatch, hidden, Spot(80, 50, 40, 0))
    assert picture.faces.ignored.tolist() == [True]


def test_statues_are_no_faces_unless_they_look_like_some(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(composer_module, "STAND_IN_SHARE", 1.0)
    monkeypatch.setattr(composer_module, "STAND_INS", ("statue",))
    monkeypatch.setattr(GroupComposer, "_distractors", lambda *_: [])
    large, small = Spot(80, 50, 40, 0), Spot(30, 50, 16, 0)
    picture = composed(monkeypatch, folder, large, small, distractors=1.0)
    assert picture.faces.ignored.tolist() == [True]
    assert picture.faces.sides[0] == pytest.approx(16, rel=1e-3)
    monkeypatch.setattr(composer_module, "sample_faults", lambda *_: CameraFaults(grey=True))
    grey = composed(monkeypatch, folder, large, distractors=1.0, degrade=True)
    assert grey.faces.ignored.tolist() == [True]


def test_heads_and_sides_stay_in_their_ranges(folder: Path) -> None:
    options = GroupOptions(width=96, height=128, heads=(2, 6), sides=(9, 40), empty=0.3)
    made = GroupComposer(folder, None, options)
    groups = [made.picture(seed) for seed in range(40)]
    counts = np.array([len(group.faces) for group in groups])
    assert counts.max() <= 6 and 0.1 < (counts == 0).mean() < 0.6
    sides = np.concatenate([group.faces.sides for group in groups])
    assert 9 - 1e-3 <= sides.min() < 14 and 25 < sides.max() <= 40 + 1e-3


def test_places_are_in_order_and_as_many_as_asked_for() -> None:
    options = GroupOptions(width=200, height=100, heads=(1, 30), sides=(8, 90), largest_roll=20)
    random = np.random.default_rng(2)
    counts = [draw_count(random, options) for _ in range(300)]
    assert min(counts) == 1 and 25 < max(counts) <= 30 and np.median(counts) < 9
    for count in (1, 2, 7, 30) * 6:
        spots = arrange(random, count, options)
        assert len(spots) == count
        assert [spot.side for spot in spots] == sorted(spot.side for spot in spots)
        assert all(8 - 1e-9 <= spot.side <= 90 and abs(spot.roll) <= 20 for spot in spots)


def test_nobody_is_in_empty_pictures(folder: Path) -> None:
    made = GroupComposer(folder, None, GroupOptions(width=96, height=96, empty=1, distractors=1))
    for seed in range(6):
        faces = made.picture(seed).faces
        assert faces.ignored.all()  # a small statue may stand there


def test_some_pictures_have_lost_their_colour(folder: Path) -> None:
    composer = GroupComposer(folder, None, GroupOptions(width=64, height=64))
    pictures = [composer.picture(seed).image.astype(int) for seed in range(120)]
    grey = sum(np.ptp(image, axis=2).max() <= 2 for image in pictures)
    assert 14 <= grey <= 46


def test_negatives_lie_behind_pictures(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no pictures in"):
        GroupComposer(folder, None, GroupOptions(negatives=tmp_path))
    blue = np.zeros((1500, 1200, 3), np.uint8)
    blue[..., 2] = 200
    write(tmp_path / "sea.png", blue)
    options = {**PLAIN, "empty": 1.0, "negatives": tmp_path, "negative_share": 1.0}
    made = GroupComposer(folder, None, GroupOptions.model_validate(options))
    for seed in range(3):
        image = made.picture(seed).image.astype(int)
        assert (image[..., 2] > image[..., 0] + 20).all()
    assert [picture.shape for picture in made.backdrops._kept.values()] == [(1024, 819, 3)]


def test_pieces_of_negatives_lie_in_front(folder: Path, tmp_path: Path) -> None:
    blue = np.zeros((300, 200, 3), np.uint8)
    blue[..., 2] = 200
    write(tmp_path / "sea.png", blue)
    assert GroupComposer(folder, None, GroupOptions()).backdrops.piece(PIECES, 40) is None
    backdrops = GroupComposer(folder, None, GroupOptions(negatives=tmp_path)).backdrops
    for _ in range(20):
        piece = backdrops.piece(PIECES, 40)
        assert piece is not None and piece.shape == (40, 40, 4) and piece.dtype == np.float32
        light, cover = piece[..., :3], piece[..., 3]
        assert (light.max(axis=2) <= cover + 1e-5).all() and 0.2 < cover.mean() <= 1
        inside = cover > 0.9
        assert inside[20, 20] and (light[inside][:, 2] > light[inside][:, 0]).all()


def test_bodies_go_on_below_busts_and_nowhere_else() -> None:
    light = to_light(drawn_cutout().image)
    body = with_body(light, 55, 300, np.random.default_rng(1))
    assert body.shape == (SIDE + 300, SIDE, 4)
    np.testing.assert_array_equal(body[:SIDE], light)
    coat = body[SIDE : SIDE + 20]
    assert (coat[:, 40:88, 3] > 0.99).all() and not coat[:, :15, 3].any()
    np.testing.assert_allclose(coat[:, 64, :3], light[-1:, 64, :3].repeat(20, 0), atol=1e-3)
    assert len(with_body(light, 55, 1e9, np.random.default_rng(1))) < SIDE + 7.5 * 55
    ended = with_body(light, 55, 1e9, np.random.default_rng(1), legs=False)
    np.testing.assert_array_equal(ended, body[: SIDE + 77])
    nothing = np.zeros_like(light)
    assert with_body(nothing, 55, 300, np.random.default_rng(1)) is nothing


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_is_drawn(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("lineament.synthesis.groups.patterns.PATTERNS", {name: PATTERNS[name]})
    light = draw_pattern(np.random.default_rng(4), 64)
    cover = light[..., 3]
    assert light.shape == (64, 64, 4) and 0.2 < cover.mean() < 0.95
    assert (light[..., :3].max(axis=2) <= cover + 1e-6).all()
    assert light[cover > 0.9][:, :3].std(axis=0).max() > 0.02


def test_faults_take_pictures_of_any_shape() -> None:
    scene = np.random.default_rng(0).random((40, 90, 3), np.float32)
    every = CameraFaults(
        haze=0.1, flare=0.2, vignetting=0.4, lens_blur=1.0, resolution=0.5, shot_noise=1e-3,
        chroma_noise=0.1, sharpening=0.5, sepia=0.5, jpeg=60, jpeg_again=70,
    )  # fmt: skip
    taken = apply_faults(scene, every, np.random.default_rng(1))
    assert taken.shape == (40, 90, 3) and taken.dtype == np.uint8


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"heads": (0, 3)}, "expected 1 <= least <= greatest"),
        ({"heads": (5, 2)}, "heads: got"),
        ({"sides": (2.0, 50.0)}, "expected 4 <= least <= greatest"),
        ({"sides": (50.0, 20.0)}, "sides: got"),
        ({"width": 8}, "greater than or equal to 32"),
        ({"empty": 1.5}, "less than or equal to 1"),
        ({"head": (1, 2)}, "Extra inputs"),
    ],
)
def test_bad_options_are_told(values: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        GroupOptions.model_validate(values)


def test_the_sheet(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sheet.png"
    command = ["synth", "group-sheet", str(folder), "--out", str(out), "--count", "3"]
    command += ["--columns", "2", "--set", "width=64", "--set", "height=48"]
    with pytest.raises(SystemExit) as stop:
        main([*command, "--json"])
    assert stop.value.code == 0
    report = json.loads(capsys.readouterr().out)
    assert report["pictures"] == 3 and report["options"]["width"] == 64
    assert read(out).shape == (2 * (48 + 4) + 4, 2 * (64 + 4) + 4, 3)
    with pytest.raises(SystemExit) as stop:
        main([*command, "--set", "widht=3"])
    assert stop.value.code == 2 and "did you mean 'width'" in capsys.readouterr().err
