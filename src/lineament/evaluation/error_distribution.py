"""How the errors of faces are distributed: failure rate, area under the CED, its steps.

Errors are fractions of a normaliser, (N,), one of every face; infinity is a missed face.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Doubles = NDArray[np.float64]

THRESHOLDS = (0.08, 0.10)
"""A face fails above such an NME; the area under the CED ends there."""

THRESHOLD = 0.10


def failure_rate(errors: ArrayLike, threshold: float = THRESHOLD) -> float:
    """FR: share of (N,) errors above `threshold`; infinity, a missed face, is a failure."""
    return float((_checked(errors) > threshold).mean())


def area_under_ced(errors: ArrayLike, threshold: float = THRESHOLD) -> float:
    """AUC: area under the CED of (N,) errors from 0 to `threshold`, divided by `threshold`.

    The CED (cumulative error distribution) is the share of faces with an error of at most x, a
    step function; its integral is exact, the mean of max(0, threshold - error). Nothing is
    sampled or interpolated. Infinity, a missed face, adds nothing.
    """
    return float((np.clip(threshold - _checked(errors), 0, None) / threshold).mean())


def ced_steps(errors: ArrayLike, threshold: float = THRESHOLD) -> tuple[Doubles, Doubles]:
    """The CED of (N,) errors as corners for a `post` step plot, from 0 to `threshold`.

    Returns:
        x: errors in rising order, with 0 before and `threshold` after them.
        share: share of all faces with an error of at most x, same shape.
    """
    values = np.sort(_checked(errors))
    inside = values[values <= threshold]
    share = np.arange(len(inside) + 1) / len(values)
    return np.array([0, *inside, threshold]), np.append(share, share[-1])


def _checked(errors: ArrayLike) -> Doubles:
    values = np.asarray(errors, dtype=np.float64)
    if values.ndim != 1 or not len(values) or np.isnan(values).any() or (values < 0).any():
        raise ValueError(
            "errors need the shape (N,) with N > 0 and no NaN or negative value, got "
            f"shape {values.shape}"
        )
    return values
