"""How a writer tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called after each picture with how many are written and how many there are."""


def silent(_done: int, _total: int) -> None:
    """Tell nothing."""
