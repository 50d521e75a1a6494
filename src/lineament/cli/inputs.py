"""From what a user types (files, folders, patterns) to the list of photos and videos."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from lineament.image import SUFFIXES

VIDEO_SUFFIXES = frozenset({".mp4", ".avi", ".mov", ".mkv", ".webm"})


@dataclass(frozen=True, slots=True)
class Source:
    """One file to look at. `name` is its path as text that any encoding can print."""

    path: Path
    kind: Literal["photo", "video"]

    @property
    def name(self) -> str:
        return shown(self.path)


@dataclass(frozen=True, slots=True)
class Problem:
    """An input, or one file of it, that could not be used.

    Attributes:
        source: path or pattern, as text.
        kind: `ImageError` for a file that cannot be read, `InputError` for a path that leads
            to no file.
        message: what was wrong and what to do.
    """

    source: str
    kind: str
    message: str


@dataclass(slots=True)
class Inputs:
    """The files found, in the order in which they will be looked at, and what was not found."""

    sources: list[Source] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def collect(arguments: Sequence[str], *, skip: Path | None = None) -> Inputs:
    """Find the files of all arguments.

    A file is taken whatever its name; a folder is searched with its sub-folders for the usual
    suffixes, in sorted order, hidden files left out; a text that is no path but has `*`, `?` or
    `[` is a pattern (`**` crosses folders). A file that two arguments lead to is taken once.

    Args:
        arguments: what the user typed.
        skip: a folder to leave out of searches: that of the results, which may lie in a
            folder that is searched.
    """
    inputs = Inputs()
    taken: set[Path] = set()
    outputs = skip.resolve() if skip else None
    for argument in arguments:
        for found in _expand(argument, outputs):
            if isinstance(found, Problem):
                inputs.problems.append(found)
                continue
            real = found.resolve()
            if real not in taken:
                taken.add(real)
                video = found.suffix.lower() in VIDEO_SUFFIXES
                inputs.sources.append(Source(found, "video" if video else "photo"))
    return inputs


def shown(path: Path | str) -> str:
    """A path as printable text; bytes that are no UTF-8 become the replacement character."""
    return os.fsencode(path).decode("utf-8", errors="replace")


def _expand(argument: str, skip: Path | None) -> Iterator[Path | Problem]:
    path = Path(argument).expanduser()
    try:
        folder, exists = path.is_dir(), path.exists()
    except OSError as error:
        yield _problem(argument, f"cannot be opened: {error.strerror}")
        return
    if folder:
        yield from _searched(path, skip)
    elif exists:
        yield path
    elif glob.has_magic(argument):
        # Path.glob takes no absolute pattern.
        matches = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207
        if not matches:
            yield _problem(argument, "no file fits this pattern")
        for match in map(Path, matches):
            if match.is_dir():
                continue
            yield match
    else:
        yield _problem(argument, "no such file or folder")


def _searched(folder: Path, skip: Path | None) -> Iterator[Path | Problem]:
    refused: list[Problem] = []

    def refuse(error: OSError) -> None:
        where = shown(error.filename or folder)
        refused.append(_problem(where, f"cannot open this folder: {error.strerror}"))

    suffixes = SUFFIXES | VIDEO_SUFFIXES
    found: list[Path] = []
    for parent, folders, files in os.walk(folder, onerror=refuse):
        here = Path(parent)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and (skip is None or (here / name).resolve() != skip)
        ]
        found += [
            here / name
            for name in files
            if not name.startswith(".") and Path(name).suffix.lower() in suffixes
        ]
    yield from refused
    yield from sorted(found)
    if not found and not refused:
        listed = " ".join(sorted(suffixes))
        yield _problem(shown(folder), f"holds no photo or video (looked for {listed})")


def _problem(source: str, message: str) -> Problem:
    return Problem(shown(source), "InputError", message)
