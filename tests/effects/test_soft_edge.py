"""The opacity near the edge of a mask."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.effects.soft_edge import soft_edge


def half() -> np.ndarray:
    mask = np.zeros((3, 20), dtype=bool)
    mask[:, 10:] = True
    return mask


def test_it_rises_over_the_width_that_was_asked_for() -> None:
    soft = soft_edge(half(), 2, 2)
    # The edge lies between pixels 9 and 10; of the pixels 8 to 11 the distances are -1.5 to 1.5.
    t = np.array([0.125, 0.375, 0.625, 0.875])
    np.testing.assert_allclose(soft[1, 8:12], t * t * (3 - 2 * t), atol=1e-6)
    assert not soft[:, :8].any() and (soft[:, 12:] == 1).all()
    assert soft.dtype == np.float32


def test_one_side_alone() -> None:
    outside = soft_edge(half(), 0, 3)
    assert (outside[:, 10:] == 1).all(), "nothing inside shows through"
    assert 0 < outside[1, 7] < outside[1, 9] < 1 and not outside[:, :7].any()
    inside = soft_edge(half(), 3, 0)
    assert not inside[:, :10].any() and 0 < inside[1, 10] < 1 == inside[1, 13]


def test_the_border_of_the_picture_is_no_edge() -> None:
    assert (soft_edge(half(), 2, 2)[:, -1] == 1).all()
    assert (soft_edge(np.ones((4, 4), bool), 2, 2) == 1).all()
    assert not soft_edge(np.zeros((4, 4), bool), 2, 2).any()
    assert soft_edge(np.zeros((0, 4), bool), 2, 2).shape == (0, 4)


def test_no_width_gives_the_mask() -> None:
    np.testing.assert_array_equal(soft_edge(half(), 0, 0), half())
    with pytest.raises(ValueError, match="widths from 0"):
        soft_edge(half(), -1, 2)
