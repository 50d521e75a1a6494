"""What is where in the face texture, from the head alone: the content of uv.npz."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.errors import DataError
from lineament.face import FloatArray
from lineament.synthesis.asset_build.ambient_occlusion import DIRECTIONS, ambient_occlusion
from lineament.synthesis.asset_build.part_labels import outer_outline, part_labels
from lineament.synthesis.asset_build.progress import Progress, silent
from lineament.synthesis.asset_build.triangle_raster import Coverage, Floats, texture_coverage
from lineament.synthesis.asset_types import Head, TextureMaps

FACE = "M_Face"
LABEL_SIDE = 1024
MAP_SIDE = 512


def make_texture_maps(
    head: Head, *, directions: int = DIRECTIONS, progress: Progress = silent
) -> TextureMaps:
    """Compute all maps of a head.

    Args:
        head: the head of ICT-FaceKit.
        directions: see `ambient_occlusion`.
        progress: told of each direction.

    Raises:
        DataError: the head lacks a material, or a landmark does not lie on the face.
    """
    places = face_places(head, LABEL_SIDE)
    landmarks = places[head.landmark68].astype(np.float32)
    if not np.isfinite(landmarks).all():
        stray = head.landmark68[~np.isfinite(landmarks).all(axis=1)]
        raise DataError(
            f"landmark vertex {stray[0]} is not on the face's texture, expected all 68 to be; "
            f"use the index file that belongs to the mesh"
        )
    coverage = texture_coverage(head, FACE, LABEL_SIDE)
    share = _halved(coverage.mask.astype(np.float32))
    return TextureMaps(
        labels=part_labels(places, landmarks, LABEL_SIDE),
        landmark_uv=landmarks,
        canonical_position=halved_mean(coverage, coverage.spread(head.vertices)).astype(np.float16),
        face_mask=(share >= 0.5).astype(np.uint8),
        outer_outline=outer_outline(landmarks),
        ambient_occlusion=ambient_occlusion(head, directions=directions, progress=progress),
    )


def face_places(head: Head, side: int) -> Floats:
    """Where each vertex lies in the face texture, (V,2) float64 texels, y down; NaN if nowhere."""
    chosen = head.has_material(FACE)
    where = head.texcoords[head.triangle_texcoords[chosen].ravel()] % 1.0
    places = np.full((len(head.vertices), 2), np.nan)
    places[head.triangles[chosen].ravel()] = np.stack(
        [where[:, 0] * side, (1 - where[:, 1]) * side], axis=1
    )
    return places


def halved_mean(coverage: Coverage, values: FloatArray) -> FloatArray:
    """Covered values (N,C) as a map (S/2,S/2,C): means over the covered texels of each four,
    0 where none is covered."""
    side = len(coverage.mask)
    full = np.zeros((side, side, values.shape[1]), np.float32)
    full[coverage.mask] = values
    share = _halved(coverage.mask.astype(np.float32))[:, :, None]
    return np.asarray(_halved(full) / np.where(share > 0, share, 1), dtype=np.float32)


def _halved(picture: FloatArray) -> FloatArray:
    size = (picture.shape[1] // 2, picture.shape[0] // 2)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
