"""A picture of every loss on points and of its gradient, drawn from the functions that train."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lineament.errors import DataError
from lineament.landmarks.adaptive_wing import adaptive_wing
from lineament.landmarks.criterion import l1, l2, smooth_l1, wing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Doubles = NDArray[np.float64]
Loss = Callable[[Tensor], Tensor]
"""Loss of each difference, in the shape of the differences."""

DRAWN_PIXELS = 20.0
COLOURS = ("#7a7a7a", "#d98e04", "#2a8f6d", "#1f4e9c", "#b03a48")
"""Wing with the paper's parameters comes fourth in both of its columns, in blue."""

PLAIN: dict[str, Loss] = {"L2": l2, "L1": l1, "smooth L1": smooth_l1, "Wing, w 10, ε 2": wing}
WINGS: dict[str, Loss] = {
    f"w {width}, ε {curvature:g}": partial(wing, width=float(width), curvature=curvature)
    for width, curvature in ((5, 2.0), (10, 0.5), (10, 5.0), (10, 2.0), (15, 2.0))
}


def _adaptive(difference: Tensor, truth: float) -> Tensor:
    there = torch.full_like(difference, truth)
    return adaptive_wing(there + difference, there)


ADAPTIVE: dict[str, Loss] = {
    f"true value {truth:g}": partial(_adaptive, truth=truth) for truth in (0.0, 0.25, 0.5, 1.0)
}


def curve(loss: Loss, distances: Doubles) -> tuple[Doubles, Doubles]:
    """Values of a loss and the sizes of its gradient, by automatic differentiation.

    Args:
        loss: of each difference.
        distances: (M,) differences at which to look.

    Returns:
        (M,) and (M,) float64.
    """
    # Adaptive Wing rounds to float32, which is as exact as a plot asks for.
    x = torch.tensor(distances, dtype=torch.float64, requires_grad=True)
    values = loss(x)
    (slopes,) = torch.autograd.grad(values.sum(), x)
    return values.detach().double().numpy(), slopes.abs().numpy()


def write_loss_curves(path: Path) -> None:
    """Write a PNG: losses above, gradients below; all losses, Wing's parameters, Adaptive Wing.

    Args:
        path: the .png, in a folder that exists.

    Raises:
        DataError: the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.6, 7.4), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 3, sharex="col")
    pixels = "distance from the truth (input pixels)"
    _column(panels[:, 0], PLAIN, DRAWN_PIXELS, (30.0, 6.0), pixels, "upper right")
    _column(panels[:, 1], WINGS, DRAWN_PIXELS, (50.0, 12.0), pixels, "upper right")
    heat = "distance from the true value of a pixel"
    _column(panels[:, 2], ADAPTIVE, 1.0, (12.0, 14.0), heat, "lower right")
    for panel, title in zip(
        panels[0], ("Losses on points", "Wing", "Adaptive Wing, on heatmaps"), strict=True
    ):
        panel.set_title(title, fontsize=12, loc="left")
    panels[0, 0].set_ylabel("loss")
    panels[1, 0].set_ylabel("size of the gradient")
    try:
        figure.savefig(path, dpi=130, format="png")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --out") from error


def _column(
    panels: NDArray[np.object_],
    losses: dict[str, Loss],
    far: float,
    tops: tuple[float, float],
    unit: str,
    legend: Literal["upper right", "lower right"],
) -> None:
    from matplotlib.ticker import MaxNLocator

    above: Axes = panels[0]
    below: Axes = panels[1]
    distances = np.linspace(far / 4000, far, 4000)
    for (name, loss), colour in zip(losses.items(), COLOURS, strict=False):
        for panel, values in zip((above, below), curve(loss, distances), strict=True):
            panel.plot(distances, values, label=name, color=colour, linewidth=1.7)
    for panel, top in zip((above, below), tops, strict=True):
        panel.set_xlim(0, far)
        panel.set_ylim(0, top)
        panel.grid(alpha=0.25, linewidth=0.6)
        panel.spines[["top", "right"]].set_visible(False)
        panel.xaxis.set_major_locator(MaxNLocator(5))
    below.legend(loc=legend, fontsize=9, framealpha=0.95, edgecolor="none")
    below.set_xlabel(unit)
