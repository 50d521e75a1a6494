"""Stores as fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from stores import KINDS, TestedStore, made_store


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestedStore]:
    """Every kind of store in turn."""
    yield from made_store(request.param, tmp_path)


@pytest.fixture
def lite(tmp_path: Path) -> TestedStore:
    """A Milvus Lite store without a key."""
    return TestedStore(tmp_path / "gallery.db", None)
