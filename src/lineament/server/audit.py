"""The audit log: who enrolled, searched and forgot whom and when, by ids alone.

A JSON Lines file. When a person is forgotten their earlier entries go too, but for the fact of
the forgetting.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TextIO

from filelock import FileLock, Timeout

from lineament.errors import ConfigError

Action = Literal["enrol", "search", "forget", "expire"]


_FORGETTING = ("forget", "expire")


class AuditLog:
    """Appends to one file, which no other server may write at the same time.

    Args:
        path: the file; made if missing, for its owner's eyes alone.

    Raises:
        ConfigError: the file cannot be opened, or another server holds it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = threading.Lock()
        self._lock = FileLock(f"{path}.lock")
        try:
            path.parent.stat()  # the lock would make a missing folder
            self._lock.acquire(timeout=0)
            self._file = _opened(path)
        except Timeout:
            raise ConfigError(
                f"the audit log {path} is in use by another server; give this one a file of its "
                "own with --audit, or stop the other"
            ) from None
        except OSError as error:
            self._lock.release()
            raise ConfigError(
                f"cannot write the audit log {path}: {error.strerror}; choose another place with "
                "--audit"
            ) from error

    def write(
        self,
        action: Action,
        *,
        key: str | None,
        request: str | None,
        people: Sequence[str],
        templates: Sequence[str] = (),
        count: int = 0,
    ) -> None:
        """Append one entry; it is on the disk when this returns.

        Args:
            action: what was done.
            key: name of the key that asked.
            request: number of the request.
            people, templates: ids: enrolled, found or forgotten.
            count: faces searched for, or pictures enrolled.
        """
        with self._turn:
            self._append(action, key, request, people, templates, count)

    def forget(
        self,
        action: Action,
        people: Collection[str],
        templates: Collection[str],
        *,
        key: str | None = None,
        request: str | None = None,
    ) -> None:
        """As `purge`, and then append the fact of the forgetting."""
        with self._turn:
            self._purge(set(people), set(templates))
            self._append(action, key, request, sorted(people), sorted(templates), 0)

    def purge(self, people: Collection[str], templates: Collection[str]) -> None:
        """Take people and templates out of all entries.

        An entry that then names nobody goes, unless it tells of a forgetting.
        """
        with self._turn:
            self._purge(set(people), set(templates))

    def people(self) -> set[str]:
        """Ids in all entries but those of a forgetting."""
        with self._turn:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines]
        return {
            person
            for entry in entries
            if entry["action"] not in _FORGETTING
            for person in entry["people"]
        }

    def close(self) -> None:
        self._file.close()
        self._lock.release()

    def _purge(self, people: set[str], templates: set[str]) -> None:
        before = self.path.read_text(encoding="utf-8").splitlines()
        after = [_without(line, people, templates) for line in before]
        if after == before:
            return
        part = self.path.with_name(f".{self.path.name}.part")
        rewritten = _opened(part, truncate=True)
        try:
            rewritten.write("".join(f"{line}\n" for line in after if line))
            rewritten.flush()
            os.fsync(rewritten.fileno())
            part.replace(self.path)
        except OSError:
            rewritten.close()
            part.unlink(missing_ok=True)
            raise
        self._file.close()
        self._file = rewritten

    def _append(
        self,
        action: Action,
        key: str | None,
        request: str | None,
        people: Sequence[str],
        templates: Sequence[str],
        count: int,
    ) -> None:
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "action": action,
            "key": key,
            "request": request,
            "people": list(people),
            "templates": list(templates),
            "count": count,
        }
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _opened(path: Path, *, truncate: bool = False) -> TextIO:
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if truncate else os.O_APPEND)
    return os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8")


def _without(line: str, people: set[str], templates: set[str]) -> str | None:
    """A line without these ids; None where nothing worth keeping is left."""
    entry = json.loads(line)
    if entry["action"] in _FORGETTING:
        return line
    touched = people & set(entry["people"]) or templates & set(entry["templates"])
    if not touched:
        return line
    entry["people"] = [each for each in entry["people"] if each not in people]
    entry["templates"] = [each for each in entry["templates"] if each not in templates]
    return json.dumps(entry) if entry["people"] or entry["templates"] else None
