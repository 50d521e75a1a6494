"""Filters over columns, in the language of Milvus."""

from __future__ import annotations

import json
from collections.abc import Sequence


def any_of(column: str, texts: Sequence[str]) -> str:
    """A filter: the column is one of these texts."""
    return f"{column} in {json.dumps(list(texts))}"


def any_tag_of(column: str, texts: Sequence[str]) -> str:
    """A filter: the column of tags has at least one of these texts."""
    return f"array_contains_any({column}, {json.dumps(list(texts))})"
