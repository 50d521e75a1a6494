"""A gallery of many made-up people: enrolled, searched, forgotten, killed in the middle.

    python benchmarks/gallery.py [--store PATH|http://...] [--templates 100000] [--per-person 5]
        [--dimension 256] [--index hnsw|flat] [--consistency Strong|Session|Bounded] [--key]
        [--queries 500] [--forget 20] [--kills 5] [--json]

Embeddings of a person lie around a random direction; those of one person score about 0.74, of two
0 +- 0.06. Without --store a Milvus Lite store is made in a temporary folder. On a Milvus server the
collections are made anew and dropped at the end. `recall@1` counts how often the best template is
that of an exact search; `right` how often it is of the right person. `--key` encrypts everything,
so that the search is exact and in memory. Run it on a machine that does nothing else.

Exit code 1: something forgotten was found, or something acknowledged was lost.
"""

from __future__ import annotations

import argparse
import json
import resource
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gallery_killed import killed
from made_up_gallery import KEY, people, record, shots
from numpy.typing import NDArray

from lineament.face import FaceEmbedding
from lineament.gallery import Candidate, Enrolee, Gallery, GalleryOptions
from lineament.weights import WeightRecord

A_CALL = 500


def calls(
    directions: NDArray[np.float32], per_person: int, weight: str
) -> Iterator[tuple[list[Enrolee], NDArray[np.float32]]]:
    """Enrolments of about `A_CALL` templates, with their embeddings."""
    step = max(1, A_CALL // per_person)
    for first in range(0, len(directions), step):
        some = directions[first : first + step]
        taken = np.stack([shots(some, (shot, first)) for shot in range(1, per_person + 1)], 1)
        enrolees = [
            Enrolee(
                f"person {first + place}",
                [
                    Candidate(FaceEmbedding(vector, weight), f"{shot}.jpg")
                    for shot, vector in enumerate(own)
                ],
            )
            for place, own in enumerate(taken)
        ]
        yield enrolees, taken.reshape(-1, directions.shape[1])


def milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def measure(arguments: argparse.Namespace, store: str, collection: str) -> dict[str, Any]:
    """Enrol, search, forget; all numbers by name."""
    weight = record(arguments.dimension)
    options = GalleryOptions(index=arguments.index, consistency=arguments.consistency)

    def opened() -> Gallery:
        return Gallery.open(
            store,
            weight=weight,
            collection=collection,
            key=KEY if arguments.key else None,
            options=options,
        )

    count = max(1, arguments.templates // arguments.per_person)
    directions = people(count, arguments.dimension)
    found: dict[str, Any] = {"people": count, "templates": count * arguments.per_person}
    known = []
    gallery = opened()
    started = time.perf_counter()
    refused = 0
    for number, (enrolees, vectors) in enumerate(
        calls(directions, arguments.per_person, weight.identifier)
    ):
        for own, done in enumerate(gallery.enrol_many(enrolees)):
            missing = [refusal.index for refusal in done.refused]
            refused += len(missing)
            rows = np.delete(np.arange(arguments.per_person), missing)
            known.append(vectors[own * arguments.per_person + rows])
        say(f"enrolled {number * A_CALL}", arguments)
    found["refused"] = refused
    found["enrolled_per_second"] = found["templates"] / (time.perf_counter() - started)
    say("enrolling one person at a time", arguments)
    lonely = people(50, arguments.dimension, seed=7_000_000)
    found["enrol_one_ms"] = percentiles(
        [
            milliseconds(
                lambda row=row: gallery.enrol(  # type: ignore[misc]
                    f"lonely {row}", [Candidate(FaceEmbedding(lonely[row], weight.identifier))]
                )
            )
            for row in range(len(lonely))
        ]
    )
    found["index_seconds"] = milliseconds(gallery.settle) / 1000
    found["close_seconds"] = milliseconds(gallery.close) / 1000
    started = time.perf_counter()
    gallery = opened()
    found["open_seconds"] = time.perf_counter() - started
    try:
        stored = np.concatenate(known)
        found |= searched(gallery, arguments, directions, np.concatenate([stored, lonely]), weight)
        found |= forgotten(gallery, arguments, directions, weight)
    finally:
        gallery.close()
    if not store.startswith("http"):
        files = [file for file in Path(store).rglob("*") if file.is_file()]
        found["megabytes"] = sum(file.stat().st_size for file in files) / 1e6
    found["memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def searched(
    gallery: Gallery,
    arguments: argparse.Namespace,
    directions: NDArray[np.float32],
    stored: NDArray[np.float32],
    weight: WeightRecord,
) -> dict[str, Any]:
    """Time and truth of searches, one by one, in batches, and for people who are not there."""
    chosen = np.random.default_rng(1).integers(len(directions), size=arguments.queries)
    vectors = shots(directions[chosen], (9, 9))
    queries = [FaceEmbedding(vector, weight.identifier) for vector in vectors]
    best = np.concatenate(
        [(vectors[first : first + 50] @ stored.T).max(1) for first in range(0, len(vectors), 50)]
    )
    gallery.search(queries[:1])
    times, scores, names = [], [], []
    for number, query in enumerate(queries):
        times.append(milliseconds(lambda query=query: gallery.search([query], top=1)))  # type: ignore[misc]
        if number % 50 == 0:
            say(f"searched {number}", arguments)
    batch = 64
    batched = milliseconds(
        lambda: [
            gallery.search(queries[first : first + batch], top=1)
            for first in range(0, len(queries), batch)
        ]
    )
    for result in gallery.search(queries, top=1):
        match = result.matches[0] if result.matches else None
        scores.append(match.score if match else -1.0)
        names.append(match.name if match else "")
    strangers = people(arguments.queries, arguments.dimension, seed=5_000_000)
    results = gallery.search(
        [FaceEmbedding(row, weight.identifier) for row in strangers], fpir=0.01
    )
    return {
        "search_ms": percentiles(times),
        "search_in_batches_ms": batched / len(queries),
        "recall_at_1": float(np.mean(np.array(scores) >= best - 1e-4)),
        "right": float(
            np.mean([f"person {row}" == name for row, name in zip(chosen, names, strict=True)])
        ),
        "fpir_at_0.01": float(np.mean([result.known is True for result in results])),
    }


def forgotten(
    gallery: Gallery,
    arguments: argparse.Namespace,
    directions: NDArray[np.float32],
    weight: WeightRecord,
) -> dict[str, Any]:
    """Forget people and look for them in every way."""
    rows = np.random.default_rng(2).choice(
        len(directions), min(arguments.forget, len(directions)), replace=False
    )
    times, left = [], 0
    for place, row in enumerate(rows):
        person = gallery.find(f"person {row}")
        assert person is not None
        templates = gallery.templates(person.id)
        times.append(milliseconds(lambda who=person.id: gallery.forget(person=who)))  # type: ignore[misc]
        own = shots(directions[row][None], (8, 8))[0]
        query = FaceEmbedding(own, weight.identifier)
        hits = gallery.search([query], top=5)[0].matches
        left += sum(match.person_id == person.id for match in hits)
        left += gallery.find(f"person {row}") is not None
        left += sum(gallery.thumbnail(template.id) is not None for template in templates)
        if not arguments.store.startswith("http"):
            left += files_with(Path(arguments.store), person.id.encode())
        say(f"forgot {place}", arguments)
    return {"forget_ms": percentiles(times), "forgotten_and_found": left}


def files_with(folder: Path, text: bytes) -> int:
    """How many columns of a store's Parquet files, and how many of its other files, have this."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    count = 0
    for file in folder.rglob("data_*.parquet"):
        schema = pq.read_schema(file)
        for name in set(schema.names) & {"person", "id"}:
            column = pq.read_table(file, columns=[name]).column(0)
            count += int(pc.sum(pc.equal(column, text.decode())).as_py() or 0)
    return count + sum(text in file.read_bytes() for file in folder.rglob("wal_data*.arrow"))


def percentiles(times: Sequence[float]) -> dict[str, float]:
    return {
        "p50": float(np.percentile(times, 50)),
        "p99": float(np.percentile(times, 99)),
        "max": float(max(times)),
    }


def say(text: str, arguments: argparse.Namespace) -> None:
    if sys.stderr.isatty() and not arguments.json:
        print(f"\r{text:40}", end="", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store")
    for name, default in (
        ("templates", 100_000),
        ("per-person", 5),
        ("dimension", 256),
        ("queries", 500),
        ("forget", 20),
        ("kills", 5),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--index", choices=("hnsw", "flat"), default="hnsw")
    parser.add_argument("--consistency", choices=("Strong", "Session", "Bounded"), default="Strong")
    parser.add_argument("--key", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    collection = f"benchmark_{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory() as folder:
        server = bool(arguments.store) and arguments.store.startswith("http")
        arguments.store = arguments.store or f"{folder}/gallery.db"
        second = arguments.store if server else f"{arguments.store}.killed.db"
        try:
            found = {
                "store": "server" if server else "lite",
                "dimension": arguments.dimension,
                "index": "memory" if arguments.key else arguments.index,
                "consistency": arguments.consistency,
                **measure(arguments, arguments.store, collection),
                **killed(
                    second,
                    f"{collection}_killed",
                    arguments.dimension,
                    arguments.kills,
                    key=arguments.key,
                ),
            }
        finally:
            if server:
                from pymilvus import MilvusClient

                client = MilvusClient(arguments.store)
                for name in client.list_collections():
                    if name.startswith(collection):
                        client.drop_collection(name)
    if arguments.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            shown = (
                ", ".join(f"{key} {number:.1f}" for key, number in value.items())
                if isinstance(value, dict)
                else f"{value:.4g}"
                if isinstance(value, float)
                else value
            )
            print(f"{name:24} {shown}")
    return int(bool(found["forgotten_and_found"] or found["lost"]))


if __name__ == "__main__":
    sys.exit(main())
