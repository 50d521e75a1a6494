"""The One-Euro filter: still points stay still, moving points keep up.

Casiez, Roussel and Vogel, "1 Euro Filter: A Simple Speed-based Low-pass Filter for Noisy Input in
Interactive Systems", CHI 2012. A low-pass filter whose cut-off grows with the speed, so that what
trembles in place is calmed and what moves does not lag.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from lineament.strict import Strict

Floats = NDArray[np.float64]


class OneEuroOptions(Strict):
    """Parameters of the filter, with the face's size as the unit of length.

    Attributes:
        min_cutoff: hertz at rest; lower calms more.
        beta: hertz for each face size per second; higher follows motion more closely. A point
            that moves evenly lags by less than 1 / (2 pi beta) face sizes.
        derivative_cutoff: hertz of the low-pass filter on the speed.
    """

    min_cutoff: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    beta: float = Field(default=10.0, ge=0, allow_inf_nan=False)
    derivative_cutoff: float = Field(default=1.0, gt=0, allow_inf_nan=False)


class OneEuroFilter:
    """Smooths the points of one face from frame to frame.

    Every point has a speed of its own, which is the length of its filtered velocity, so that x
    and y share one cut-off and the result does not depend on how the picture is turned. In one
    dimension this is the published filter.

    Args:
        options: its parameters.
    """

    def __init__(self, options: OneEuroOptions | None = None) -> None:
        self.options = options or OneEuroOptions()
        self._points: Floats | None = None
        self._velocity: Floats | None = None
        self._seconds = 0.0

    def __call__(self, points: NDArray[np.floating], seconds: float, size: float) -> Floats:
        """The smoothed points of the next frame.

        Args:
            points: (N,D) in pixels; the same N and D at every call.
            seconds: time of the frame. A frame that is no later than the one before changes
                nothing, and its points come out as they last were.
            size: of the face in pixels, such as the root of its box's area.

        Returns:
            (N,D) float64 in pixels; of the first frame, the points themselves.

        Raises:
            ValueError: the shape changed, or the size is not above zero.
        """
        found = np.asarray(points, dtype=np.float64)
        if not size > 0:
            raise ValueError(f"a face needs a size above zero, got {size}")
        if self._points is None or self._velocity is None:
            self._points, self._velocity, self._seconds = found, np.zeros_like(found), seconds
            return found.copy()
        if found.shape != self._points.shape:
            raise ValueError(f"got points {found.shape}, expected {self._points.shape} as before")
        passed = seconds - self._seconds
        if passed <= 0:
            return self._points.copy()
        velocity = (found - self._points) / passed
        share = smoothing_factor(passed, self.options.derivative_cutoff)
        self._velocity = self._velocity + share * (velocity - self._velocity)
        speed = np.linalg.norm(self._velocity, axis=1, keepdims=True) / size
        cutoff = self.options.min_cutoff + self.options.beta * speed
        self._points = self._points + smoothing_factor(passed, cutoff) * (found - self._points)
        self._seconds = seconds
        return self._points.copy()


def smoothing_factor(passed: float, cutoff: Floats | float) -> Floats:
    """Share of the new value in a low-pass filter: 1 / (1 + tau / Te), tau = 1 / (2 pi cutoff).

    Args:
        passed: Te, seconds since the value before.
        cutoff: hertz.
    """
    return np.asarray(1 / (1 + 1 / (2 * math.pi * np.asarray(cutoff) * passed)), dtype=np.float64)
