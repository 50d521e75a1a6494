"""One random affine for a picture, its points and its classes."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.geometry import Affine, compose, crop_affine, move
from lineament.landmarks.schemes import IBUG_68
from lineament.strict import Strict
from lineament.synthesis.probe.sample import Sample


class Straying(Strict):
    """How far the framing of a picture is changed.

    Attributes:
        rotation: standard deviation in degrees; cut at twice that.
        scale: the side changes uniformly within +- this share.
        shift: the middle moves uniformly within +- this share of the side, in x and in y.
        mirror: probability of a mirrored picture.
    """

    rotation: float = 15.0
    scale: float = 0.15
    shift: float = 0.06
    mirror: float = 0.5


def random_affine(options: Straying, size: int, random: np.random.Generator) -> tuple[Affine, bool]:
    """An affine (2,3) of the picture onto itself, and whether it mirrors."""
    angle = np.clip(random.normal(0, options.rotation), *(np.array([-2, 2]) * options.rotation))
    side = size * (1 + random.uniform(-options.scale, options.scale))
    centre = (size - 1) / 2 + random.uniform(-options.shift, options.shift, 2) * size
    affine = crop_affine(centre, side, float(np.radians(angle)), size)
    mirrors = bool(random.random() < options.mirror)
    if mirrors:
        affine = compose(np.array([[-1.0, 0.0, size - 1.0], [0.0, 1.0, 0.0]]), affine)
    return affine, mirrors


def strayed(sample: Sample, affine: Affine, mirrors: bool) -> Sample:
    """A sample through an affine of its square; its classes come out at half the size.

    What lies outside the picture is its reflection, in the picture as in the classes.

    Args:
        sample: with classes of the picture's own size.
        affine: (2,3) from picture to picture pixels; it holds the mirroring.
        mirrors: whether right and left points change names.
    """
    size = sample.image.shape[0]
    image = cv2.warpAffine(
        sample.image, affine, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    halving = np.array([[0.5, 0.0, -0.25], [0.0, 0.5, -0.25]])
    classes = cv2.warpAffine(
        sample.classes,
        compose(halving, affine),
        (size // 2, size // 2),
        flags=cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_REFLECT,
    )
    points = move(affine, sample.points)
    if mirrors:
        points = points[IBUG_68.mirror_index]
    return Sample(np.asarray(image, dtype=np.uint8), points, np.asarray(classes, dtype=np.uint8))
