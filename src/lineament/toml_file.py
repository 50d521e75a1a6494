"""Reading a TOML file that a user wrote."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from lineament.errors import LineamentError


def read_toml(path: Path, what: str, error: type[LineamentError]) -> dict[str, Any]:
    """The values of a TOML file; `what` names its kind in the message of the `error` raised."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as cause:
        raise error(f"cannot read the {what} {path}: {cause.strerror}") from cause
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise error(f"{path} is not a TOML file: {cause}") from cause
