"""Cloth as texture: woven reliefs, printed or woven patterns, and colours that people wear."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray
from lineament.synthesis.clothes.patch import Reals
from lineament.synthesis.material import Colour, Finish, Material, linear
from lineament.synthesis.parts import Part

SIDE = 128
BANK_SEED = 20

COLOURS = {
    "black": ((24, 24, 26), 0.17),
    "charcoal": ((58, 58, 62), 0.08),
    "grey": ((128, 128, 130), 0.08),
    "silver": ((186, 188, 192), 0.03),
    "white": ((236, 235, 232), 0.14),
    "cream": ((226, 214, 190), 0.05),
    "beige": ((190, 166, 134), 0.04),
    "brown": ((96, 66, 46), 0.05),
    "navy": ((30, 38, 66), 0.09),
    "blue": ((44, 84, 158), 0.05),
    "pale blue": ((156, 186, 218), 0.05),
    "teal": ((30, 110, 116), 0.02),
    "green": ((44, 104, 62), 0.03),
    "olive": ((98, 100, 62), 0.03),
    "red": ((184, 34, 38), 0.05),
    "burgundy": ((98, 28, 44), 0.03),
    "pink": ((222, 150, 172), 0.03),
    "purple": ((102, 62, 130), 0.02),
    "orange": ((222, 116, 44), 0.02),
    "yellow": ((230, 196, 72), 0.02),
}
"""Gamma-encoded colours and how often each is worn."""

PATTERNS = {
    "plain": 0.6,
    "stripes": 0.08,
    "thin stripes": 0.05,
    "pinstripes": 0.02,
    "gingham": 0.04,
    "tartan": 0.05,
    "dots": 0.03,
    "flowers": 0.05,
    "camouflage": 0.02,
    "leopard": 0.01,
    "herringbone": 0.02,
    "marl": 0.03,
}
RELIEFS = (
    *("weave", "twill", "knit", "rib", "fleece", "leather", "satin", "quilt", "straw", "lace"),
    *("plastic", "metal"),
)
GLOSSY = {
    "leather": (0.3, 25.0),
    "satin": (0.22, 14.0),
    "quilt": (0.12, 12.0),
    "plastic": (0.5, 60.0),
    "metal": (0.9, 30.0),
}
"""Strength and sharpness of the highlight of what is not dull."""


@dataclass(frozen=True)
class Fabric:
    """Attributes:
    relief: one of `RELIEFS`, plastic and metal among them. pattern: one of `PATTERNS`.
    colours: up to four, linear RGB; the first covers most.
    period: centimetres after which the texture repeats.
    """

    relief: str
    pattern: str
    colours: tuple[Colour, ...]
    period: float


def sample_colour(random: np.random.Generator) -> Colour:
    """A colour that people wear, linear RGB, a little off."""
    shares = np.array([share for _, share in COLOURS.values()])
    rgb = list(COLOURS.values())[random.choice(len(shares), p=shares / shares.sum())][0]
    noisy = np.array(linear(*rgb)) * np.exp(random.normal(0, 0.14, 3)) * random.uniform(0.7, 1.25)
    red, green, blue = np.clip(noisy, 0.004, 0.86)
    return float(red), float(green), float(blue)


def sample_sober(random: np.random.Generator) -> Colour:
    """A dark or grey colour, as of a suit."""
    grey, tint = np.exp(random.uniform(np.log(0.006), np.log(0.22))), random.normal(0, 0.15)
    return float(grey * np.exp(-0.6 * tint)), float(grey), float(grey * np.exp(tint))


def sample_fabric(
    random: np.random.Generator, reliefs: tuple[str, ...] = ("weave",), *, plain: float = 0.0
) -> Fabric:
    """Draw a fabric of one of some reliefs; `plain` is the share that has no pattern for sure."""
    shares = np.array(list(PATTERNS.values()))
    pattern = list(PATTERNS)[random.choice(len(shares), p=shares / shares.sum())]
    if random.random() < plain:
        pattern = "plain"
    return Fabric(
        relief=reliefs[random.integers(len(reliefs))],
        pattern=pattern,
        colours=tuple(sample_colour(random) for _ in range(4)),
        period=float(np.exp(random.uniform(np.log(5.0), np.log(15.0)))),
    )


def dyed(fabric: Fabric, *colours: Colour) -> Fabric:
    """The same fabric without a pattern, in other colours."""
    return replace(fabric, colours=colours, pattern="plain")


class FabricBank:
    """Reliefs and patterns, drawn once; every texture is (128,128) and repeats."""

    def __init__(self) -> None:
        random = np.random.default_rng(BANK_SEED)
        noise = [_noise(random, cells) for cells in (4, 8, 16, 32, 64)]
        self._reliefs = {name: _relief(name, noise) for name in RELIEFS}
        self._greys = {name: _grey(name, relief) for name, relief in self._reliefs.items()}
        self._patterns = {name: _pattern(name, noise, random) for name in PATTERNS}

    def material(self, fabric: Fabric, part: Part, *, two_sided: bool = False) -> Material:
        """How a fabric looks; its texture runs over 0 to 1 in u and v per `period`."""
        specular, gloss = GLOSSY.get(fabric.relief, (0.015, 6.0))
        look = Material(
            Finish.PLAIN,
            part,
            fabric.colours[0],
            self._greys[fabric.relief],
            specular=specular,
            gloss=gloss,
            two_sided=two_sided,
            wrap=0.15,
        )
        if fabric.pattern == "plain" or len(fabric.colours) < 4:
            return look
        ink = np.array(fabric.colours) ** (1 / 2.2) * 255
        picture = ink[self._patterns[fabric.pattern]] * self._reliefs[fabric.relief][..., None]
        texture = np.full((SIDE, SIDE, 4), 255, np.uint8)
        texture[..., :3] = np.clip(picture, 0, 255)
        texture[..., 3] = self._greys[fabric.relief][..., 3]
        return replace(look, finish=Finish.PICTURE, colour=(1.0, 1.0, 1.0), texture=texture)


def _noise(random: np.random.Generator, cells: int) -> Reals:
    """(128,128) smooth noise that repeats, mean 0, deviation 1."""
    coarse = random.standard_normal((cells, cells)).astype(np.float32)
    tiled = np.tile(coarse, (3, 3))
    fine = cv2.resize(tiled, (3 * SIDE, 3 * SIDE), interpolation=cv2.INTER_CUBIC)
    fine = fine[SIDE : 2 * SIDE, SIDE : 2 * SIDE]
    return np.asarray((fine - fine.mean()) / fine.std())


def _relief(name: str, noise: list[Reals]) -> Reals:
    """(128,128) float32 by how much the light of each texel differs, about 1."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32) * np.float32(2 * np.pi / SIDE)
    cloudy = 1 + 0.012 * noise[1] + 0.012 * noise[2]
    if name in ("plastic", "metal"):
        return np.ones((SIDE, SIDE), np.float32)
    if name == "twill":
        shade = 1 + 0.08 * np.sin(16 * (x + y)) + 0.07 * noise[4] + 0.05 * noise[3]
    elif name == "knit":
        shade = 0.95 + 0.16 * np.sin(16 * y + 1.6 * np.abs(np.sin(8 * x))) * np.abs(np.sin(8 * x))
        shade -= 0.12 * (np.abs(np.sin(8 * x)) < 0.25)
    elif name == "rib":
        shade = 0.9 + 0.2 * np.sin(8 * x) + 0.04 * noise[4]
    elif name == "fleece":
        shade = 1 + 0.13 * noise[3] + 0.12 * noise[4]
    elif name == "leather":
        shade = 1 + 0.08 * noise[2] - 0.12 * (np.abs(noise[2]) < 0.08) + 0.05 * noise[4]
    elif name == "quilt":
        seam = np.minimum(np.abs(np.sin(x + y)), np.abs(np.sin(x - y)))
        shade = 0.8 + 0.28 * np.sqrt(seam) - 0.2 * (seam < 0.06)
    elif name == "straw":
        shade = 0.95 + 0.17 * np.sin(16 * x) * np.sin(16 * y) + 0.12 * noise[4]
    elif name == "lace":
        shade = 1 + 0.1 * noise[4]
    elif name == "satin":
        shade = 1 + 0.03 * noise[1]
    else:
        shade = 1 + 0.045 * noise[4]
    return np.asarray(np.clip(shade * cloudy, 0.3, 1.6), dtype=np.float32)


def _grey(name: str, relief: Reals) -> ByteArray:
    """The relief as a texture for `Finish.PLAIN`; lace has holes."""
    texture = np.full((SIDE, SIDE, 4), 255, np.uint8)
    texture[..., :3] = np.clip(128 * relief, 0, 255)[..., None]
    if name == "lace":
        y, x = np.mgrid[:SIDE, :SIDE] * (2 * np.pi / SIDE)
        petal = np.cos(5 * np.arctan2(np.sin(2 * x), np.sin(2 * y)))
        flower = np.hypot(np.sin(2 * x), np.sin(2 * y)) < 0.62 + 0.25 * petal
        net = np.minimum(np.abs(np.sin(16 * (x + y))), np.abs(np.sin(16 * (x - y)))) < 0.35
        texture[..., 3] = np.where(flower | net, 255, 0)
    return texture


def _pattern(name: str, noise: list[Reals], random: np.random.Generator) -> NDArray[np.uint8]:
    """(128,128) uint8 which of four colours each texel has."""
    y, x = np.mgrid[:SIDE, :SIDE]
    map_ = np.zeros((SIDE, SIDE), np.uint8)
    if name == "stripes":
        map_[(y // 16) % 2 == 1] = 1
    elif name == "thin stripes":
        map_[y % 16 < 4] = 1
    elif name == "pinstripes":
        map_[x % 32 < 2] = 2
    elif name == "gingham":
        map_ = ((x // 16) % 2 + (y // 16) % 2).astype(np.uint8)
    elif name == "tartan":
        for axis, lines in ((x, (40, 84)), (y, (24, 100))):
            map_[(axis > lines[0]) & (axis < lines[0] + 22) & ((x + y) % 4 < 2)] = 1
            map_[(axis > lines[1]) & (axis < lines[1] + 10) & ((x + y) % 4 < 2)] = 2
            map_[(axis > lines[1] + 16) & (axis < lines[1] + 19)] = 3
    elif name == "dots":
        odd = (y // 16) % 2 * 8
        map_[np.hypot((x + odd) % 16 - 7.5, y % 16 - 7.5) < 4.2] = 1
    elif name == "flowers":
        map_ = _flowers(random)
    elif name == "camouflage":
        map_ = np.digitize(noise[1] + 0.4 * noise[2], (-0.6, 0.3, 1.1)).astype(np.uint8)
    elif name == "leopard":
        map_[(np.abs(noise[3]) < 0.25) & (noise[2] > -0.5)] = 1
        map_[noise[3] > 1.0] = 2
    elif name == "herringbone":
        map_[(np.where((x // 16) % 2 == 0, x + y, y - x) % 8) < 4] = 1
    elif name == "marl":
        map_[noise[4] > 0.6] = 1
    return map_


def _flowers(random: np.random.Generator) -> NDArray[np.uint8]:
    map_ = np.zeros((3 * SIDE, 3 * SIDE), np.uint8)
    for _ in range(14):
        place = random.integers(0, SIDE, 2)
        size, turn = random.uniform(6, 15), random.uniform(0, 2)
        kind = int(random.integers(1, 4))
        for dx in (0, SIDE, 2 * SIDE):
            for dy in (0, SIDE, 2 * SIDE):
                for petal in turn + np.arange(5) * 2 * np.pi / 5:
                    tip = place + [dx, dy] + 0.6 * size * np.array([np.cos(petal), np.sin(petal)])
                    centre = (int(tip[0]), int(tip[1]))
                    cv2.circle(map_, centre, int(0.45 * size), kind, -1)
                cv2.circle(
                    map_, (int(place[0] + dx), int(place[1] + dy)), int(size / 4), kind % 3 + 1, -1
                )
    return map_[SIDE : 2 * SIDE, SIDE : 2 * SIDE].copy()
