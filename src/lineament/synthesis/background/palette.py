"""Muted, natural colours of the things that stand behind people.

Anchors are gamma-encoded RGB of 0 to 255, as a colour picker shows photographs of such things.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

Colour = tuple[int, int, int]
"""Gamma-encoded RGB, 0 to 255."""

PAINT = (
    *((226, 222, 214), (208, 200, 186), (186, 190, 188), (160, 170, 176), (176, 160, 140)),
    *((140, 148, 132), (112, 122, 134), (150, 118, 98), (92, 96, 98), (198, 184, 160)),
    *((122, 84, 72), (70, 88, 96), (214, 206, 204), (96, 110, 92), (236, 234, 230)),
)
TIMBER = (
    (120, 84, 54),
    (92, 62, 40),
    (152, 116, 78),
    (178, 146, 106),
    (64, 46, 34),
    (196, 172, 138),
)
STONE = (
    (150, 146, 138),
    (118, 114, 110),
    (176, 164, 146),
    (142, 98, 80),
    (96, 92, 90),
    (190, 186, 178),
)
FOLIAGE = ((62, 82, 40), (44, 62, 34), (88, 102, 52), (112, 118, 66), (34, 48, 32), (120, 104, 58))
GROUND = (
    (124, 120, 114),
    (96, 92, 86),
    (110, 112, 66),
    (146, 132, 108),
    (84, 88, 56),
    (160, 152, 140),
)
SKY = (
    (164, 188, 214),
    (124, 160, 204),
    (206, 212, 218),
    (184, 194, 204),
    (226, 210, 196),
    (148, 160, 176),
)
CLOTHING = (
    *((40, 42, 50), (66, 74, 96), (110, 112, 116), (196, 194, 190), (36, 44, 66), (120, 56, 54)),
    *((84, 96, 78), (150, 126, 98), (170, 178, 192), (92, 70, 92), (58, 58, 58), (176, 146, 132)),
    *((22, 22, 26), (222, 220, 216), (78, 104, 122), (140, 90, 60)),
)
HAIR = ((26, 22, 20), (52, 38, 30), (86, 62, 44), (120, 92, 62), (146, 120, 88), (150, 146, 142))
SKIN = ((196, 152, 128), (172, 124, 98), (132, 90, 68), (92, 62, 48), (214, 174, 152))
LAMP = ((255, 222, 168), (255, 236, 204), (255, 200, 130), (236, 242, 255), (255, 246, 232))
NIGHT_LIGHT = (
    *((255, 206, 130), (255, 180, 96), (255, 236, 206), (226, 236, 255), (236, 96, 76)),
    *((120, 190, 230), (255, 150, 90), (150, 220, 170), (255, 214, 160)),
)
BOOK = (
    (120, 44, 40),
    (44, 62, 92),
    (58, 84, 62),
    (196, 182, 150),
    (70, 52, 46),
    (150, 116, 60),
    (40, 40, 46),
)


def pick(random: np.random.Generator, family: tuple[Colour, ...], spread: float = 8.0) -> Colour:
    """A colour of a family, a little lighter or darker and a little off in hue.

    Args:
        random: decides which.
        family: one of the tuples above.
        spread: standard deviation of the lightness; hues scatter by a third of it.
    """
    anchor = family[int(random.random() * len(family))]
    light, *hue = random.standard_normal(4) * (spread, spread / 3, spread / 3, spread / 3)
    return _bytes(value + light + part for value, part in zip(anchor, hue, strict=True))


def shade(colour: Colour, gain: float) -> Colour:
    """The colour, lighter (gain above one) or darker."""
    return _bytes(value * gain for value in colour)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two: `first` at a share of 0, `second` at 1."""
    return _bytes(a + (b - a) * share for a, b in zip(first, second, strict=True))


def _bytes(values: Iterable[float]) -> Colour:
    red, green, blue = (min(max(int(value), 0), 255) for value in values)
    return red, green, blue
