"""Bakes MakeHuman's skin pictures into the layout of the face texture of ICT-FaceKit."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from lineament.errors import DataError
from lineament.face import ByteArray, FloatArray
from lineament.synthesis.asset_build.ict import SKIN_VERTICES
from lineament.synthesis.asset_build.makehuman import DATA, BaseMesh
from lineament.synthesis.asset_build.originals import Original
from lineament.synthesis.asset_build.register import Registration
from lineament.synthesis.asset_build.rgba_picture import read_rgba
from lineament.synthesis.asset_build.texture_maps import FACE, halved_mean
from lineament.synthesis.asset_build.triangle_raster import Coverage, texture_coverage
from lineament.synthesis.asset_types import Head
from lineament.synthesis.assets import SKIN_SIDE

FOLDERS = (f"{DATA}/skins/textures", "base/skins/textures")
"""Where a checkout of MakeHuman, or of its assets, keeps the pictures."""

NAME_PART = "_diffuse"


@dataclass(frozen=True)
class SkinBaker:
    """Where in MakeHuman's skin texture each texel of the face is.

    Attributes:
        coverage: the N texels of the face, at twice the side of the baked picture.
        places: (N,2) float32 u, v in MakeHuman's texture, v up.
        source_row, source_column: for each texel of the baked picture, the nearest that is covered.
    """

    coverage: Coverage
    places: FloatArray
    source_row: NDArray[np.int64]
    source_column: NDArray[np.int64]

    def bake(self, picture: ByteArray) -> ByteArray:
        """A skin (512,512,3) uint8 RGB of a picture (H,W,3) uint8 RGB of MakeHuman's layout.

        Outside of the face each texel repeats the nearest one of the face.
        """
        height, width = picture.shape[:2]
        across = (self.places[:, 0] * width - 0.5).astype(np.float32)
        down = ((1 - self.places[:, 1]) * height - 0.5).astype(np.float32)
        found = np.empty((len(across), 3), np.float32)
        for start in range(0, len(across), 1 << 14):
            part = slice(start, start + (1 << 14))
            found[part] = cv2.remap(
                picture,
                across[part, None],
                down[part, None],
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )[:, 0]
        baked = np.round(halved_mean(self.coverage, found)).astype(np.uint8)
        return np.ascontiguousarray(baked[self.source_row, self.source_column])


def make_skin_baker(head: Head, base: BaseMesh, registration: Registration) -> SkinBaker:
    """Find the places once, for all skins."""
    coverage = texture_coverage(head, FACE, 2 * SKIN_SIDE)
    shape = head.vertices.copy()
    shape[:SKIN_VERTICES] = registration.places
    nearest = registration.surface.nearest(coverage.spread(shape).astype(np.float64))
    corners = base.texcoords[nearest.triangles]
    places = np.einsum("nc,ncd->nd", nearest.weights, corners).astype(np.float32)
    covered = coverage.mask.reshape(SKIN_SIDE, 2, SKIN_SIDE, 2).any(axis=(1, 3))
    rows, columns = distance_transform_edt(~covered, return_distances=False, return_indices=True)
    return SkinBaker(coverage, places, rows, columns)


def read_skin_picture(original: Original) -> ByteArray:
    """Read a skin picture, (H,W,3) uint8 RGB.

    Raises:
        DataError: it is damaged, or git-lfs has not fetched it.
    """
    if original.is_lfs_pointer:
        raise DataError(
            f"{original.path} is only a pointer of git-lfs, expected a picture; run 'git lfs pull' "
            f"in its checkout"
        )
    return read_rgba(original)[:, :, :3]
