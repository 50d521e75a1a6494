"""One engine for all tests that render."""

import os
from pathlib import Path

import pytest

ASSETS = Path(os.environ.get("LINEAMENT_ASSETS") or Path(__file__).parents[3] / "shared" / "assets")


@pytest.fixture(scope="session")
def engine():
    """Renders 96-pixel pictures without camera faults."""
    from lineament.synthesis.engine import Engine
    from lineament.synthesis.engine_options import EngineOptions

    if not (ASSETS / "head.npz").is_file():
        pytest.skip(f"the head of the synthesis assets is not in {ASSETS}")
    return Engine(ASSETS, EngineOptions(size=96, degrade=False))
