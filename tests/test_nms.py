"""Suppression against a plain loop, and its two promises: no kept pair overlaps, none is lost."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from lineament.detection.nms import suppress
from lineament.face import FloatArray
from lineament.geometry import overlap

corners = npst.arrays(
    np.float32,
    st.tuples(st.integers(0, 25), st.just(4)),
    elements=st.integers(0, 20).map(float),
)


def boxes_from(values: FloatArray) -> FloatArray:
    return np.concatenate([values[:, :2], values[:, :2] + 1 + values[:, 2:]], axis=1)


def plain_iou(one: FloatArray, other: FloatArray) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    area = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
    return float(width * height / (area - width * height))


def plain_suppress(boxes: FloatArray, scores: FloatArray, most: float) -> list[int]:
    kept: list[int] = []
    for index in sorted(range(len(scores)), key=lambda i: (-scores[i], i)):
        if all(plain_iou(boxes[index], boxes[other]) <= most for other in kept):
            kept.append(index)
    return kept


@given(corners, st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.29, 0.41, 0.83]))
def test_it_equals_a_plain_loop(values: FloatArray, seed: int, most: float) -> None:
    boxes = boxes_from(values)
    scores = np.random.default_rng(seed).integers(0, 6, len(boxes)).astype(np.float32) / np.float32(
        6
    )
    assert suppress(boxes, scores, most).tolist() == plain_suppress(boxes, scores, most)


@given(corners, st.integers(0, 2**32 - 1))
def test_kept_boxes_are_apart_and_dropped_ones_lie_on_a_better_one(
    values: FloatArray, seed: int
) -> None:
    boxes = boxes_from(values)
    scores = np.random.default_rng(seed).random(len(boxes), dtype=np.float32)
    kept = suppress(boxes, scores, 0.45)
    shared = overlap(boxes[kept], boxes)
    for place, index in enumerate(kept):
        assert (np.delete(shared[place][kept], place) <= 0.45).all()
        assert shared[place][index] == 1
    for index in set(range(len(boxes))) - set(kept.tolist()):
        assert (shared[scores[kept] >= scores[index], index] > 0.45).any()


def test_nothing_in_nothing_out() -> None:
    kept = suppress(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), 0.4)
    assert kept.shape == (0,)
    assert kept.dtype == np.intp


def test_by_hand() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [0, 0, 10, 4], [30, 0, 40, 10]], np.float32)
    scores = np.array([0.8, 0.9, 0.7, 0.6], np.float32)
    assert suppress(boxes, scores, 0.4).tolist() == [1, 2, 3]
    assert suppress(boxes, scores, 0.3).tolist() == [1, 3]


def test_many_boxes_in_several_blocks() -> None:
    random = np.random.default_rng(0)
    values = np.concatenate([random.uniform(0, 60, (300, 2)), random.uniform(0, 20, (300, 2))], 1)
    boxes = boxes_from(values.astype(np.float32))
    scores = random.random(300, dtype=np.float32)
    kept = suppress(boxes, scores, 0.4)
    assert kept.tolist() == plain_suppress(boxes, scores, 0.4)
    assert len(kept) > 2 * 20
