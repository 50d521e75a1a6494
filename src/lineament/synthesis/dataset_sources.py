"""What a dataset was made from, kept beside it so that a resumed run cannot mix two."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from lineament.errors import DataError
from lineament.strict import Strict, describe_faults
from lineament.synthesis.asset_check import provenance
from lineament.synthesis.background.licences import read_licences

PACKAGES = ("lineament", "numpy", "opencv-python", "numba", "scipy")


class Sources(Strict):
    """Files by name with the SHA-256 of their bytes in hexadecimal digits.

    Attributes:
        recipe: fingerprint of the recipe.
        assets: of the folder of the assets.
        backgrounds: of the folder of background photographs; empty without.
        credits: title, author and licence of each photograph.
        code: SHA-256 over the sources of the synthesis engine.
        versions: of Python and of the packages that take part.
    """

    recipe: str
    assets: dict[str, str] = Field(default_factory=dict)
    backgrounds: dict[str, str] = Field(default_factory=dict)
    credits: tuple[str, ...] = ()
    code: str = ""
    versions: dict[str, str] = Field(default_factory=dict)


def examine(recipe: str, assets: Path | None, backgrounds: Path | None) -> Sources:
    """The sources of what would be made now; reads all files of both folders.

    Raises:
        DataError: a file cannot be read, or the folder of photographs does not say what they are.
    """
    return Sources(
        recipe=recipe,
        assets=_checksums(assets, _asset_files(assets)) if assets else {},
        backgrounds=_checksums(backgrounds, backgrounds.rglob("*")) if backgrounds else {},
        credits=_credits(backgrounds) if backgrounds else (),
        code=_code(),
        versions={"python": platform.python_version()} | _versions(),
    )


def read_sources(path: Path) -> Sources:
    """Read what was written with `model_dump_json`.

    Raises:
        DataError: the file cannot be read or is malformed.
    """
    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
        return Sources.model_validate(values)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except ValidationError as error:
        raise DataError(f"{path}: {describe_faults(Sources, error)}") from error
    except ValueError as error:
        raise DataError(f"{path} is not JSON: {error}") from error


def changed_files(before: Sources, now: Sources) -> list[str]:
    """Assets and backgrounds that are new, gone or of other bytes, in words."""
    words = []
    for what in ("assets", "backgrounds"):
        old, new = getattr(before, what), getattr(now, what)
        for name in sorted(old | new):
            if old.get(name) != new.get(name):
                state = "is gone" if name not in new else "is new" if name not in old else "changed"
                words.append(f"{what} file {name} {state}")
    return words


def changed_makers(before: Sources, now: Sources) -> list[str]:
    """Code and versions that differ, in words."""
    words = ["the engine's code"] if before.code != now.code else []
    for name in sorted(before.versions | now.versions):
        old, new = before.versions.get(name), now.versions.get(name)
        if old != new:
            words.append(f"{name} {old} -> {new}")
    return words


def _asset_files(folder: Path) -> Iterator[Path]:
    """The files that the package's table of assets knows."""
    for asset in provenance():
        path = folder / asset.name
        yield from path.glob("*.png") if path.is_dir() else [path]


def _credits(folder: Path) -> tuple[str, ...]:
    return tuple(
        f'"{picture.title}" by {picture.author}, {picture.licence} ({picture.package})'
        for picture in read_licences(folder)
    )


def _checksums(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    present = sorted(path for path in files if path.is_file())
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in present}


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error


def _code() -> str:
    """Over the sources of this package in the order of their names."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted(here.rglob("*.py")):
        digest.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _versions() -> dict[str, str]:
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions
