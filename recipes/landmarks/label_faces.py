"""Compute the 68 points of the faces that `render_faces.py` rendered.

    python recipes/landmarks/label_faces.py --assets ../shared/assets --faces data/first_light

Writes `partNNN_points.npy` (N,68,2) float32 beside each part: picture pixels, centres at
integers. The definition of the points is `lineament.synthesis.points68`; the middle line of a
brow follows from how the prototype paints it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from scipy.interpolate import splev, splprep

from lineament.synthesis.asset_types import Head, TextureMaps
from lineament.synthesis.assets import find_assets, read_head, read_texture_maps
from lineament.synthesis.outline import resample
from lineament.synthesis.points68 import Points68
from lineament.synthesis.posed_head import FACE_VERTICES

SUBPIXEL = 32
TEXTURE = 1024
DROP_UNIT = 30
THICKNESS_UNIT = 62
PAINTED_ABOVE = 0.30
"""Share of its thickness that a painted brow reaches above its guide line."""


class BrowBinding:
    """Binds points of the face texture near the brows to vertices of the mesh."""

    def __init__(self, head: Head, maps: TextureMaps) -> None:
        corners = head.texcoords[head.triangle_texcoords] % 1.0
        corners = np.stack([corners[..., 0], 1 - corners[..., 1]], axis=-1) * TEXTURE
        self.guide = maps.landmark_uv[17:27].astype(np.float64)
        low, high = self.guide.min(axis=0) - 60, self.guide.max(axis=0) + 80
        near = ((corners > low) & (corners < high)).all(axis=(1, 2))
        near &= head.has_material("M_Face") & (head.triangles < FACE_VERTICES).all(axis=1)
        self.triangles, self.corners = head.triangles[near], corners[near].astype(np.float64)

    def middle_line(self, thickness: float, drop: float) -> np.ndarray:
        """Texture positions (10,2) of points 17 to 26 on brows painted with these values."""
        points = []
        for side in (slice(0, 5), slice(5, 10)):
            guide = self.guide[side].copy()
            guide[:, 1] += drop * DROP_UNIT
            spline, _ = splprep(guide.T, s=0, k=3)
            line = np.stack(splev(np.linspace(0, 1, 60), spline), axis=1)
            from_nose = np.linspace(0, 1, 60)
            if side.start == 0:
                from_nose = from_nose[::-1]
            profile = np.interp(from_nose, [0, 0.15, 0.6, 1], [0.75, 1, 0.9, 0.15])
            line[:, 1] += thickness * THICKNESS_UNIT * profile * (0.5 - PAINTED_ABOVE)
            points.append(resample(line, 5))
        return np.concatenate(points)

    def bind(self, texture_points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Vertex ids (P,3) and weights (P,3) of texture positions (P,2)."""
        a, b, c = (self.corners[:, k] for k in range(3))
        base = np.stack([b - a, c - a], axis=-1)
        offset = texture_points[:, None] - a[None]
        inner = np.einsum("tij,ptj->pti", np.linalg.inv(base), offset)
        weights = np.concatenate([1 - inner.sum(axis=2, keepdims=True), inner], axis=2)
        best = weights.min(axis=2).argmax(axis=1)
        chosen = np.clip(weights[np.arange(len(best)), best], 0, 1)
        return self.triangles[best], (chosen / chosen.sum(axis=1, keepdims=True)).astype(np.float32)


def label_part(points68: Points68, binding: BrowBinding, scene_file: Path) -> int:
    """Write the points of one part; returns the number of faces."""
    prefix = str(scene_file).removesuffix("scene.npy")
    scene, surface = np.load(scene_file), np.load(f"{prefix}surface.npy", mmap_mode="r")
    points = np.empty((len(scene), 68, 2), np.float32)
    identity = -1.0
    anchors: Any = None
    weights: Any = None
    for index, (seed, render, _, roll, thickness, drop) in enumerate(scene):
        if render == 0:
            raise SystemExit(f"{scene_file}: face {index} is not rendered yet; finish the part")
        if seed != identity:
            anchors, weights = binding.bind(binding.middle_line(thickness, drop))
            identity = seed
        positions: Any = surface[index].astype(np.float32) / SUBPIXEL
        brows = points68.brow_points(positions, anchors, weights)
        points[index] = points68(positions, np.radians(roll), brows)
    np.save(f"{prefix}points.npy", points)
    return len(points)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assets", type=Path, help="folder of head.npz and uv.npz")
    parser.add_argument("--faces", type=Path, required=True, help="folder of the rendered parts")
    options = parser.parse_args()
    folder = find_assets(options.assets)
    head = read_head(folder)
    points68 = Points68(head)
    binding = BrowBinding(head, read_texture_maps(folder, len(head.vertices)))
    for scene_file in sorted(options.faces.glob("part*_scene.npy")):
        print(f"{scene_file.name}: {label_part(points68, binding, scene_file)} faces", flush=True)


if __name__ == "__main__":
    main()
