"""The surfaces of jewellery on a head."""

from __future__ import annotations

import numpy as np

from lineament.synthesis.jewellery.beads import ball, solid
from lineament.synthesis.jewellery.earrings import Stacks, earring_stacks
from lineament.synthesis.jewellery.necklaces import necklace_stacks
from lineament.synthesis.jewellery.style import PEARL, Jewellery
from lineament.synthesis.lofts import Points, joined_lofts
from lineament.synthesis.material import Colour, Finish, Layer, Material
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import PosedHead

NOSTRIL = 5205
"""Vertex of the head on the wing of the nose, on the person's left."""

BETWEEN_BROWS = 2058
NOSE_STUD_RADIUS, BINDI_RADIUS = 0.16, 0.28
DOWN = (0.0, -1.0, 0.0)


def jewellery_layers(
    jewellery: Jewellery, posed: PosedHead, down: tuple[float, float, float] | Points = DOWN
) -> list[Layer]:
    """Earrings, necklace, stud and mark, fitted to the head.

    Args:
        jewellery: what is worn.
        posed: the head.
        down: (3,) direction in which earrings hang, in the frame of the head; another one than
            the default for a head that is bowed or leans.
    """
    layers: list[Layer] = []
    if jewellery.earring is not None:
        hanging = np.asarray(down, dtype=np.float64)
        metal, stone = earring_stacks(jewellery.earring, posed, hanging / np.linalg.norm(hanging))
        layers += _layer(metal, Part.EARRING, jewellery.earring.colour)
        layers += _layer(stone, Part.EARRING, jewellery.earring.stone)
    if jewellery.necklace is not None:
        chain, pendant = necklace_stacks(jewellery.necklace, posed)
        dull = jewellery.necklace.form == "choker"
        layers += _layer(chain, Part.NECKLACE, jewellery.necklace.colour, dull)
        layers += _layer(pendant, Part.NECKLACE, jewellery.necklace.pendant)
    if jewellery.nose_stud is not None:
        stud = ball(posed.vertices[NOSTRIL].astype(np.float64), NOSE_STUD_RADIUS, 6)
        layers += _layer([stud], Part.NOSE, jewellery.nose_stud)
    if jewellery.bindi is not None:
        place = posed.vertices[BETWEEN_BROWS].astype(np.float64)
        disc = np.array([[0.03, 0.0], [0.02, 0.8 * BINDI_RADIUS], [-0.08, BINDI_RADIUS]])
        mark = solid(place, disc[::-1], posed.normals[BETWEEN_BROWS].astype(np.float64))
        layers += _layer([mark], Part.SKIN, jewellery.bindi, dull=True)
    return layers


def _layer(stacks: Stacks, part: Part, colour: Colour, dull: bool = False) -> list[Layer]:
    if not stacks:
        return []
    specular, gloss, wrap = (0.05, 10.0, 0.2) if dull else (1.0, 35.0, 0.1)
    if colour == PEARL:
        specular, gloss, wrap = 0.5, 40.0, 0.3
    look = Material(
        *(Finish.PLAIN, part, colour), specular=specular, gloss=gloss, wrap=wrap, two_sided=True
    )
    return [Layer(joined_lofts(stacks), look)]
