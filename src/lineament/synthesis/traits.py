"""What stays with a person for life: drawn from one seed, evenly over ages and skin tones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.material import Colour, linear

AGE_BOUNDS = (4.0, 13.0, 20.0, 35.0, 55.0, 85.0)
"""Years; each of the five groups between them is drawn equally often."""

MONK_SKIN = tuple(
    linear(*rgb)
    for rgb in (
        *((246, 237, 228), (243, 231, 219), (247, 234, 208), (234, 218, 186), (215, 189, 150)),
        *((160, 126, 86), (130, 92, 67), (96, 65, 52), (58, 49, 42), (41, 36, 32)),
    )
)
"""The ten tones of the Monk Skin Tone scale (Monk, 2019; CC BY 4.0), as orbs show them."""

DARKEST_SKIN = np.array([0.03, 0.021, 0.016])
"""Linear RGB that even the darkest skin throws back beyond its swatch."""

BLOOD = (0.93, 0.76, 0.68)
"""What blood beneath the skin leaves of red, green and blue light, where the skin is lightest."""

HAIR_COLOURS = {
    "black": linear(22, 18, 17),
    "dark brown": linear(42, 30, 24),
    "brown": linear(68, 47, 33),
    "light brown": linear(102, 74, 49),
    "dark blond": linear(138, 106, 70),
    "blond": linear(178, 144, 98),
    "light blond": linear(208, 182, 138),
    "red": linear(118, 58, 32),
}
HAIR_SHARES_LIGHT = (0.14, 0.2, 0.22, 0.16, 0.1, 0.08, 0.04, 0.06)
HAIR_SHARES_DARK = (0.72, 0.2, 0.05, 0.01, 0.005, 0.005, 0.0, 0.01)
"""For tones up to Monk 4, and from 6 on; mixed between."""

IRIS_COLOURS = {
    "dark brown": linear(52, 33, 20),
    "brown": linear(80, 53, 31),
    "hazel": linear(104, 82, 50),
    "green": linear(90, 102, 72),
    "blue": linear(86, 110, 132),
    "grey": linear(106, 116, 122),
}
IRIS_SHARES_LIGHT = (0.2, 0.24, 0.16, 0.1, 0.2, 0.1)
IRIS_SHARES_DARK = (0.75, 0.22, 0.03, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Traits:
    """Attributes:
    seed: the person's number; details that are not named here are drawn from it.
    feminine: gender presentation; False is masculine.
    age: years.
    monk: skin tone on the Monk scale, 1 (lightest) to 10, continuous.
    shape: (100,) float32 coefficients of the head's identity shapes.
    modes: strength of each of `Modes`, by name.
    fullness: of cheeks, jaw and chin; 0 is lean, 1 full, -1 gaunt.
    hair: natural colour, without grey.
    grey: share 0 to 1 of grey hair.
    recession: how far the hair line has drawn back, 0 to 1.
    hairline: centimetres by which the hair line differs from the usual; positive is higher.
    iris: linear RGB.
    brow_thickness, brow_density: 0 to 1. brow_height: centimetres from the usual.
    freckles, moles, wrinkles, scars, oil: strengths 0 to 1.
    """

    seed: int
    feminine: bool
    age: float
    monk: float
    shape: FloatArray
    modes: dict[str, float]
    fullness: float
    hair: Colour
    grey: float
    recession: float
    hairline: float
    iris: Colour
    brow_thickness: float
    brow_density: float
    brow_height: float
    freckles: float
    moles: float
    wrinkles: float
    scars: float
    oil: float

    @property
    def tone(self) -> FloatArray:
        """(3,) linear RGB of the skin: between the two nearest tones of the Monk scale, but light
        ones redder than the scale's pale swatches, by the blood that shows through, and dark ones
        no darker than skin is, since swatches show it as photographed."""
        place = np.clip(self.monk, 1, 10) - 1
        low = min(int(place), 8)
        light, dark = np.array(MONK_SKIN[low]), np.array(MONK_SKIN[low + 1])
        share = place - low
        blood = np.array(BLOOD) ** np.clip((8 - self.monk) / 5, 0, 1)
        swatch = light ** (1 - share) * dark**share * blood
        return np.asarray(swatch + DARKEST_SKIN * (1 - swatch), dtype=np.float32)


def sample_traits(seed: int) -> Traits:
    """The person of a seed."""
    random = np.random.default_rng([seed, 77])
    feminine = bool(random.random() < 0.5)
    group = random.integers(len(AGE_BOUNDS) - 1)
    age = float(random.uniform(AGE_BOUNDS[group], AGE_BOUNDS[group + 1]))
    monk = float(random.uniform(0.6, 10.4))
    dark = float(np.clip((monk - 4) / 2, 0, 1))
    grown = float(np.clip((age - 10) / 10, 0, 1))
    shape = random.standard_normal(100).astype(np.float32) * np.float32(random.uniform(0.75, 1.1))
    old = old_skin(age)
    adult = age > 18
    return Traits(
        seed=seed,
        feminine=feminine,
        age=age,
        monk=monk,
        shape=np.clip(shape, -2.6, 2.6),
        modes=_modes(random, feminine, age, monk),
        fullness=float(np.clip(random.normal(0.25, 0.55), -0.8, 1.8)),
        hair=_mixed(random, HAIR_COLOURS, HAIR_SHARES_LIGHT, HAIR_SHARES_DARK, dark),
        grey=float(np.clip(random.normal((age - 45) / 30, 0.25), 0, 1)) if age > 32 else 0.0,
        recession=float(random.beta(1.2, 2.2) * old**0.5) if adult and not feminine else 0.0,
        hairline=float(random.normal(0, 0.45)),
        iris=_mixed(random, IRIS_COLOURS, IRIS_SHARES_LIGHT, IRIS_SHARES_DARK, dark),
        brow_thickness=float(random.beta(2, 3) if feminine else random.beta(3, 2.2)),
        brow_density=float(random.uniform(0.25, 1.0) * (0.6 + 0.4 * grown)),
        brow_height=float(random.normal(-0.18, 0.2)),
        freckles=float(random.random()) if random.random() < 0.22 * (1 - 0.6 * dark) else 0.0,
        moles=float(random.beta(1, 3)) if random.random() < 0.5 else 0.0,
        wrinkles=float(np.clip(random.normal(old, 0.12), 0, 1.2)) if age > 25 else 0.0,
        scars=float(random.random()) if random.random() < 0.06 else 0.0,
        oil=float(random.beta(2, 3)),
    )


def old_skin(age: float) -> float:
    """How far an age has gone into skin and hair: 0 up to 30 years, 1 at 80."""
    return float(np.clip((age - 30) / 50, 0, 1.1))


def old_shape(age: float) -> float:
    """How far an age has gone into the shape of the head: 0 up to 30 years, 1 at 85."""
    return max(0.0, (age - 30) / 55)


def _modes(
    random: np.random.Generator, feminine: bool, age: float, monk: float
) -> dict[str, float]:
    grown = float(np.clip((age - 9) / 10, 0, 1))
    gender = (-1 if feminine else 1) * random.uniform(0.15, 0.6) * grown + random.normal(0, 0.08)
    ancestry = random.normal([0.09 * (monk - 5.5), 0.0, -0.06 * (monk - 5.5)], 0.3)
    return {
        "female": float(gender),
        "old": float(old_shape(age) * random.uniform(0.7, 1.3)),
        "child": float((1 - grown) * random.uniform(0.7, 1.1) * (1 + max(0.0, (8 - age) / 15))),
        "heavy": float(random.normal(0, 0.5)),
        "african": float(ancestry[0]),
        "asian": float(ancestry[1]),
        "caucasian": float(ancestry[2]),
    }


def _mixed(
    random: np.random.Generator,
    colours: dict[str, Colour],
    light: tuple[float, ...],
    dark: tuple[float, ...],
    share: float,
) -> Colour:
    """One of some colours, a little off; `share` 0 to 1 mixes the two tables of shares."""
    shares = np.array(light) * (1 - share) + np.array(dark) * share
    chosen = np.array(list(colours.values()))[random.choice(len(colours), p=shares / shares.sum())]
    red, green, blue = chosen * np.exp(random.normal(0, 0.05, 3)) * random.uniform(0.75, 1.25)
    return float(red), float(green), float(blue)
