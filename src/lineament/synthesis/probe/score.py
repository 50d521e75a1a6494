"""The flow of `lineament synth score`: train the probe, judge it on real sets, write it all."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lineament.datasets.celebamask_hq import read_celebamask_hq
from lineament.datasets.ibug300w import read_300w
from lineament.errors import DataError
from lineament.evaluation.ced import require_matplotlib
from lineament.evaluation.set_part import DEVELOPMENT_SHARE, SetPart, choose
from lineament.synthesis.probe import part_report, point_report
from lineament.synthesis.probe.progress import Progress, silent
from lineament.synthesis.probe.recipe import ProbeRecipe

DOCUMENT = "lineament.synthesis.score/1"

READERS: dict[str, Callable[[Path], list[Any]]] = {
    "300w": read_300w,
    "celebamask_hq": read_celebamask_hq,
}
"""Reader of each real set by its name."""

REPORTS: dict[str, Callable[..., tuple[dict[str, Any], dict[str, Path]]]] = {
    "300w": point_report.point_report,
    "celebamask_hq": part_report.part_report,
}

PROTOCOL = {
    **point_report.PROTOCOL,
    **part_report.PROTOCOL,
    "training": "renderings alone; the real sets only judge, nothing is fitted to them",
    "part": f"development: one in {DEVELOPMENT_SHARE} files, by SHA-256 of the file name; "
    "held-back: the others",
}


def score_engine(
    recipe: ProbeRecipe,
    data: Mapping[str, Path],
    *,
    part: SetPart,
    limit: int | None = None,
    worst: int = 16,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Train the recipe's probe, or go on with it, and score it on real sets.

    Written into the recipe's `out`: the probe, `score-PART.json`, and per set the pictures.

    Args:
        data: folder of every real set to judge by, by its name in `READERS`.
        part: of every set.
        limit: at most so many pictures of every set.
        worst: faces on the pictures of the worst; 0 writes none.
        progress: told of the real pictures; training logs on its own.

    Returns:
        The document that was written.

    Raises:
        DataError: renderings or a real set are missing or damaged.
        ConfigError: matplotlib is not installed.
    """
    require_matplotlib()
    chosen = {
        name: choose(READERS[name](folder), lambda item: item.image.name, part, limit)
        for name, folder in data.items()
    }
    for name, items in chosen.items():
        if not items:
            raise DataError(f"{data[name]} holds no picture of the part {part!r}; choose another")
    network = recipe.train_probe().cpu().float()
    size = recipe.data.size
    reports: dict[str, Any] = {}
    files: dict[str, str] = {}
    pictures = recipe.out / part
    pictures.mkdir(parents=True, exist_ok=True)
    for name, items in chosen.items():
        report, written = REPORTS[name](network, items, size, pictures, worst, progress)
        reports[name] = report
        files |= {kind: str(path) for kind, path in written.items()}
    path = recipe.out / f"score-{part}.json"
    document = {
        "document": DOCUMENT,
        "recipe": recipe.model_dump(mode="json"),
        "parameters": sum(weights.numel() for weights in network.parameters()),
        "renderings": _last_validation(recipe.out / "log.jsonl"),
        "part": part,
        "limit": limit,
        **reports,
        "protocol": PROTOCOL,
        "files": {"score": str(path), **files},
    }
    text = json.dumps(document, indent=1, allow_nan=False) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --out") from error
    return document


def _last_validation(log: Path) -> dict[str, float]:
    """What the probe reached on renderings that it had not seen; empty if there were none."""
    found: dict[str, float] = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        if any(name.startswith("validation_") for name in values):
            found = {
                name.removeprefix("validation_"): round(value, 5)
                for name, value in values.items()
                if name.startswith("validation_") and math.isfinite(value)
            }
    return found
