"""All labels of a picture, from where its surfaces were drawn."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.asset_types import Head
from lineament.synthesis.attributes import NO_HAT, Attributes, GlassesKind
from lineament.synthesis.brow_points import brow_points68, brow_points98
from lineament.synthesis.geometry_buffers import Geometry
from lineament.synthesis.glasses.style import Glasses
from lineament.synthesis.hair.facial_hair import beard_strength, has_moustache
from lineament.synthesis.identity import Identity
from lineament.synthesis.outline import Ints
from lineament.synthesis.parts import Part
from lineament.synthesis.picture import Drawn, Framing, View
from lineament.synthesis.points68 import Points68
from lineament.synthesis.points98 import PUPILS, five_points, points98
from lineament.synthesis.posed_head import (
    FACE_VERTICES,
    LEFT_EYE_VERTICES,
    RIGHT_EYE_VERTICES,
    PosedHead,
)
from lineament.synthesis.rendering import Rendering
from lineament.synthesis.scene import Scene
from lineament.synthesis.skin.painter import PersonSkin
from lineament.synthesis.visibility import Flags, face_occlusion, in_picture, visible

OPEN_MOUTH = 0.35
"""Centimetres between the inner rims of the lips from which the mouth counts as open."""

CLOSED_EYES = 0.75

EYES_SEEN = (Part.LEFT_EYE, Part.RIGHT_EYE, Part.EYE_GLASSES)
"""On which parts a pupil is seen; lids lie too close to it for a comparison of depths."""


OCCLUSION_STEP = 3
"""Occlusion is counted at every third vertex."""

FOREHEAD = 4.0
"""How far the face reaches above the brows where its occlusion is counted, in centimetres."""


@dataclass(frozen=True)
class PlanePoints:
    """Points on the picture plane at distance one, with 1 / depth of each.

    Attributes:
        points68: (68,2) and nearness68: (68,). points98: (98,2) and nearness98: (98,).
    """

    points68: FloatArray
    nearness68: FloatArray
    points98: FloatArray
    nearness98: FloatArray

    @property
    def extent(self) -> tuple[FloatArray, FloatArray]:
        """Corners (2,) of the box round the 68 points."""
        return self.points68.min(axis=0), self.points68.max(axis=0)


class FaceLabels:
    """Labels of the ICT-FaceKit head.

    Args:
        head: the neutral head.
    """

    def __init__(self, head: Head) -> None:
        self.points68 = Points68(head)
        self.pupils = [
            _front_of(head.vertices, eye) for eye in (RIGHT_EYE_VERTICES, LEFT_EYE_VERTICES)
        ]

        self.face, self.areas = _face_areas(head, self.points68)

    def points(self, view: View, roll: float, skin: PersonSkin) -> PlanePoints:
        """Where the points are on the picture plane."""
        surface, nearness = view.plane[:FACE_VERTICES], view.nearness[:FACE_VERTICES]
        face = np.column_stack([surface, nearness])
        outlines = self.points68.outline(surface, nearness, roll, 9, 17)
        lines = np.einsum("sekv,sekvd->sekd", skin.brow_weight, face[skin.brow_index])
        points = self.points68.with_outline(face, outlines[0], brow_points68(lines))
        pupils = np.column_stack([view.plane[self.pupils], view.nearness[self.pupils]])
        all98 = points98(points, outlines[1], brow_points98(lines), pupils)
        return PlanePoints(points[:, :2], points[:, 2], all98[:, :2], all98[:, 2])

    def rendering(
        self,
        *,
        image: ByteArray,
        drawn: Drawn,
        geometry: Geometry,
        view: View,
        framing: Framing,
        points: PlanePoints,
        identity: Identity,
        scene: Scene,
        posed: PosedHead,
        foreign: NDArray[np.int64],
        supersampling: int,
    ) -> Rendering:
        """The picture with all labels; `foreign` are the materials that are not the person."""
        xy68, xy98 = framing(points.points68), framing(points.points98)
        seen98 = visible(xy98, points.nearness98, drawn.fragments, supersampling)
        seen98[list(PUPILS)] &= parts_at(drawn.part, xy98[list(PUPILS)], EYES_SEEN)
        covered = face_occlusion(
            *(geometry, view, framing, scene.camera, drawn.fragments),
            *(self.face, self.areas, foreign, supersampling),
        )
        return Rendering(
            image=image,
            mask=drawn.part,
            points68=xy68,
            visible68=visible(xy68, points.nearness68, drawn.fragments, supersampling),
            points98=xy98,
            visible98=seen98,
            points5=five_points(xy68),
            box=np.concatenate([xy68.min(axis=0), xy68.max(axis=0)]),
            attributes=_attributes(identity, scene, posed, covered),
            identity=identity.seed,
            scene=scene.seed,
        )


def parts_at(mask: NDArray[np.uint8], points: FloatArray, wanted: tuple[Part, ...]) -> Flags:
    """(N,) whether points (N,2) lie on some parts of a mask; outside it they do not."""
    column, row = np.clip(np.round(points).astype(np.int64), 0, len(mask) - 1).T
    return np.asarray(in_picture(points, len(mask)) & np.isin(mask[row, column], wanted))


def mouth_gap(posed: PosedHead) -> float:
    """Centimetres between the inner rims of the lips."""
    return float(np.linalg.norm(posed.landmarks[62] - posed.landmarks[66]))


def _attributes(identity: Identity, scene: Scene, posed: PosedHead, occlusion: float) -> Attributes:
    traits, camera = identity.traits, scene.camera
    return Attributes(
        yaw=np.degrees(camera.yaw),
        pitch=-np.degrees(camera.pitch),
        roll=np.degrees(camera.roll),
        smile_strength=scene.expression.smile,
        glasses=_glasses(scene.glasses),
        gender_presentation="feminine" if traits.feminine else "masculine",
        age=traits.age,
        skin_tone=int(np.clip(round(traits.monk), 1, 10)),
        beard_strength=beard_strength(scene.beard),
        moustache=has_moustache(scene.beard),
        hat_kind=scene.headwear.style if scene.headwear else NO_HAT,
        hair_style=scene.hairstyle.name,
        mouth_open=mouth_gap(posed) > OPEN_MOUTH,
        eyes_closed=scene.expression.closed >= CLOSED_EYES,
        occlusion=occlusion,
    )


def _glasses(glasses: Glasses | None) -> GlassesKind:
    if glasses is None:
        return "none"
    return "dark" if glasses.kind == "dark" else "clear"


def _front_of(vertices: FloatArray, eye: slice) -> int:
    """The vertex in the middle of the pupil of a neutral eyeball."""
    ball = vertices[eye]
    middle = (ball.min(axis=0) + ball.max(axis=0))[:2] / 2
    distance = np.hypot(*(ball[:, :2] - middle).T)
    front = ball[:, 2] > ball[:, 2].max() - 0.3
    return int(eye.start + np.flatnonzero(front)[distance[front].argmin()])


def _face_areas(head: Head, points68: Points68) -> tuple[Ints, FloatArray]:
    """Vertices of the face within the outline and above the brows by a nose's length, and the
    area (N,) round each on the neutral head."""
    vertices = head.vertices[:FACE_VERTICES]
    border = points68.outline.samples[:, :2].astype(np.float32)
    top = vertices[points68.ids[[17, 26]], 1].max() + FOREHEAD
    outline = np.concatenate([border, [[border[-1, 0], top], [border[0, 0], top]]])
    inside = [
        cv2.pointPolygonTest(outline.astype(np.float32), (float(x), float(y)), False) > 0
        for x, y in vertices[:, :2]
    ]
    face = np.flatnonzero(np.array(inside) & (vertices[:, 2] > 0))[::OCCLUSION_STEP]
    corners = head.triangles[(head.triangles < FACE_VERTICES).all(axis=1)]
    first, second, third = (head.vertices[corners[:, k]] for k in range(3))
    size = np.linalg.norm(np.cross(second - first, third - first), axis=1) / 6
    areas = np.bincount(corners.ravel(), np.repeat(size, 3), minlength=FACE_VERTICES)
    return face, areas[face].astype(np.float32)
