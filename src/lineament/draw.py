"""Faces drawn over a photo: boxes, scores, points, parts, how heads turn, attributes in words."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.draw_parts import draw_parts
from lineament.errors import ImageError
from lineament.face import Box, ByteArray, Face, FaceAttributes, FloatArray, HeadPose, Landmarks

Colour = tuple[int, int, int]

IBUG_68: tuple[tuple[str, int, int, bool], ...] = (
    ("jaw", 0, 17, False),
    ("right brow", 17, 22, False),
    ("left brow", 22, 27, False),
    ("nose bridge", 27, 31, False),
    ("nose base", 31, 36, False),
    ("right eye", 36, 42, True),
    ("left eye", 42, 48, True),
    ("outer lips", 48, 60, True),
    ("inner lips", 60, 68, True),
)
"""Name, first point, point behind the last, and whether the line closes, of each 300-W group."""

BOX: Colour = (255, 214, 10)
LINE: Colour = (90, 235, 255)
DOT: Colour = (255, 255, 255)
FIVE: Colour = (255, 92, 138)
SHADE: Colour = (16, 18, 24)
WORDS: Colour = (236, 238, 242)

AXES: tuple[Colour, Colour, Colour] = ((255, 84, 84), (96, 224, 96), (104, 156, 255))
"""Of the head's own axes: to the person's left, up, and forward out of the face."""

AXIS_LENGTH = 0.4
"""Of an axis that lies in the plane of the picture, in sides of the box."""

RIM_STRENGTH = 0.55
FACE_PER_STROKE = 150.0
SMALLEST_LABELLED = 36.0
SMALLEST_RIMMED = 64.0
SMALLEST_DOTTED = 200.0
SMALLEST_DESCRIBED = 64.0

_SHIFT = 4
_FONT = cv2.FONT_HERSHEY_DUPLEX
_FAR = 1e6


def draw_faces(image: ByteArray, faces: Sequence[Face], *, axes: bool = False) -> ByteArray:
    """A copy of a photo with its faces drawn over it.

    Strokes are anti-aliased and as wide as the face asks for, with a dark rim that keeps them
    readable on light skin and sky. Landmarks of the scheme `ibug-68` are joined to the usual
    groups, with a dot on each point where the face is large enough to hold them; those of
    another scheme are dots. A box narrower than 36 pixels gets no score; a face of a video has
    the number of its track before the score. Attributes stand in words beside a box of 64 pixels
    or more, under the face's title where there are several: below the box where there is room,
    otherwise at its right or left, otherwise over its lower edge. Parts lie as tints of their
    scheme's palette under all strokes; where faces overlap, those of the first one on top.

    Args:
        image: (H,W,3) uint8 RGB.
        faces: in pixels of the photo.
        axes: draw the axes of each head whose pose is known, from its landmarks or else from
            its attributes, from the middle of its box: red to the person's left, green up, blue
            forward.

    Returns:
        (H,W,3) uint8 RGB, C-contiguous.

    Raises:
        ImageError: the image has another shape or type.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ImageError(
            f"cannot draw on {image.dtype} of shape {image.shape}, expected uint8 (H, W, 3)"
        )
    canvas = np.array(image, dtype=np.uint8, order="C")
    if not faces or not image.size:
        return canvas
    for face in reversed(faces):
        if face.parts is not None:
            draw_parts(canvas, face.parts)
    shaded = canvas.copy()
    for face in faces:
        _draw_face(shaded, face, rim=True)
    cv2.addWeighted(shaded, RIM_STRENGTH, canvas, 1 - RIM_STRENGTH, 0, dst=canvas)
    for face in faces:
        _draw_face(canvas, face, rim=False)
    for face, title in zip(faces, face_titles(faces), strict=True):
        pose = face.pose or (face.attributes.pose if face.attributes else None)
        if axes and pose is not None:
            _draw_axes(canvas, face.box, pose)
        if face.attributes is not None:
            _draw_attributes(canvas, face.box, face.attributes, title)
        _draw_score(canvas, face)
    return canvas


def face_titles(faces: Sequence[Face]) -> list[str]:
    """What each face of one photo is called where its attributes stand: the number of its track,
    or its place in the data, from 0; empty for the only face of a photo."""
    return [
        f"#{face.track}" if face.track is not None else f"face {place}" if len(faces) > 1 else ""
        for place, face in enumerate(faces)
    ]


def _side(box: Box) -> float:
    return float(np.sqrt(box.width * box.height))


def _stroke(box: Box) -> int:
    return int(np.clip(round(_side(box) / FACE_PER_STROKE), 1, 24))


def _rim(box: Box) -> int:
    """Pixels by which the dark rim reaches out on both sides together."""
    return 2 * max(1, _stroke(box) // 2)


def _fixed(points: FloatArray) -> NDArray[np.int32]:
    """Points as OpenCV's fixed-point numbers with `_SHIFT` fractional bits."""
    return np.rint(np.clip(points, -_FAR, _FAR) * (1 << _SHIFT)).astype(np.int32)


def _lines(
    canvas: ByteArray, paths: Sequence[tuple[FloatArray, bool]], colour: Colour, width: int
) -> None:
    for points, closed in paths:
        cv2.polylines(canvas, [_fixed(points)], closed, colour, width, cv2.LINE_AA, _SHIFT)


def _dots(canvas: ByteArray, points: FloatArray, radius: float, colour: Colour) -> None:
    for x, y in _fixed(points):
        centre = (int(x), int(y))
        size = round(radius * (1 << _SHIFT))
        cv2.circle(canvas, centre, size, colour, cv2.FILLED, cv2.LINE_AA, _SHIFT)


def _inside(canvas: ByteArray, box: Box) -> tuple[float, float, float, float]:
    """The box's corners, moved in where it reaches over the border of the photo."""
    height, width = canvas.shape[:2]
    margin = _stroke(box) / 2
    right, bottom = max(width - 1 - margin, 0), max(height - 1 - margin, 0)
    left, top = min(margin, right), min(margin, bottom)
    x1, x2 = np.clip((box.x1, box.x2), left, right)
    y1, y2 = np.clip((box.y1, box.y2), top, bottom)
    return float(x1), float(y1), float(x2), float(y2)


def _draw_face(canvas: ByteArray, face: Face, *, rim: bool) -> None:
    """The strokes of one face, or the dark rims that lie under them."""
    more = _rim(face.box) if rim else 0
    stroke = _stroke(face.box) + more
    x1, y1, x2, y2 = _inside(canvas, face.box)
    corners = np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], dtype=np.float32)
    _lines(canvas, [(corners, True)], SHADE if rim else BOX, stroke)
    side = _side(face.box)
    small = side < SMALLEST_RIMMED
    if rim and small:
        return
    if face.landmarks is not None:
        _draw_landmarks(canvas, face.landmarks, stroke, side, rim=rim)
    radius = min(side / 40, 1.0) if small else 1.3 * _stroke(face.box) + 0.9
    _dots(canvas, face.five_points, radius + more / 2, SHADE if rim else FIVE)


def _draw_landmarks(
    canvas: ByteArray, landmarks: Landmarks, stroke: int, side: float, *, rim: bool
) -> None:
    points = landmarks.points
    joined = landmarks.scheme == "ibug-68" and len(points) == 68
    if joined:
        paths = [(points[start:stop], closed) for _, start, stop, closed in IBUG_68]
        _lines(canvas, paths, SHADE if rim else LINE, stroke)
    if not joined or side >= SMALLEST_DOTTED:
        _dots(canvas, points, 0.5 * stroke + 0.7, SHADE if rim else DOT)


def _draw_axes(canvas: ByteArray, box: Box, pose: HeadPose) -> None:
    """The axes of a head, those that point away from the viewer first."""
    middle = np.array(box.centre)
    towards = pose.rotation[2]
    ends = middle + AXIS_LENGTH * _side(box) * pose.rotation[:2].T * np.array([1, -1])
    for axis in np.argsort(towards):
        path = np.stack([middle, ends[axis]]).astype(np.float32)
        _lines(canvas, [(path, False)], SHADE, 2 * _stroke(box) + _rim(box))
        _lines(canvas, [(path, False)], AXES[axis], 2 * _stroke(box))


def _draw_score(canvas: ByteArray, face: Face) -> None:
    if face.box.width < SMALLEST_LABELLED:
        return
    number = "" if face.track is None else f"#{face.track} "
    text = f"{number}{face.score:.2f}"
    scale = float(np.clip(_side(face.box) / 420, 0.34, 3.0))
    weight = max(1, round(scale * 1.2))
    (text_width, text_height), _ = cv2.getTextSize(text, _FONT, scale, weight)
    pad = max(2, round(text_height * 0.45))
    x1, y1, _, _ = _inside(canvas, face.box)
    edge = (_stroke(face.box) + _rim(face.box)) // 2
    left = round(np.clip(x1 - edge, 0, max(canvas.shape[1] - text_width - 2 * pad, 0)))
    top = round(y1 - edge - text_height - 2 * pad)
    if top < 0:
        top = round(y1 + edge)
    bottom, right = top + text_height + 2 * pad, left + text_width + 2 * pad
    cv2.rectangle(canvas, (left, top), (right, bottom), SHADE, cv2.FILLED)
    place = (left + pad, bottom - pad)
    cv2.putText(canvas, text, place, _FONT, scale, BOX, weight, cv2.LINE_AA)


def _draw_attributes(canvas: ByteArray, box: Box, attributes: FaceAttributes, title: str) -> None:
    """One line for each choice on a dark plate beside the box, below the title if there is one."""
    phrases = attributes.phrases()
    lines = [title, *phrases] if title else phrases
    if not phrases or box.width < SMALLEST_DESCRIBED:
        return
    seen = min(_side(box), *canvas.shape[:2])
    scale = float(np.clip(seen / 560, 0.32, 2.2))
    weight = max(1, round(scale * 1.2))
    sizes = [cv2.getTextSize(line, _FONT, scale, weight)[0] for line in lines]
    text_width = max(width for width, _ in sizes)
    text_height = max(height for _, height in sizes)
    pad = max(2, round(text_height * 0.45))
    step = round(text_height * 1.6)
    width, height = text_width + 2 * pad, step * (len(lines) - 1) + text_height + 2 * pad
    left, top = _beside(canvas, box, width, height)
    cv2.rectangle(canvas, (left, top), (left + width, top + height), SHADE, cv2.FILLED)
    for number, line in enumerate(lines):
        place = (left + pad, top + pad + text_height + step * number)
        colour = BOX if title and number == 0 else WORDS
        cv2.putText(canvas, line, place, _FONT, scale, colour, weight, cv2.LINE_AA)


def _beside(canvas: ByteArray, box: Box, width: int, height: int) -> tuple[int, int]:
    """Left and top of a plate: below the box, else at its right, else at its left, else over its
    lower edge."""
    rows, columns = canvas.shape[:2]
    x1, y1, x2, y2 = _inside(canvas, box)
    gap = (_stroke(box) + _rim(box)) // 2 + 1
    left = round(np.clip(x1 - gap, 0, max(columns - width, 0)))
    top = round(np.clip(y1 - gap, 0, max(rows - height, 0)))
    if y2 + gap + height <= rows:
        return left, round(y2 + gap)
    if x2 + gap + width <= columns:
        return round(x2 + gap), top
    if x1 - gap - width >= 0:
        return round(x1 - gap - width), top
    return left, max(rows - height, 0)
