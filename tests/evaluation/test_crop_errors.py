"""Errors of croppers against patches whose place is known, and photos with covered parts."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.evaluation.covering import cover, cover_all
from lineament.evaluation.crop_error_figure import (
    CropTile,
    crop_table,
    write_crop_plot,
    write_crop_sheet,
)
from lineament.evaluation.crop_errors import (
    PATCHES,
    centre_offsets,
    inside_shares,
    patch_centres,
    patch_counts,
    patch_edges,
    summarise,
)
from lineament.parsing.part_schemes import PARTS_9

SIDE = 41
MISSING = np.full((2, 3), np.nan)


def theta(x: float, y: float, patch: int, side: int = SIDE) -> np.ndarray:
    """The specification's target: the patch of so many pixels round a centre."""
    scale = (patch - 1) / (side - 1)
    return np.array([[scale, 0, 2 * x / (side - 1) - 1], [0, scale, 2 * y / (side - 1) - 1]])


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 60), st.integers(0, 40), st.integers(1, 20))
def test_centres_and_edges_undo_the_target(x: int, y: int, half: int) -> None:
    patch = 2 * half + 1
    wide = np.array(
        [
            [(patch - 1) / 60, 0, 2 * x / 60 - 1],
            [0, (patch - 1) / 40, 2 * y / 40 - 1],
        ]
    )
    np.testing.assert_allclose(patch_centres(wide, 61, 41), [x, y], atol=1e-9)
    edges = patch_edges(wide, 61, 41)
    np.testing.assert_allclose(edges, [x - half, y - half, x + half, y + half], atol=1e-9)


def test_a_centre_three_right_and_four_down_is_five_away() -> None:
    true = np.stack([theta(20, 20, 9), theta(10, 10, 9), MISSING])[None]
    guess = np.stack([theta(23, 24, 9), MISSING, theta(3, 3, 9)])[None]
    offsets = centre_offsets(guess, true, SIDE, SIDE)
    assert offsets[0, 0] == pytest.approx(5)
    assert np.isnan(offsets[0, 1:]).all()
    with pytest.raises(ValueError, match="expected"):
        centre_offsets(guess, true[:, :2], SIDE, SIDE)


def test_the_share_of_a_part_that_its_patch_shows() -> None:
    """A part of 4 x 5 pixels; patches of nine pixels show all, half and none of its columns."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[18:23, 20:24] = 1
    thetas = np.stack([theta(20, 20, 9), theta(17, 20, 9), theta(5, 5, 9), MISSING])[:, None]
    shares = inside_shares(np.stack([mask] * 4), thetas, [(1,)])
    assert shares[:, 0].tolist() == [1, 0.5, 0, 0]
    assert np.isnan(inside_shares(np.zeros_like(mask)[None], thetas[:1], [(1,)])).all()


def test_a_patch_beyond_the_canvas_is_cut_off() -> None:
    mask = np.ones((SIDE, SIDE), np.uint8)
    counts = patch_counts(mask[None], mask[None], theta(0, 40, 9)[None, None], 2)
    assert counts.tolist() == [[[0, 0], [0, 25]]]


def test_f1_is_counted_inside_the_true_patch_only() -> None:
    truth = np.zeros((SIDE, SIDE), np.uint8)
    truth[20, 16:25] = 1
    truth[21, 20] = 255
    guess = np.zeros_like(truth)
    guess[20, 19:30] = 1  # six right; two more inside the row's patch would be wrong
    guess[21, 20] = 1  # not known: left out
    guess[0:5] = 1  # outside of the patch
    counts = patch_counts(guess[None], truth[None], theta(20, 20, 9)[None, None], 2)
    assert counts[0].tolist() == [[81 - 1 - 9, 0], [3, 6]]


def six(x: float, y: float) -> np.ndarray:
    """Six patches of nine pixels in a row of one canvas, all moved by (x, y)."""
    return np.stack([theta(4 + 6 * place + x, 20 + y, 5) for place in range(6)])


def row_of_parts() -> np.ndarray:
    """Six parts of one pixel each in the middle of those patches; the mouth has three."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for place, number in enumerate((1, 2, 3, 4, 5, 7)):
        mask[20, 4 + 6 * place] = number
    mask[19, 34], mask[21, 34] = 6, 8
    return mask


def test_a_summary_by_hand() -> None:
    """The first cropper is right; the second is off by (0, 3) and loses the first part."""
    truth = np.stack([row_of_parts()] * 2)
    true_theta = np.stack([six(0, 0)] * 2)
    true_theta[1, 4] = np.nan
    truth[1][truth[1] == 5] = 0
    covered = np.zeros((2, 6), bool)
    covered[:, 5] = True
    parts = list(PATCHES.values())

    right = summarise("STN", true_theta, true_theta, truth, truth, parts, 9, covered)
    assert (right.offset, right.offset_covered, right.lost) == (0, 0, 0)
    assert (right.pictures, right.covered) == (2, 1)
    assert right.f1_overall == 1 and set(right.f1) == {1.0} and set(right.inside) == {1.0}

    moved = np.stack([six(0, 3)] * 2)
    moved[:, 0] = np.nan
    guess = truth.copy()
    guess[0][np.isin(guess[0], (1, 2))] = 0
    guess[guess == 6] = 8  # within the mouth: correct
    wrong = summarise("centroids", moved, true_theta, guess, truth, parts, 9, covered)
    assert np.isnan(wrong.offsets[0])
    np.testing.assert_allclose(wrong.offsets[1:], 3)
    assert wrong.offset == pytest.approx(3) and wrong.lost == 2
    # A patch of five pixels, three lower, shows two rows below the part's: only the mouth's last.
    np.testing.assert_allclose(wrong.inside, [0, 0, 0, 0, 0, 1 / 3])
    np.testing.assert_allclose(wrong.f1, [2 / 3, 2 / 3, 1, 1, 1, 1])
    # 15 true pixels, 13 predicted, all of these right: the second picture has no nose.
    assert wrong.f1_overall == pytest.approx(2 * 13 / (15 + 13))


def test_the_patches_are_classes_of_the_nine() -> None:
    for name, classes in PATCHES.items():
        if name != "mouth":
            assert [PARTS_9.classes[number].replace("_", " ") for number in classes] == [name]
    assert [PARTS_9.classes[number] for number in PATCHES["mouth"]] == [
        "upper_lip",
        "inner_mouth",
        "lower_lip",
    ]


def photo(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A photo whose parts are red and whose background is blue noise, with its mask."""
    mask = row_of_parts()
    mask = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    picture[..., 2] = np.random.default_rng(seed).integers(60, 255, (SIDE, SIDE))
    picture[mask > 0] = (255, 0, 0)
    return picture, mask


def test_covered_parts_are_gone_and_the_rest_stays() -> None:
    picture, mask = photo()
    before = picture.copy()
    shown, which = cover(picture, mask, list(PATCHES.values()), 2, np.random.default_rng(3))
    np.testing.assert_array_equal(picture, before)
    assert which.sum() == 2
    for part, classes in enumerate(PATCHES.values()):
        red = shown[np.isin(mask, classes)][:, 0] == 255
        assert not red.any() if which[part] else red.any()
    # What was pasted is a piece of the background: blue, without a part.
    changed = (shown != picture).any(axis=2)
    assert (shown[changed][:, 0] == 0).all() and (shown[changed][:, 2] >= 60).all()


def test_covers_depend_on_the_seed_and_the_place_alone() -> None:
    pictures, masks = zip(*(photo(seed) for seed in range(3)), strict=True)
    parts = list(PATCHES.values())
    shown, which = cover_all(pictures, masks, parts, 1, seed=7)
    again, same = cover_all(pictures, masks, parts, 1, seed=7)
    np.testing.assert_array_equal(shown, again)
    np.testing.assert_array_equal(which, same)
    np.testing.assert_array_equal(cover_all(pictures[:2], masks[:2], parts, 1, 7)[0], shown[:2])
    assert (cover_all(pictures, masks, parts, 1, seed=8)[0][0] != shown[0]).any()
    assert cover_all(pictures, masks, parts, 9, seed=7)[1].all()
    np.testing.assert_array_equal(cover_all(pictures, masks, parts, 0, 7)[0], pictures)


def test_hardly_any_background_still_covers() -> None:
    mask = np.ones((12, 12), np.uint8)
    mask[0, 0] = 0
    picture = np.full((12, 12, 3), 200, np.uint8)
    picture[0, 0] = 10
    shown, which = cover(picture, mask, [(1,)], 1, np.random.default_rng(0))
    assert which.all() and (shown == 10).all()
    with pytest.raises(ValueError, match="everywhere"):
        cover(picture, np.ones_like(mask), [(1,)], 1, np.random.default_rng(0))
    with pytest.raises(ValueError, match="size"):
        cover(picture, mask[:5], [(1,)], 1, np.random.default_rng(0))


def test_an_absent_part_is_not_covered() -> None:
    picture, mask = photo()
    mask[mask == 5] = 0
    which = cover(picture, mask, list(PATCHES.values()), 6, np.random.default_rng(0))[1]
    assert which.tolist() == [True, True, True, True, False, True]


def test_table_plot_and_sheet(tmp_path: Path) -> None:
    truth, true_theta = row_of_parts()[None], six(0, 0)[None]
    rows = []
    for count in (0, 1):
        covered = np.zeros((1, 6), bool)
        covered[0, :count] = True
        for name, found in (("STN", true_theta), ("centroids", six(3, 4)[None])):
            row = summarise(
                name, found, true_theta, truth, truth, list(PATCHES.values()), 9, covered
            )
            rows.append(row)
    table = crop_table(rows)
    assert table.splitlines()[3].startswith("| 0 | centroids | 5.00 | 0.000 | 1.000 | 0 | 5.00 |")
    assert "| 1 | STN | 0.00 (0.00) | 1.000 |" in table
    write_crop_plot(tmp_path / "plot.png", rows, "title")
    tile = CropTile(
        "face", photo()[0], true_theta[0], {"STN": six(3, 4), "none": six(0, 0) * np.nan}
    )
    write_crop_sheet(tmp_path / "sheet.png", [tile] * 5)
    for name in ("plot.png", "sheet.png"):
        assert cv2.imread(str(tmp_path / name)) is not None
    sheet = cv2.imread(str(tmp_path / "sheet.png"))[:, :, ::-1]
    assert ((sheet == (60, 220, 60)).all(axis=2)).any()
