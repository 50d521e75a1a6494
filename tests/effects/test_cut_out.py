"""Cut-outs and blurred backgrounds of photos whose masks are known."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.effects.background_blur import blur_background
from lineament.effects.cut_out import cut_out
from lineament.face import FaceParts

RANDOM = np.random.default_rng(2)
PHOTO = RANDOM.integers(0, 256, (90, 120, 3)).astype(np.uint8)


def parts(x: int = 20, y: int = 10, width: int = 60, height: int = 60) -> FaceParts:
    """A disc of nose with a spot of inner mouth in its middle."""
    rows, columns = np.mgrid[:height, :width]
    away = np.hypot(rows - height / 2, columns - width / 2)
    mask = np.where(away < 0.35 * min(width, height), 5, 0)
    mask[away < 4] = 7
    return FaceParts("parts-9", (x, y, width, height), mask.astype(np.uint8))


def test_what_is_cut_out() -> None:
    own = parts()
    rgba = cut_out(PHOTO, own, feather=0.05)
    assert rgba is not None and rgba.shape == (60, 60, 4) and rgba.dtype == np.uint8
    opaque, clear = rgba[..., 3] == 255, rgba[..., 3] == 0
    np.testing.assert_array_equal(rgba[opaque][:, :3], PHOTO[10:70, 20:80][opaque])
    assert not rgba[clear].any(), "nothing of the photo is left where it was cut away"
    assert opaque[30, 30] and clear[0, 0] and (~opaque & ~clear).any(), "a soft edge"
    assert own.covers()[opaque].all() and not own.covers()[clear].any()
    hard = cut_out(PHOTO, own, feather=0)
    assert hard is not None
    np.testing.assert_array_equal(hard[..., 3] > 0, own.covers())
    assert set(np.unique(hard[..., 3])) == {0, 255}


def test_small_holes_of_a_face_are_filled_and_large_ones_are_not() -> None:
    own = parts()
    own.mask[30:33, 40:43] = 0
    assert not own.covers()[31, 41]
    rgba = cut_out(PHOTO, own, feather=0)
    assert rgba is not None and (rgba[30:33, 40:43, 3] == 255).all()
    nose = cut_out(PHOTO, own, classes={"nose"}, feather=0)
    assert nose is not None and not nose[30:33, 40:43, 3].any(), "classes are taken as they are"
    np.testing.assert_array_equal(blur_background(PHOTO, [own], feather=0)[41, 61], PHOTO[41, 61])
    beside = FaceParts("parts-9", (0, 0, 0, 0), np.zeros((0, 0), np.uint8))
    assert cut_out(PHOTO, beside) is None, "a face whose square lies beside the photo"
    own.mask[25:40, 25:40] = 0
    rgba = cut_out(PHOTO, own, feather=0)
    assert rgba is not None and not rgba[28:38, 28:38, 3].any()
    own.mask[28:32] = 0
    rgba = cut_out(PHOTO, own, feather=0)
    assert rgba is not None and not rgba[28:32, :, 3].any(), "what reaches the border is no hole"


def test_some_classes_alone() -> None:
    spot = cut_out(PHOTO, parts(), classes={"inner_mouth"}, feather=0)
    assert spot is not None
    np.testing.assert_array_equal(spot[..., 3] > 0, parts().mask == 7)


def test_nothing_to_cut_out() -> None:
    assert cut_out(PHOTO, parts(), classes={"hair"}) is None
    assert cut_out(PHOTO, FaceParts("parts-9", (3, 3, 0, 5), np.zeros((5, 0), np.uint8))) is None
    with pytest.raises(ValueError, match=r"region \(100, 10, 60, 60\) does not fit"):
        cut_out(PHOTO, parts(x=100))


def test_the_face_stays_and_the_rest_blurs() -> None:
    own = parts()
    blurred = blur_background(PHOTO, [own], strength=0.08)
    assert blurred.shape == PHOTO.shape and blurred.dtype == np.uint8
    inner = np.zeros((90, 120), dtype=bool)
    inner[10:70, 20:80] = np.hypot(*(np.mgrid[:60, :60] - 30)) < 12
    np.testing.assert_array_equal(blurred[inner], PHOTO[inner])
    outer = np.ones((90, 120), dtype=bool)
    outer[10:70, 20:80] = False
    assert blurred[outer].std() < PHOTO[outer].std() / 4
    assert blurred[outer].mean() == pytest.approx(PHOTO[outer].mean(), abs=3)


def test_the_blur_takes_no_colour_from_the_face() -> None:
    """A white face on black: all that blurs is black, so there is no halo."""
    own = parts()
    photo = np.zeros((90, 120, 3), np.uint8)
    photo[own.full(90, 120) > 0] = 255
    blurred = blur_background(photo, [own], strength=0.2, feather=0)
    np.testing.assert_array_equal(blurred[own.full(90, 120) == 0], 0)


def test_sharpness_fades_at_the_border_of_what_was_parsed() -> None:
    whole = FaceParts("parts-9", (20, 0, 60, 90), np.full((90, 60), 5, np.uint8))
    blurred = blur_background(PHOTO, [whole], feather=0)
    changed = np.abs(blurred.astype(int) - PHOTO).mean(axis=2)
    assert changed[:, 20].mean() > 3 * changed[:, 26].mean() > 0
    np.testing.assert_array_equal(blurred[:, 40:60], PHOTO[:, 40:60])


def test_bad_input_of_the_blur() -> None:
    with pytest.raises(ValueError, match="parts of at least one face"):
        blur_background(PHOTO, [])
    with pytest.raises(ValueError, match="does not fit"):
        blur_background(PHOTO, [parts(y=80)])
    np.testing.assert_array_equal(blur_background(PHOTO, [parts()], strength=0), PHOTO)
    one = np.full((1, 1, 3), 9, np.uint8)
    speck = FaceParts("parts-9", (0, 0, 1, 1), np.ones((1, 1), np.uint8))
    np.testing.assert_array_equal(blur_background(one, [speck]), one)
