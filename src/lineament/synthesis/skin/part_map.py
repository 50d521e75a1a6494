"""Which part of the face each texel of the skin counts as, in the manner of CelebAMask-HQ.

Outlines are drawn on the fixed texture layout of the ICT-FaceKit head, in the field's own frame:
column and row of a 1024-texel face texture, of its left half (the person's right); the other half
mirrors it. Lips and the middle of the nose follow the mesh authors' landmarks. Brows are drawn per
person, see `brow_shape`.

Conventions that were read off the set: a nose is broad at its bridge, a good half of its width at
the wings, begins flat between the eyes and ends at the lip's side of the nostrils, without the
philtrum; ears are whole; the neck begins at the lower rim of the jaw, so that the underside of the
chin is neck.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import splev, splprep

from lineament.synthesis.parts import Part
from lineament.synthesis.skin.texture_space import SKULL_TILE, TextureSpace

MAP_SIDE = 1024
SHIFT = 4
"""Binary places after the point of outlines handed to OpenCV."""

EAR = (
    *((-40, 318), (20, 315), (58, 314), (88, 318), (103, 336), (111, 370), (114, 400)),
    *((112, 440), (109, 480), (105, 525), (96, 548), (85, 560), (68, 566), (20, 570), (-40, 560)),
)
JAW_RIM = (
    *((-40, 560), (60, 562), (86, 562), (104, 595), (124, 638), (143, 668), (162, 690)),
    *((184, 706), (212, 722), (244, 736), (282, 748), (320, 756), (354, 760), (400, 757)),
    *((450, 751), (511.5, 748)),
)
"""From behind the ear to the middle of the chin; where the surface turns downwards."""

NOSE_SIDE = (
    *((0.0, 3.95), (0.6, 3.95), (0.92, 3.85), (0.96, 3.3), (1.0, 2.6), (1.18, 1.8)),
    *((1.5, 1.1), (1.85, 0.5), (2.02, 0.0), (2.05, -0.4), (1.85, -0.75)),
)
"""Half the outline of the nose seen from the front, from the middle of the bridge to the lower
end of the wing: x away from the middle and y, in centimetres."""

NOSE_BASE = ((443, 473), (480, 478), (511.5, 478))
"""Its lower rim from the wing to the middle, in texels."""

MOUTH_ROW = 576
"""Between the lips, in texels."""

NAPE, NAPE_SLOPE = -2.2, 0.1
"""Height of the border of neck and skull behind the ears, in centimetres, and how much it falls
for each centimetre backwards."""


def part_map(space: TextureSpace) -> NDArray[np.uint8]:
    """Part numbers (2,1024,1024) of a person without brows or hair."""
    parts = np.full((2, MAP_SIDE, MAP_SIDE), Part.SKIN, np.uint8)
    face = parts[0]
    rim = np.concatenate([smooth(JAW_RIM), _mirrored(smooth(JAW_RIM))])
    below = [(MAP_SIDE + 40, MAP_SIDE + 40), (-40, MAP_SIDE + 40)]
    _fill(face, np.concatenate([rim, below]), Part.NECK)
    _fill(face, smooth(EAR), Part.RIGHT_EAR)
    _fill(face, _mirrored(smooth(EAR)), Part.LEFT_EAR)
    _fill(face, nose_outline(space), Part.NOSE)
    lips = lip_outline(space)
    _fill(face, lips, Part.LOWER_LIP)
    upper = face[:MOUTH_ROW]
    upper[upper == Part.LOWER_LIP] = Part.UPPER_LIP
    parts[SKULL_TILE] = _skull_parts(space)
    return parts


def lip_outline(space: TextureSpace) -> NDArray[np.float64]:
    """The vermilion border, columns and rows (N,2) of a 1024-texel map."""
    corners = map_texels(space, space.landmarks[48:60])
    top, bottom = smooth(corners[:7]), smooth(corners[[6, 7, 8, 9, 10, 11, 0]])
    return np.concatenate([top, bottom])


def nose_outline(space: TextureSpace) -> NDArray[np.float64]:
    """Columns and rows (N,2) of a 1024-texel map."""
    side = smooth(NOSE_SIDE, 30)
    right = map_texels(space, space.seen_from_front(side * [-1, 1]))
    half = np.concatenate([right[:-3], smooth(np.array([right[-2], *NOSE_BASE]), 20)])
    return np.concatenate([half, _mirrored(half)])


def map_texels(space: TextureSpace, texels: NDArray[np.floating]) -> NDArray[np.float64]:
    """Columns and rows of a 1024-texel map, of texels of `space`."""
    return (np.asarray(texels, np.float64) + 0.5) * (MAP_SIDE / space.side) - 0.5


def smooth(points: object, count: int = 60) -> NDArray[np.float64]:
    """`count` points on a curve through points (N,2) that does not overshoot much."""
    corners = np.asarray(points, np.float64)
    spline, _ = splprep(corners.T, s=0, k=min(3, len(corners) - 1))
    return np.stack(splev(np.linspace(0, 1, count), spline), axis=1)


def _mirrored(outline: NDArray[np.float64]) -> NDArray[np.float64]:
    return outline[::-1] * [-1, 1] + [MAP_SIDE - 1, 0]


def _fill(parts: NDArray[np.uint8], outline: NDArray[np.floating], part: Part) -> None:
    scaled = np.round(np.asarray(outline) * 2**SHIFT).astype(np.int32)
    cv2.fillPoly(parts, [scaled], int(part), shift=SHIFT)


def _skull_parts(space: TextureSpace) -> NDArray[np.uint8]:
    position = space.position[SKULL_TILE]
    height = position[..., 1] - NAPE + NAPE_SLOPE * np.minimum(position[..., 2] + 1, 0)
    height = cv2.resize(height, (MAP_SIDE, MAP_SIDE), interpolation=cv2.INTER_LINEAR)
    return np.where(height < 0, np.uint8(Part.NECK), np.uint8(Part.SKIN))
