"""Things between the head and the viewer: leaves, bars, another person at the border."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.synthesis.camera import HEAD_MIDDLE, Camera
from lineament.synthesis.lofts import Points, joined_lofts
from lineament.synthesis.material import Finish, Layer, Material, linear
from lineament.synthesis.mesh import make_mesh
from lineament.synthesis.occluders.cloth_textures import leaf, weave
from lineament.synthesis.occluders.solids import Stacks, blob
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import PosedHead

FROM_THE_FRONT = Camera(0.0, 0.0, 0.0, 90.0, 1.8, (0.0, 0.0))
"""Where the viewer is taken to be if no camera is given."""

HAIR = (linear(22, 18, 17), linear(42, 30, 24), linear(102, 74, 49), linear(62, 44, 32))
BAR_COLOURS = (linear(40, 40, 42), linear(120, 85, 55), linear(220, 218, 212), linear(90, 95, 100))


@dataclass(frozen=True)
class Sight:
    """Between viewer and face.

    Attributes:
        camera: of the scene.
        middle: (3,) the face's middle in the frame of the camera.
        half: centimetres from the middle to the border of the picture, at the face.
    """

    camera: Camera
    middle: Points
    half: float

    def at(self, points: Points, near: float) -> Points:
        """Points (...,3) in the frame of the head.

        Args:
            points: x, y in units of half the picture's side, z in centimetres towards the viewer.
            near: how far from the face towards the viewer they lie, as a share of the way.
        """
        share = 1 - near
        placed = np.empty_like(points, dtype=np.float64)
        placed[..., :2] = (self.middle[:2] + points[..., :2] * self.half) * share
        placed[..., 2] = self.middle[2] * share + points[..., 2]
        placed[..., 2] += self.camera.distance
        return np.asarray(placed @ self.camera.rotation + HEAD_MIDDLE, dtype=np.float32)


def sight_of(posed: PosedHead, camera: Camera | None) -> Sight:
    """How the camera of the scene sees the face."""
    camera = camera or FROM_THE_FRONT
    viewed = camera.view(posed.landmarks)
    span = float((viewed.max(axis=0) - viewed.min(axis=0))[:2].max())
    middle = (viewed.max(axis=0) + viewed.min(axis=0)) / 2
    return Sight(camera, middle, 0.5 * camera.margin * span)


def leaves_layers(seed: int, sight: Sight) -> list[Layer]:
    """A twig with soft leaves that comes in from the border."""
    random = np.random.default_rng([seed, 33])
    near = float(random.uniform(0.3, 0.55))
    angle = random.uniform(0, 2 * np.pi)
    root = 1.25 * np.array([np.cos(angle), np.sin(angle)])
    count = int(random.integers(4, 10))
    green = random.random() < 0.75
    colour = np.array(linear(70, 110, 45) if green else linear(180, 110, 60))
    colour = np.clip(colour * np.exp(random.normal(0, 0.3, 3)), 0, 1)
    vertices, square = [], np.array([[-0.5, 0], [0.5, 0], [0.5, 1], [-0.5, 1]])
    for _ in range(count):
        start = root * random.uniform(0.45, 1) + random.normal(0, 0.25, 2)
        turn = angle + np.pi + random.normal(0, 0.8)
        ahead = np.array([np.cos(turn), np.sin(turn)])
        size = random.uniform(0.35, 0.8)
        flat = start + size * (square[:, 1:] * ahead + square[:, :1] * [-ahead[1], ahead[0]])
        bend = random.normal(0, 1.5, 4)
        vertices.append(np.column_stack([flat, bend]))
    corner = 4 * np.arange(count)[:, None, None]
    triangles = (corner + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * 0.998 + 0.001
    texcoords = uv[triangles % 4]
    material = Material(
        *(Finish.PLAIN, Part.BACKGROUND, (float(colour[0]), float(colour[1]), float(colour[2]))),
        texture=leaf(int(random.integers(8))),
        two_sided=True,
        wrap=0.4,
    )
    mesh = make_mesh(sight.at(np.concatenate(vertices), near), triangles, texcoords)
    return [Layer(mesh, material)]


def bars_layers(seed: int, sight: Sight) -> list[Layer]:
    """One to three bars or the frame of a window, across the picture."""
    random = np.random.default_rng([seed, 34])
    near = float(random.uniform(0.2, 0.5))
    slant = random.normal(0, 0.1) + (np.pi / 2 if random.random() < 0.3 else 0)
    along = np.array([np.sin(slant), np.cos(slant)])
    stacks: Stacks = []
    drawn = np.sort(random.uniform(-0.9, 0.9, random.integers(1, 4)))
    width = random.uniform(0.06, 0.2)
    places = [float(p) for p in drawn if abs(p) > 0.12]
    if random.random() < 0.3:
        places.append(0.0)
        width = 0.05
    for place in places:
        middle = place * np.array([along[1], -along[0]])
        half = 2.6 * along
        side = 0.5 * width * np.array([along[1], -along[0]])
        ends = np.array([middle - half, middle + half])
        ring = np.array([[1, 1.0], [-1, 1.0], [-1, -1.0], [1, -1.0]])
        flat = ends[:, None] + ring[None, :, :1] * side
        depth = np.broadcast_to(ring[None, :, 1:] * width * 4, (2, 4, 1))
        stacks.append(sight.at(np.concatenate([flat, depth], axis=2), near))
    if not stacks:
        return []
    colour = BAR_COLOURS[random.integers(len(BAR_COLOURS))]
    return [
        Layer(
            joined_lofts(stacks),
            Material(Finish.PLAIN, Part.BACKGROUND, colour, two_sided=True, specular=0.1),
        )
    ]


def neighbour_layers(seed: int, sight: Sight) -> list[Layer]:
    """Back of a head and shoulder of somebody who stands at the border, nearer to the viewer."""
    random = np.random.default_rng([seed, 35])
    near = float(random.uniform(0.12, 0.35))
    sign = random.choice([-1.0, 1.0])
    x = sign * random.uniform(0.95, 1.3)
    y = random.uniform(-1.1, -0.1)
    unit = 11.0 / sight.half
    size = unit * random.uniform(0.85, 1.1)
    middle = np.array([x, y, 0])
    head = blob(middle, np.array([0.78 * size, size, 8.0]))
    body = blob(middle - [0, 2.05 * size, 0], np.array([2.0 * size, 1.1 * size, 9.0]))
    neck = blob(middle - [0, 0.95 * size, 0], np.array([0.5 * size, 0.6 * size, 5.0]))
    hair = HAIR[random.integers(len(HAIR))]
    red, green, blue = random.uniform(0.02, 0.5) * random.uniform(0.4, 1.2, 3)
    return [
        Layer(
            joined_lofts([sight.at(stack, near) for stack in stacks]),
            Material(finish, Part.BACKGROUND, colour, texture, specular, 20.0, two_sided=True),
        )
        for stacks, finish, colour, texture, specular in (
            ([head, neck], Finish.HAIR, hair, None, 0.25),
            ([body], Finish.PLAIN, (float(red), float(green), float(blue)), weave(seed % 32), 0.02),
        )
    ]
