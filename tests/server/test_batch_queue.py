"""The queue that gathers what belongs together."""

from __future__ import annotations

import threading
import time

import pytest

from lineament.server.batch_queue import BatchQueue


def test_a_full_batch_does_not_wait() -> None:
    queue: BatchQueue[int] = BatchQueue(3, max_wait=60)
    for item in range(3):
        queue.put("a", item)
    assert queue.take() == ("a", [0, 1, 2])


def test_a_few_wait_for_others_but_not_for_long() -> None:
    queue: BatchQueue[int] = BatchQueue(8, max_wait=0.15)
    queue.put("a", 0)
    late = threading.Timer(0.03, lambda: queue.put("a", 1))
    started = time.monotonic()
    late.start()
    assert queue.take() == ("a", [0, 1])
    assert 0.1 < time.monotonic() - started < 5


def test_the_key_that_waits_longest_comes_first_and_keys_do_not_mix() -> None:
    queue: BatchQueue[int] = BatchQueue(2, max_wait=0)
    for item, key in enumerate("abab"):
        queue.put(key, item)
    queue.put("a", 4)
    assert [queue.take() for _ in range(3)] == [("a", [0, 2]), ("b", [1, 3]), ("a", [4])]
    assert len(queue) == 0


def test_idle_workers_share_what_waits() -> None:
    queue: BatchQueue[int] = BatchQueue(8, max_wait=0.2)
    taken: list[list[int]] = []

    def work() -> None:
        found = queue.take()
        assert found is not None
        taken.append(found[1])

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    for item in range(4):
        queue.put("a", item)
    for thread in threads:
        thread.join(10)
    assert sorted(map(len, taken)) == [2, 2]


def test_closing_gives_out_the_rest_and_takes_nothing_new() -> None:
    queue: BatchQueue[int] = BatchQueue(2, max_wait=60)
    for item in range(3):
        queue.put("a", item)
    queue.close()
    with pytest.raises(RuntimeError):
        queue.put("a", 3)
    assert [queue.take() for _ in range(3)] == [("a", [0, 1]), ("a", [2]), None]
