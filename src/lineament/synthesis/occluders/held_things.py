"""What a hand holds in front of a face, in the frame of a right hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lineament.face import ByteArray
from lineament.synthesis.lofts import Points
from lineament.synthesis.material import Colour, Finish, linear
from lineament.synthesis.occluders.cloth_textures import foam, print_page
from lineament.synthesis.occluders.solids import blob, slab, turned

Triple = tuple[float, float, float]

CAMERA_EYE = np.array([[0, 0.6], [0.15, 0.6], [0.15, 0]])
TO_THUMB = np.array([-1.0, 0.0, 0.0])


@dataclass(frozen=True)
class Surface:
    """Rings (R,N,3) of one look. Attributes as of `Material`."""

    stacks: Sequence[Points]
    colour: Colour
    finish: Finish = Finish.PLAIN
    texture: ByteArray | None = None
    specular: float = 0.3
    gloss: float = 40.0


@dataclass(frozen=True)
class Thing:
    """Attributes:
    surfaces: in the frame of the hand.
    anchor: the point that is brought to the face.
    """

    surfaces: Sequence[Surface]
    anchor: Points


@dataclass(frozen=True)
class Hold:
    """How a thing is held; directions in the frame of the head, as in `Gesture`.

    Attributes:
        make: builds the thing from its own random numbers.
        along: where the end of the thing at the thumb looks.
    """

    make: Callable[[np.random.Generator], Thing]
    pose: str
    target: str
    offset: Triple
    along: Triple
    back: Triple
    outwards: Triple
    elbow: Triple
    touch: bool
    share: float


def _bright(random: np.random.Generator) -> Colour:
    grey = random.uniform(0.02, 0.8)
    red, green, blue = grey + random.uniform(0.1, 0.7) * (random.uniform(0.02, 0.8, 3) - grey)
    return float(red), float(green), float(blue)


def _phone(random: np.random.Generator) -> Thing:
    dark = linear(18, 18, 20)
    case = dark if random.random() < 0.5 else _bright(random)
    middle = np.array([-1.5, 8.6, -2.0])
    body = [np.asarray(s)[..., [1, 0, 2]] for s in slab(np.zeros(3), np.array([7.3, 15.0, 0.9]))]
    body = [s[:, ::-1] + middle for s in body]
    eyes = [
        turned(middle + np.array([-6.3, x, 0.45]), np.array([0.0, 0, 1]), CAMERA_EYE, 10)
        for x in (-2.6, -1.1)
    ]
    surfaces = [Surface(body, case, specular=0.4), Surface(eyes, dark, specular=0.8)]
    return Thing(surfaces, middle + np.array([-3.5, 0, -0.45]))


def _microphone(random: np.random.Generator) -> Thing:
    start = np.array([7.0, 8.3, -2.6])
    handle = [[0, 0], [0, 1.0], [13, 1.35], [15, 1.6], [16, 2.2], [16.4, 2.3]]
    radius = random.uniform(2.2, 3.0)
    head = blob(start + TO_THUMB * (16.4 + 0.7 * radius), np.array([1.15, 1, 1]) * radius)
    soft = random.random() < 0.4
    colour = _bright(random) if soft and random.random() < 0.5 else linear(70, 70, 74)
    return Thing(
        [
            Surface([turned(start, TO_THUMB, np.array(handle))], linear(24, 24, 26)),
            Surface([head], colour, texture=foam(), specular=0.05 if soft else 0.6),
        ],
        start + TO_THUMB * (16.4 + 1.7 * radius),
    )


def _cup(random: np.random.Generator) -> Thing:
    radius, tall = random.uniform(3.1, 4.2), random.uniform(8, 13)
    middle = np.array([0.5 * tall, 9.0, -1.5 - radius])
    wall = np.array([[0, 0], [0, 0.8], [0.3, 0.85], [tall, 1], [tall, 0.93], [0.6 * tall, 0.9]])
    wall = wall * [1, radius]
    inside = turned(middle, TO_THUMB, np.array([[0.6 * tall, 0.92 * radius], [0.6 * tall, 0]]))
    surfaces = [
        Surface([turned(middle, TO_THUMB, wall)], _bright(random)),
        Surface([inside], linear(50, 30, 18)),
    ]
    return Thing(surfaces, middle + TO_THUMB * tall + [0, 0.2 * radius, -0.8 * radius])


def _bottle(random: np.random.Generator) -> Thing:
    radius = random.uniform(2.8, 3.4)
    start = np.array([8.0, 8.8, -1.4 - radius])
    outline = [[0, 0], [0, 0.95], [0.4, 1], [11, 1], [14, 0.75], [17, 0.4], [21, 0.38], [21, 0]]
    profile = np.array(outline) * [1, radius]
    glass = linear(*(int(c) for c in random.choice([[40, 70, 40], [80, 45, 20], [190, 205, 215]])))
    label = np.array([[3, 1.01], [9, 1.01]]) * [1, radius]
    surfaces = [
        Surface([turned(start, TO_THUMB, profile)], glass, specular=0.8, gloss=80.0),
        Surface([turned(start, TO_THUMB, label)], _bright(random), specular=0.1),
    ]
    return Thing(surfaces, start + TO_THUMB * 21)


def _food(random: np.random.Generator) -> Thing:
    radius = random.uniform(3.0, 4.2)
    flat = random.random() < 0.5
    middle = np.array([0.0, 10.5, -1.2 - (0.75 if flat else 1.0) * radius])
    colours = ((170, 40, 30), (140, 170, 60), (200, 150, 80), (190, 130, 60), (110, 70, 40))
    colour = linear(*colours[random.integers(len(colours))])
    shape = np.array([1.2, 1.2, 0.75]) if flat else np.array([1.0, 0.95, 1.0])
    surfaces = [Surface([blob(middle, shape * radius)], colour, specular=0.15, gloss=20.0)]
    return Thing(surfaces, middle + shape * radius * [-0.3, 0.5, -0.8])


def _book(random: np.random.Generator) -> Thing:
    thick = random.uniform(0.8, 2.5) if random.random() < 0.6 else 0.1
    size = np.array([random.uniform(13, 19), random.uniform(19, 25), thick])
    turn = -0.45
    corner = np.array([0.5, 8.5, -1.35 - 0.5 * thick])
    upright = np.array(
        [[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1.0]]
    )
    middle = np.array([2.5 - 0.5 * size[0], 0.5 * size[1] - 3.0, 0.0])
    stacks = [(s + middle) @ upright + corner for s in slab(np.zeros(3), size, 0.3)]
    page = print_page(int(random.integers(32)))
    faces = [_flat(size[:2]) + np.array([0, 0, sign * (0.5 * thick + 0.08)]) for sign in (1, -1)]
    faces = [(s + middle) @ upright + corner for s in faces]
    top = (np.array([0.0, 0.5 * size[1], 0]) + middle) @ upright + corner
    surfaces = [
        Surface(stacks, linear(225, 220, 205), specular=0.02),
        Surface(faces, (1.0, 1.0, 1.0), Finish.PICTURE, page, specular=0.05),
    ]
    return Thing(surfaces, top)


def _flat(size: Points) -> Points:
    """A rectangle as a loft: two rings of two points, so that a texture lies on it once."""
    x, y = 0.5 * size
    return np.array([[[-x, -y, 0], [x, -y, 0]], [[-x, y, 0], [x, y, 0]]])


def _camera(random: np.random.Generator) -> Thing:
    dark = linear(22, 22, 24)
    body = slab(np.zeros(3), np.array([8.5, 13.0, 5.0]), 1.0)
    body = [s[..., [0, 2, 1]][:, ::-1] + np.array([-0.5, 6.0, -8.0]) for s in body]
    start = np.array([-0.5, 8.4, -8.5])
    long = random.uniform(3, 9)
    barrel = [
        [0, 3.1],
        [0.4 * long, 3.1],
        [0.42 * long, 3.4],
        [long, 3.4],
        [long, 2.9],
        [long - 1, 2.7],
    ]
    glass = np.array([[long - 1, 2.75], [long - 0.4, 0.0]])
    ahead = np.array([0.0, 1.0, 0.0])
    surfaces = [
        Surface([*body, turned(start, ahead, np.array(barrel))], dark, specular=0.2),
        Surface([turned(start, ahead, glass)], linear(20, 24, 40), specular=1.0, gloss=120.0),
    ]
    return Thing(surfaces, np.array([-0.5, 3.4, -7.0]))


HOLDS = {
    "phone at the ear": Hold(
        *(_phone, "slab grip", "ear", (-0.3, 0.5, 0.0), (0.1, 0.8, -0.5), (-1.0, 0.0, 0.25)),
        *((-1.0, 0.0, 0.15), (-0.3, -1.0, 0.1), True, 1.6),
    ),
    "phone in front": Hold(
        *(_phone, "slab grip", "mouth", (-2.0, 0.5, 11.0), (0.05, 1.0, 0.0), (0.0, 0.05, 1.0)),
        *((0.0, 0.0, 1.0), (-0.9, -0.8, -0.3), False, 1.2),
    ),
    "microphone": Hold(
        *(_microphone, "thin grip", "mouth", (0, -0.6, 1.6), (0.2, 0.6, -0.75), (-0.6, 0.2, 0.8)),
        *((0.0, -0.2, 1.0), (-0.5, -1.0, 0.1), False, 1.8),
    ),
    "cup": Hold(
        *(_cup, "wide grip", "mouth", (0.0, -0.6, 0.2), (0.05, 0.9, -0.45), (-0.75, 0.0, 0.65)),
        *((0.0, -0.1, 1.0), (-0.6, -1.0, 0.0), True, 1.2),
    ),
    "bottle": Hold(
        *(_bottle, "wide grip", "mouth", (0.0, -0.3, 0.4), (0.2, 0.25, -0.95), (-0.7, 0.3, 0.3)),
        *((0.0, -0.1, 1.0), (-0.6, -1.0, 0.1), True, 0.6),
    ),
    "food": Hold(
        *(_food, "wide grip", "mouth", (0.0, -0.4, 0.2), (0.1, 0.75, 0.5), (-0.55, -0.4, 0.75)),
        *((0.0, -0.1, 1.0), (-0.6, -1.0, 0.1), True, 0.8),
    ),
    "book": Hold(
        *(_book, "page grip", "mouth", (0.0, 1.0, 4.5), (0.9, -0.43, 0.0), (0.0, 0.0, -1.0)),
        *((0.0, 0.0, 1.0), (-0.5, -1.0, -0.1), False, 0.8),
    ),
    "camera": Hold(
        *(_camera, "thin grip", "eye", (0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (-1.0, 0.0, 0.0)),
        *((0.0, 0.0, 1.0), (-0.4, -1.0, -0.1), True, 0.9),
    ),
}
