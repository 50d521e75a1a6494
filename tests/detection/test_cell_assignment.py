"""Which cell learns which face, worked out by hand on a picture of 128 x 128."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from lineament.detection.cell_assignment import EMPTY, NEITHER, AssignmentRule, assign
from lineament.detection.cell_grid import cell_grid

GRID = cell_grid([(16, 16), (8, 8), (4, 4)], (8, 16, 32), torch.device("cpu"))
FIRST = (0, 256, 320)
RULE = AssignmentRule()


def square(x: float, y: float, side: float) -> list[float]:
    return [x - side / 2, y - side / 2, x + side / 2, y + side / 2]


def assigned(*boxes: list[float], ignored: tuple[bool, ...] = (), rule=RULE) -> Tensor:
    """(P,) of one picture."""
    count = len(boxes)
    return assign(
        torch.tensor([boxes or [[0.0] * 4]])[:, :count].reshape(1, count, 4),
        torch.ones(1, count, dtype=torch.bool),
        torch.tensor([ignored or (False,) * count]).reshape(1, count),
        GRID,
        rule,
    )[0]


def cells(found: Tensor, face: int, level: int) -> set[tuple[float, float]]:
    """Middles of the cells of a level that learn a face."""
    chosen = torch.nonzero((found == face) & (GRID.level == level))[:, 0]
    return {tuple(centre) for centre in GRID.centres[chosen].tolist()}


def test_the_grid_by_hand() -> None:
    assert len(GRID.strides) == 256 + 64 + 16
    assert GRID.centres[0].tolist() == [3.5, 3.5]
    assert GRID.centres[1].tolist() == [11.5, 3.5]
    assert GRID.centres[FIRST[1] + 8].tolist() == [7.5, 23.5]
    assert GRID.centres[FIRST[2]].tolist() == [15.5, 15.5]


def test_cells_near_the_middle_and_in_the_box_learn() -> None:
    """Of the columns 19.5, 27.5, 35.5 and 43.5 two lie in the box from 20 to 36."""
    found = assigned(square(28, 28, 16))
    assert cells(found, 0, 0) == {(x, y) for x in (27.5, 35.5) for y in (27.5, 35.5)}
    assert (found == 0).sum() == 4
    assert (found == EMPTY).sum() == len(found) - 4


def test_no_cell_farther_than_the_radius_learns() -> None:
    """Within 12 pixels of 59.5, in a box from 39.5 to 79.5."""
    found = assigned(square(59.5, 59.5, 40))
    near = (51.5, 59.5, 67.5)
    assert cells(found, 0, 0) == {(x, y) for x in near for y in near}


def test_a_face_smaller_than_a_cell_has_the_cell_of_its_middle() -> None:
    assert cells(assigned(square(32, 32, 6)), 0, 0) == {(35.5, 35.5)}
    assert cells(assigned(square(36, 28, 8)), 0, 0) == {(35.5, 27.5)}


@pytest.mark.parametrize(
    ("side", "levels"),
    [(38, {0}), (39, {0, 1}), (47, {0, 1}), (60, {0, 1}), (61, {1}), (102, {1}), (103, {1, 2})],
)
def test_ranges_overlap_by_a_quarter(side: float, levels: set[int]) -> None:
    """Limits 48 and 128: from 38.4 on also 16, up to 60 also 8, from 102.4 on also 32."""
    found = assigned(square(64, 64, side))
    assert {int(level) for level in GRID.level[found == 0]} == levels


def test_a_long_box_counts_by_its_area() -> None:
    found = assigned([24.0, 54.0, 104.0, 74.0])
    assert {int(level) for level in GRID.level[found == 0]} == {0, 1}


def test_a_cell_learns_the_nearest_of_several_faces() -> None:
    """Between middles at 28 and 44 the column 35.5 is nearer to the first."""
    found = assigned(square(28, 28, 24), square(44, 28, 24))
    assert (27.5, 27.5) in cells(found, 0, 0) and (43.5, 27.5) in cells(found, 1, 0)
    assert (35.5, 27.5) in cells(found, 0, 0)
    small_before_large = assigned(square(60, 60, 40), square(60, 60, 20))
    assert cells(small_before_large, 1, 0) >= {(59.5, 59.5)}


def test_an_ignored_face_is_neither() -> None:
    """Every cell that it touches, on every level: of stride 8 the columns 19.5 to 43.5."""
    found = assigned(square(32, 32, 20), square(100, 100, 20), ignored=(True, False))
    touched = (19.5, 27.5, 35.5, 43.5)
    neither = {(x, y) for x in touched for y in touched}
    assert cells(found, NEITHER, 0) == neither
    assert len(cells(found, NEITHER, 1)) > 0 and len(cells(found, NEITHER, 2)) > 0
    assert (found == 0).sum() == 0 and (found == 1).sum() > 0
    over = assigned(square(32, 32, 20), square(32, 32, 20), ignored=(True, False))
    assert len(cells(over, 1, 0)) > 0


def test_a_face_whose_middle_is_outside_teaches_nothing_by_its_corner() -> None:
    """Of stride 8 the nearest cell is 13.5 away, of stride 16 the face is too small."""
    assert (assigned(square(-10, -10, 36)) == EMPTY).all()


def test_rows_without_a_face_and_boxes_without_area() -> None:
    assert (assigned() == EMPTY).all()
    assert (assigned([30.0, 30, 30, 50]) == EMPTY).all()
    boxes = torch.tensor([[square(64, 64, 20), square(20, 20, 20)]])
    present = torch.tensor([[True, False]])
    found = assign(boxes, present, torch.zeros(1, 2, dtype=torch.bool), GRID, RULE)
    assert (found == 0).any() and not (found == 1).any()


def test_a_batch_is_its_pictures() -> None:
    one, other = [square(30, 40, 20)], [square(80, 80, 70)]
    both = assign(
        torch.tensor([one, other]),
        torch.ones(2, 1, dtype=torch.bool),
        torch.zeros(2, 1, dtype=torch.bool),
        GRID,
        RULE,
    )
    assert torch.equal(both[0], assigned(*one)) and torch.equal(both[1], assigned(*other))


def test_limits_must_rise() -> None:
    with pytest.raises(ValidationError, match="must rise"):
        AssignmentRule(sides=(128, 48))
