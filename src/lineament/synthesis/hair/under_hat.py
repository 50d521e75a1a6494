"""Hair with a hat on: what is rooted under it vanishes, what hangs below the rim stays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray

Cut = Callable[[FloatArray], NDArray[np.bool_]]
"""Which of some places (P,3) on the person are under a hat, (P,)."""

HALVINGS = 4


def hanging_out(lines: FloatArray, cut: Cut) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Strands (N,K,3) shortened to what is not under a hat.

    Returns:
        The strands, whose points just inside are moved to the rim, and which of their segments
        (N,K-1) are to be shown.
    """
    under = cut(lines.reshape(-1, 3)).reshape(lines.shape[:2])
    lines = lines.copy()
    shown = ~under[:, 1:] & ~under[:, :-1]
    for inside, outside in ((np.s_[:-1], np.s_[1:]), (np.s_[1:], np.s_[:-1])):
        strand, segment = np.nonzero(under[:, inside] & ~under[:, outside])
        if not len(strand):
            continue
        hidden, bare = segment + (inside.start or 0), segment + (outside.start or 0)
        low, high = lines[strand, hidden], lines[strand, bare]
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            covered = cut(middle.astype(np.float32))[:, None]
            low, high = np.where(covered, middle, low), np.where(covered, high, middle)
        lines[strand, hidden] = low
        shown[strand, segment] = True
    return lines, shown
