"""What is shown in a cut-out, from where, and how it is framed."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.camera import Camera
from lineament.synthesis.clothes.neck_turn import sample_posture
from lineament.synthesis.groups.cutout import Kind
from lineament.synthesis.groups.cutout_kinds import KindShares
from lineament.synthesis.occluders.occluder import draw_occluder
from lineament.synthesis.picture import Framing
from lineament.synthesis.scene import Scene
from lineament.synthesis.traits import Traits

STREAM = 71
"""Sets the random numbers of cut-outs apart from those of the scenes' other parts."""

WIDE_YAW_SHARE = 0.4
BACK_YAW = (120.0, 240.0)
NEAREST, FARTHEST = 55.0, 400.0
"""Centimetres from the camera to the head of a bust; close-ups are taken from half of it on."""

STANDING_ALONE = ("leaves", "bars", "neighbour", "stand")
"""Occluders that reach over the border of the picture: cut-outs go without."""

CLOSE_MARGIN = (1.75, 2.3)
"""Side of a close-up in units of the larger side of the box of the 68 points."""

TIGHT = 1.06
"""Room round what is shown."""

LEAST_SIDE, GREATEST_SIDE = 2.7, 4.4
"""Side of a bust's frame in units of the larger side of the box of the 68 points."""


@dataclass(frozen=True, eq=False)
class CutOutScene(Scene):
    """A scene of which `kind` is shown."""

    kind: Kind


def cutout_scene(scene: Scene, traits: Traits, kinds: KindShares, max_yaw: float) -> CutOutScene:
    """The scene for a cut-out: kind, camera and posture of its own.

    Args:
        max_yaw: degrees; backs of heads turn farther.

    Where the hair of somebody bald is drawn for, the clothes come instead.
    """
    random = np.random.default_rng([scene.seed, STREAM])
    kind = kinds.draw(random)
    if kind == "hair" and scene.hairstyle.name == "bald":
        kind = "clothes"
    camera = _camera(random, kind, max_yaw)
    posture = sample_posture(random, camera.yaw, camera.pitch, camera.roll)
    occluder = scene.occluder
    if kind == "hand":
        while occluder is None or occluder.kind != "gesture":
            occluder = draw_occluder(random, traits)
    elif kind not in ("bust", "close-up", "back") or (
        occluder is not None and occluder.kind in STANDING_ALONE
    ):
        occluder = None
    glasses = None if kind in ("statue", "mask") else scene.glasses
    parts = {field.name: getattr(scene, field.name) for field in fields(Scene)}
    parts |= {"camera": camera, "posture": posture, "occluder": occluder, "glasses": glasses}
    return CutOutScene(**parts, kind=kind)


def with_framing(low: FloatArray, high: FloatArray, size: int) -> Framing:
    """Fit a box on the picture plane, (2,) corners, in the middle of `size` pixels, wholly."""
    scale = size / (float((high - low).max()) * TIGHT)
    return Framing(scale, ((size - 1) / 2 - (low + high) / 2 * scale).astype(np.float32))


def bust_framing(seen: FloatArray, face: tuple[FloatArray, FloatArray], size: int) -> Framing:
    """Show all of a person's upper end: nothing is cut off but at the bottom.

    Args:
        seen: (P,2) all that is drawn, on the picture plane.
        face: (2,) corners of the box of the 68 points.
        size: pixels.
    """
    low, high = seen.min(axis=0), seen.max(axis=0)
    unit = float((face[1] - face[0]).max())
    side = float(np.clip((high[0] - low[0]) * TIGHT, LEAST_SIDE * unit, GREATEST_SIDE * unit))
    scale = size / side
    middle = (low[0] + high[0]) / 2
    top = low[1] - (TIGHT - 1) / 2 * side
    shift = np.array([(size - 1) / 2 - middle * scale, -0.5 - top * scale])
    return Framing(scale, shift.astype(np.float32))


def _camera(random: np.random.Generator, kind: Kind, max_yaw: float) -> Camera:
    limit = np.radians(max_yaw)
    wide = random.random() < WIDE_YAW_SHARE
    yaw = random.uniform(-limit, limit) if wide else random.normal(0, 0.35)
    yaw = float(np.clip(yaw, -limit, limit))
    if kind == "back":
        yaw = float(np.radians(random.uniform(*BACK_YAW)))
    distance = float(np.exp(random.uniform(np.log(NEAREST), np.log(FARTHEST))))
    return Camera(
        yaw=yaw,
        pitch=float(np.clip(random.normal(0.03, 0.22), -0.8, 0.8)),
        roll=float(random.normal(0, 0.15)),
        distance=distance * (0.5 if kind == "close-up" else 1.0) + 10.0,
        margin=float(random.uniform(*CLOSE_MARGIN)),
        shift=(float(random.uniform(-0.04, 0.04)), float(random.uniform(-0.04, 0.08))),
    )
