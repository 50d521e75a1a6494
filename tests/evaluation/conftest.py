"""A small dataset in the 300-W layout, and where the real one is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from stand_ins import (
    WIDTHS,
    StandInDetector,
    face_in,
    true_box,
    write_picture,
    write_pts,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four labelled pictures: afw/a, afw/b, helen/trainset/c and helen/trainset/d."""
    root = tmp_path / "300w"
    for name, width in WIDTHS.items():
        write_picture(root / f"{name}.png", width)
        write_pts(root / f"{name}.pts", face_in(true_box(width)))
    return root


@pytest.fixture
def detector() -> StandInDetector:
    """Finds every face of `folder`, and puts a wrong box with a better score before each."""
    decoy = (0.0, 0.0, 20.0, 20.0)
    return StandInDetector({width: [decoy, true_box(width)] for width in WIDTHS.values()})


@pytest.fixture(scope="session")
def real_300w() -> Path:
    """The real training faces; LINEAMENT_DATA replaces the folder that holds `300w`."""
    data = os.environ.get("LINEAMENT_DATA")
    root = Path(data) if data else Path(__file__).parents[3] / "shared" / "data"
    if not (root / "300w").is_dir():
        pytest.skip(f"no {root / '300w'}: 300-W is not here (LINEAMENT_DATA names its folder)")
    return root / "300w"
