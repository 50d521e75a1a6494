"""The labels of a rendering drawn over it: parts as colours, points as dots and rings."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.face import ByteArray
from lineament.synthesis.parts import FILE_NAMES, Part
from lineament.synthesis.rendering import Rendering

COLOURS: dict[Part, tuple[int, int, int]] = {
    Part.SKIN: (255, 205, 148),
    Part.NOSE: (255, 150, 60),
    Part.EYE_GLASSES: (0, 200, 255),
    Part.LEFT_EYE: (60, 90, 255),
    Part.RIGHT_EYE: (0, 0, 190),
    Part.LEFT_BROW: (170, 110, 60),
    Part.RIGHT_BROW: (110, 60, 20),
    Part.LEFT_EAR: (255, 120, 190),
    Part.RIGHT_EAR: (200, 50, 130),
    Part.MOUTH: (120, 0, 20),
    Part.UPPER_LIP: (255, 60, 60),
    Part.LOWER_LIP: (200, 20, 60),
    Part.HAIR: (150, 70, 220),
    Part.HAT: (250, 240, 60),
    Part.EARRING: (255, 255, 255),
    Part.NECKLACE: (180, 255, 255),
    Part.NECK: (190, 220, 120),
    Part.CLOTH: (40, 170, 90),
}
"""RGB of each part; the background stays as it is."""

SEEN, HIDDEN, RIM = (255, 255, 255), (255, 230, 0), (20, 20, 28)
"""RGB of points that are seen (filled) and hidden (hollow), and of the dark rim of both."""

STRENGTH = 0.55
SMALLEST = 256
"""Pixels of a side below which a picture is enlarged by a whole factor before it is drawn on."""

_SHIFT = 4


def enlargement(size: int) -> int:
    """The whole factor by which a picture of `size` pixels is enlarged to be looked at."""
    return max(1, -(-SMALLEST // size))


def enlarged(picture: ByteArray, factor: int) -> ByteArray:
    """Each pixel as a square of `factor` pixels."""
    return np.asarray(picture.repeat(factor, axis=0).repeat(factor, axis=1), dtype=np.uint8)


def draw_labels(rendering: Rendering) -> ByteArray:
    """(F*S,F*S,3) uint8 RGB: the picture enlarged F times, see `enlargement`, with its labels.

    Points that are seen are filled, hidden ones hollow.
    """
    factor = enlargement(rendering.size)
    image, mask = enlarged(rendering.image, factor), enlarged(rendering.mask, factor)
    palette = np.zeros((256, 3), np.float32)
    palette[list(COLOURS)] = list(COLOURS.values())
    blend = np.where(mask[..., None] > 0, STRENGTH, 0.0)
    mixed = np.rint(image * (1 - blend) + palette[mask] * blend)
    canvas: ByteArray = mixed.astype(np.uint8)
    points = (rendering.points68 + 0.5) * factor - 0.5
    radius = canvas.shape[0] / 150
    for (x, y), seen in zip(points, rendering.visible68, strict=True):
        _dot(canvas, float(x), float(y), radius, seen=bool(seen))
    return canvas


def draw_legend(width: int) -> ByteArray:
    """(H,width,3) uint8 RGB: name and colour of each part, and the two kinds of points."""
    row, entry = 26, 104
    columns = max(1, width // entry)
    names = [*((FILE_NAMES[part], colour) for part, colour in COLOURS.items())]
    count = len(names) + 2
    canvas = np.full((row * -(-count // columns) + 8, width, 3), RIM, np.uint8)
    for place in range(count):
        left, top = place % columns * entry + 8, place // columns * row + 8
        if place < len(names):
            name, colour = names[place]
            cv2.rectangle(canvas, (left, top), (left + 14, top + 14), colour, cv2.FILLED)
        else:
            name = "seen" if place == len(names) else "hidden"
            _dot(canvas, left + 7.0, top + 7.0, 4.0, seen=name == "seen")
        write_words(canvas, name, left + 22, top + 12)
    return canvas


def write_words(canvas: ByteArray, words: str, left: int, baseline: int) -> None:
    """Small light text, in place."""
    font, light = cv2.FONT_HERSHEY_SIMPLEX, (235, 235, 240)
    cv2.putText(canvas, words, (left, baseline), font, 0.42, light, 1, cv2.LINE_AA)


def _dot(canvas: ByteArray, x: float, y: float, radius: float, *, seen: bool) -> None:
    scale = 1 << _SHIFT
    centre = (round(x * scale), round(y * scale))
    if seen:
        rim = round((radius + 0.8) * scale)
        cv2.circle(canvas, centre, rim, RIM, cv2.FILLED, cv2.LINE_AA, _SHIFT)
        cv2.circle(canvas, centre, round(radius * scale), SEEN, cv2.FILLED, cv2.LINE_AA, _SHIFT)
    else:
        ring = round((radius + 1.6) * scale)
        cv2.circle(canvas, centre, ring, RIM, 2, cv2.LINE_AA, _SHIFT)
        cv2.circle(canvas, centre, ring, HIDDEN, 1, cv2.LINE_AA, _SHIFT)
