"""Strands on a person that look alike, and the layers of a scene that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Indices
from lineament.synthesis.hair.cards import ribbons
from lineament.synthesis.hair.strand_texture import WISPY
from lineament.synthesis.hair.under_hat import Cut, hanging_out
from lineament.synthesis.material import Layer, Material


@dataclass(frozen=True)
class Tress:
    """N strands of K points.

    Attributes:
        lines, outwards: (N,K,3) float32 centimetres on the person; directions away from the head.
        light: (N,K) float32 share of the light from all round that reaches them.
        widths: (N,) float32 centimetres.
        columns: (N,) strands of the atlas.
    """

    lines: FloatArray
    outwards: FloatArray
    light: FloatArray
    widths: FloatArray
    columns: Indices


def tress_layers(
    tress: Tress,
    materials: Sequence[Material],
    mixed: float,
    random: np.random.Generator,
    bulge: float = 0.0,
    cut: Cut | None = None,
) -> list[Layer]:
    """Ribbons of two materials; fine hairs of the second over the first.

    Args:
        materials: two.
        mixed: share 0 to 1 of ribbons that get the second.
        bulge: as `ribbons` takes it.
        cut: what is under a hat.
    """
    lines, shown = (tress.lines, None) if cut is None else hanging_out(tress.lines, cut)
    second = random.random(len(lines)) < mixed
    layers = []
    for chosen, material in ((~second, materials[0]), (second, materials[1])):
        if not chosen.any():
            continue
        columns = tress.columns[chosen]
        if material is materials[1]:
            columns = random.choice(WISPY, len(columns)).astype(np.int32)
        mesh = ribbons(
            *(lines[chosen], tress.outwards[chosen], tress.widths[chosen], columns),
            bulge=bulge,
            shown=None if shown is None else shown[chosen],
        )
        light = np.repeat(tress.light[chosen].ravel(), 3 if bulge else 2)
        layers.append(Layer(mesh, material, light))
    return layers
