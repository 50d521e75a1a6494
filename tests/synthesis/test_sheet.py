"""The contact sheet and the overlay of labels."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from fake_engine import FakeEngine, fake_rendering

from lineament.synthesis.label_overlay import COLOURS, HIDDEN, SEEN, STRENGTH, draw_labels
from lineament.synthesis.parts import Part
from lineament.synthesis.rendering import Rendering
from lineament.synthesis.sample_seeds import identity_seed, scene_seed
from lineament.synthesis.sheet import GAP, draw_sheet, render_faces


def plain(**changes: np.ndarray) -> Rendering:
    """Grey, without parts, all points in the top left corner."""
    values = {field.name: getattr(fake_rendering(), field.name) for field in fields(Rendering)}
    values |= {
        "image": np.full((32, 32, 3), 100, np.uint8),
        "mask": np.zeros((32, 32), np.uint8),
        "points68": np.zeros((68, 2), np.float32),
    }
    return Rendering(**values | changes)


def test_every_part_has_a_colour_of_its_own() -> None:
    assert set(COLOURS) == set(Part) - {Part.BACKGROUND}
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_parts_are_tinted_and_the_background_is_not() -> None:
    mask = np.zeros((32, 32), np.uint8)
    mask[16:] = Part.HAIR
    drawn = draw_labels(plain(mask=mask))
    assert drawn.shape == (256, 256, 3)
    assert drawn[100, 200].tolist() == [100, 100, 100]
    tinted = np.array(COLOURS[Part.HAIR]) * STRENGTH + 100 * (1 - STRENGTH)
    np.testing.assert_allclose(drawn[200, 200], tinted, atol=1)


def test_seen_points_are_filled_and_hidden_ones_hollow() -> None:
    points = np.zeros((68, 2), np.float32)
    points[0], points[1] = (8, 20), (24, 20)
    seen = np.ones(68, bool)
    seen[1] = False
    drawn = draw_labels(plain(points68=points, visible68=seen))
    row = round((20 + 0.5) * 8 - 0.5)
    left, right = (round((x + 0.5) * 8 - 0.5) for x in (8, 24))
    assert drawn[row, left].tolist() == list(SEEN)
    near = drawn[row - 4 : row + 5, right - 4 : right + 5].astype(int)
    assert np.abs(near - HIDDEN).sum(axis=2).min() < 120
    assert np.abs(near[4, 4] - 100).max() < 60


def test_a_grid_in_the_order_of_the_faces() -> None:
    shades = [
        plain(image=np.full((32, 32, 3), shade, np.uint8)) for shade in (50, 100, 150, 200, 250)
    ]
    sheet = draw_sheet(shades, 3, labels=False)
    assert sheet.shape == (2 * 36 + GAP, 3 * 36 + GAP, 3)
    assert sheet[20, 20, 0] == 50 and sheet[20, 100, 0] == 150 and sheet[60, 60, 0] == 250
    labelled = draw_sheet(shades, 3, labels=True, captions=True)
    assert labelled.shape[1] == 3 * (512 + GAP) + GAP
    assert labelled[150, 100].tolist() == [50, 50, 50]


def test_a_sheet_shows_the_first_faces_of_a_dataset() -> None:
    faces = render_faces(FakeEngine(), seed=9, people=2, scenes=3)
    assert [face.identity for face in faces] == [identity_seed(9, i // 3) for i in range(6)]
    assert [face.scene for face in faces] == [scene_seed(9, i) for i in range(6)]
