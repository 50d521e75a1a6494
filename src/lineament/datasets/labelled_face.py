"""One labelled face of one picture: what every reader of a landmark dataset returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray, checked_points
from lineament.landmarks.schemes import find_scheme

Attribute = bool | int | float | str


@dataclass(frozen=True, slots=True, eq=False)
class LabelledFace:
    """One labelled face of one picture.

    Attributes:
        image: path of the picture; several faces may share one.
        points: (L,2) float32, x and y in photo pixels, pixel centres at integers. A point of a
            face that the border cuts may lie outside the picture.
        subset: part of the dataset that the face is from, such as `helen/trainset`.
        name: unique within what one reader returned: `subset/stem`, with `#2` and so on behind
            the second and later faces of one picture.
        scheme: order of the points, a name that `lineament.landmarks.schemes.find_scheme` knows.
        box: (4,) float32 x1 y1 x2 y2 in photo pixels, the box that the dataset gives; None where
            it gives none.
        visible: (L,) bool, False where the dataset says that something hides the point or that
            it lies on the far side of the head; None where it says nothing.
        attributes: what else the dataset says of the face, by plain name.

    Raises:
        ConfigError: no such scheme.
        ValueError: an array of another shape or with a number that is not finite, or a box
            without area.
    """

    image: Path
    points: FloatArray
    subset: str
    name: str
    scheme: str
    box: FloatArray | None = None
    visible: NDArray[np.bool_] | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    def __post_init__(self) -> None:
        points = checked_points(self.points)
        count = find_scheme(self.scheme).count
        if len(points) != count:
            raise ValueError(
                f"{self.scheme} needs points of shape ({count}, 2), got {points.shape}"
            )
        object.__setattr__(self, "points", points)
        if self.box is not None:
            box = np.asarray(self.box, dtype=np.float32)
            if box.shape != (4,) or not np.isfinite(box).all() or not (box[:2] < box[2:]).all():
                raise ValueError(f"a box needs four finite numbers x1 < x2, y1 < y2; got {box}")
            object.__setattr__(self, "box", box)
        if self.visible is not None:
            visible = np.asarray(self.visible, dtype=np.bool_)
            if visible.shape != (count,):
                raise ValueError(f"visible needs shape ({count},), got {visible.shape}")
            object.__setattr__(self, "visible", visible)


def numbered(names: Iterable[str]) -> list[str]:
    """The names in their order, with `#2`, `#3` ... behind those that came before.

    The first face of a picture keeps the plain name, so that adding a second one does not rename
    it.
    """
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return unique
