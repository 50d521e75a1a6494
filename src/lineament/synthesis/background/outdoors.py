"""Out of doors: sky, hills, meadows, trees and foliage, streets with facades."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.face import ByteArray
from lineament.synthesis.background.canvas import Canvas, smooth_noise
from lineament.synthesis.background.palette import (
    CLOTHING,
    FOLIAGE,
    GROUND,
    PAINT,
    SKY,
    STONE,
    Colour,
    mix,
    pick,
    shade,
)


def draw_landscape(random: np.random.Generator, side: int) -> Canvas:
    """Sky above hills, trees and ground; `side` is in pixels."""
    horizon = random.uniform(0.2, 0.9)
    canvas = Canvas(side, pick(random, GROUND if random.random() < 0.5 else FOLIAGE))
    canvas.scale(smooth_noise(random, 6, 0.12, finer=2))
    _draw_sky(canvas, random, horizon)
    air = pick(random, SKY)
    for distance in np.linspace(0.8, 0.2, int(random.integers(1, 4))):
        _draw_ridge(canvas, random, horizon, mix(pick(random, FOLIAGE), air, distance))
    for _ in range(int(random.integers(0, 5))):
        _draw_tree(canvas, random, horizon)
    return canvas


def draw_foliage(random: np.random.Generator, side: int) -> Canvas:
    """Leaves, hedges or undergrowth with light between them, filling the picture."""
    canvas = Canvas(side, shade(pick(random, FOLIAGE), 0.5))
    leaves = int(random.integers(90, 170))
    places = random.uniform(-0.05, 1.05, (leaves, 2))
    sizes = random.uniform(0.015, 0.06, leaves) * random.uniform(0.8, 2.0)
    turns = random.uniform(0, 180, leaves)
    colours = [pick(random, FOLIAGE, 20) for _ in range(12)]
    gaps = random.uniform(0, 0.1)
    for index, (place, size, turn) in enumerate(
        zip(places.tolist(), sizes.tolist(), turns.tolist(), strict=True)
    ):
        gap = index % 20 < 20 * gaps
        colour = (206, 212, 206) if gap else colours[index % 12]
        radii = (size * 0.45, size * 0.4) if gap else (size, size * 0.42)
        canvas.ellipse(place, radii, colour, turn)
    canvas.scale(smooth_noise(random, 3, 0.25, finer=3))
    return canvas


def draw_street(random: np.random.Generator, side: int) -> Canvas:
    """House fronts with windows and doors, seen straight on or along the street."""
    ground = random.uniform(0.75, 1.3)
    canvas = Canvas(side, pick(random, GROUND))
    _draw_sky(canvas, random, ground)
    edge = random.uniform(-0.3, 0.0)
    while edge < 1:
        width = random.uniform(0.3, 0.9)
        _draw_front(canvas, random, edge, edge + width, ground)
        edge += width + random.choice((0.0, 0.0, 0.12))
    if random.random() < 0.4:
        canvas.box(0, ground - 0.2, 1, ground - 0.04, pick(random, CLOTHING))
    if random.random() < 0.6:
        canvas.pixels = _seen_along(random, canvas.pixels)
    if random.random() < 0.4:
        _draw_tree(canvas, random, ground)
    return canvas


def _draw_sky(canvas: Canvas, random: np.random.Generator, horizon: float) -> None:
    sky = pick(random, SKY)
    canvas.gradient(shade(sky, random.uniform(0.7, 1.0)), shade(sky, 1.12), horizon)
    rows = min(round(horizon * canvas.side), canvas.side)
    if rows > 8 and random.random() < 0.6:
        cloud = smooth_noise(random, 3, 0.6, finer=3)
        amount = cv2.resize(np.clip(cloud - 1, 0, 0.7), (canvas.side, rows))[:, :, None]
        upper = canvas.pixels[:rows]
        upper += ((236 - np.minimum(upper, 236)) * amount).astype(np.uint8)


def _draw_ridge(
    canvas: Canvas, random: np.random.Generator, horizon: float, colour: Colour
) -> None:
    steps = int(random.integers(4, 24))
    heights = horizon - np.abs(random.normal(0, random.uniform(0.02, 0.12), steps))
    across = np.linspace(-0.05, 1.05, steps)
    outline = [(-0.05, horizon + 0.02), *zip(across, heights, strict=True), (1.05, horizon + 0.02)]
    canvas.polygon(outline, colour)


def _draw_tree(canvas: Canvas, random: np.random.Generator, base: float) -> None:
    x, size = random.uniform(0, 1), random.uniform(0.1, 0.35)
    foot = base + random.uniform(0, 0.1)
    crown = foot - size * random.uniform(1.2, 2.0)
    canvas.line((x, foot), (x + random.normal(0, 0.03), crown), size * 0.12, (70, 58, 46))
    leaf = pick(random, FOLIAGE)
    for across, up in random.normal(0, size * 0.4, (26, 2)).tolist():
        radius = size * random.uniform(0.08, 0.26)
        tone = shade(leaf, random.normal(1.0, 0.18) - up / size * 0.25)
        canvas.ellipse((x + across, crown + up * 0.9), (radius, radius * 0.7), tone)


def _draw_front(
    canvas: Canvas, random: np.random.Generator, left: float, right: float, ground: float
) -> None:
    wall = pick(random, STONE if random.random() < 0.5 else PAINT)
    top = random.uniform(-0.8, 0.25)
    canvas.box(left, top, right, ground, wall)
    frame, glass = (
        mix(wall, (236, 234, 228), random.uniform(0.2, 0.9)),
        shade(pick(random, SKY), 0.45),
    )
    across, storey = random.uniform(0.12, 0.26), random.uniform(0.22, 0.38)
    wide, tall = across * random.uniform(0.4, 0.75), storey * random.uniform(0.45, 0.75)
    lit = random.uniform(0, 0.3)
    for y in np.arange(ground - storey, max(top, -storey), -storey):
        for x in np.arange(left + across * 0.2, right - wide, across):
            pane = (
                (236, 208, 150) if random.random() < lit else shade(glass, random.uniform(0.7, 1.5))
            )
            canvas.box(x - 0.012, y - 0.012, x + wide + 0.012, y + tall + 0.012, frame)
            canvas.box(x, y, x + wide, y + tall, pane)
            canvas.line((x + wide / 2, y), (x + wide / 2, y + tall), 0.008, frame)
        canvas.box(left, y + storey * 0.92, right, y + storey * 0.95, shade(wall, 0.85))
    if random.random() < 0.4:
        canvas.box(
            left + 0.05, ground - 0.22, right - 0.05, ground, shade(pick(random, CLOTHING), 0.8)
        )
        canvas.box(left + 0.03, ground - 0.27, right - 0.03, ground - 0.22, pick(random, CLOTHING))


def _seen_along(random: np.random.Generator, pixels: ByteArray) -> ByteArray:
    """The picture of a street, seen along it instead of straight on."""
    side = float(len(pixels) - 1)
    narrow, grown = random.uniform(0.15, 0.4), random.uniform(0.2, 0.6)
    source = np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32)
    target = np.array(
        [
            (-0.1 * side, -grown * side),
            (side, narrow * side),
            (side, side * (1 - narrow * 0.5)),
            (-0.1 * side, (1 + grown) * side),
        ],
        np.float32,
    )
    matrix = cv2.getPerspectiveTransform(source, target)
    seen = cv2.warpPerspective(
        pixels, matrix, pixels.shape[:2], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    turned = seen[:, ::-1] if random.random() < 0.5 else seen
    return np.ascontiguousarray(turned, np.uint8)
