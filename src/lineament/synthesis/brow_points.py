"""Points on the brows, divided evenly as they are seen in the picture."""

from __future__ import annotations

import numpy as np

from lineament.synthesis.outline import Floats, resample


def brow_points68(lines: Floats) -> Floats:
    """Points 17 to 26 of the 68 (10,3): five at even distances along the upper edge of each brow,
    where the mesh's authors have them too and where the published conversion of the 98 points to
    the 68 takes them from.

    Args:
        lines: (2,3,N,3) x, y and nearness along the person's right and left brow, from the inner
            end to the tail: along the middle, the upper and the lower edge.
    """
    right, left = lines[:, 1]
    return np.concatenate([resample(right[::-1], 5, axes=2), resample(left, 5, axes=2)])


def brow_points98(lines: Floats) -> Floats:
    """Points 33 to 50 of the 98 of WFLW (18,3); arguments as above.

    Along the upper edge of the right brow from the tail (33-37) and back along its lower edge
    (38-41), which ends short of the tail; along the upper edge of the left brow to the tail
    (42-46) and back along its lower edge (47-50).
    """
    upper = [resample(brow[1], 5, axes=2) for brow in lines]
    lower = [resample(brow[2], 5, axes=2)[:4] for brow in lines]
    return np.concatenate([upper[0][::-1], lower[0], upper[1], lower[1][::-1]])
