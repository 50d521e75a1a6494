"""Composes pictures of groups from cut-outs: what detectors learn from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.background.lens import LUMINANCE
from lineament.synthesis.degrade import CameraFaults, apply_faults, sample_faults
from lineament.synthesis.groups.arrangement import Spot, arrange, draw_count
from lineament.synthesis.groups.backdrops import Backdrops
from lineament.synthesis.groups.cutout import Kind
from lineament.synthesis.groups.cutout_bank import CutOutBank
from lineament.synthesis.groups.group_labels import labelled
from lineament.synthesis.groups.group_options import GroupOptions
from lineament.synthesis.groups.group_picture import GroupPicture
from lineament.synthesis.groups.patterns import draw_pattern
from lineament.synthesis.groups.placing import Placed, inverse, lay_over, place
from lineament.synthesis.groups.standing import with_body
from lineament.synthesis.groups.thing import Thing

STREAMS = ("backdrop", "heads", "light", "distractors", "faults")
"""Each part of a picture has random numbers of its own, so that a change of one leaves others."""

FAULT_SIZE = 128
"""Blur and motion are as in a picture of this size: small heads must survive them."""

GREY_SHARE = 0.2
"""How many pictures have lost their colour besides those of which the camera's table says so."""

LENGTH_LIMIT = 12.0
"""Bodies are drawn down to so many sides of the face below it."""

BLURRED_SHARE, GREATEST_BLUR = 0.15, 0.06
"""How many heads are out of focus, and by what share of their side at most."""

STAND_IN_SHARE = 0.12
"""In pictures with distractors: how many heads are backs, statues and the like instead."""

STAND_INS: tuple[Kind, ...] = ("back", "back", "back", "statue", "mask")
THINGS: tuple[Kind, ...] = ("hand", "hand", "clothes", "hair", "hat", "mask", "statue", "back")
THING_SHARE, MOST_THINGS = 0.45, 4
"""Of distractors beside the people: how many are cut-outs, the others being drawn, or pieces."""

PIECE_SHARE = 0.6
"""How many of those others are pieces of hard negatives, where there is a folder of them."""

FACE_LEVEL, HEAD_LEVEL = 0.3, 0.18
"""Standard deviations, in natural logarithms, of the light on all heads and on each."""

MATCHED = 0.4
"""How far brightness and colour of the heads follow those of the background."""

GREY = 0.18


class GroupComposer:
    """Makes pictures of groups; the same seed gives the same bytes.

    Args:
        cutouts: folder as `lineament synth cutouts` writes it.
        backgrounds: folder of people-free photographs as `lineament synth backgrounds import`
            writes it; None leaves drawn backgrounds.
        options: of the pictures.

    Raises:
        DataError: a folder is missing, damaged or empty.
    """

    def __init__(self, cutouts: Path, backgrounds: Path | None, options: GroupOptions) -> None:
        self.options = options
        self.bank = CutOutBank(cutouts)
        self.backdrops = Backdrops(backgrounds, options.negatives, options.photographs)

    def picture(self, seed: int) -> GroupPicture:
        """The picture of a seed, 0 or greater."""
        options = self.options
        streams = {name: np.random.default_rng([seed, i]) for i, name in enumerate(STREAMS)}
        random = streams["heads"]
        empty = random.random() < options.empty
        busy = streams["distractors"].random() < options.distractors
        light = self.backdrops.draw(
            streams["backdrop"],
            options.width,
            options.height,
            max(options.negative_share, 0.5) if empty else options.negative_share,
        )
        faults = _faults(streams["faults"]) if options.degrade else CameraFaults()
        things = [] if empty else self._people(random, busy)
        if busy:
            things += self._distractors(streams["distractors"])
        things.sort(key=lambda thing: thing.spot.side)
        owner = np.full(light.shape[:2], -1, np.int16)
        light = np.asarray(cv2.cvtColor(light, cv2.COLOR_RGB2RGBA), np.float32)
        self._lay(things, light, owner, streams["light"])
        scene = np.asarray(cv2.cvtColor(light, cv2.COLOR_RGBA2RGB), np.float32)
        image = apply_faults(scene, faults, streams["faults"])
        faces, seen = labelled(things, owner, faults)
        return GroupPicture(image, faces, seen)

    def _people(self, random: np.random.Generator, busy: bool) -> list[Thing]:
        """Heads in their places; some of them no faces, where there are distractors."""
        spots = arrange(random, draw_count(random, self.options), self.options)
        things = []
        for spot in spots:
            kind: Kind = "bust"
            if busy and random.random() < STAND_IN_SHARE:
                kind = STAND_INS[int(random.integers(len(STAND_INS)))]
            things.append(self._thing(random, kind, spot))
        return things

    def _thing(self, random: np.random.Generator, kind: Kind, spot: Spot) -> Thing:
        """A cut-out of a kind, or a bust where there is none; a close-up if it fills all."""
        options, kinds = self.options, self.bank.kinds()
        blur = random.uniform(0, GREATEST_BLUR) * spot.side * (random.random() < BLURRED_SHARE)
        mirrored = bool(random.random() < 0.5)
        if kind == "bust" and "close-up" in kinds:
            entry = self.bank.draw(random, "close-up", spot.side)
            if entry.size / entry.side * spot.side > max(options.width, options.height):
                near = place(entry, spot, mirrored=mirrored)
                if near.covers(options.width, options.height):
                    return Thing(spot, near, blur=blur)
        entry = self.bank.draw(random, kind if kind in kinds else "bust", spot.side)
        return Thing(spot, place(entry, spot, mirrored=mirrored), blur=blur)

    def _distractors(self, random: np.random.Generator) -> list[Thing]:
        """Things beside the people, anywhere."""
        options, things = self.options, []
        low, high = options.sides
        high = max(min(high, 0.5 * min(options.width, options.height)), low)
        kinds = [kind for kind in THINGS if kind in self.bank.kinds()]
        for _ in range(int(random.integers(1, MOST_THINGS + 1))):
            spot = Spot(
                x=float(random.uniform(0, options.width)),
                y=float(random.uniform(0, options.height)),
                side=float(low * (high / low) ** random.random()),
                roll=float(random.normal(0, 20)),
            )
            if kinds and random.random() < THING_SHARE:
                kind = kinds[int(random.integers(len(kinds)))]
                things.append(self._thing(random, kind, spot))
            else:
                things.append(Thing(spot, None, self._pattern(random, spot)))
        return things

    def _pattern(self, random: np.random.Generator, spot: Spot) -> FloatArray:
        """A piece of a hard negative, or a drawing."""
        pixels = int(np.clip(spot.side * 1.2, 16, 192))
        piece = None
        if random.random() < PIECE_SHARE:
            piece = self.backdrops.piece(random, pixels)
        return draw_pattern(random, pixels) if piece is None else piece

    def _lay(
        self,
        things: list[Thing],
        light: FloatArray,
        owner: NDArray[np.int16],
        random: np.random.Generator,
    ) -> None:
        """Lay all things over the backdrop, far ones first."""
        small = np.asarray(cv2.resize(light, (4, 4), interpolation=cv2.INTER_AREA), np.float32)
        around = 0.4 * small[..., :3] + 0.6 * small[..., :3].mean(axis=(0, 1))
        level = float(np.exp(random.normal(0, FACE_LEVEL)))
        for number, thing in enumerate(things):
            gains = level * _gains(around, thing.spot, light.shape[:2])
            gains *= np.exp(random.normal(0, HEAD_LEVEL))
            if thing.pattern is not None:
                matrix = _pattern_matrix(thing.spot, len(thing.pattern))
                lay_over(light, owner, thing.pattern, matrix, number, gains)
                continue
            assert thing.placed is not None
            placed, stage = thing.placed, thing.placed.level()
            matrix = placed.of_level(stage)
            picture = placed.entry.light(stage)
            if placed.mirrored:
                picture = np.ascontiguousarray(picture[:, ::-1])
            if placed.entry.kind in ("bust", "back", "statue"):
                picture = _standing(picture, matrix, placed, light.shape[:2], random)
            lay_over(light, owner, picture, matrix, number, gains, thing.blur)


def _faults(random: np.random.Generator) -> CameraFaults:
    faults = sample_faults(random, FAULT_SIZE)
    return replace(faults, grey=faults.grey or random.random() < GREY_SHARE)


def _gains(around: FloatArray, spot: Spot, shape: tuple[int, ...]) -> FloatArray:
    """(3,) light on a head, by that of its background `around` it."""
    rows, columns = around.shape[:2]
    row = int(np.clip(spot.y / shape[0] * rows, 0, rows - 1))
    column = int(np.clip(spot.x / shape[1] * columns, 0, columns - 1))
    colour = around[row, column] + 1e-3
    brightness = float(colour @ LUMINANCE)
    cast = (colour / brightness) ** MATCHED
    return np.asarray(cast * (brightness / GREY) ** MATCHED, dtype=np.float32)


def _pattern_matrix(spot: Spot, pixels: int) -> NDArray[np.float64]:
    """(2,3) from pixels of a square drawing to those of the picture."""
    scale, angle = spot.side / pixels, np.radians(spot.roll)
    turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = np.full(2, (pixels - 1) / 2)
    return np.column_stack([turn, np.array([spot.x, spot.y]) - turn @ middle])


def _standing(
    picture: FloatArray,
    matrix: NDArray[np.float64],
    placed: Placed,
    shape: tuple[int, ...],
    random: np.random.Generator,
) -> FloatArray:
    """A bust with as much of its body as the picture can show."""
    height, width = shape
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float64) - 0.5
    deepest = float(inverse(matrix, corners)[:, 1].max())
    unit = placed.entry.side * len(picture[0]) / placed.entry.size
    length = min(deepest - len(picture) + 2, LENGTH_LIMIT * unit)
    legs = placed.entry.kind != "statue"
    return with_body(picture, unit, length, random, legs=legs)
