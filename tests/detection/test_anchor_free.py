"""Decoding cells by hand, and faces that were written into cells and are read again."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from lineament.detection.anchor_free import decode_anchor_free
from lineament.face import FloatArray
from lineament.weights import AnchorFreeOutput

OUTPUT = AnchorFreeOutput(kind="anchor_free", levels=("a", "b"), strides=(8, 16))


def empty(pictures: int = 1, rows: int = 4, columns: int = 6) -> list[FloatArray]:
    """Two grids without a face; the coarser has half as many rows and columns."""
    grids = [np.zeros((pictures, 15, rows // n, columns // n), np.float32) for n in (1, 2)]
    for grid in grids:
        grid[:, 0] = -20
    return grids


def test_a_cell_by_hand() -> None:
    """Column 2, row 1 of stride 8 in the second picture: its middle lies at (19.5, 11.5).

    The box is 16 pixels wide and 32 high round (23.5, 3.5).
    """
    grids = empty(pictures=2)
    grids[0][1, :, 1, 2] = [0, 0.5, -1, math.log(2), math.log(4), *range(-5, 5)]
    none, found = decode_anchor_free(grids, OUTPUT, 0.5)
    assert len(none) == 0
    np.testing.assert_allclose(found.scores, [0.5])
    np.testing.assert_allclose(found.boxes, [[23.5 - 8, 3.5 - 16, 23.5 + 8, 3.5 + 16]], rtol=1e-6)
    points = [[23.5 + 16 * n, 3.5 + 32 * (n + 1)] for n in range(-5, 5, 2)]
    np.testing.assert_allclose(found.five_points[0], points, rtol=1e-6)
    assert found.boxes.dtype == found.scores.dtype == found.five_points.dtype == np.float32


@pytest.mark.parametrize("seed", range(5))
def test_faces_written_into_cells_are_read_again(seed: int) -> None:
    random = np.random.default_rng(seed)
    grids = empty(rows=40, columns=60)
    boxes, points, scores = [], [], []
    for level, stride in enumerate(OUTPUT.strides):
        for cell in random.choice(40 * 60 // 4**level, 5, replace=False):
            row, column = divmod(int(cell), 60 // 2**level)
            centre = (np.array([column, row]) + 0.5) * stride - 0.5
            middle = centre + random.uniform(-8, 8, 2)
            size = np.exp(random.uniform(np.log(6), np.log(300), 2))
            five = middle + random.normal(0, 0.3, (5, 2)) * size
            score = random.uniform(0.1, 0.99)
            grids[level][0, :, row, column] = [
                math.log(score / (1 - score)),
                *(middle - centre) / stride,
                *np.log(size / stride),
                *((five - middle) / size).ravel(),
            ]
            boxes.append([*(middle - size / 2), *(middle + size / 2)])
            points.append(five)
            scores.append(score)
    (found,) = decode_anchor_free(grids, OUTPUT, 0.05)
    order, other = np.argsort(scores), np.argsort(found.scores)
    np.testing.assert_allclose(found.scores[other], np.array(scores)[order], rtol=1e-4)
    np.testing.assert_allclose(found.boxes[other], np.array(boxes)[order], atol=1e-2)
    np.testing.assert_allclose(found.five_points[other], np.array(points)[order], atol=1e-2)


def test_scale_and_offset_move_scores_and_keep_their_order() -> None:
    grids = empty()
    grids[0][0, 0, 0, :3] = [-1, 0, 1]
    moved = OUTPUT.model_copy(update={"score_scale": 2.0, "score_offset": 1.0})
    (found,) = decode_anchor_free(grids, moved, 0.2)
    np.testing.assert_allclose(found.scores, 1 / (1 + np.exp([1, -1, -3])), rtol=1e-5)
    (fewer,) = decode_anchor_free(grids, moved, 0.5)
    np.testing.assert_allclose(fewer.scores, found.scores[1:])


def test_the_least_score_at_its_ends() -> None:
    grids = empty()
    assert len(decode_anchor_free(grids, OUTPUT, 0)[0]) == 24 + 6
    assert len(decode_anchor_free(grids, OUTPUT, 1)[0]) == 0


def test_senseless_numbers_stay_finite_or_are_no_face() -> None:
    grids = empty()
    grids[0][0, :, 0, 0] = 1e30
    grids[1][0, :, 0, 0] = np.nan
    with np.errstate(over="raise", invalid="raise"):
        (found,) = decode_anchor_free(grids, OUTPUT, 0.5)
    assert len(found) == 1
    assert np.isfinite(found.boxes).all() and found.scores[0] == 1


def test_a_level_needs_a_stride_and_a_name_of_its_own() -> None:
    for levels, strides in ((("a", "b"), (8,)), (("a", "a"), (8, 16)), ((), ())):
        with pytest.raises(ValidationError):
            AnchorFreeOutput(kind="anchor_free", levels=levels, strides=strides)
