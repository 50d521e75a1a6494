"""Which git commit a folder stands at, read from its files without calling git."""

from __future__ import annotations

import re
from pathlib import Path

UNKNOWN = "unknown"
COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def git_revision(folder: Path) -> str:
    """The full commit in hexadecimal digits, or `unknown` where the folder is no checkout."""
    try:
        return _revision(folder / ".git")
    except (OSError, ValueError):
        return UNKNOWN


def _revision(git: Path) -> str:
    if git.is_file():
        link = git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        git = git.parent / link
    head = (git / "HEAD").read_text(encoding="utf-8").strip()
    if not head.startswith("ref:"):
        return head if COMMIT.fullmatch(head) else UNKNOWN
    reference = head.removeprefix("ref:").strip()
    common = git / "commondir"
    places = [git]
    if common.is_file():
        places.append(git / common.read_text(encoding="utf-8").strip())
    for place in places:
        commit = _loose(place, reference) or _packed(place, reference)
        if commit:
            return commit
    return UNKNOWN


def _loose(git: Path, reference: str) -> str:
    path = git / reference
    commit = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    return commit if COMMIT.fullmatch(commit) else ""


def _packed(git: Path, reference: str) -> str:
    path = git / "packed-refs"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for line in lines:
        commit, _, name = line.partition(" ")
        if name == reference and COMMIT.fullmatch(commit):
            return commit
    return ""
