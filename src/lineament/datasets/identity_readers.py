"""Every reader of identity pictures by the name of its kind, without importing any of them."""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lineament.errors import ConfigError, DataError

if TYPE_CHECKING:
    from lineament.datasets.identity_pictures import IdentityPictures


class IdentityReader(NamedTuple):
    """Where a reader is."""

    module: str
    function: str


_HERE = "lineament.datasets"

IDENTITY_READERS = {
    "folder": IdentityReader(f"{_HERE}.identity_folder", "read_identity_folder"),
    "rec": IdentityReader(f"{_HERE}.record_io", "read_record_io"),
    "shards": IdentityReader(f"{_HERE}.identity_shards", "read_identity_shards"),
    "rendered": IdentityReader(f"{_HERE}.rendered_identities", "read_rendered_identities"),
    "on-the-fly": IdentityReader(f"{_HERE}.identities_on_the_fly", "read_identities_on_the_fly"),
}


def find_identity_reader(kind: str) -> IdentityReader:
    """The reader of this kind, or a ConfigError that lists those that exist."""
    if kind not in IDENTITY_READERS:
        near = difflib.get_close_matches(kind.lower(), IDENTITY_READERS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ";"
        raise ConfigError(
            f"no kind of identity pictures named {kind!r}{hint} there are "
            f"{', '.join(IDENTITY_READERS)}"
        )
    return IDENTITY_READERS[kind]


def read_identities(
    kind: str, path: Path | str, part: str = "all", **options: Any
) -> IdentityPictures:
    """The pictures of one part of a set of people; docs/datasets.md has all layouts.

    Args:
        kind: a key of `IDENTITY_READERS`.
        path: of the folder or file.
        part: `all`, `training`, `validation` or `test`, of which no two share a person; the rule
            is that of `lineament.datasets.identity_pairs`.
        options: those of the reader, such as `singles` of folders, `aligned`, `cache` and
            `max_yaw` of renderings.

    Raises:
        ConfigError: no such kind, part or option.
        DataError: what lies there is not in the layout, or a file of it is malformed.
    """
    reader = find_identity_reader(kind)
    read: Callable[..., IdentityPictures] = getattr(
        importlib.import_module(reader.module), reader.function
    )
    known, *needed = _options(read)
    for option in options:
        if option not in known:
            near = difflib.get_close_matches(option, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise ConfigError(f"{kind} has no option {option!r}; {hint}")
    missing = [option for option in needed if option not in options]
    if missing:
        raise ConfigError(f"{kind} needs the option {missing[0]}")
    pictures = read(path, **options)
    if part == "all":
        return pictures
    from lineament.datasets.identity_pairs import part_of_people

    return part_of_people(pictures, part)


def _options(read: Callable[..., Any]) -> list[Any]:
    """All options of a reader, then those without a default."""
    _, *parameters = inspect.signature(read).parameters.values()
    needed = [each.name for each in parameters if each.default is inspect.Parameter.empty]
    return [[each.name for each in parameters], *needed]


def kind_of(path: Path) -> str:
    """The kind of what lies at a path, by its files.

    Raises:
        DataError: there is nothing of any kind.
    """
    if path.is_file():
        kind = {".rec": "rec", ".tar": "shards", ".toml": "on-the-fly"}.get(path.suffix.lower())
        if kind:
            return kind
    elif (path / "train.rec").is_file():
        return "rec"
    elif any(path.glob("*.tar")):
        return "rendered" if (path / "sources.json").is_file() or _has_points(path) else "shards"
    elif path.is_dir():
        return "folder"
    raise DataError(
        f"{path}: no identity pictures that are known; expected a folder with a folder for each "
        "person, train.rec, *.tar, or a recipe of rendered faces (.toml)"
    )


def _has_points(folder: Path) -> bool:
    """Whether the first sample of the first shard carries the points of a rendering."""
    from lineament.datasets.tar_index import members
    from lineament.synthesis.sample_file import POINTS

    first = ""
    for member in members(min(folder.glob("*.tar"))):
        key, extension = member.split
        if extension == POINTS:
            return True
        first = first or key
        if key != first:
            return False
    return False
