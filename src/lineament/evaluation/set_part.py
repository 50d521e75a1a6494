"""A fixed cut of any set in two: what one may tune on, and what is kept for the report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

Item = TypeVar("Item")
SetPart = Literal["development", "held-back", "all"]

DEVELOPMENT_SHARE = 5
"""One in five is development."""


def in_development(name: str) -> bool:
    """Whether the file of this name, without its folder, belongs to development.

    SHA-256 of the name decides: its first 32 bits, divided by five, leave no rest.
    """
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:4], "big") % DEVELOPMENT_SHARE == 0


def choose(
    items: Sequence[Item], file_name: Callable[[Item], str], part: SetPart, limit: int | None = None
) -> list[Item]:
    """The items of a part in their order; at most `limit`, at even steps over them."""
    chosen = [
        item
        for item in items
        if part == "all" or in_development(file_name(item)) == (part == "development")
    ]
    if limit is None or limit >= len(chosen):
        return chosen
    return [chosen[place * len(chosen) // limit] for place in range(limit)]
