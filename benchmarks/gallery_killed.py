"""Processes that enrol are killed, and all that they had acknowledged is looked for.

benchmarks/gallery.py calls it; run by itself, with the arguments that `killed` gives, it is the
process that is killed.
"""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import time
from typing import Any

import numpy as np
from made_up_gallery import KEY, people, record

from lineament.face import FaceEmbedding
from lineament.gallery import Candidate, Enrolee, Gallery

A_CALL = 7


def killed(store: str, collection: str, dimension: int, kills: int, *, key: bool) -> dict[str, Any]:
    """Kill so many enrolling processes, each at a random moment of its first seconds.

    Returns:
        How many people they had acknowledged, and how many of them are `lost`.
    """
    acknowledged: set[str] = set()
    lost = 0
    for kill in range(kills):
        given = (store, collection, dimension, 100 + kill, int(key))
        with subprocess.Popen(
            [sys.executable, __file__, *map(str, given)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            acknowledged |= set(process.stdout.readline().split())
            time.sleep(float(np.random.default_rng().uniform(0.1, 5)))
            process.send_signal(signal.SIGKILL)
            acknowledged |= set(process.stdout.read().split())
        with opened(store, collection, dimension, key) as gallery:
            there = {
                person.id for person in gallery.people(limit=10**9) if gallery.templates(person.id)
            }
        lost = len(acknowledged - there)
    return {"kills": kills, "acknowledged": len(acknowledged), "lost": lost}


def opened(store: str, collection: str, dimension: int, key: bool) -> Gallery:
    weight = record(dimension)
    return Gallery.open(store, weight=weight, collection=collection, key=KEY if key else None)


def enrol_for_ever(store: str, collection: str, dimension: int, seed: int, key: bool) -> None:
    """Enrol made-up people, and print the ids of each call when it returns."""
    weight = record(dimension).identifier
    directions = people(100_000, dimension, 8_000_000 + seed)
    with opened(store, collection, dimension, key) as gallery:
        for call in itertools.count():
            rows = range(call * A_CALL, (call + 1) * A_CALL)
            done = gallery.enrol_many(
                [
                    Enrolee(f"{seed}-{row}", [Candidate(FaceEmbedding(directions[row], weight))])
                    for row in rows
                ]
            )
            print(*(each.person.id for each in done if each.person), flush=True)


if __name__ == "__main__":
    where, name, numbers, first, sealed = sys.argv[1:]
    enrol_for_ever(where, name, int(numbers), int(first), sealed == "1")
