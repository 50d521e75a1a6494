"""How full or gaunt a face is: cheeks, jowls and the flesh under the chin.

The modes of the assets change weight on neck and shoulders only; the head's own identity shapes
are of lean people. This field moves the skin along its normals, most on the cheek beside the mouth,
along the jaw and under the chin, and leaves brow, eyes, nose and lips where they are.
"""

from __future__ import annotations

import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.mesh import Triangles, vertex_normals
from lineament.synthesis.posed_head import OUTSIDE_VERTICES

CHEEK = ((5.3, -2.6), (2.3, 2.9), 0.75)
JOWL = ((4.6, -5.6), (2.2, 1.5), 0.55)
UNDER_CHIN = ((0.0, -7.7), (3.4, 1.3), 0.75)
TEMPLE = ((7.0, 5.5), (1.5, 2.0), 0.2)
"""Where skin moves, |x| and y on the neutral head, how wide that reaches, and how far, all in
centimetres."""

BACK = 0.5
"""Depth z from which the field begins, so that the neck stays."""


def fullness(vertices: FloatArray, triangles: Triangles) -> FloatArray:
    """Offsets (V,3) float32 centimetres of a face of fullness one; minus one is as gaunt.

    Args:
        vertices: (V,3) of the neutral head; triangles: (T,3) of its surfaces.
    """
    x, y, z = np.abs(vertices[:, 0]), vertices[:, 1], vertices[:, 2]
    reach = np.zeros(len(vertices))
    for (across, up), (wide, high), far in (CHEEK, JOWL, UNDER_CHIN, TEMPLE):
        reach += far * np.exp(-(((x - across) / wide) ** 2) - ((y - up) / high) ** 2)
    reach *= np.clip((z - BACK) / 3.0, 0, 1)
    reach[OUTSIDE_VERTICES:] = 0
    normals = vertex_normals(vertices.astype(np.float32), triangles)
    return np.asarray(normals * reach[:, None], dtype=np.float32)
