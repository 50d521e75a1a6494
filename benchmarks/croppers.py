"""The croppers and steps of STN-iCNN compared on faces kept back, from its runs' checkpoints.

    python benchmarks/croppers.py recipes/parsing/stn_icnn_small.toml --seeds 1 2 3 --out FOLDER

The runs are those of `lineament train RECIPE --set seed=N --set out=OUT_N`, OUT being the recipe's
folder. Two tables are printed and written (Yin et al., Cognitive Neurodynamics 2021): F1 of the
coarse net alone and of the pipeline with either cropper before and after end-to-end training; and
how far the croppers are off while more and more parts lie under background, with a plot and a
picture of it. The picture shows faces of the dataset: it is for looking at on one's own computer.
Runs that were stopped before end-to-end training have their rows before it alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lineament.evaluation.covering import cover_all
from lineament.evaluation.crop_error_figure import (
    CropTile,
    crop_table,
    write_crop_plot,
    write_crop_sheet,
)
from lineament.evaluation.crop_errors import PATCHES, CropErrors, summarise
from lineament.evaluation.parsing_scores import Counts, confusion
from lineament.evaluation.part_groups import GROUPS, group_scores
from lineament.face import ByteArray
from lineament.parsing.batches import ParsingBatches
from lineament.parsing.networks import build_parser
from lineament.parsing.networks.stn_icnn import STNiCNN
from lineament.parsing.part_schemes import UNKNOWN, PartScheme, find_part_scheme
from lineament.parsing.recipe import ParsingRecipe
from lineament.training.augmentation.options import Augmentation
from lineament.training.checkpoint import load_network
from lineament.training.config import load_recipe
from lineament.weights import WholePhoto

PARTS = tuple(PATCHES.values())
BATCH = 10
TILES = 8


class Canvases(NamedTuple):
    """Faces kept back at the size of the score.

    Attributes:
        images: (N,S,S,3) uint8 RGB.
        masks: (N,S,S) uint8 class numbers, 255 where unknown.
    """

    images: ByteArray
    masks: ByteArray


class Parsed(NamedTuple):
    """What a network made of N canvases.

    Attributes:
        masks: (N,S,S) uint8.
        theta: (N,6,2,3), NaN where the cropper found no place.
    """

    masks: ByteArray
    theta: NDArray[np.float64]


Run = Callable[[STNiCNN, Tensor, Tensor], tuple[Tensor, Tensor]]
"""Network, pictures (N,3,C,C) and true masks -> scores (N,9,s,s) and theta (N,6,2,3)."""


def coarse_alone(network: STNiCNN, images: Tensor, _: Tensor) -> tuple[Tensor, Tensor]:
    output = network(images)
    return functional.softmax(output.coarse, dim=1), output.theta


def true_crops(network: STNiCNN, images: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    theta, present = network.true_theta(masks)
    full = network.assembled(network.parse_patches(images, theta), theta)
    return full, _known(theta, present)


def learnt(network: STNiCNN, images: Tensor, _: Tensor) -> tuple[Tensor, Tensor]:
    output = network(images)
    return output.full, output.theta


def by_centroids(network: STNiCNN, images: Tensor, _: Tensor) -> tuple[Tensor, Tensor]:
    parse = network(images).coarse.argmax(dim=1)
    theta, present = network.true_theta(parse)
    full = network.assembled(network.parse_patches(images, theta), theta)
    return full, _known(theta, present)


SYSTEMS: tuple[tuple[str, str, Run], ...] = (
    ("coarse net alone", "patches", coarse_alone),
    ("true crops", "patches", true_crops),
    ("centroids, before end to end", "patches", by_centroids),
    ("STN, before end to end", "patches", learnt),
    ("centroids, after end to end", "end_to_end", by_centroids),
    ("STN, after end to end", "end_to_end", learnt),
)
"""Name, stage whose checkpoint is taken, and how it is run."""

FIRST_CROPPER = 2
STAGES = ("patches", "end_to_end")


def opened(recipe: ParsingRecipe, stage: str) -> STNiCNN:
    """The network of a run as it was at the end of a stage."""
    network = build_parser(recipe.network, find_part_scheme(recipe.scheme), **recipe.options)
    assert isinstance(network, STNiCNN)
    load_network(recipe.out / stage / "last.pt", network)
    ordered: STNiCNN = network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return ordered


@torch.no_grad()
def parsed(network: STNiCNN, run: Run, canvases: Canvases, shown: Sequence[ByteArray]) -> Parsed:
    """What a network makes of the pictures `shown`, whose truth is that of the canvases.

    It computes in bfloat16, as it was trained.
    """
    size, side = canvases.masks.shape[1], network.size
    masks, thetas = [], []
    for first in range(0, len(shown), BATCH):
        some = slice(first, first + BATCH)
        small = [cv2.resize(one, (side, side), interpolation=cv2.INTER_AREA) for one in shown[some]]
        images = torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2).float() / 255
        images = images.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            scores, theta = run(network, images, _masks(canvases.masks[some], side))
        scores = functional.interpolate(
            scores.float(), (size, size), mode="bilinear", align_corners=False
        )
        masks.append(scores.argmax(dim=1).to(torch.uint8).numpy())
        thetas.append(theta.double().numpy())
    return Parsed(np.concatenate(masks), np.concatenate(thetas))


def counted(made: Parsed, canvases: Canvases, scheme: PartScheme) -> Counts:
    return confusion(made.masks, canvases.masks, len(scheme.classes), ignored=UNKNOWN)


def step_table(rows: dict[str, list[dict[str, float | None]]]) -> str:
    """F1 by system and group: the mean of the seeds, and each seed's overall F1."""
    lines = [f"| | {' | '.join(GROUPS)} | overall by seed |", "|---" * (len(GROUPS) + 2) + "|"]
    for name, seeds in rows.items():
        cells = [f"{mean(seed[group] or 0.0 for seed in seeds):.3f}" for group in GROUPS]
        each = ", ".join(f"{seed['overall']:.4f}" for seed in seeds)
        lines.append(f"| {name} | {' | '.join(cells)} | {each} |")
    return "\n".join([*lines, ""])


def averaged(rows: Sequence[CropErrors]) -> CropErrors:
    """The mean over the seeds of one cropper's errors."""
    first = rows[0]
    return replace(
        first,
        offsets=_seeds([row.offsets for row in rows]),
        offset=mean(row.offset for row in rows),
        offset_covered=mean(row.offset_covered for row in rows),
        inside=_seeds([row.inside for row in rows]),
        f1=_seeds([row.f1 for row in rows]),
        f1_overall=mean(row.f1_overall for row in rows),
        lost=round(mean(row.lost for row in rows)),
    )


def compare(
    runs: Sequence[ParsingRecipe], canvases: Canvases, covers: Sequence[int], out: Path
) -> Iterator[str]:
    """The tables; plot and picture are written on the way."""
    scheme = find_part_scheme(runs[0].scheme)
    stages = [stage for stage in STAGES if all((run.out / stage).is_dir() for run in runs)]
    networks = [{stage: opened(run, stage) for stage in stages} for run in runs]
    systems = [system for system in SYSTEMS if system[1] in stages]
    pictures = list(canvases.images)
    uncovered = {
        name: [parsed(kept[stage], run, canvases, pictures) for kept in networks]
        for name, stage, run in systems
    }
    yield step_table(
        {
            name: [group_scores(counted(one, canvases, scheme), scheme) for one in made]
            for name, made in uncovered.items()
        }
    )
    first = networks[0]["patches"]
    theta, present = first.true_theta(_masks(canvases.masks, first.size))
    true_theta = _known(theta, present).double().numpy()
    rows, tiles = [], []
    for count in covers:
        shown, covered = cover_all(pictures, list(canvases.masks), PARTS, count, 1)
        thetas: dict[str, NDArray[np.float64]] = {}
        for name, stage, run in systems[FIRST_CROPPER:]:
            errors = []
            for seed, kept in enumerate(networks):
                made = uncovered[name][seed]
                if count:
                    made = parsed(kept[stage], run, canvases, shown)
                thetas.setdefault(name, made.theta)
                errors.append(
                    summarise(
                        *(name, made.theta, true_theta, made.masks, canvases.masks),
                        *(PARTS, len(scheme.classes), covered),
                    )
                )
            rows.append(averaged(errors))
        if count == max(covers):
            wanted = [name for name, stage, _ in systems[FIRST_CROPPER:] if stage == stages[-1]]
            tiles = [
                CropTile(
                    f"{count} covered", shown[i], true_theta[i], {n: thetas[n][i] for n in wanted}
                )
                for i in range(min(TILES, len(shown)))
            ]
    write_crop_plot(out / "croppers.png", rows, f"{len(canvases.images)} faces kept back")
    write_crop_sheet(out / "croppers-faces.png", tiles)
    yield crop_table(rows)


def _masks(masks: ByteArray, side: int) -> Tensor:
    """Masks (N,S,S) at the network's size: (N,C,C) uint8."""
    near = cv2.INTER_NEAREST_EXACT
    return torch.from_numpy(
        np.stack([cv2.resize(m, (side, side), interpolation=near) for m in masks])
    )


def _seeds(values: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """The mean over the seeds that have a number; NaN where none has."""
    stacked = np.stack(values)
    known = ~np.isnan(stacked)
    total = np.where(known, stacked, 0).sum(axis=0)
    return np.asarray(np.where(known.any(axis=0), total / known.sum(axis=0).clip(1), np.nan))


def _known(theta: Tensor, present: Tensor) -> Tensor:
    """Theta, NaN for the parts that do not occur."""
    return torch.where(present[:, :, None, None], theta, torch.nan)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--size", type=int, default=512, help="side in pixels of the scored masks")
    parser.add_argument("--cover", type=int, nargs="+", default=[0, 1, 2, 3])
    parser.add_argument("--out", type=Path, default=Path("croppers"))
    parser.add_argument("--set", action="append", default=[], help="as of lineament train")
    chosen = parser.parse_args()
    runs = []
    for seed in chosen.seeds:
        recipe = load_recipe(chosen.recipe, [*chosen.set, f"seed={seed}"])
        if not isinstance(recipe, ParsingRecipe) or recipe.network != "stn_icnn":
            parser.error(f"{chosen.recipe} trains no stn_icnn")
        runs.append(recipe.model_copy(update={"out": Path(f"{recipe.out}_{seed}")}))
    scheme = find_part_scheme(runs[0].scheme)
    data = runs[0].data
    sources = tuple(
        source.model_copy(update={"size": chosen.size} if source.kind == "photos" else {})
        for source in data.sources
    )
    scored = runs[0].model_copy(update={"data": data.model_copy(update={"sources": sources})})
    _, held_out = scored.faces(scheme, chosen.size)
    rule = WholePhoto(rule="whole_photo", multiple=1) if data.whole_pictures else runs[0].crop
    batches = ParsingBatches(held_out, rule, chosen.size, 1, Augmentation(), 0)
    plain = batches.plain(batches.chosen)
    chosen.out.mkdir(parents=True, exist_ok=True)
    tables = list(compare(runs, Canvases(plain["image"], plain["mask"]), chosen.cover, chosen.out))
    (chosen.out / "croppers.md").write_text("\n".join(tables))
    print("\n".join(tables))


if __name__ == "__main__":
    main()
