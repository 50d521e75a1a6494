"""Other people far out of focus: clothes, hair and skin as blobs without faces.

They teach a network that what looks like cloth, hair or skin may belong to the background.
"""

from __future__ import annotations

import numpy as np

from lineament.synthesis.background.canvas import Canvas
from lineament.synthesis.background.palette import CLOTHING, HAIR, SKIN, pick, shade


def draw_bystanders(canvas: Canvas, random: np.random.Generator) -> None:
    """Draw one to four people over a scene; they are meant to be blurred afterwards."""
    for _ in range(int(random.integers(1, 5))):
        _draw_person(canvas, random)


def _draw_person(canvas: Canvas, random: np.random.Generator) -> None:
    head = random.uniform(0.05, 0.16)
    x = random.uniform(-0.1, 0.3) if random.random() < 0.5 else random.uniform(0.7, 1.1)
    y = random.uniform(0.1, 0.8)
    cloth, hair, skin = pick(random, CLOTHING), pick(random, HAIR), pick(random, SKIN)
    shoulder, wide = y + head * 1.5, head * random.uniform(1.6, 2.3)
    canvas.polygon(
        [
            (x - wide * 0.45, shoulder - head * 0.25),
            (x + wide * 0.45, shoulder - head * 0.25),
            (x + wide, shoulder + head * 0.5),
            (x + wide * 1.1, 1.2),
            (x - wide * 1.1, 1.2),
            (x - wide, shoulder + head * 0.5),
        ],
        cloth,
    )
    pattern = random.random()
    if pattern < 0.2:
        for stripe in np.arange(shoulder, 1.1, head * 0.4):
            canvas.box(x - wide, stripe, x + wide, stripe + head * 0.15, pick(random, CLOTHING))
    elif pattern < 0.5:
        canvas.box(x - head * 0.3, shoulder, x + head * 0.3, 1.1, pick(random, CLOTHING))
    canvas.box(x - head * 0.35, y, x + head * 0.35, shoulder, shade(skin, 0.8))
    if random.random() < 0.4:
        canvas.ellipse((x, y + head * 0.6), (head * 1.1, head * 1.4), hair)
    canvas.ellipse((x, y), (head * 0.85, head * 1.1), hair)
    if random.random() < 0.6:
        turned = random.normal(0, head * 0.25)
        canvas.ellipse((x + turned, y + head * 0.25), (head * 0.65, head * 0.85), skin)
