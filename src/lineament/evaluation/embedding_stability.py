"""Quality of a face for recognition, told by the network itself: how far its embedding stays put.

The idea of SER-FIQ (Terhörst et al., CVPR 2020), an embedding that wavers is a bad one, with the
disturbance on the picture's side, since exported networks have no dropout: the crop is shifted,
turned, and seen at half its resolution. A sharp frontal face hardly moves; one that is blurred,
dark, covered or turned away does. No label and no further network is needed.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray, FloatArray

SHIFT = 3
"""Pixels of the 112 crop: what five points of two detectors differ by."""

TURN = 4.0
"""Degrees."""


def embedding_stability(
    embed: Callable[[ByteArray], FloatArray],
    crops: ByteArray,
    embeddings: FloatArray | None = None,
) -> NDArray[np.float32]:
    """Mean cosine between the embedding of each crop and those of the disturbed crop.

    Args:
        embed: (N,S,S,3) uint8 -> (N,D) of unit length.
        crops: (N,S,S,3) uint8 RGB aligned crops.
        embeddings: (N,D) of these crops, where they are known.

    Returns:
        (N,) float32 from -1 to 1; the higher, the better.
    """
    still = embed(crops) if embeddings is None else embeddings
    moved = [disturbed(crops, kind) for kind in KINDS]
    cosines = [(still * embed(one)).sum(axis=1) for one in moved]
    return np.asarray(np.mean(cosines, axis=0), dtype=np.float32)


KINDS = ("shifted", "shifted back", "turned", "coarse")


def disturbed(crops: ByteArray, kind: str) -> ByteArray:
    """The crops (N,S,S,3) with one of `KINDS` done to each."""
    return np.stack([_disturbed(crop, kind) for crop in crops])


def _disturbed(crop: ByteArray, kind: str) -> ByteArray:
    side = crop.shape[0]
    if kind == "coarse":
        half = cv2.resize(crop, (side // 2, side // 2), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(half, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)
    middle = ((side - 1) / 2, (side - 1) / 2)
    affine = cv2.getRotationMatrix2D(middle, TURN if kind == "turned" else 0.0, 1.0)
    if kind != "turned":
        affine[:, 2] += SHIFT if kind == "shifted" else -SHIFT
    return np.asarray(
        cv2.warpAffine(crop, affine, (side, side), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )
