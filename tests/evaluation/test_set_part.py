"""The cut of a set is fixed, exhaustive and near one in five."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.evaluation.set_part import choose, in_development

NAMES = [f"image_{number:04d}.png" for number in range(2000)]


def test_parts_are_disjoint_and_make_the_whole() -> None:
    tuned = choose(NAMES, str, "development")
    kept = choose(NAMES, str, "held-back")
    assert sorted(tuned + kept) == NAMES == choose(NAMES, str, "all")
    assert len(tuned) / len(NAMES) == pytest.approx(0.2, abs=0.03)


def test_the_cut_never_changes() -> None:
    # SHA-256 of `21.jpg` begins a2adc733 in hexadecimal, a multiple of five; `0.jpg` 3938d953.
    found = [number for number in range(30) if in_development(f"{number}.jpg")]
    assert found == [4, 6, 7, 13, 21, 23, 29]


def test_a_limit_spreads_over_the_part() -> None:
    few = choose(NAMES, str, "held-back", limit=10)
    whole = choose(NAMES, str, "held-back")
    places = [whole.index(name) for name in few]
    assert len(few) == 10 and np.ptp(np.diff(places)) <= 1
    assert choose(NAMES, str, "all", limit=5000) == NAMES
