"""Dark places with lights: streets at night, stages, parties; lights far out of focus."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.synthesis.background.canvas import Canvas, smooth_noise
from lineament.synthesis.background.palette import (
    LAMP,
    NIGHT_LIGHT,
    PAINT,
    Colour,
    mix,
    pick,
    shade,
)

DARK: tuple[Colour, ...] = (
    (18, 20, 28),
    (30, 26, 24),
    (14, 14, 16),
    (40, 36, 40),
    (24, 34, 44),
    (52, 40, 32),
)


def draw_light_discs(random: np.random.Generator, side: int) -> Canvas:
    """Out-of-focus lights as discs, over a dark or a dim place; `side` is in pixels."""
    base = pick(random, DARK if random.random() < 0.7 else PAINT)
    canvas = Canvas(side, base)
    canvas.gradient(shade(base, random.uniform(0.7, 1.4)), shade(base, random.uniform(0.5, 1.2)))
    canvas.scale(smooth_noise(random, 3, 0.25, finer=1))
    size, family = random.uniform(0.02, 0.09), [pick(random, NIGHT_LIGHT) for _ in range(4)]
    lights = Canvas(side, (0, 0, 0))
    band, spread = random.uniform(0.2, 0.7), random.uniform(0.1, 0.4)
    for index in range(int(random.integers(8, 40))):
        centre = (random.uniform(-0.05, 1.05), random.normal(band, spread))
        glow = shade(family[index % 4], random.uniform(0.25, 1.0))
        radius = size * random.uniform(0.7, 1.1)
        canvas_layer = lights if index % 2 else canvas
        canvas_layer.ellipse(centre, (radius, radius), glow)
    lights.scale(smooth_noise(random, 8, 0.08))
    canvas.pixels = np.asarray(cv2.add(canvas.pixels, lights.pixels), np.uint8)
    return canvas


def draw_stage(random: np.random.Generator, side: int) -> Canvas:
    """A dark hall with coloured beams, a lit screen or a curtain of lamps."""
    base = pick(random, DARK)
    canvas = Canvas(side, base)
    canvas.scale(smooth_noise(random, 3, 0.3, finer=2))
    if random.random() < 0.35:
        left, top = random.uniform(-0.3, 0.6), random.uniform(-0.2, 0.3)
        right, bottom = left + random.uniform(0.3, 0.9), top + random.uniform(0.2, 0.6)
        canvas.box(
            left, top, right, bottom, mix(pick(random, NIGHT_LIGHT), base, random.uniform(0.2, 0.7))
        )
    beams = Canvas(side, (0, 0, 0))
    colour = pick(random, NIGHT_LIGHT)
    for _ in range(int(random.integers(1, 6))):
        x, lean, wide = random.uniform(0, 1), random.normal(0, 0.5), random.uniform(0.05, 0.25)
        beam = shade(
            colour if random.random() < 0.6 else pick(random, NIGHT_LIGHT),
            random.uniform(0.15, 0.5),
        )
        beams.polygon(
            [(x - 0.01, -0.1), (x + 0.01, -0.1), (x + lean + wide, 1.1), (x + lean - wide, 1.1)],
            beam,
        )
    fade = np.linspace(1, random.uniform(0.1, 0.7), 5, dtype=np.float32)
    beams.scale(np.asarray(np.tile(fade[:, None], (1, 5)), np.float32))
    soft = cv2.GaussianBlur(beams.pixels, (0, 0), side * 0.015)
    canvas.pixels = np.asarray(cv2.add(canvas.pixels, soft), np.uint8)
    for x in random.uniform(0, 1, int(random.integers(0, 7))):
        radius = random.uniform(0.012, 0.04)
        canvas.ellipse((x, random.uniform(0, 0.3)), (radius, radius), pick(random, LAMP))
    return canvas
