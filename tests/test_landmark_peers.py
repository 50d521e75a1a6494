"""The peers of benchmarks/landmarks.py: what is said where one is missing, and dlib's boxes."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module("landmarks_peers.ask")


def test_a_python_without_the_peer_says_what_to_install(ask: Any, tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "print(\'{{\\"missing\\": 1}}\')"\n')
    bare.chmod(0o755)
    with pytest.raises(ask.PeerError, match="not installed: pip install dlib-bin"):
        ask.Peer("dlib", str(bare))


def test_a_peer_that_dies_is_quoted(ask: Any) -> None:
    with pytest.raises(ask.PeerError, match="stopped: KeyError: 'no such peer'"):
        ask.Peer("no such peer", sys.executable)


def test_no_such_python(ask: Any, tmp_path: Path) -> None:
    with pytest.raises(ask.PeerError, match="cannot start"):
        ask.Peer("dlib", str(tmp_path / "python"))


class _Fixed:
    """A detector that draws half our side, a tenth of it lower, and misses one photo."""

    def find(self, photo: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        side = float(photo[0, 0, 0])
        boxes = np.array([[0.25, 0.35, 0.75, 0.85]], dtype=np.float32) * side
        return (boxes if side else boxes[:0]), np.zeros((1, 68, 2))


def test_hog_box_learns_where_the_other_detector_draws(ask: Any) -> None:
    sides = (100, 200, 0, 80)
    photos = [np.full((4, 4, 3), side, dtype=np.uint8) for side in sides]
    boxes = [np.array([0, 0, side, side], dtype=np.float32) for side in sides]
    # Half the side shares a quarter of the area: below what counts as one face.
    assert ask.SAME_FACE > 0.25
    unseen = ask.hog_box(_Fixed(), photos, boxes)
    box = np.array([10, 10, 50, 50], dtype=np.float32)
    np.testing.assert_allclose(unseen(box), box)


def test_hog_box_moves_and_scales(ask: Any) -> None:
    class Lower(_Fixed):
        def find(self, photo: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            side = float(photo[0, 0, 0])
            boxes = np.array([[0.1, 0.2, 0.9, 1.0]], dtype=np.float32) * side
            return (boxes if side else boxes[:0]), np.zeros((1, 68, 2))

    sides = (100, 200, 0, 80)
    photos = [np.full((4, 4, 3), side, dtype=np.uint8) for side in sides]
    boxes = [np.array([0, 0, side, side], dtype=np.float32) for side in sides]
    moved = ask.hog_box(Lower(), photos, boxes)
    got = moved(np.array([10, 10, 50, 50], dtype=np.float32))
    np.testing.assert_allclose(got, [14, 18, 46, 50], atol=1e-4)
