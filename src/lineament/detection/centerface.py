"""Decoding CenterFace (Xu et al., 2019): faces as peaks of a heat map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lineament.detection.detector import Detections
from lineament.face import FloatArray
from lineament.weights import CenterFaceOutput


def decode_centerface(
    outputs: Sequence[FloatArray],
    contract: CenterFaceOutput,
    min_score: float,
) -> list[Detections]:
    """Candidates of a batch that reach `min_score`, before suppression and in no order.

    Args:
        outputs: heat map (N,1,h,w), log of height and width in cells (N,2,h,w), offsets of the
            middle as y, x in cells (N,2,h,w), five points as y, x in box sizes from the box's
            upper left corner (N,10,h,w).
        contract: the network's stride.
        min_score: candidates below it are dropped.

    Returns:
        One entry per picture, in input pixels with pixel centres at integers.
    """
    stride = contract.stride
    found = []
    for heat, sizes, offsets, points in zip(*outputs, strict=True):
        rows, columns = np.nonzero(heat[0] >= min_score)
        cells = np.stack([columns, rows], axis=1)
        size = np.exp(sizes[::-1, rows, columns].T) * stride
        shift = offsets[::-1, rows, columns].T
        middle = (cells + shift + 0.5) * stride - 0.5
        corner = middle - size / 2
        relative = points[:, rows, columns].T.reshape(-1, 5, 2)[..., ::-1]
        found.append(
            Detections(
                np.concatenate([corner, corner + size], axis=1).astype(np.float32),
                heat[0, rows, columns],
                (corner[:, None] + relative * size[:, None]).astype(np.float32),
            )
        )
    return found
