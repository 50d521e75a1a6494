"""Things whose parts lie as those of a face do: sockets, dice, clocks, house fronts, cars, animals.

Each is drawn flat on a square, light and dark with some colour, and has coverage of its own. None
counts as a face, painted ones neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.background.canvas import Canvas
from lineament.synthesis.background.palette import Colour
from lineament.synthesis.groups.light import to_light

WHITE: Colour = (255, 255, 255)


class Sticker:
    """A square drawing of which only what was drawn is covered; places as in `Canvas`."""

    def __init__(self, side: int) -> None:
        self.colours = Canvas(side, (0, 0, 0))
        self.cover = Canvas(side, (0, 0, 0))

    def ellipse(self, centre: Sequence[float], radii: Sequence[float], colour: Colour) -> None:
        """Fill an ellipse."""
        self.colours.ellipse(centre, radii, colour)
        self.cover.ellipse(centre, radii, WHITE)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill an upright rectangle."""
        self.colours.box(left, top, right, bottom, colour)
        self.cover.box(left, top, right, bottom, WHITE)

    def polygon(self, places: Sequence[Sequence[float]], colour: Colour) -> None:
        """Fill a polygon."""
        self.colours.polygon(places, colour)
        self.cover.polygon(places, WHITE)

    def line(
        self, start: Sequence[float], end: Sequence[float], width: float, colour: Colour
    ) -> None:
        """Draw a stroke."""
        self.colours.line(start, end, width, colour)
        self.cover.line(start, end, width, WHITE)

    def light(self, shade: FloatArray) -> FloatArray:
        """(S,S,4) float32 linear RGB times coverage, and coverage; `shade` as `Canvas.scale`."""
        self.colours.scale(shade)
        cover: ByteArray = self.cover.pixels[..., :1]
        return to_light(np.ascontiguousarray(np.concatenate([self.colours.pixels, cover], axis=2)))


Draw = Callable[[Sticker, np.random.Generator, Colour, Colour], None]


def draw_pattern(random: np.random.Generator, side: int) -> FloatArray:
    """(side,side,4) float32 linear RGB times coverage, and coverage, of one of them."""
    sticker = Sticker(side)
    bright, dark = random.integers(120, 250), random.integers(10, 90)
    plain = random.random() < 0.5
    ground, parts = (_colour(random, int(value), 12 if plain else 60) for value in (bright, dark))
    if random.random() < 0.3:
        ground, parts = parts, ground
    names = list(PATTERNS)
    PATTERNS[names[int(random.integers(len(names)))]](sticker, random, ground, parts)
    cells = 1 + 0.25 * random.standard_normal((3, 3), np.float32)
    return sticker.light(np.clip(cells, 0.4, 1.5).astype(np.float32))


def socket(sticker: Sticker, random: np.random.Generator, ground: Colour, dark: Colour) -> None:
    sticker.box(0.12, 0.08, 0.88, 0.92, ground)
    if random.random() < 0.5:
        for x in (0.36, 0.64):
            sticker.box(x - 0.035, 0.3, x + 0.035, 0.5, dark)
        sticker.ellipse((0.5, 0.68), (0.06, 0.07), dark)
    else:
        sticker.ellipse((0.5, 0.5), (0.3, 0.3), _darker(ground))
        for x in (0.38, 0.62):
            sticker.ellipse((x, 0.5), (0.04, 0.04), dark)


def die(sticker: Sticker, random: np.random.Generator, ground: Colour, dark: Colour) -> None:
    sticker.box(0.1, 0.1, 0.9, 0.9, ground)
    spots = [(x, y) for x in (0.3, 0.7) for y in (0.28, 0.72)]
    spots += [(0.5, 0.5)] if random.random() < 0.5 else [(0.3, 0.5), (0.7, 0.5)]
    for spot in spots[int(random.integers(3)) :]:
        sticker.ellipse(spot, (0.08, 0.08), dark)


def clock(sticker: Sticker, random: np.random.Generator, ground: Colour, dark: Colour) -> None:
    sticker.ellipse((0.5, 0.5), (0.45, 0.45), dark)
    sticker.ellipse((0.5, 0.5), (0.4, 0.4), ground)
    for hour in np.arange(12) * np.pi / 6:
        x, y = np.sin(hour), np.cos(hour)
        sticker.line((0.5 + 0.33 * x, 0.5 + 0.33 * y), (0.5 + 0.38 * x, 0.5 + 0.38 * y), 0.02, dark)
    for length, width in ((0.2, 0.035), (0.3, 0.02)):
        turn = random.uniform(0, 2 * np.pi)
        end = (0.5 + length * np.sin(turn), 0.5 - length * np.cos(turn))
        sticker.line((0.5, 0.5), end, width, dark)


def house(sticker: Sticker, random: np.random.Generator, ground: Colour, dark: Colour) -> None:
    sticker.box(0.15, 0.35, 0.85, 0.97, ground)
    roof = _colour(random, int(random.integers(40, 160)), 40)
    sticker.polygon([(0.08, 0.36), (0.5, 0.04), (0.92, 0.36)], roof)
    for x in (0.32, 0.68):
        sticker.box(x - 0.09, 0.44, x + 0.09, 0.6, dark)
        sticker.box(x - 0.01, 0.44, x + 0.01, 0.6, ground)
    sticker.box(0.42, 0.7, 0.58, 0.97, dark)


def car(sticker: Sticker, random: np.random.Generator, ground: Colour, dark: Colour) -> None:
    sticker.polygon([(0.22, 0.42), (0.32, 0.14), (0.68, 0.14), (0.78, 0.42)], ground)
    sticker.polygon([(0.28, 0.4), (0.35, 0.19), (0.65, 0.19), (0.72, 0.4)], dark)
    sticker.box(0.08, 0.4, 0.92, 0.82, ground)
    lamp = _colour(random, 235, 20)
    for x in (0.22, 0.78):
        sticker.ellipse((x, 0.54), (0.09, 0.06), lamp)
    sticker.box(0.34, 0.64, 0.66, 0.74, dark)
    for x in (0.14, 0.74):
        sticker.box(x, 0.8, x + 0.12, 0.95, dark)


def ball(sticker: Sticker, random: np.random.Generator, ground: Colour, dark: Colour) -> None:
    height = random.uniform(0.34, 0.46)
    sticker.ellipse((0.5, 0.5), (0.36, height), ground)
    sticker.colours.ellipse((0.4, 0.36), (0.12, 0.12), _colour(random, 240, 10))
    if random.random() < 0.5:
        for x, y in ((0.5, 0.3), (0.4, 0.36), (0.52, 0.4)):
            sticker.colours.ellipse((x, y), (0.04, 0.04), dark)


def painted(sticker: Sticker, random: np.random.Generator, ground: Colour, dark: Colour) -> None:
    """A round face as children draw it."""
    sticker.ellipse((0.5, 0.5), (0.42, random.uniform(0.38, 0.46)), ground)
    wide = random.uniform(0.12, 0.2)
    for x in (0.5 - wide, 0.5 + wide):
        sticker.ellipse((x, 0.4), (0.05, random.uniform(0.04, 0.09)), dark)
    bend = random.uniform(-0.12, 0.16)
    turns = np.linspace(-1, 1, 9)
    mouth = [(0.5 + 0.22 * t, 0.66 + bend * (1 - t * t)) for t in turns]
    for start, end in pairwise(mouth):
        sticker.line(start, end, 0.03, dark)


def rings(sticker: Sticker, random: np.random.Generator, ground: Colour, dark: Colour) -> None:
    """Two targets side by side: lamps, loudspeakers, an owl's eyes."""
    if random.random() < 0.6:
        sticker.box(0.05, 0.2, 0.95, random.uniform(0.75, 0.95), _darker(ground))
    for x in (0.28, 0.72):
        for radius, colour in ((0.2, dark), (0.15, ground), (0.07, dark)):
            sticker.ellipse((x, 0.45), (radius, radius), colour)


def lights(sticker: Sticker, random: np.random.Generator, ground: Colour, dark: Colour) -> None:
    """A traffic light, or knobs on a panel."""
    sticker.box(0.3, 0.04, 0.7, 0.96, dark)
    for y in (0.2, 0.5, 0.8):
        colour = _colour(random, int(random.integers(90, 240)), 80)
        sticker.ellipse((0.5, y), (0.12, 0.12), colour if random.random() < 0.7 else ground)


def sign(sticker: Sticker, random: np.random.Generator, ground: Colour, dark: Colour) -> None:
    """Rows of strokes: writing from far."""
    sticker.box(0.06, 0.15, 0.94, 0.85, ground)
    for y in np.arange(0.27, 0.8, random.uniform(0.12, 0.2)):
        x = 0.14
        while x < 0.84:
            length = random.uniform(0.03, 0.2)
            sticker.box(x, float(y), min(x + length, 0.88), float(y) + 0.06, dark)
            x += length + 0.04


def pot(sticker: Sticker, random: np.random.Generator, ground: Colour, dark: Colour) -> None:
    """A pot with two handles: a head with ears."""
    for x in (0.14, 0.86):
        sticker.ellipse((x, 0.5), (0.1, 0.13), _darker(ground))
    sticker.ellipse((0.5, 0.54), (0.34, 0.36), ground)
    sticker.ellipse((0.5, 0.24), (0.24, 0.07), dark)
    if random.random() < 0.5:
        sticker.box(0.2, 0.5, 0.8, 0.58, dark)


def buttons(sticker: Sticker, random: np.random.Generator, ground: Colour, dark: Colour) -> None:
    """Dots at random on an ellipse: a cookie, a bowling ball, a ladybird."""
    sticker.ellipse((0.5, 0.5), (0.42, 0.42), ground)
    for _ in range(int(random.integers(3, 8))):
        turn, way = random.uniform(0, 2 * np.pi), random.uniform(0, 0.28)
        radius = random.uniform(0.03, 0.09)
        sticker.ellipse((0.5 + way * np.sin(turn), 0.5 + way * np.cos(turn)), (radius,) * 2, dark)


def animal(sticker: Sticker, random: np.random.Generator, ground: Colour, dark: Colour) -> None:
    """A bird or a beast: round eyes far apart, or one alone, above a beak or snout."""
    breast = _colour(random, int(random.integers(60, 245)), 50)
    sticker.ellipse((0.5, 0.72), (random.uniform(0.22, 0.4), random.uniform(0.2, 0.3)), ground)
    if random.random() < 0.5:
        sticker.ellipse((0.5, 0.78), (0.18, 0.18), breast)
    ears = random.uniform(0.02, 0.2)
    if random.random() < 0.5:
        for side in (-1, 1):
            tip = (0.5 + side * random.uniform(0.2, 0.36), 0.28 - ears)
            sticker.polygon([(0.5 + side * 0.08, 0.2), tip, (0.5 + side * 0.27, 0.4)], ground)
    wide, high = random.uniform(0.2, 0.34), random.uniform(0.18, 0.3)
    sticker.ellipse((0.5, 0.38), (wide, high), ground)
    turned = random.random() < 0.4
    eye, level = random.uniform(0.02, 0.07), random.uniform(0.28, 0.38)
    for x in (0.5 + 0.4 * wide,) if turned else (0.5 - 0.6 * wide, 0.5 + 0.6 * wide):
        if random.random() < 0.6:
            sticker.ellipse((x, level), (1.6 * eye,) * 2, breast)
        sticker.ellipse((x, level), (eye, eye), dark)
    beak = _colour(random, int(random.integers(30, 230)), 60)
    long = random.uniform(0.06, 0.2)
    tip = (0.5 + wide + long, 0.44) if turned else (0.5, 0.44 + long)
    root = 0.5 + 0.7 * wide if turned else 0.5
    sticker.polygon([(root - 0.07, 0.4), (root + 0.07, 0.4), tip, (root - 0.05, 0.48)], beak)


PATTERNS: dict[str, Draw] = {
    "animal": animal,
    "socket": socket,
    "die": die,
    "clock": clock,
    "house": house,
    "car": car,
    "ball": ball,
    "painted": painted,
    "rings": rings,
    "lights": lights,
    "sign": sign,
    "pot": pot,
    "buttons": buttons,
}


def _colour(random: np.random.Generator, value: int, spread: float) -> Colour:
    red, green, blue = np.clip(value + random.normal(0, spread, 3), 4, 252).astype(int).tolist()
    return red, green, blue


def _darker(colour: Colour) -> Colour:
    red, green, blue = (int(value * 0.75) for value in colour)
    return red, green, blue
