"""What is wrong with a picture, and how often, as photographs in the wild have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

Enlargement = Literal["linear", "cubic", "lanczos"]

REFERENCE_SIZE = 128
"""Lengths in the tables below are pixels of a picture of this size."""

CLEAN_SHARE = 0.33
"""How many pictures are nearly clean: as a good camera gives them."""


class Fault(NamedTuple):
    """One row of the tables: how often a fault occurs and how strong it then is.

    Attributes:
        share: probability.
        least: of the strength.
        greatest: of the strength; strengths are spread evenly between the two.
        by_ratio: they are spread evenly on a logarithmic scale instead.
    """

    share: float
    least: float
    greatest: float
    by_ratio: bool = False


FAULTS: Mapping[str, Fault] = {
    "lens_blur": Fault(0.40, 0.25, 1.8, by_ratio=True),
    "motion_length": Fault(0.10, 2.0, 7.0),
    "shot_noise": Fault(0.65, 1e-4, 6e-3, by_ratio=True),
    "read_noise": Fault(0.50, 5e-4, 1e-2, by_ratio=True),
    "chroma_noise": Fault(0.20, 0.02, 0.12),
    "resolution": Fault(0.35, 0.28, 0.85),
    "jpeg": Fault(0.80, 30.0, 94.0),
    "jpeg_again": Fault(0.15, 50.0, 92.0),
    "sharpening": Fault(0.30, 0.2, 0.8),
    "vignetting": Fault(0.25, 0.1, 0.55),
    "haze": Fault(0.18, 0.02, 0.16),
    "flare": Fault(0.10, 0.05, 0.35),
    "grey": Fault(0.08, 1.0, 1.0),
    "sepia": Fault(0.02, 0.3, 0.9),
}
"""Of the pictures that are not clean."""

CLEAN_FAULTS: Mapping[str, Fault] = {
    "shot_noise": Fault(0.80, 2e-5, 3e-4, by_ratio=True),
    "read_noise": Fault(0.50, 2e-4, 1e-3, by_ratio=True),
    "jpeg": Fault(0.60, 88.0, 97.0),
    "sharpening": Fault(0.30, 0.1, 0.5),
    "vignetting": Fault(0.20, 0.05, 0.2),
    "grey": Fault(0.03, 1.0, 1.0),
}

STOPS = (0.12, 0.45)
"""Standard deviation of the exposure: of clean pictures, of the others."""

GREATEST_STOPS = 1.3
CAST = (0.03, 0.09)
CONTRAST = (0.06, 0.16)
SHOULDER = (0.45, 0.8)
SMALL_RESOLUTION, SMALL_JPEG = 0.5, 65.0
"""Below this resolution the quality is at least so high, or nothing of the face would be left."""

ENLARGEMENTS: tuple[Enlargement, ...] = ("linear", "cubic", "lanczos")


@dataclass(frozen=True)
class CameraFaults:
    """What camera and file do to one picture; the defaults do nothing but encode it.

    Attributes:
        stops: exposure; 1 doubles the light.
        cast: (red, green, blue) gains of the light's colour.
        haze: share of the light that is replaced by stray light of the picture's mean colour.
        flare: strength of a soft light that comes in from `flare_place`.
        flare_place: x, y as shares of the side, 0 to 1 within the picture.
        vignetting: share of the light that the corners lack.
        lens_blur: standard deviation in pixels.
        motion_length: pixels that the picture moved while it was taken.
        motion_angle: in which direction, degrees from the x axis.
        resolution: pixels per side that the camera had, as a share of the picture's.
        enlargement: how the small picture was enlarged.
        shot_noise: variance of the noise per unit of linear light.
        read_noise: standard deviation of the noise in linear light.
        chroma_noise: standard deviation of coloured blotches, as a share of the light.
        shoulder: brightness from which highlights are compressed.
        contrast: slope of the tone curve at mid grey.
        sharpening: strength of an unsharp mask.
        grey: whether there is no colour.
        sepia: strength of a brown tone.
        jpeg: quality, 0 for none.
        jpeg_again: quality of a second compression, 0 for none.
    """

    stops: float = 0.0
    cast: tuple[float, float, float] = (1.0, 1.0, 1.0)
    haze: float = 0.0
    flare: float = 0.0
    flare_place: tuple[float, float] = (0.0, 0.0)
    vignetting: float = 0.0
    lens_blur: float = 0.0
    motion_length: float = 0.0
    motion_angle: float = 0.0
    resolution: float = 1.0
    enlargement: Enlargement = "linear"
    shot_noise: float = 0.0
    read_noise: float = 0.0
    chroma_noise: float = 0.0
    shoulder: float = 0.7
    contrast: float = 1.0
    sharpening: float = 0.0
    grey: bool = False
    sepia: float = 0.0
    jpeg: int = 0
    jpeg_again: int = 0


def sample_faults(random: np.random.Generator, size: int) -> CameraFaults:
    """Draw the faults of one picture from the tables of this file.

    Args:
        random: decides everything.
        size: side of the picture in pixels; blur and motion grow with it.
    """
    clean = random.random() < CLEAN_SHARE
    strengths = {
        name: _strength(random, fault)
        for name, fault in (CLEAN_FAULTS if clean else FAULTS).items()
    }
    scale = size / REFERENCE_SIZE
    kind = 0 if clean else 1
    warmth, tint = random.standard_normal(2) * CAST[kind]
    if 0 < strengths.get("resolution", 0.0) < SMALL_RESOLUTION and strengths["jpeg"]:
        strengths["jpeg"] = max(strengths["jpeg"], SMALL_JPEG)
    if strengths.get("motion_length"):
        strengths["resolution"] = 0.0
    edge = random.uniform(-0.1, 1.1), float(random.choice((-0.05, 1.05)))
    return CameraFaults(
        stops=float(np.clip(random.normal(0, STOPS[kind]), -GREATEST_STOPS, GREATEST_STOPS)),
        cast=(float(np.exp(warmth)), float(np.exp(tint / 3)), float(np.exp(-warmth))),
        haze=strengths.get("haze", 0.0),
        flare=strengths.get("flare", 0.0),
        flare_place=edge if random.random() < 0.5 else edge[::-1],
        vignetting=strengths.get("vignetting", 0.0),
        lens_blur=strengths.get("lens_blur", 0.0) * scale,
        motion_length=strengths.get("motion_length", 0.0) * scale,
        motion_angle=float(random.uniform(0, 180)),
        resolution=strengths.get("resolution", 0.0) or 1.0,
        enlargement=ENLARGEMENTS[int(random.integers(len(ENLARGEMENTS)))],
        shot_noise=strengths.get("shot_noise", 0.0),
        read_noise=strengths.get("read_noise", 0.0),
        chroma_noise=strengths.get("chroma_noise", 0.0),
        shoulder=float(random.uniform(*SHOULDER)),
        contrast=float(np.exp(random.normal(0, CONTRAST[kind]))),
        sharpening=strengths.get("sharpening", 0.0),
        grey=strengths.get("grey", 0.0) > 0,
        sepia=strengths.get("sepia", 0.0),
        jpeg=round(strengths.get("jpeg", 0.0)),
        jpeg_again=round(strengths.get("jpeg_again", 0.0)),
    )


def _strength(random: np.random.Generator, fault: Fault) -> float:
    """Zero where the fault does not occur."""
    if random.random() >= fault.share:
        return 0.0
    if fault.by_ratio:
        return float(fault.least * (fault.greatest / fault.least) ** random.random())
    return float(random.uniform(fault.least, fault.greatest))
