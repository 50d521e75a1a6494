"""A folder belongs to one run: one recipe on the same renderings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lineament.errors import DataError

RECORD = "recipe.json"
FREE = ("out", "threads", "device")
"""Keys of a recipe that may change between a run and its resumption."""


def claim_folder(out: Path, recipe: Mapping[str, Any], renderings: str) -> None:
    """Write the recipe and the checksum of the renderings into the folder of a run.

    Raises:
        DataError: the folder holds a run of another recipe or of other renderings, or is not
            writable.
    """
    path = out / RECORD
    mine = {"recipe": dict(recipe), "renderings": renderings}
    try:
        if path.is_file():
            theirs = json.loads(path.read_text(encoding="utf-8"))
            changed = sorted(_differences(_decisive(mine), _decisive(theirs)))
            if changed:
                raise DataError(
                    f"{out} holds a run that differs in {', '.join(changed)}; choose another "
                    "--out, or remove it"
                )
        out.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(mine, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --out") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is damaged ({error}); remove {out}") from error


def _decisive(record: Mapping[str, Any]) -> dict[str, Any]:
    recipe = {key: value for key, value in record["recipe"].items() if key not in FREE}
    return {**recipe, "renderings": record["renderings"]}


def _differences(ours: Any, theirs: Any, place: str = "") -> set[str]:
    """Dotted keys whose values differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found: set[str] = set()
        for key in ours.keys() | theirs.keys():
            found |= _differences(ours.get(key), theirs.get(key), f"{place}.{key}".lstrip("."))
        return found
    return set() if ours == theirs else {place}
