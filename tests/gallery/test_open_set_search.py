"""Thresholds for open-set search, worked out by hand."""

from __future__ import annotations

import pytest
from made_up_people import weight

from lineament.gallery.open_set import open_set_threshold

CALIBRATION = weight().calibration


@pytest.mark.parametrize(
    ("fpir", "templates", "score"),
    [
        (0.1, 0, 0.3),  # nobody: as one template
        (0.1, 1, 0.3),
        (0.05, 1, 0.45),
        (0.01, 1, 0.45),
        (0.01, 9, 0.55),  # 1 - 0.99^(1/9) = 0.00112
        (0.01, 11, 0.62),  # 0.00091
        (0.01, 100, 0.62),  # 0.0001005
    ],
)
def test_by_hand(fpir: float, templates: int, score: float) -> None:
    assert open_set_threshold(CALIBRATION, fpir, templates) == (score, None)


def test_beyond_what_was_measured() -> None:
    score, reason = open_set_threshold(CALIBRATION, 0.01, 1000)
    assert score is None
    assert reason is not None
    # 1 - 0.99^(1/1000) = 1.005e-5; 1 - (1 - 0.0001)^1000 = 0.0952
    assert "needs a false match rate of 1e-05" in reason
    assert "lowest that was measured for the weight is 0.0001" in reason
    assert "gives an FPIR of 0.095" in reason
    assert open_set_threshold(CALIBRATION, 0.0952, 1000).score == 0.62
