"""Part masks drawn over a photo: where the parts are, in their colours, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.draw import draw_faces
from lineament.draw_parts import STRENGTH, draw_parts
from lineament.face import Box, Face, FaceParts
from lineament.parsing.part_schemes import CELEBAMASK_19

WHITE = np.full((100, 140, 3), 255, np.uint8)
HAIR, SKIN = CELEBAMASK_19.number("hair"), CELEBAMASK_19.number("skin")


def parts(x: int, y: int, number: int, *, rim: int = 5) -> FaceParts:
    mask = np.zeros((40, 40), np.uint8)
    mask[rim : 40 - rim, rim : 40 - rim] = number
    return FaceParts("celebamask-19", (x, y, 40, 40), mask)


def test_a_tint_inside_and_a_stronger_edge() -> None:
    canvas = WHITE.copy()
    own = parts(30, 20, HAIR)
    draw_parts(canvas, own)
    colour = np.array(CELEBAMASK_19.palette[HAIR])
    np.testing.assert_allclose(canvas[40, 50], 255 + STRENGTH * (colour - 255.0), atol=1)
    away = np.abs(canvas.astype(int) - colour).max(axis=2)
    assert away[25, 50] < away[40, 50] / 2, "the edge is nearer to the palette's colour"
    untouched = own.full(100, 140) == 0
    np.testing.assert_array_equal(canvas[untouched], WHITE[untouched])


def test_the_first_face_lies_on_top() -> None:
    five = np.full((5, 2), -50, np.float32)
    box = Box(-40, -40, -20, -20)
    faces = [Face(box, 0.9, five, parts=parts(30, 20, number)) for number in (HAIR, SKIN)]
    colours = [np.array(CELEBAMASK_19.palette[number], float) for number in (SKIN, HAIR)]
    expected = np.full(3, 255.0)
    for colour in colours:
        expected += STRENGTH * (colour - expected)
    np.testing.assert_allclose(draw_faces(WHITE, faces)[40, 50], expected, atol=1.5)
    other = draw_faces(WHITE, faces[::-1])[40, 50]
    assert np.abs(other - expected).max() > 20, "the order is seen"


@pytest.mark.parametrize("region", [(0, 0, 0, 3), (139, 99, 1, 1), (120, 90, 40, 40)])
def test_empty_tiny_and_beyond_the_border(region: tuple[int, int, int, int]) -> None:
    canvas = WHITE.copy()
    mask = np.full((region[3], region[2]), HAIR, np.uint8)
    draw_parts(canvas, FaceParts("celebamask-19", region, mask))
    assert (canvas[99, 139] != 255).any() == bool(mask.size)
    assert (canvas[0, 0] == 255).all()
