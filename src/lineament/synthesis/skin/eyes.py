"""The eyes of a person: iris, pupil, white."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Head
from lineament.synthesis.eye_surface import EyeLook
from lineament.synthesis.material import Colour
from lineament.synthesis.posed_head import LEFT_EYE_VERTICES, RIGHT_EYE_VERTICES
from lineament.synthesis.traits import Traits

IRIS_DIAMETER = (1.0, 1.1)
"""Centimetres, for the mesh's lids, which are 2.6 cm wide; it hardly differs between people, so
that children's eyes look large."""

BRIGHTEST = 0.16
"""Highest luminance of an iris."""

WHITE = np.array([0.4, 0.365, 0.345])
YELLOWED, BLOODSHOT = np.array([1.0, 0.94, 0.76]), np.array([1.0, 0.78, 0.76])
PUPIL = (0.24, 0.5)
"""Smallest and largest share of the iris, in bright and in dim light."""

FIBRE_SIDE = 64
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def eye_look(
    traits: Traits, head: Head, random: np.random.Generator, pupil: float | None = None
) -> EyeLook:
    """Eyes of a person in a scene.

    Args:
        traits: the person; what stays with them is drawn from `traits.seed`.
        head: the neutral head.
        random: of the scene.
        pupil: size as a share of the iris; None draws one.
    """
    old = _old(traits.age)
    if pupil is None:
        pupil = float(random.uniform(*PUPIL))
    pupil *= 1 - 0.25 * old
    centres, size = _eyeballs(head)
    person = _of_person(traits.seed, traits.age, traits.monk, traits.iris)
    return EyeLook(
        centres=centres,
        colour=person.colour,
        inner_colour=person.inner_colour,
        white=person.white,
        radius=float(np.arcsin(person.radius / size)),
        pupil=float(np.clip(pupil, *PUPIL)),
        fibres=person.fibres,
    )


class _PersonEyes(NamedTuple):
    """What stays with a person, as in `EyeLook`; `radius` of the iris in centimetres."""

    colour: FloatArray
    inner_colour: FloatArray
    white: FloatArray
    radius: float
    fibres: FloatArray


@lru_cache(maxsize=16)
def _of_person(seed: int, age: float, monk: float, iris_colour: Colour) -> _PersonEyes:
    own = np.random.default_rng([seed, 79])
    old = _old(age)
    iris = _bounded(np.array(iris_colour))
    ring = own.uniform(0, 1)
    hazel = np.array([0.085, 0.055, 0.022]) * own.uniform(0.6, 1.1)
    light = float(iris @ LUMINANCE) / BRIGHTEST
    inner = iris * own.uniform(0.95, 1.35) * (1 - 0.4 * ring * light) + hazel * 0.4 * ring * light
    iris = iris * (1 - 0.15 * old) + 0.06 * old * light
    yellow = 0.35 * old + 0.25 * float(np.clip((monk - 5) / 4, 0, 1))
    red = own.beta(1.2, 5) + 0.15 * old
    dark = float(np.clip((monk - 6) / 4, 0, 1))
    white = WHITE * own.uniform(0.88, 1.05) * (1 - 0.5 * dark) * (1 - yellow + yellow * YELLOWED)
    white = white * (1 - red + red * BLOODSHOT)
    return _PersonEyes(
        colour=iris.astype(np.float32),
        inner_colour=_bounded(inner).astype(np.float32),
        white=white.astype(np.float32),
        radius=own.uniform(*IRIS_DIAMETER) / 2,
        fibres=_fibres(own),
    )


def _old(age: float) -> float:
    """0 up to 50 years, 1 from 85."""
    return float(np.clip((age - 50) / 35, 0, 1))


def _bounded(colour: NDArray[np.floating]) -> NDArray[np.floating]:
    """A colour no brighter than `BRIGHTEST`."""
    return np.asarray(colour * min(1.0, BRIGHTEST / max(float(colour @ LUMINANCE), 1e-6)))


def _fibres(random: np.random.Generator) -> FloatArray:
    """(F,F) noise 0 to 1, long along the radius (rows), which repeats round the iris (columns)."""
    noise = random.standard_normal((FIBRE_SIDE, FIBRE_SIDE))
    streaks = gaussian_filter(noise, (4.0, 0.5), mode="wrap")
    streaks = streaks / streaks.std() + 0.4 * gaussian_filter(noise, 1.5, mode="wrap") / 0.2
    low, high = np.percentile(streaks, (2, 98))
    return np.asarray(np.clip((streaks - low) / (high - low), 0, 1), dtype=np.float32)


def _eyeballs(head: Head) -> tuple[FloatArray, float]:
    """Centres (2,3) float32, the person's left first, and the radius in centimetres."""
    centres, radii = [], []
    for eye in (LEFT_EYE_VERTICES, RIGHT_EYE_VERTICES):
        ball = head.vertices[eye]
        low, high = ball.min(axis=0), ball.max(axis=0)
        radius = float(high[0] - low[0]) / 2
        centre = (low + high) / 2
        centre[2] = low[2] + radius
        centres.append(centre)
        radii.append(radius)
    return np.array(centres, np.float32), float(np.mean(radii))
