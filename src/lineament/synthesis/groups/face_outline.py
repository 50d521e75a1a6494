"""Where a face ends: forehead to chin and cheek to cheek, as WIDER FACE draws its boxes.

The outline is made of the 68 points and of the brows raised over the forehead. It turns with the
picture: the box of a turned face is that of its turned outline, not that of a turned box.

FOREHEAD was chosen by what RetinaFace, which learned from WIDER FACE, draws round rendered faces:
of the rules that were tried this one has the greatest mean IoU (docs/synthesis.md).
"""

from __future__ import annotations

import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.groups.cutout import DIRECTIONS

FOREHEAD = 0.3
"""How far the brows are raised, in heights of the 68 points from chin to brows."""

BROWS, CHIN, BRIDGE = slice(19, 25), 8, 27
"""Of the 68 points: the inner halves of the brows, the chin and the bridge of the nose."""


def face_outline(points68: FloatArray) -> FloatArray:
    """(32,2) float32 the farthest points of a face in as many directions.

    Args:
        points68: (68,2) float32 in the order of 300-W; any frame with y down.
    """
    up = points68[BRIDGE] - points68[CHIN]
    up = up / max(float(np.linalg.norm(up)), 1e-6)
    forehead = points68[BROWS] + FOREHEAD * np.ptp(points68 @ up) * up
    points = np.concatenate([points68, forehead])
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    towards = np.stack([np.cos(angles), np.sin(angles)])
    return np.asarray(points[(points @ towards).argmax(axis=0)], dtype=np.float32)
