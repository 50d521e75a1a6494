"""Backgrounds drawn without any photograph: rooms, studios, walls, streets, nature, night."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.background.bystanders import draw_bystanders
from lineament.synthesis.background.canvas import Canvas, smooth_noise
from lineament.synthesis.background.lens import (
    Blur,
    defocus,
    expose,
    linear_light,
    sample_blur,
    white_balance,
)
from lineament.synthesis.background.night import draw_light_discs, draw_stage
from lineament.synthesis.background.outdoors import draw_foliage, draw_landscape, draw_street
from lineament.synthesis.background.rooms import draw_room
from lineament.synthesis.background.studio import draw_studio, draw_wall


class Scene(NamedTuple):
    """One kind of drawn background.

    Attributes:
        draw: draws it on a canvas of so many pixels a side, everything in focus.
        share: how many of the drawn backgrounds are of this kind; the shares add up to one.
        peopled: how often bystanders are in it.
        stops: least and greatest exposure.
    """

    draw: Callable[[np.random.Generator, int], Canvas]
    share: float
    peopled: float
    stops: tuple[float, float]


SCENES = {
    "room": Scene(draw_room, 0.33, 0.30, (-1.2, 0.5)),
    "studio": Scene(draw_studio, 0.16, 0.00, (-0.8, 0.4)),
    "wall": Scene(draw_wall, 0.12, 0.00, (-1.2, 0.5)),
    "street": Scene(draw_street, 0.12, 0.35, (-1.0, 0.6)),
    "landscape": Scene(draw_landscape, 0.10, 0.20, (-0.8, 0.6)),
    "foliage": Scene(draw_foliage, 0.07, 0.10, (-1.0, 0.5)),
    "light discs": Scene(draw_light_discs, 0.05, 0.20, (-0.5, 0.5)),
    "stage": Scene(draw_stage, 0.05, 0.20, (-0.5, 0.3)),
}

FOCUS = (
    Blur(share=0.30, least=0.002, greatest=0.006),
    Blur(share=0.40, least=0.006, greatest=0.025),
    Blur(share=0.30, least=0.025, greatest=0.060),
)
FOCUS_WITH_BYSTANDERS = (Blur(share=1.0, least=0.022, greatest=0.060),)
LARGEST_DRAWING = 160
SMALLEST_DRAWING = 48
UNEVEN_LIGHT = 0.06
"""Standard deviation of the gains by which the light differs from place to place."""


def procedural_background(
    random: np.random.Generator, side: int, *, peopled: bool = True
) -> FloatArray:
    """A drawn background of a kind chosen by the shares of `SCENES`.

    Args:
        random: decides everything.
        side: pixels.
        peopled: whether there may be bystanders in it.

    Returns:
        (side,side,3) linear RGB, 0 to 1.
    """
    pick = random.random()
    ends = np.cumsum([scene.share for scene in SCENES.values()])
    kind = int(np.searchsorted(ends[:-1], pick, side="right"))
    return scene_background(random, side, list(SCENES)[kind], peopled=peopled)


def scene_background(
    random: np.random.Generator, side: int, kind: str, *, peopled: bool = True
) -> FloatArray:
    """A drawn background of one kind; arguments and result as for `procedural_background`.

    Args:
        kind: a name in `SCENES`.
    """
    scene = SCENES[kind]
    drawing = min(max(side // 2, SMALLEST_DRAWING), LARGEST_DRAWING)
    canvas = scene.draw(random, drawing)
    focus: Sequence[Blur] = FOCUS
    if random.random() < scene.peopled and peopled:
        draw_bystanders(canvas, random)
        focus = FOCUS_WITH_BYSTANDERS
    canvas.scale(smooth_noise(random, 3, UNEVEN_LIGHT))
    light = defocus(linear_light(canvas.pixels), sample_blur(random, focus) * drawing)
    light = expose(light, random.uniform(*scene.stops), white_balance(random))
    return np.asarray(cv2.resize(light, (side, side), interpolation=cv2.INTER_LINEAR), np.float32)
