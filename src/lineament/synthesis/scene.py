"""All that is not the person: drawn from one seed, to suit the person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.synthesis.camera import Camera, sample_camera
from lineament.synthesis.clothes.neck_turn import Posture, sample_posture
from lineament.synthesis.clothes.outfit import Outfit, sample_outfit
from lineament.synthesis.engine_options import EngineOptions
from lineament.synthesis.expression import Expression, sample_expression
from lineament.synthesis.glasses.style import Glasses, sample_glasses
from lineament.synthesis.hair.facial_hair import Beard, sample_beard
from lineament.synthesis.hair.styles import Hairstyle, sample_hairstyle
from lineament.synthesis.headwear.headwear import Headwear, sample_headwear
from lineament.synthesis.jewellery.style import Jewellery, sample_jewellery
from lineament.synthesis.occluders.occluder import Occluder, sample_occluder
from lineament.synthesis.skin.make_up import MakeUp, sample_make_up
from lineament.synthesis.traits import Traits

STREAMS = (
    *("expression", "camera", "hairstyle", "beard", "make_up", "glasses", "jewellery"),
    *("headwear", "outfit", "occluder", "light", "background", "eyes", "exposure", "faults"),
    "posture",
)
"""Each part of a scene has random numbers of its own, so that a change of one leaves the others."""


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one part of the scene of a seed."""
    return np.random.default_rng([seed, 3, STREAMS.index(name)])


@dataclass(frozen=True, eq=False)
class Scene:
    """One moment of one person. Light, background and camera faults are drawn from `seed` by the
    engine, since they depend on what is in the picture."""

    seed: int
    expression: Expression
    camera: Camera
    hairstyle: Hairstyle
    beard: Beard
    make_up: MakeUp
    glasses: Glasses | None
    jewellery: Jewellery
    headwear: Headwear | None
    outfit: Outfit
    posture: Posture
    occluder: Occluder | None


def sample_scene(
    seed: int, traits: Traits, expressions: tuple[str, ...], options: EngineOptions
) -> Scene:
    """Draw the scene of a seed for a person; `expressions` names the head's expression shapes."""
    camera = sample_camera(stream(seed, "camera"), options.margin, options.max_yaw)
    turn = (camera.yaw, camera.pitch, camera.roll)
    return Scene(
        seed=seed,
        expression=sample_expression(expressions, stream(seed, "expression")),
        camera=camera,
        hairstyle=sample_hairstyle(stream(seed, "hairstyle"), traits),
        beard=sample_beard(stream(seed, "beard"), traits),
        make_up=sample_make_up(stream(seed, "make_up"), traits),
        glasses=sample_glasses(stream(seed, "glasses"), traits),
        jewellery=sample_jewellery(stream(seed, "jewellery"), traits),
        headwear=sample_headwear(stream(seed, "headwear"), traits),
        outfit=sample_outfit(stream(seed, "outfit"), traits),
        posture=sample_posture(stream(seed, "posture"), *turn),
        occluder=sample_occluder(stream(seed, "occluder"), traits),
    )
