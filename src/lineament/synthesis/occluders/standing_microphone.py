"""A microphone on a stand."""

from __future__ import annotations

import numpy as np

from lineament.synthesis.lofts import joined_lofts
from lineament.synthesis.material import Finish, Layer, Material, linear
from lineament.synthesis.occluders.cloth_textures import foam
from lineament.synthesis.occluders.solids import blob, turned
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import PosedHead


def microphone_layers(seed: int, posed: PosedHead) -> list[Layer]:
    """A microphone on a stand before the mouth."""
    random = np.random.default_rng([seed, 36])
    mouth = posed.landmarks[62].astype(np.float64)
    head = mouth + random.uniform((-2.5, -3.5, 4.0), (2.5, -1.0, 9.0))
    radius = random.uniform(2.2, 3.4)
    lean = np.array([random.normal(0, 0.3), -1.0, random.uniform(0.0, 0.6)])
    lean /= np.linalg.norm(lean)
    stick = [[0, 1.5], [12, 1.1], [12, 0.6], [45, 0.6]]
    layers = []
    for stack, colour, texture in (
        (blob(head, np.array([1.0, 1.1, 1.0]) * radius), linear(34, 34, 36), foam()),
        (turned(head + lean * 0.7 * radius, lean, np.array(stick)), linear(24, 24, 26), None),
    ):
        look = Material(Finish.PLAIN, Part.BACKGROUND, colour, texture, 0.1, two_sided=True)
        layers.append(Layer(joined_lofts([stack]), look))
    return layers
