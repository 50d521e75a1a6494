"""Groups of the pictures of a verification set, from a table that a user wrote."""

from __future__ import annotations

import csv
from pathlib import Path

from lineament.datasets.verification_pairs import VerificationPairs
from lineament.errors import DataError

PICTURE = "picture"


def read_groups(path: Path, pairs: VerificationPairs) -> dict[str, list[str | None]]:
    """By the name of each column but `picture` the value of every picture of the set.

    The file is CSV with a header. `picture` holds the picture's name, where the set has names, or
    its number from 0. A picture that is not in the table, or whose cell is empty, is in no group.

    Raises:
        DataError: the file cannot be read, has no such columns, or names a picture that is
            unknown or was named before.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            columns = [name for name in rows.fieldnames or () if name != PICTURE]
            if PICTURE not in (rows.fieldnames or ()) or not columns:
                raise DataError(
                    f"{path}: got the columns {', '.join(rows.fieldnames or ()) or 'none'}, "
                    f"expected {PICTURE} and at least one other, such as skin_tone"
                )
            places = {name: place for place, name in enumerate(pairs.names)} or {
                str(place): place for place in range(len(pairs.pictures))
            }
            groups: dict[str, list[str | None]] = {
                name: [None] * len(pairs.pictures) for name in columns
            }
            seen: set[int] = set()
            for row in rows:
                place = places.get(row[PICTURE])
                if place is None or place in seen:
                    fault = "unknown" if place is None else "named twice"
                    raise DataError(
                        f"{path}, line {rows.line_num}: picture {row[PICTURE]!r} is {fault}, "
                        f"expected one of the {len(places)} of {pairs.name}, such as "
                        f"{next(iter(places))!r}, once"
                    )
                seen.add(place)
                for name in columns:
                    groups[name][place] = row[name] or None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"cannot read {path}: {error}; expected a table in UTF-8") from error
    return groups
