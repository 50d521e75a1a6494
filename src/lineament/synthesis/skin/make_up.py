"""Make-up: what somebody wears in a scene, and painting it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.material import Colour, linear
from lineament.synthesis.skin.painting import coat, stain
from lineament.synthesis.skin.texture_space import FACE_TILE, TextureSpace
from lineament.synthesis.skin.zones import Zones, blobs
from lineament.synthesis.traits import AGE_BOUNDS, Traits

LIPSTICKS = {
    "nude": linear(176, 112, 98),
    "rose": linear(188, 82, 92),
    "pink": linear(206, 92, 124),
    "coral": linear(204, 84, 68),
    "red": linear(164, 24, 34),
    "berry": linear(118, 26, 54),
    "brown": linear(112, 56, 46),
}
LIPSTICK_SHARES = (0.26, 0.24, 0.12, 0.1, 0.14, 0.07, 0.07)

EYE_SHADOWS = {
    "brown": linear(96, 68, 54),
    "grey": linear(74, 72, 76),
    "black": linear(30, 28, 30),
    "plum": linear(96, 56, 84),
    "gold": linear(170, 128, 80),
    "blue": linear(70, 92, 130),
    "green": linear(70, 96, 76),
}
EYE_SHADOW_SHARES = (0.38, 0.2, 0.12, 0.08, 0.12, 0.06, 0.04)

WEARING = ((0.03, 0.35, 0.62, 0.55, 0.4), (0.0, 0.02, 0.04, 0.02, 0.01))
"""How often women and men of each age group (see `traits.AGE_BOUNDS`) wear any."""

BLUSH_PLACES = ((5.0, 0.2, 8.0, 1.9, 1.0), (-5.0, 0.2, 8.0, 1.9, 1.0))
INK = np.array((0.012, 0.01, 0.01), np.float32)


@dataclass(frozen=True)
class MakeUp:
    """Strengths are 0 to 1, colours linear RGB.

    Attributes:
        foundation: how far it evens the skin.
        lipstick, lip_colour, lip_gloss: the gloss adds to the highlight.
        shadow, shadow_colour: on the upper lids.
        liner: along the rims of the lids.
        mascara: how dark and long the lashes are made.
        blush: redness of the cheeks.
        brow_pencil: how far the brows are filled.
    """

    foundation: float = 0.0
    lipstick: float = 0.0
    lip_colour: Colour = LIPSTICKS["nude"]
    lip_gloss: float = 0.0
    shadow: float = 0.0
    shadow_colour: Colour = EYE_SHADOWS["brown"]
    liner: float = 0.0
    mascara: float = 0.0
    blush: float = 0.0
    brow_pencil: float = 0.0


BARE = MakeUp()


def sample_make_up(random: np.random.Generator, traits: Traits) -> MakeUp:
    """Draw what somebody wears; half of the wearers wear little."""
    group = int(np.searchsorted(AGE_BOUNDS[1:-1], traits.age, "right"))
    shares = WEARING[0] if traits.feminine else WEARING[1]
    boldness = random.beta(1.3, 1.9)
    wears = random.random(7) < np.array([0.75, 0.8, 0.6, 0.6, 0.85, 0.55, 0.5])
    amount = wears * np.clip(boldness + random.normal(0, 0.2, 7), 0.08, 1)
    lip = list(LIPSTICKS.values())[random.choice(len(LIPSTICKS), p=LIPSTICK_SHARES)]
    lid = list(EYE_SHADOWS.values())[random.choice(len(EYE_SHADOWS), p=EYE_SHADOW_SHARES)]
    gloss, shift = random.beta(1.2, 2.0), np.exp(random.normal(0, 0.12, 3))
    if random.random() >= shares[group]:
        return BARE
    foundation, lipstick, shadow, liner, mascara, blush, pencil = (float(a) for a in amount)
    red, green, blue = (float(value) for value in np.array(lip) * shift)
    return MakeUp(
        foundation=foundation,
        lipstick=lipstick,
        lip_colour=(red, green, blue),
        lip_gloss=float(gloss) * float(wears[1]),
        shadow=0.8 * shadow,
        shadow_colour=lid,
        liner=liner,
        mascara=mascara,
        blush=0.8 * blush,
        brow_pencil=pencil,
    )


class MakeUpPainter:
    """Paints make-up on one head, where `zones` say what is where."""

    def __init__(self, space: TextureSpace, zones: Zones) -> None:
        position = space.position[FACE_TILE]
        lips, lid = zones.lips[FACE_TILE], zones.upper_lid[FACE_TILE]
        line = zones.lid_line[FACE_TILE]
        blush = blobs(position, BLUSH_PLACES)
        bare = 1 - np.maximum(lips, 0.8 * line)
        front = np.clip((position[..., 2] - 2.0) / 3, 0, 1)
        front *= np.clip((position[..., 1] + 8.5) / 1.5, 0, 1) * zones.interior[FACE_TILE]
        self._lips = Window.around(lips)
        self._lid = Window.around(lid)
        self._line = Window.around(np.clip(1.6 * line - 0.1, 0, 1))
        self._blush = Window.around(blush)
        self._skin = Window.around(front * bare)

    def paint_skin(self, albedo: FloatArray, tone: FloatArray, make_up: MakeUp) -> None:
        """Paint all but the brows on a face's albedo (S,S,3), in place; `tone` (3,) of the skin."""
        if make_up.foundation:
            self._skin.coat(albedo, tone, 0.5 * make_up.foundation)
        if make_up.blush:
            self._blush.stain(albedo, np.array([1.0, 0.7, 0.76]), make_up.blush)
        if make_up.shadow:
            colour = 0.2 * tone + 0.8 * np.array(make_up.shadow_colour)
            self._lid.coat(albedo, np.minimum(colour, 1.3 * tone), 0.95 * make_up.shadow)
        if make_up.liner:
            self._line.coat(albedo, INK, 0.9 * make_up.liner)
        if make_up.lipstick:
            light = min(1.0, 0.35 + 1.6 * float(tone.mean()))
            colour = np.array(make_up.lip_colour) * light
            self._lips.coat(albedo, colour, 0.35 + 0.5 * make_up.lipstick)

    def paint_shine(self, shine: FloatArray, make_up: MakeUp) -> None:
        """Add gloss to the lips and powder to the skin in a shine map (S,S), in place."""
        if make_up.lip_gloss:
            shine[self._lips.place] += 0.35 * make_up.lip_gloss * self._lips.cover
        if make_up.foundation:
            shine[self._skin.place] *= 1 - 0.35 * make_up.foundation * self._skin.cover


@dataclass(frozen=True)
class Window:
    """A soft region: where it lies in the face tile, and how much of each texel it covers."""

    place: tuple[slice, slice]
    cover: FloatArray

    @classmethod
    def around(cls, cover: FloatArray) -> Window:
        """The smallest window that holds a cover (S,S)."""
        rows = np.flatnonzero((cover > 0.01).any(axis=1))
        columns = np.flatnonzero((cover > 0.01).any(axis=0))
        place = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return cls(place, np.ascontiguousarray(cover[place], dtype=np.float32))

    def coat(self, albedo: FloatArray, colour: NDArray[np.floating], strength: float) -> None:
        """Paint a colour (3,) over it, in place."""
        coat(albedo[self.place], self.cover, np.asarray(colour, np.float32), strength)

    def stain(self, albedo: FloatArray, tint: NDArray[np.floating], strength: float) -> None:
        """Multiply it by a tint (3,), in place."""
        stain(albedo[self.place], self.cover, np.asarray(tint, np.float32), strength)
