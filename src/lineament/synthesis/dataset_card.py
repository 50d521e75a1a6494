"""The README of a generated dataset: what it is, what is in it, what it is not for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lineament.synthesis.asset_check import provenance
from lineament.synthesis.attributes import (
    AGE_BOUNDS,
    AGE_GROUPS,
    GLASSES,
    POSE_BINS,
    POSE_BOUNDS,
    PRESENTATIONS,
)
from lineament.synthesis.dataset_recipe import DatasetRecipe
from lineament.synthesis.dataset_sources import Sources
from lineament.synthesis.sample_index import shares

_YES_NO = (False, True)

DISTRIBUTIONS: tuple[tuple[str, str, Sequence[Any]], ...] = (
    ("Age group", "age_group", AGE_GROUPS),
    ("Skin tone (Monk scale)", "skin_tone", range(1, 11)),
    ("Gender presentation", "gender_presentation", PRESENTATIONS),
    ("Pose (the viewer's left and right)", "pose_bin", POSE_BINS),
    ("Glasses", "glasses", GLASSES),
    ("Hat", "hat", _YES_NO),
    ("Beard", "beard", _YES_NO),
    ("Moustache", "moustache", _YES_NO),
    ("Smile", "smile", _YES_NO),
    ("Mouth open", "mouth_open", _YES_NO),
    ("Eyes closed", "eyes_closed", _YES_NO),
)


def dataset_card(
    recipe: DatasetRecipe,
    sources: Sources,
    index: pa.Table,
    *,
    what: str = "",
    command: str = "generate",
) -> str:
    """Markdown text.

    Args:
        recipe: of the dataset.
        sources: what it was made from.
        index: all rows of the index.
        what: says what the files hold, with the fields of `_WHAT`; empty for rendered faces.
        command: of `lineament synth` that makes such a dataset.
    """
    people = len(index["identity"].unique())
    parts = [
        f"# {recipe.name}: {len(index):,} rendered faces\n",
        (what or _WHAT).format(
            people=f"{people:,}",
            size=recipe.engine.size,
            shards=f"{recipe.shards:,}",
            extension="png" if recipe.image.kind == "png" else "jpg",
        ),
        "## What is in it\n",
        f"Yaw is {_degrees(index, 'yaw')}, pitch {_degrees(index, 'pitch')} and roll "
        f"{_degrees(index, 'roll')} (5 % to 95 % of the faces). {_bounds()}\n",
        *(_distribution(index, *entry) for entry in DISTRIBUTIONS),
        _occlusion(index),
        "## Licence\n",
        _licences(sources),
        _LIMITS,
        "## Made again, byte for byte\n",
        _again(recipe, sources, command),
    ]
    return "\n".join(parts)


def _degrees(index: pa.Table, column: str) -> str:
    low, high = (round(float(value)) for value in _quantiles(index, column))
    return f"{low} to {high} degrees"


def _quantiles(index: pa.Table, column: str) -> list[float]:
    return [value.as_py() for value in pc.quantile(index[column], [0.05, 0.95])]


def _bounds() -> str:
    ages = ", ".join(
        f"{group} from {bound:.0f}" for group, bound in zip(AGE_GROUPS[1:], AGE_BOUNDS, strict=True)
    )
    yaws = ", ".join(f"{bound:.0f}" for bound in POSE_BOUNDS)
    return f"Age groups: {AGE_GROUPS[0]}, {ages} years. Pose bins part at {yaws} degrees of yaw."


def _distribution(index: pa.Table, title: str, column: str, order: Sequence[Any]) -> str:
    found = shares(index, column)
    rows = [f"| {_word(value)} | {100 * found.get(value, 0):.1f} % |" for value in order]
    return "\n".join([f"| {title} | share |", "|---|---:|", *rows, ""])


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _occlusion(index: pa.Table) -> str:
    hidden = index["occlusion"].to_numpy()
    covered = 100 * float((hidden > 0.1).mean())
    return (
        f"In {covered:.1f} % of the pictures foreign things cover more than a tenth of the skin.\n"
    )


def _licences(sources: Sources) -> str:
    used = {name.partition("/")[0] for name in sources.assets}
    lines = [
        "The pictures are rendered; none is a photograph of a person. They are made "
        "of parts under these licences, whose notices stay with them:\n",
        "| part | from | licence |",
        "|---|---|---|",
        *(
            f"| `{asset.name}` | {asset.source} | {asset.licence} |"
            for asset in provenance()
            if asset.name in used
        ),
    ]
    if sources.credits:
        lines += ["", "Behind some faces stand pieces of these photographs:\n"]
        lines += [f"- {credit}" for credit in sources.credits]
    return "\n".join([*lines, ""])


def _again(recipe: DatasetRecipe, sources: Sources, command: str) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in sources.versions.items())
    folder = " --backgrounds DIR" if sources.backgrounds else ""
    return (
        f"    lineament synth {command} recipe.toml --assets DIR{folder} --out OTHER\n\n"
        "gives the same bytes, however many workers make it, with the files whose SHA-256 "
        f"`sources.json` lists, and with {versions}. Fingerprint of the recipe without its "
        f"count: `{recipe.fingerprint}`; SHA-256 of the engine's code: `{sources.code}`.\n"
    )


_WHAT = """\
Faces of {people} people who never existed, rendered by the synthesis engine of Lineament at
{size} x {size} pixels, with exact labels. {shards} WebDataset shards; of each sample:

| file | content |
|---|---|
| `KEY.{extension}` | RGB picture |
| `KEY.mask.png` | part of each pixel, the 19 numbers of CelebAMask-HQ (0 is everything else) |
| `KEY.points.npy` | (171, 3) float32 x, y, visible: 68 points of 300-W, 98 of WFLW, five |
| `KEY.json` | seeds of the person and of the scene, box of the 68 points, attributes |

Coordinates are in pixels, centres at integers, x right, y down. `index.parquet` has one row per
sample: key, shard, seeds, box, all attributes.
"""

_LIMITS = """\
## Intended use

Training and testing of face points, parts, attributes and recognition where pictures of real
people are unwanted; drawing a balanced test from known attributes.

## What it does not cover

One face each, made from statistics of scanned heads: disfigurement, facial differences,
most medical devices, cosmetics of many cultures, crowds and interaction are missing. Attributes
say how a face was made to look, not who somebody is: age is that of the shape and skin, gender
presentation a style of shape, hair and dress. Rendered skin, hair and light differ from
photographs; measure on real ones before you rely on what was trained here. Do not use it to
claim that a system works equally well for all groups of people.
"""
