"""How fast one core renders faces, and how much memory a worker takes.

    python benchmarks/synthesis.py [--assets DIR] [--backgrounds DIR] [--json]

Faces of recipes/synthesis/faces.toml: 128 px, 2 x 2 samples a pixel, all labels. People are
counted in at the recipe's images per identity, encoding for the shard too; what numba compiles is
not. Median over rounds, on one thread. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import cv2  # noqa: E402 (the threads are bounded before libraries start theirs)

from lineament.synthesis.assets import find_assets  # noqa: E402
from lineament.synthesis.dataset_recipe import DatasetRecipe, load_dataset_recipe  # noqa: E402
from lineament.synthesis.engine_source import EngineSource  # noqa: E402
from lineament.synthesis.rendering import FaceEngine  # noqa: E402
from lineament.synthesis.sample_file import encode, sample_key  # noqa: E402

RECIPE = Path(__file__).parent.parent / "recipes" / "synthesis" / "faces.toml"


def one_round(engine: FaceEngine, recipe: DatasetRecipe, people: range) -> dict[str, float]:
    """Seconds spent on people, pictures and encoding."""
    spent = dict.fromkeys(("identity", "render", "encode"), 0.0)
    each = recipe.images_per_identity
    for person in people:
        started = time.perf_counter()
        identity = engine.identity(recipe.seeds(person * each)[0])
        spent["identity"] += time.perf_counter() - started
        for sample in range(person * each, (person + 1) * each):
            started = time.perf_counter()
            rendering = engine.render(identity, recipe.seeds(sample)[1])
            rendered = time.perf_counter()
            encode(sample_key(sample), rendering, recipe.image)
            spent["render"] += rendered - started
            spent["encode"] += time.perf_counter() - rendered
    return spent


def measure(
    source: EngineSource, recipe: DatasetRecipe, rounds: int, people: int
) -> dict[str, Any]:
    started = time.perf_counter()
    engine = source()
    opened = time.perf_counter() - started
    one_round(engine, recipe, range(people))
    warm = time.perf_counter() - started - opened
    images = people * recipe.images_per_identity
    spent = [
        one_round(engine, recipe, range((i + 1) * people, (i + 2) * people)) for i in range(rounds)
    ]
    seconds = [sum(phases.values()) / images for phases in spent]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "size": recipe.engine.size,
        "supersampling": recipe.engine.supersampling,
        "images_per_identity": recipe.images_per_identity,
        "rounds": rounds,
        "images_per_round": images,
        "images_per_second": 1 / statistics.median(seconds),
        "fastest": 1 / min(seconds),
        "slowest": 1 / max(seconds),
        "milliseconds_per_image": {
            phase: 1000 * statistics.median(phases[phase] for phases in spent) / images
            for phase in spent[0]
        },
        "opening_seconds": opened,
        "first_round_seconds": warm,
        "peak_memory_mib": peak / (2**20 if sys.platform == "darwin" else 2**10),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Images a second on one core, memory of a worker.")
    parser.add_argument("--assets", type=Path, help="folder of the assets")
    parser.add_argument("--backgrounds", type=Path, help="folder of background photographs")
    parser.add_argument("--set", dest="assign", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--people", type=int, default=8, help="people in a round")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    recipe = load_dataset_recipe(RECIPE, options.assign)
    source = EngineSource(find_assets(options.assets), recipe.engine, options.backgrounds)
    report = measure(source, recipe, options.rounds, options.people)
    if options.json:
        print(json.dumps(report, indent=2))
        return
    phases = ", ".join(f"{k} {v:.1f}" for k, v in report["milliseconds_per_image"].items())
    print(
        f"{report['images_per_second']:.1f} images/s per core at {report['size']} px, "
        f"{report['supersampling']} x {report['supersampling']} samples, all labels "
        f"(rounds: {report['slowest']:.1f} to {report['fastest']:.1f})\n"
        f"ms per image: {phases} ({report['images_per_identity']} images per identity)\n"
        f"start {report['opening_seconds']:.1f} s, first round "
        f"{report['first_round_seconds']:.1f} s\n"
        f"peak memory of the process {report['peak_memory_mib']:.0f} MiB"
    )


if __name__ == "__main__":
    main()
