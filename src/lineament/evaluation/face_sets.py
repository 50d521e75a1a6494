"""The sets of faces that scores are given for: every subset, every attribute, all together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.labelled_face import LabelledFace
from lineament.face import FloatArray

OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class FaceSets:
    """Rows of the listing by set.

    Attributes:
        subsets: by name, in the order of the listing; they share no face.
        attributes: by name the faces of which the attribute is True; they may share faces.
        overall: all rows.
    """

    subsets: dict[str, list[int]]
    attributes: dict[str, list[int]]
    overall: list[int]

    def named(self) -> dict[str, list[int]]:
        """All of them by one name each; an attribute named as a subset is has `=` before it."""
        taken = {*self.subsets, OVERALL}
        attributes = {
            f"={name}" if name in taken else name: rows for name, rows in self.attributes.items()
        }
        return {**self.subsets, **attributes, OVERALL: self.overall}


def face_sets(faces: Sequence[LabelledFace]) -> FaceSets:
    """Every subset, and every attribute that is a boolean and True for at least one face."""
    subsets: dict[str, list[int]] = {}
    attributes: dict[str, list[int]] = {}
    for row, face in enumerate(faces):
        subsets.setdefault(face.subset, []).append(row)
        for name, value in face.attributes.items():
            if isinstance(value, bool | np.bool_):
                attributes.setdefault(name, []).extend([row] if value else [])
    occurring = {name: rows for name, rows in attributes.items() if rows}
    return FaceSets(subsets, occurring, list(range(len(faces))))


def boxes_of(faces: Sequence[LabelledFace]) -> FloatArray | None:
    """(N,4) boxes that the dataset gives; None where a face has none."""
    boxes = [face.box for face in faces if face.box is not None]
    return np.stack(boxes) if len(boxes) == len(faces) else None


def visible_of(faces: Sequence[LabelledFace]) -> NDArray[np.bool_] | None:
    """(N,L) what the dataset calls visible; None where it says nothing of a face."""
    visible = [face.visible for face in faces if face.visible is not None]
    return np.stack(visible) if len(visible) == len(faces) else None
