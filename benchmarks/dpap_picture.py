"""What DPAP picks and makes, as a picture of rendered people, from a run's checkpoint.

    python benchmarks/dpap_picture.py RECIPE --checkpoint runs/.../last.pt --out dpap.png \\
        [--set key=value ...] [--patches 15]

A column for each of the first people of the recipe's sources who are kept back: the crop; how
high the network's gate ranks its patches; the patches that DPAP picks; what it makes of them; the
change, four times as strong (Dan et al., TransFace, ICCV 2023).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lineament.face import ByteArray
from lineament.recognition.dpap import DpapOptions, dpap, ranked
from lineament.recognition.networks import build_encoder
from lineament.recognition.networks.vit import PATCH
from lineament.recognition.recipe import RecognitionRecipe
from lineament.training.checkpoint import load_network
from lineament.training.config import load_recipe

LARGER = 2
GAP = 6
PICKED = (255, 200, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--set", action="append", default=[], dest="changes")
    parser.add_argument("--patches", type=int, default=15)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    recipe = load_recipe(given.recipe, given.changes)
    if not isinstance(recipe, RecognitionRecipe):
        parser.error(f"{given.recipe} is of task {recipe.task}, expected recognition")
    network = build_encoder(recipe.network, **recipe.options)
    load_network(given.checkpoint, network)
    _, people = recipe.faces()
    firsts = np.unique(people.labels, return_index=True)[1][: given.people]
    crops = np.stack([people.picture(int(place)) for place in firsts])
    pictures = torch.from_numpy(crops).permute(0, 3, 1, 2)
    ranking = ranked(network, pictures)
    options = DpapOptions(patches=given.patches, probability=1.0)
    changed = dpap(pictures, ranking, options, torch.Generator().manual_seed(given.seed))
    made = changed.permute(0, 2, 3, 1).numpy()
    difference = 4 * (made.astype(int) - crops) + 128
    rows = [
        crops,
        np.stack([heat(one, values) for one, values in zip(crops, ranking, strict=True)]),
        np.stack([outlined(o, v, given.patches) for o, v in zip(crops, ranking, strict=True)]),
        made,
        difference.clip(0, 255).astype(np.uint8),
    ]
    cv2.imwrite(str(given.out), cv2.cvtColor(sheet(rows), cv2.COLOR_RGB2BGR))
    print(f"wrote {given.out}")


def heat(crop: ByteArray, ranking: Tensor) -> ByteArray:
    """The crop in grey under the colours of its patches' ranks, blue low and red high."""
    side = len(crop) // PATCH
    order = ranking.argsort().argsort().reshape(side, side).numpy() / (side * side - 1)
    colours = cv2.applyColorMap((order * 255).astype(np.uint8), cv2.COLORMAP_TURBO)[..., ::-1]
    whole = np.zeros_like(crop)
    reach = side * PATCH
    large = cv2.resize(colours, (reach, reach), interpolation=cv2.INTER_NEAREST)
    grey = crop[:reach, :reach].mean(axis=2, keepdims=True)
    whole[:reach, :reach] = (0.5 * grey + 0.5 * large).astype(np.uint8)
    return whole


def outlined(crop: ByteArray, ranking: Tensor, count: int) -> ByteArray:
    """The crop with a frame round each of its highest patches."""
    drawn, side = crop.copy(), len(crop) // PATCH
    for patch in ranking.topk(count).indices.tolist():
        top, left = patch // side * PATCH, patch % side * PATCH
        cv2.rectangle(drawn, (left, top), (left + PATCH - 1, top + PATCH - 1), PICKED)
    return drawn


def sheet(rows: list[NDArray[np.uint8]]) -> ByteArray:
    """Rows of pictures (N,S,S,3), larger, on white."""
    bordered = ((0, 0), (0, GAP), (0, GAP), (0, 0))
    large = [row.repeat(LARGER, axis=1).repeat(LARGER, axis=2) for row in rows]
    lines = [np.concatenate(np.pad(row, bordered, constant_values=255), axis=1) for row in large]
    return np.concatenate(lines)


if __name__ == "__main__":
    main()
