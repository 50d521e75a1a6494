"""The background of one picture: a photograph or a drawn scene."""

from __future__ import annotations

import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.background.photographs import BackgroundPhotographs
from lineament.synthesis.background.procedural import procedural_background

PHOTOGRAPH_SHARE = 0.45
"""How many backgrounds are photographs, where there are any; the rest is drawn."""


def sample_background(
    random: np.random.Generator, side: int, photographs: BackgroundPhotographs | None = None
) -> FloatArray:
    """What is seen behind the person.

    The kinds of drawn scenes and their shares stand in `procedural.SCENES`.

    Args:
        random: decides everything; the same state gives the same bytes.
        side: pixels.
        photographs: None for drawn scenes only.

    Returns:
        (side,side,3) linear RGB, 0 to 1.
    """
    if photographs is not None and random.random() < PHOTOGRAPH_SHARE:
        return photographs.crop(random, side)
    return procedural_background(random, side)
