"""A queue between many askers and a few workers that gives out what belongs together.

Dynamic batching: whoever asks waits at most `max_wait` for others that want the same, and not at
all where a full batch is already there.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(slots=True)
class _Line(Generic[Item]):
    """What waits under one key."""

    items: deque[Item] = field(default_factory=deque)
    since: deque[float] = field(default_factory=deque)


class BatchQueue(Generic[Item]):
    """Gives each worker a batch of items of one key, the key whose first item waits longest.

    Where several workers have nothing to do they share what waits, so that no core idles beside
    a full batch.

    Args:
        max_batch: most items of a batch.
        max_wait: seconds that an item may wait for others.
    """

    def __init__(self, max_batch: int, max_wait: float) -> None:
        self._max_batch, self._max_wait = max_batch, max_wait
        self._lines: dict[Hashable, _Line[Item]] = {}
        self._condition = threading.Condition()
        self._waiting = 0
        self._idle = 0
        self._closed = False

    def __len__(self) -> int:
        return self._waiting

    def put(self, key: Hashable, item: Item) -> None:
        """Put an item behind those of its key.

        Raises:
            RuntimeError: the queue is closed.
        """
        with self._condition:
            if self._closed:
                raise RuntimeError("the queue is closed")
            line = self._lines.setdefault(key, _Line())
            line.items.append(item)
            line.since.append(time.monotonic())
            self._waiting += 1
            self._condition.notify()

    def take(self) -> tuple[Hashable, list[Item]] | None:
        """Wait for a batch; None once the queue is closed and empty."""
        with self._condition:
            self._idle += 1
            try:
                while True:
                    if not self._lines:
                        if self._closed:
                            return None
                        self._condition.wait()
                        continue
                    key, line = min(self._lines.items(), key=lambda entry: entry[1].since[0])
                    left = line.since[0] + self._max_wait - time.monotonic()
                    if len(line.items) < self._max_batch and left > 0 and not self._closed:
                        self._condition.wait(left)
                        continue
                    return key, self._removed(key, line)
            finally:
                self._idle -= 1

    def close(self) -> None:
        """Take nothing new; workers get what is left, then None."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    def _removed(self, key: Hashable, line: _Line[Item]) -> list[Item]:
        share = -(-len(line.items) // self._idle)
        count = min(share, self._max_batch)
        batch = [line.items.popleft() for _ in range(count)]
        for _ in batch:
            line.since.popleft()
        if not line.items:
            del self._lines[key]
        self._waiting -= count
        if self._lines:
            self._condition.notify()
        return batch
