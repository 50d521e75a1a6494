"""A person in a scene, drawn, before background and camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lineament.synthesis.eye_surface import EyeLook
from lineament.synthesis.geometry_buffers import Geometry, MaterialTable
from lineament.synthesis.identity import Identity
from lineament.synthesis.labels import PlanePoints
from lineament.synthesis.picture import Drawn, Framing, View
from lineament.synthesis.posed_head import PosedHead
from lineament.synthesis.scene import Scene
from lineament.synthesis.shader import SkinMaps


class Looks(NamedTuple):
    """What the surfaces of a scene look like."""

    table: MaterialTable
    skin: SkinMaps
    eyes: EyeLook


@dataclass(frozen=True, eq=False)
class Stage:
    """Attributes:
    identity: the person. scene: the moment.
    posed: the head, its neck turned.
    geometry: all surfaces. view: where their vertices are seen.
    points: on the picture plane. framing: from the picture plane to pixels.
    drawn: colour, coverage and parts, without background.
    foreign: rows of the materials that are no part of the person's body.
    """

    identity: Identity
    scene: Scene
    posed: PosedHead
    geometry: Geometry
    view: View
    points: PlanePoints
    framing: Framing
    drawn: Drawn
    foreign: NDArray[np.int64]
