"""What photographers put behind people: paper, painted backdrops, lit walls, curtains."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.background.canvas import Canvas, smooth_noise
from lineament.synthesis.background.palette import (
    CLOTHING,
    PAINT,
    STONE,
    TIMBER,
    Colour,
    pick,
    shade,
)

GREYS: tuple[Colour, ...] = (
    *((244, 244, 244), (206, 206, 206), (148, 148, 150), (88, 88, 92), (36, 36, 38), (14, 14, 15)),
    *((96, 110, 132), (62, 74, 96), (112, 96, 82), (130, 140, 150)),
)


def draw_studio(random: np.random.Generator, side: int) -> Canvas:
    """A backdrop with a pool of light, plain or mottled; `side` is in pixels."""
    colour = pick(random, GREYS if random.random() < 0.7 else PAINT)
    canvas = Canvas(side, colour)
    if random.random() < 0.35:
        canvas.scale(smooth_noise(random, 3, random.uniform(0.04, 0.16), finer=3))
    if random.random() < 0.75:
        canvas.scale(_pool_of_light(random))
    return canvas


def draw_wall(random: np.random.Generator, side: int) -> Canvas:
    """A wall seen close by: plaster, brick, tiles, boards, wall paper or a curtain."""
    kind = random.random()
    if kind < 0.35:
        canvas = Canvas(side, pick(random, PAINT))
        canvas.scale(smooth_noise(random, 4, random.uniform(0.01, 0.05), finer=4))
    elif kind < 0.55:
        canvas = _bricks(random, side)
    elif kind < 0.7:
        canvas = _boards(random, side)
    elif kind < 0.85:
        canvas = _wall_paper(random, side)
    else:
        canvas = _curtain(random, side)
    if random.random() < 0.6:
        canvas.scale(_pool_of_light(random))
    return canvas


def _pool_of_light(
    random: np.random.Generator,
) -> FloatArray:
    """Gains (9,9) of a light that is brightest somewhere in or beside the picture."""
    x, y = random.uniform(-0.2, 1.2), random.uniform(-0.2, 1.1)
    across = np.linspace(0, 1, 9, dtype=np.float32)
    distance = np.hypot(across[None] - np.float32(x), across[:, None] - np.float32(y))
    deep = np.float32(random.uniform(0.25, 0.75))
    gains = 1.15 - deep * np.minimum(distance / random.uniform(0.7, 1.3), 1)
    return np.asarray(gains, np.float32)


def _bricks(random: np.random.Generator, side: int) -> Canvas:
    stone = pick(random, STONE)
    canvas = Canvas(side, shade(stone, random.choice((0.7, 1.25))))
    height = random.uniform(0.05, 0.14)
    width = height * random.uniform(1.0, 3.0)
    offset = random.choice((0.0, 0.5))
    rows, columns = int(1 / height) + 2, int(1 / width) + 3
    tones = random.normal(1.0, random.uniform(0.02, 0.1), (rows, columns))
    joint = height * 0.06
    for row in range(rows):
        for column in range(columns):
            left = (column - 1 + row % 2 * offset) * width
            canvas.box(
                left + joint, row * height + joint,
                left + width - joint, (row + 1) * height - joint,
                shade(stone, tones[row, column]),
            )  # fmt: skip
    return canvas


def _boards(random: np.random.Generator, side: int) -> Canvas:
    timber = pick(random, TIMBER if random.random() < 0.7 else PAINT)
    canvas = Canvas(side, timber)
    width, x = random.uniform(0.05, 0.2), -random.uniform(0, 0.1)
    while x < 1:
        canvas.box(x, 0, x + width, 1, shade(timber, random.normal(1, 0.06)))
        canvas.line((x, 0), (x, 1), 0.006, shade(timber, 0.6))
        x += width
    grain = random.normal(1, 0.05, (4, 48)).astype(np.float32)
    canvas.scale(np.asarray(cv2.resize(grain, (48, 48)), np.float32))
    if random.random() < 0.3:
        canvas.pixels = np.ascontiguousarray(canvas.pixels.transpose(1, 0, 2))
    return canvas


def _wall_paper(random: np.random.Generator, side: int) -> Canvas:
    paint = pick(random, PAINT)
    canvas = Canvas(side, paint)
    ink, step = shade(paint, random.choice((0.85, 1.12))), random.uniform(0.06, 0.2)
    striped, size = random.random() < 0.5, step * random.uniform(0.15, 0.35)
    for row, y in enumerate(np.arange(0, 1 + step, step)):
        if striped:
            canvas.box(y, 0, y + step * 0.5, 1, ink)
        else:
            for x in np.arange(row % 2 * step / 2, 1 + step, step):
                canvas.ellipse((x, y), (size, size * 1.3), ink)
    return canvas


def _curtain(random: np.random.Generator, side: int) -> Canvas:
    canvas = Canvas(side, pick(random, CLOTHING))
    folds = int(random.integers(8, 24))
    row = 1 + np.cumsum(random.normal(0, 0.12, folds))
    row = np.clip(row - row.mean() + 1, 0.45, 1.4)
    canvas.scale(np.asarray(np.tile(row, (folds, 1)), np.float32))
    return canvas
