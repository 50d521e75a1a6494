"""Which glasses a person wears in a scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from lineament.synthesis.material import Colour, linear
from lineament.synthesis.traits import Traits

Kind = Literal["clear", "dark", "tinted"]

CLEAR_SHARE, DARK_SHARE = 0.17, 0.07
"""Of scenes with a young adult; clear glasses become more frequent with age."""

FORMS: dict[str, tuple[float, float, float, float]] = {
    "round": (0.8, 0.98, 1.0, 0.8),
    "oval": (0.92, 0.68, 1.0, 0.2),
    "rectangle": (0.98, 0.56, 2.0, 0.1),
    "square": (0.97, 0.8, 1.2, 1.2),
    "wayfarer": (0.98, 0.78, 1.2, 2.2),
    "aviator": (1.0, 0.92, 0.5, 2.2),
    "cat-eye": (0.94, 0.62, 0.6, 0.8),
    "half-rim": (0.96, 0.58, 0.9, 0.1),
    "rimless": (0.92, 0.62, 0.6, 0.1),
    "wrap": (1.1, 0.6, 0.0, 1.2),
    "goggles": (1.0, 0.62, 0.0, 0.45),
}
"""Width of a lens as a share of the room for it, height as a share of the width, how often with
clear lenses, how often with dark ones."""

METAL = ("aviator", "half-rim", "rimless", "oval")
"""Forms that usually have thin metal rims; others are of metal one time in four."""

METALS = (linear(150, 150, 152), linear(188, 152, 92), linear(60, 58, 58), linear(26, 26, 27))
PLASTICS = (
    *((linear(18, 17, 17), 5.0), (linear(62, 38, 24), 2.5), (linear(104, 68, 38), 1.2)),
    *((linear(40, 44, 62), 0.8), (linear(112, 26, 30), 0.5), (linear(190, 185, 178), 0.5)),
    *((linear(205, 160, 150), 0.3), (linear(60, 90, 80), 0.3), (linear(225, 225, 225), 0.3)),
)
DARK_TINTS = (
    *(linear(14, 15, 15), linear(14, 15, 15), linear(34, 22, 14), linear(22, 30, 24)),
    *(linear(24, 26, 40), linear(60, 46, 26)),
)
LIGHT_TINTS = (
    *(linear(190, 140, 60), linear(190, 110, 130), linear(100, 130, 180), linear(130, 130, 130)),
    linear(150, 110, 80),
)


@dataclass(frozen=True)
class Glasses:
    """Attributes:
    kind: whether the eyes are seen clearly, hardly, or through colour.
    form: a key of `FORMS`.
    width, height: of the lenses, times what is usual for the form.
    rim, depth: centimetres of the rim's cross-section across and towards the face.
    colour: of rim and temples. metal: whether they shine as metal.
    drop: centimetres that they sit lower on the nose than usual.
    tilt: how far they lean, top forward, per centimetre of height.
    curvature: how the front bends round the face, in 1 / cm.
    tint: colour of the lenses. opacity: share of the light that they take away, 0 to 1.
    gradient: how much lighter the lower half of the lens is, 0 to 1.
    mirror: strength of the picture that the lenses mirror, 0 to 1.
    mirror_seed: which picture.
    """

    kind: Kind
    form: str
    width: float
    height: float
    rim: float
    depth: float
    colour: Colour
    metal: bool
    drop: float
    tilt: float
    curvature: float
    tint: Colour
    opacity: float
    gradient: float
    mirror: float
    mirror_seed: int


class _Lens(NamedTuple):
    kind: Kind
    tint: Colour
    opacity: float
    gradient: float
    mirror: float


def sample_glasses(random: np.random.Generator, traits: Traits) -> Glasses | None:
    """Draw what a person wears in a scene; None is nothing."""
    age = traits.age
    clear = CLEAR_SHARE * float(np.interp(age, [4, 12, 35, 60, 85], [0.4, 0.9, 1.0, 1.7, 1.9]))
    draw = random.random()
    if draw > clear + DARK_SHARE:
        return None
    dark = draw > clear
    shares = np.array([row[3 if dark else 2] for row in FORMS.values()])
    if not traits.feminine:
        shares[list(FORMS).index("cat-eye")] *= 0.1
    form = str(random.choice(list(FORMS), p=shares / shares.sum()))
    metal = bool(random.random() < (0.85 if form in METAL else 0.25)) and form != "goggles"
    lens = _lens(random, dark, form)
    return Glasses(
        kind=lens.kind,
        form=form,
        width=float(random.uniform(0.93, 1.05) * (1.06 if dark else 1.0)),
        height=float(random.uniform(0.88, 1.14) * (1.08 if dark else 1.0)),
        rim=float(random.uniform(0.1, 0.18) if metal else random.uniform(0.2, 0.5)),
        depth=float(random.uniform(0.12, 0.2) if metal else random.uniform(0.2, 0.42)),
        colour=_frame_colour(random, metal),
        metal=metal,
        drop=float(np.clip(random.normal(0.1, 0.22), -0.3, 0.7) + _slipped(random, dark, age)),
        tilt=float(random.uniform(0.04, 0.16)),
        curvature=float({"wrap": 0.13, "goggles": 0.13}.get(form, random.uniform(0.03, 0.06))),
        tint=lens.tint,
        opacity=lens.opacity,
        gradient=lens.gradient,
        mirror=lens.mirror,
        mirror_seed=int(random.integers(1 << 16)),
    )


def _lens(random: np.random.Generator, dark: bool, form: str) -> _Lens:
    """Draw how lenses look through."""
    if not dark:
        shine = random.uniform(0.25, 1.0) if random.random() < 0.3 else random.uniform(0, 0.2)
        return _Lens("clear", (0.2, 0.3, 0.25), float(random.uniform(0.03, 0.09)), 0.0, shine)
    light = random.random() < 0.2 and form != "wrap"
    tints = LIGHT_TINTS if light else DARK_TINTS
    return _Lens(
        "tinted" if light else "dark",
        tints[random.integers(len(tints))],
        float(random.uniform(0.35, 0.6) if light else random.uniform(0.82, 0.985)),
        float(random.uniform(0.3, 0.8)) if random.random() < 0.3 else 0.0,
        float(random.beta(1.2, 2.2)),
    )


def _slipped(random: np.random.Generator, dark: bool, age: float) -> float:
    """Reading glasses that have slipped down the nose."""
    return float(random.uniform(0.4, 1.2)) if not dark and random.random() < age / 1200 else 0.0


def _frame_colour(random: np.random.Generator, metal: bool) -> Colour:
    if metal:
        colour = np.array(METALS[random.integers(len(METALS))])
    else:
        shares = np.array([share for _, share in PLASTICS])
        colour = np.array(PLASTICS[random.choice(len(PLASTICS), p=shares / shares.sum())][0])
    red, green, blue = np.clip(colour * np.exp(random.normal(0, 0.15, 3)), 0, 1)
    return float(red), float(green), float(blue)
