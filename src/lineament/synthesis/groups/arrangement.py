"""Where the heads of a picture are, and how large: as people stand, sit and crowd."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lineament.synthesis.groups.group_options import GroupOptions

CROWDED = 1.1
"""Faces' boxes may take this share of the picture's area in all, bodies not counted."""

UPRIGHT_SHARE, UPRIGHT = 0.75, 7.0
"""How many heads are nearly upright, and the standard deviation of their roll in degrees."""

TILTED_SHARE = 0.2
"""How many pictures are taken with a tilted camera, which turns all heads alike."""

TRIES = 5
"""Places that are tried for each head; the one farthest from other heads is taken."""


class Spot(NamedTuple):
    """Attributes:
    x, y: middle of the face's box in pixels.
    side: root of the box's area in pixels.
    roll: degrees, counter-clockwise in the picture.
    """

    x: float
    y: float
    side: float
    roll: float


Places = list[tuple[float, float, float]]
"""x, y and side of each head."""


def arrange(random: np.random.Generator, count: int, options: GroupOptions) -> list[Spot]:
    """Places for `count` heads, the farthest (smallest) first."""
    kinds: list[Callable[[np.random.Generator, int, GroupOptions], Places]]
    kinds = [portrait, standing, scattered] if count <= 2 else [standing, rows, scattered]
    shares = (0.45, 0.35, 0.2) if count <= 2 else (0.45, 0.4, 0.15)
    places = kinds[int(random.choice(3, p=shares))](random, count, options)
    most = options.largest_roll
    tilt = float(random.uniform(-most, most)) if random.random() < TILTED_SHARE else 0.0
    spots = [Spot(x, y, side, _roll(random, tilt, most)) for x, y, side in places]
    return sorted(spots, key=lambda spot: spot.side)


def draw_count(random: np.random.Generator, options: GroupOptions) -> int:
    """How many heads a picture has: log-uniform."""
    low, high = options.heads
    return min(int(low * ((high + 1) / low) ** random.random()), high)


def portrait(random: np.random.Generator, count: int, options: GroupOptions) -> Places:
    """One or two people who look into the camera from close by."""
    low, high = options.sides
    shorter = min(options.width, options.height)
    side = float(np.clip(shorter * random.uniform(0.2, 0.95) / count**0.7, low, high))
    middle = random.uniform(0.38, 0.62) * options.width
    places = []
    for number in range(count):
        off = (number - (count - 1) / 2) * side * random.uniform(1.3, 2.0)
        own = float(np.clip(side * np.exp(random.normal(0, 0.15)), low, high))
        y = options.height * random.uniform(0.3, 0.6)
        places.append((middle + off, y, own))
    return places


def standing(random: np.random.Generator, count: int, options: GroupOptions) -> Places:
    """People on level ground: heads lie along the horizon, higher or lower by their size."""
    horizon = options.height * random.uniform(0.12, 0.65)
    slope = random.uniform(-0.7, 1.4)
    spread = random.uniform(0.1, 0.5)
    places: Places = []
    for side in _sides(random, count, options):
        tries = random.uniform(-0.06, 1.06, TRIES) * options.width
        y = horizon + side * (slope + random.normal(0, spread))
        room = [_room(places, x, y, side) for x in tries]
        places.append((float(tries[int(np.argmax(room))]), float(y), side))
    return places


def scattered(random: np.random.Generator, count: int, options: GroupOptions) -> Places:
    """People on stairs, balconies and slopes, anywhere."""
    places: Places = []
    for side in _sides(random, count, options):
        across = random.uniform(-0.06, 1.06, TRIES) * options.width
        down = random.uniform(0.0, 1.04, TRIES) * options.height
        room = [_room(places, x, y, side) for x, y in zip(across, down, strict=True)]
        best = int(np.argmax(room))
        places.append((float(across[best]), float(down[best]), side))
    return places


def rows(random: np.random.Generator, count: int, options: GroupOptions) -> Places:
    """An audience, a class, a team: rows one behind the other, smaller towards the back."""
    low = options.sides[0]
    side = max(_sides(random, 1, options, among=count)[0], low)
    shrink = random.uniform(0.6, 0.96)
    gap, rise = random.uniform(1.15, 2.4), random.uniform(0.75, 1.5)
    y = options.height * random.uniform(0.55, 0.95) - side * random.uniform(0, 0.8)
    straying = random.uniform(0.02, 0.3)
    places: Places = []
    while len(places) < count:
        step = gap * side
        first = random.uniform(-0.5, 0.5) * step
        across = np.arange(first, options.width + 0.3 * side, step)
        if not len(across):
            across = np.array([options.width * random.uniform(0.2, 0.8)])
        room = len(across) - (count - len(places))
        start = int(random.integers(room + 1)) if room > 0 else 0
        for x in across[start : start + count - len(places)]:
            own = max(side * float(np.exp(random.normal(0, 0.05))), low)
            stray = random.normal(0, straying, 2) * side
            places.append((float(x + stray[0]), float(y + stray[1]), min(own, options.sides[1])))
        side = max(side * shrink, low)
        y -= rise * side
    return places


def _sides(
    random: np.random.Generator, count: int, options: GroupOptions, among: int = 0
) -> list[float]:
    """Sides of `count` heads, largest first, that leave room for `among` of them."""
    low, high = options.sides
    fair = (CROWDED * options.width * options.height / max(count, among)) ** 0.5
    high = max(min(high, fair), low)
    return sorted((low * (high / low) ** random.random(count)).tolist(), reverse=True)


def _room(places: Places, x: float, y: float, side: float) -> float:
    """Distance to the nearest other head, in units of both sides' mean."""
    gaps = [
        float(np.hypot(x - other_x, y - other_y)) / (side + other)
        for other_x, other_y, other in places
    ]
    return min(gaps, default=1.0)


def _roll(random: np.random.Generator, tilt: float, most: float) -> float:
    if random.random() < UPRIGHT_SHARE:
        return float(np.clip(tilt + random.normal(0, UPRIGHT), -most, most))
    return float(random.uniform(-most, most))
