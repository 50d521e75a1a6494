"""Rooms in perspective: walls, floor, a window, shelves, doors, pictures, lamps, plants, seats."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lineament.synthesis.background.canvas import Canvas
from lineament.synthesis.background.palette import (
    BOOK,
    CLOTHING,
    FOLIAGE,
    GROUND,
    LAMP,
    PAINT,
    SKY,
    TIMBER,
    Colour,
    mix,
    pick,
    shade,
)

SIDE_WALLS = 6.0
"""How far a room comes towards the camera, as a multiple of what its far wall measures."""


class _Room:
    """The far wall and the point that all depth lines meet in, as shares of the picture's side."""

    def __init__(self, random: np.random.Generator) -> None:
        self.left, self.right = random.uniform(-0.7, 0.3), random.uniform(0.75, 1.7)
        self.top, self.bottom = random.uniform(-0.6, 0.12), random.uniform(0.72, 1.5)
        self.vanishing = np.array((random.uniform(0.1, 0.9), random.uniform(0.3, 0.7)))

    def nearer(self, place: tuple[float, float], depth: float) -> tuple[float, float]:
        """Where a place on the far wall's edge lies when it comes nearer by a factor."""
        x, y = self.vanishing + (np.array(place) - self.vanishing) * depth
        return float(x), float(y)

    def strip(
        self, start: tuple[float, float], end: tuple[float, float], near: float, far: float = 1.0
    ) -> list[tuple[float, float]]:
        """Corners of the part of a side wall, floor or ceiling that lies between two depths."""
        return [
            self.nearer(start, far), self.nearer(end, far),
            self.nearer(end, near), self.nearer(start, near),
        ]  # fmt: skip


def draw_room(random: np.random.Generator, side: int) -> Canvas:
    """A furnished room, everything in focus; `side` is in pixels."""
    room = _Room(random)
    paint = pick(random, PAINT)
    canvas = Canvas(side, paint)
    _draw_shell(canvas, random, room, paint)
    for draw, share in FURNITURE:
        if random.random() < share:
            draw(canvas, random, room)
    return canvas


def _draw_shell(canvas: Canvas, random: np.random.Generator, room: _Room, paint: Colour) -> None:
    upper_left, upper_right = (room.left, room.top), (room.right, room.top)
    lower_left, lower_right = (room.left, room.bottom), (room.right, room.bottom)
    ceiling = mix(paint, (236, 234, 228), random.uniform(0.4, 1))
    floor = pick(random, TIMBER if random.random() < 0.6 else GROUND)
    dark, light = random.uniform(0.72, 0.9), random.uniform(0.9, 1.08)
    canvas.polygon(room.strip(upper_left, upper_right, SIDE_WALLS), ceiling)
    canvas.polygon(room.strip(lower_left, lower_right, SIDE_WALLS), floor)
    canvas.polygon(room.strip(upper_left, lower_left, SIDE_WALLS), shade(paint, dark))
    canvas.polygon(room.strip(upper_right, lower_right, SIDE_WALLS), shade(paint, light))
    for share in np.linspace(0, 1, 9):
        start = (room.left + (room.right - room.left) * share, room.bottom)
        canvas.line(start, room.nearer(start, SIDE_WALLS), 0.003, shade(floor, 0.86))
    skirting = mix(paint, (240, 238, 232), 0.7)
    canvas.box(room.left, room.bottom - 0.02, room.right, room.bottom, skirting)


def _span(
    random: np.random.Generator, room: _Room, least: float, most: float
) -> tuple[float, float]:
    """Left and right end of something on the far wall, in view."""
    width = random.uniform(least, most)
    least = max(room.left, -0.2)
    left = random.uniform(least, max(min(room.right, 1.2) - width, least))
    return left, left + width


def _draw_window(canvas: Canvas, random: np.random.Generator, room: _Room) -> None:
    left, right = _span(random, room, 0.2, 0.6)
    top = room.top + random.uniform(0.08, 0.25)
    bottom = min(top + random.uniform(0.3, 0.7), room.bottom - 0.1)
    sky = pick(random, SKY) if random.random() < 0.8 else (24, 28, 40)
    frame = pick(random, PAINT if random.random() < 0.7 else TIMBER)
    canvas.box(left, top, right, bottom, shade(sky, 1.2))
    if random.random() < 0.6:
        canvas.box(left, bottom - random.uniform(0.05, 0.2), right, bottom, pick(random, FOLIAGE))
    panes = int(random.integers(1, 4))
    for post in np.linspace(left, right, panes + 1):
        canvas.line((post, top), (post, bottom), 0.014, frame)
    for bar in (top, top + (bottom - top) * random.uniform(0.3, 0.7), bottom):
        canvas.line((left, bar), (right, bar), 0.014, frame)
    kind = random.random()
    if kind < 0.35:
        cloth = pick(random, PAINT)
        for edge, way in ((left, 1), (right, -1)):
            for fold in range(4):
                x = edge + way * (fold - 1.5) * 0.025
                canvas.box(
                    x, top - 0.05, x + 0.026, room.bottom - 0.03, shade(cloth, 0.8 + fold % 2 * 0.2)
                )
    elif kind < 0.55:
        for slat in np.arange(top, bottom, 0.025):
            canvas.line((left, slat), (right, slat), 0.009, (214, 212, 204))


def _draw_shelves(canvas: Canvas, random: np.random.Generator, room: _Room) -> None:
    left, right = _span(random, room, 0.25, 0.7)
    top, boards = room.top + random.uniform(0.1, 0.3), int(random.integers(2, 5))
    height = random.uniform(0.1, 0.17)
    timber = pick(random, TIMBER)
    canvas.box(left, top, right, top + boards * height, shade(timber, 0.5))
    for board in range(boards):
        floor = top + (board + 1) * height
        x = left + 0.008
        while x < right - 0.02:
            width, tall = random.uniform(0.012, 0.035), height * random.uniform(0.5, 0.88)
            if random.random() < 0.85:
                canvas.box(x, floor - tall, min(x + width, right), floor, pick(random, BOOK))
            x += width
        canvas.box(left, floor - 0.008, right, floor + 0.004, timber)
    canvas.frame(left, top, right, top + boards * height, 0.012, timber)


def _draw_door(canvas: Canvas, random: np.random.Generator, room: _Room) -> None:
    left, right = _span(random, room, 0.22, 0.36)
    top = room.bottom - random.uniform(0.65, 0.95)
    leaf = pick(random, PAINT if random.random() < 0.6 else TIMBER)
    opening = random.random() < 0.3
    canvas.box(left, top, right, room.bottom, shade(leaf, 0.35) if opening else leaf)
    canvas.frame(left, top, right, room.bottom, 0.022, mix(leaf, (240, 240, 236), 0.5))
    if not opening:
        inset, middle = (right - left) * 0.18, (top + room.bottom) / 2
        for upper, lower in (
            (top + inset, middle - inset / 3),
            (middle + inset / 3, room.bottom - inset),
        ):
            canvas.frame(left + inset, upper, right - inset, lower, 0.008, shade(leaf, 0.82))


def _draw_pictures(canvas: Canvas, random: np.random.Generator, room: _Room) -> None:
    for _ in range(int(random.integers(1, 4))):
        left, right = _span(random, room, 0.08, 0.26)
        top = room.top + random.uniform(0.12, 0.4)
        bottom = top + (right - left) * random.uniform(0.7, 1.4)
        canvas.box(left, top, right, bottom, (228, 224, 214))
        inner = (right - left) * random.uniform(0.0, 0.2)
        horizon = top + (bottom - top) * random.uniform(0.4, 0.7)
        canvas.box(left + inner, top + inner, right - inner, horizon, pick(random, SKY))
        canvas.box(left + inner, horizon, right - inner, bottom - inner, pick(random, GROUND))
        canvas.frame(left, top, right, bottom, 0.012, pick(random, TIMBER))


def _draw_side_wall(canvas: Canvas, random: np.random.Generator, room: _Room) -> None:
    """A door or window in a side wall, in perspective."""
    edge = room.left if random.random() < 0.5 else room.right
    upper = room.top + (room.bottom - room.top) * random.uniform(0.1, 0.3)
    lower = room.bottom if random.random() < 0.5 else room.bottom - 0.3
    far = random.uniform(1.1, 1.6)
    near = far * random.uniform(1.2, 1.8)
    bright = random.random() < 0.6
    colour = shade(pick(random, SKY), 1.15) if bright else pick(random, TIMBER)
    canvas.polygon(room.strip((edge, upper), (edge, lower), near, far), colour)
    for depth in (far, near):
        ends = (room.nearer((edge, upper), depth), room.nearer((edge, lower), depth))
        canvas.line(*ends, 0.014, (226, 222, 214))


def _draw_lamp(canvas: Canvas, random: np.random.Generator, room: _Room) -> None:
    x, y = random.uniform(0.0, 1.0), room.bottom - random.uniform(0.4, 0.7)
    size, lit = random.uniform(0.05, 0.12), random.random() < 0.6
    cloth = pick(random, LAMP if lit else PAINT)
    canvas.line((x, y), (x, room.bottom + 0.1), 0.01, (70, 66, 62))
    canvas.polygon(
        [
            (x - size, y + size),
            (x - size * 0.6, y - size),
            (x + size * 0.6, y - size),
            (x + size, y + size),
        ],
        cloth,
    )


def _draw_ceiling_lights(canvas: Canvas, random: np.random.Generator, room: _Room) -> None:
    for depth in np.linspace(1.3, 3.0, int(random.integers(2, 5))):
        for share in (0.25, 0.75):
            place = room.nearer((room.left + (room.right - room.left) * share, room.top), depth)
            canvas.ellipse(place, (0.02 * depth, 0.008 * depth), pick(random, LAMP))


def _draw_plant(canvas: Canvas, random: np.random.Generator, room: _Room) -> None:
    x, base = random.uniform(0.0, 1.0), room.bottom + random.uniform(-0.05, 0.1)
    size = random.uniform(0.15, 0.35)
    leaves = int(random.integers(8, 20))
    for turn, reach in zip(
        random.uniform(-2.6, -0.5, leaves), random.uniform(0.4, 1.0, leaves), strict=True
    ):
        tip = (x + np.cos(turn) * size * reach * 0.7, base - 0.1 + np.sin(turn) * size * reach)
        middle = ((x + tip[0]) / 2, (base - 0.1 + tip[1]) / 2)
        length = size * reach * 0.5
        canvas.ellipse(
            middle, (length, length * 0.28), pick(random, FOLIAGE), float(np.degrees(turn))
        )
    pot = pick(random, PAINT)
    canvas.polygon(
        [(x - 0.06, base - 0.1), (x + 0.06, base - 0.1), (x + 0.045, base), (x - 0.045, base)], pot
    )


def _draw_seat(canvas: Canvas, random: np.random.Generator, room: _Room) -> None:
    """A sofa, or a desk or cupboard, against the far wall."""
    left, right = _span(random, room, 0.4, 0.9)
    top = room.bottom - random.uniform(0.12, 0.35)
    if random.random() < 0.6:
        cloth = pick(random, CLOTHING)
        canvas.box(left, top, right, room.bottom + 0.08, cloth)
        canvas.box(left - 0.03, top + 0.08, left + 0.05, room.bottom + 0.1, shade(cloth, 0.85))
        canvas.box(right - 0.05, top + 0.08, right + 0.03, room.bottom + 0.1, shade(cloth, 0.85))
        for x in np.linspace(left + 0.1, right - 0.1, 3):
            canvas.ellipse((x, top + 0.07), (0.07, 0.06), pick(random, CLOTHING))
    else:
        timber = pick(random, TIMBER)
        canvas.box(left, top, right, room.bottom + 0.05, timber)
        for x in np.linspace(left, right, int(random.integers(2, 5))):
            canvas.line((x, top), (x, room.bottom + 0.05), 0.006, shade(timber, 0.7))
        canvas.box(left - 0.01, top - 0.012, right + 0.01, top + 0.006, shade(timber, 1.15))


Furnisher = Callable[[Canvas, np.random.Generator, _Room], None]

FURNITURE: tuple[tuple[Furnisher, float], ...] = (
    (_draw_side_wall, 0.4),
    (_draw_window, 0.45),
    (_draw_door, 0.3),
    (_draw_shelves, 0.4),
    (_draw_pictures, 0.45),
    (_draw_ceiling_lights, 0.25),
    (_draw_seat, 0.5),
    (_draw_lamp, 0.3),
    (_draw_plant, 0.35),
)
"""What stands in rooms and how often, from the back to the front."""
