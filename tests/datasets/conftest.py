"""Pictures for miniature releases, and where the real datasets are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

REAL = Path(os.environ.get("LINEAMENT_DATA") or Path(__file__).parents[3] / "shared" / "data")


@pytest.fixture
def picture() -> Callable[[Path], Path]:
    """Write a small picture and the folders above it; returns its path."""

    def write(path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), np.full((12, 16, 3), 90, np.uint8))
        return path

    return write


@pytest.fixture(scope="session")
def real() -> Callable[[str], Path]:
    """Folder of a real dataset; LINEAMENT_DATA replaces the folder that holds them."""

    def find(name: str) -> Path:
        if not (REAL / name).is_dir():
            pytest.skip(f"no {REAL / name} (LINEAMENT_DATA names the folder of the datasets)")
        return REAL / name

    return find
