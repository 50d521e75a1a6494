"""The terms by hand, and what must not count or break them."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from lineament.detection.box_overlap import distance_iou_loss
from lineament.detection.cell_assignment import NEITHER, AssignmentRule, assign
from lineament.detection.cell_grid import cell_grid, decoded_boxes, decoded_points
from lineament.detection.criterion import DetectionCriterion, DetectionLoss, quality_focal_loss

SIZES, STRIDES = [(16, 16), (8, 8), (4, 4)], (8, 16, 32)
GRID = cell_grid(SIZES, STRIDES, torch.device("cpu"))
FIVE = torch.tensor([[24.0, 26], [36, 26], [30, 30], [26, 36], [34, 36]])
BOX = torch.tensor([18.0, 16.0, 42.0, 46.0])


def target(*boxes: Tensor, points: Tensor = FIVE, ignored: bool = False) -> dict[str, Tensor]:
    """One picture with these faces in the first of four rows."""
    held = torch.zeros(1, 4, 4)
    five = torch.full((1, 4, 5, 2), torch.nan)
    for row, box in enumerate(boxes):
        held[0, row], five[0, row] = box, points
    present = (torch.arange(4) < len(boxes))[None]
    return {
        "boxes": held,
        "five_points": five,
        "ignored": present & ignored,
        "present": present,
    }


def levels_of(cells: Tensor) -> list[Tensor]:
    """(N,P,15) as the levels of a network."""
    counts = [rows * columns for rows, columns in SIZES]
    parts = cells.split(counts, dim=1)
    return [
        part.transpose(1, 2).unflatten(2, size) for part, size in zip(parts, SIZES, strict=True)
    ]


def right_cells() -> Tensor:
    """(1,P,15) that say `BOX` and `FIVE` everywhere, and nowhere that it is a face."""
    strides, middle = GRID.strides[:, None], (BOX[:2] + BOX[2:]) / 2
    size = (BOX[2:] - BOX[:2]).expand(len(strides), 2)
    return torch.cat(
        [
            torch.full((len(strides), 1), -30.0),
            (middle - GRID.centres) / strides,
            (size / strides).log(),
            ((FIVE - middle) / size[:, None]).flatten(1),
        ],
        dim=1,
    )[None]


def criterion(**options: float) -> DetectionCriterion:
    return DetectionCriterion(STRIDES, DetectionLoss(**options), AssignmentRule())


def learning(wanted: dict[str, Tensor]) -> Tensor:
    return assign(wanted["boxes"], wanted["present"], wanted["ignored"], GRID, AssignmentRule())


def test_right_answers_cost_nothing() -> None:
    cells, wanted = right_cells(), target(BOX)
    cells[..., 0][learning(wanted) >= 0] = 30
    terms = criterion()(levels_of(cells), wanted)
    assert set(terms) == {"quality", "box", "points"}
    assert all(float(term) < 1e-4 for term in terms.values())
    grid = (GRID.centres, GRID.strides)
    torch.testing.assert_close(decoded_boxes(cells[0], *grid)[17], BOX, atol=1e-4, rtol=0)
    torch.testing.assert_close(decoded_points(cells[0], *grid)[300], FIVE, atol=1e-4, rtol=0)


def test_quality_by_hand() -> None:
    """|q - p|^2 x cross-entropy: of 0.5 against 0, 1 and 0.5."""
    loss = quality_focal_loss(torch.zeros(3), torch.tensor([0.0, 1.0, 0.5]), 2)
    torch.testing.assert_close(loss, torch.tensor([0.25, 0.25, 0]) * math.log(2))


def test_distance_iou_by_hand() -> None:
    """Common area 2 of 6; middles 1 apart in a diagonal of squared length 13. Then 4 of 40."""
    boxes = torch.tensor([[0.0, 0, 2, 2], [0, 0, 1, 1]])
    others = torch.tensor([[1.0, 0, 3, 2], [5, 1, 6, 2]])
    loss, iou = distance_iou_loss(boxes, others)
    torch.testing.assert_close(iou, torch.tensor([1 / 3, 0]))
    torch.testing.assert_close(loss, torch.tensor([1 - 1 / 3 + 1 / 13, 1 + 26 / 40]))


def test_points_by_hand() -> None:
    """All points off by a tenth of the side, where Wing with w 0.1 and eps 0.02 is 0.1 ln 6."""
    cells, wanted = right_cells(), target(BOX)
    side = math.sqrt(24 * 30)
    cells[..., 5:] += 0.1 * side / torch.tensor([24, 30]).repeat(5)
    term = criterion(points=1.0)(levels_of(cells), wanted)["points"]
    torch.testing.assert_close(term, torch.tensor(0.1 * math.log(6)), atol=1e-3, rtol=0)


def test_an_overlap_that_is_enough_wants_the_whole_score() -> None:
    """Boxes of half the height overlap by a half: at 0.5 their cells' scores are right at 1."""
    cells, wanted = right_cells(), target(BOX)
    sure = learning(wanted) >= 0
    cells[..., 4] += math.log(0.5)
    cells[..., 0] = torch.where(sure, 30.0, -30.0)
    whole, half = (
        criterion(enough=enough)(levels_of(cells), wanted)["quality"] for enough in (1.0, 0.5)
    )
    torch.testing.assert_close(whole, torch.tensor(0.25 * 15.0), atol=0.1, rtol=0)
    assert float(half) < 1e-3


def test_unknown_points_teach_nothing_and_break_nothing() -> None:
    some = FIVE.clone()
    some[2:] = torch.nan
    cells = (right_cells() + 0.3).requires_grad_()
    terms = criterion()(levels_of(cells), target(BOX, points=some))
    sum(terms.values()).backward()
    assert cells.grad is not None and cells.grad.isfinite().all()
    assert (cells.grad[..., 5:9] != 0).any() and (cells.grad[..., 9:] == 0).all()
    nothing = criterion()(levels_of(cells), target(BOX, points=torch.full((5, 2), torch.nan)))
    assert float(nothing["points"].detach()) == 0


def test_an_ignored_face_teaches_no_cell_that_it_touches() -> None:
    wanted = target(BOX, ignored=True)
    cells = torch.zeros(1, len(GRID.strides), 15, requires_grad=True)
    terms = criterion()(levels_of(cells), wanted)
    terms["quality"].backward()
    assert cells.grad is not None
    taught = cells.grad[..., 0] != 0
    assert torch.equal(taught, learning(wanted) != NEITHER)
    assert float(terms["box"].detach()) == float(terms["points"].detach()) == 0


def test_nobody_teaches_emptiness() -> None:
    terms = criterion()(levels_of(torch.zeros(1, len(GRID.strides), 15)), target())
    expected = len(GRID.strides) * 0.25 * math.log(2)
    torch.testing.assert_close(terms["quality"], torch.tensor(expected))
    assert float(terms["box"].detach()) == float(terms["points"].detach()) == 0


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_half_precision_and_wild_answers_stay_finite(kind: torch.dtype) -> None:
    random = torch.Generator().manual_seed(0)
    cells = (torch.randn(1, len(GRID.strides), 15, generator=random) * 50).to(kind)
    cells.requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        terms = criterion()(levels_of(cells), target(BOX, BOX + 60))
    assert all(term.dtype == torch.float32 and term.isfinite() for term in terms.values())
    sum(terms.values()).backward()
    assert cells.grad is not None and cells.grad.isfinite().all()


def test_weights_scale_their_terms() -> None:
    cells, wanted = right_cells() + 0.2, target(BOX)
    once = criterion(quality=1, box=1, points=1)(levels_of(cells), wanted)
    more = criterion(quality=2, box=3, points=5)(levels_of(cells), wanted)
    for name, times in {"quality": 2, "box": 3, "points": 5}.items():
        torch.testing.assert_close(more[name], times * once[name])
