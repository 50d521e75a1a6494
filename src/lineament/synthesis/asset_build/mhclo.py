"""MakeHuman's .mhclo: how a mesh is bound to the base mesh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from lineament.errors import DataError
from lineament.synthesis.asset_build.obj_file import GET_AGAIN, Floats
from lineament.synthesis.asset_build.originals import Original
from lineament.synthesis.asset_types import Indices

AXES = ("x_scale", "y_scale", "z_scale")
FULL_ROW = 9


@dataclass(frozen=True)
class Binding:
    """N points that follow the base mesh.

    Attributes:
        vertices: (N,3) int32 vertices of the base mesh.
        weights: (N,3) float64 their shares.
        offsets: (N,3) float64 what is added, times the scale, in MakeHuman's unit.
        scale_vertices: (3,2) int32 pairs of base-mesh vertices for x, y, z.
        scale_lengths: (3,) float64 the length, in MakeHuman's unit, between a pair along its
            axis at which the offsets hold unscaled.
        obj_file: name of the mesh beside the file, empty if it is not given.
        material: name of the material file, likewise.
    """

    vertices: Indices
    weights: Floats
    offsets: Floats
    scale_vertices: Indices
    scale_lengths: Floats
    obj_file: str
    material: str

    def places(self, base: Floats) -> Floats:
        """Where the points lie, (N,3) float64, for base-mesh vertices (P,3) of MakeHuman's unit."""
        pairs = base[self.scale_vertices]
        axis = np.arange(3)
        scale = np.abs(pairs[axis, 0, axis] - pairs[axis, 1, axis]) / self.scale_lengths
        followed = np.einsum("nk,nkd->nd", self.weights, base[self.vertices])
        return np.asarray(followed + self.offsets * scale)


def read_mhclo(original: Original, base_vertices: int) -> Binding:
    """Read a .mhclo file.

    Args:
        original: the file.
        base_vertices: how many vertices the base mesh has.

    Raises:
        DataError: a line is malformed, names a vertex that is not there, or none binds a vertex.
    """
    texts = {"obj_file": "", "material": ""}
    scales: dict[str, tuple[int, int, float]] = {}
    rows: list[list[float]] = []
    in_rows = False
    for number, line in enumerate(original.content.splitlines(), start=1):
        words = line.decode("utf-8", "replace").split()
        if not words or words[0].startswith("#"):
            continue
        key = words[0]
        if in_rows and _is_number(key):
            rows.append(_row(original, number, words, base_vertices))
        elif key == "verts":
            in_rows = True
        elif key in AXES:
            scales[key] = _scale(original, number, words, base_vertices)
        elif key in texts and len(words) > 1:
            texts[key] = " ".join(words[1:])
        elif rows:
            in_rows = False
    if not rows:
        raise DataError(
            f"{original.path} binds no vertex, expected lines after 'verts'; {GET_AGAIN}"
        )
    table = np.array(rows)
    axes = [scales.get(axis) for axis in AXES]
    return Binding(
        vertices=table[:, :3].astype(np.int32),
        weights=table[:, 3:6],
        offsets=table[:, 6:],
        scale_vertices=np.array([axis[:2] if axis else (0, 0) for axis in axes], np.int32),
        scale_lengths=np.array([axis[2] if axis else np.inf for axis in axes]),
        obj_file=texts["obj_file"],
        material=texts["material"],
    )


def _is_number(word: str) -> bool:
    return word.lstrip("+-").replace(".", "", 1).isdigit()


def _row(original: Original, number: int, words: list[str], base_vertices: int) -> list[float]:
    """Three vertices, three weights, three offsets; one vertex alone is followed as it is."""
    try:
        row = [float(word) for word in words]
    except ValueError:
        row = []
    if len(row) == 1:
        row = [row[0]] * 3 + [1.0] + [0.0] * 5
    if len(row) != FULL_ROW or not np.isfinite(row).all():
        _fail(original, number, words, "three vertices, three weights and three offsets")
    if any(not 0 <= vertex < base_vertices or vertex % 1 for vertex in row[:3]):
        _fail(original, number, words, f"vertices of the base mesh from 0 to {base_vertices - 1}")
    return row


def _scale(
    original: Original, number: int, words: list[str], base_vertices: int
) -> tuple[int, int, float]:
    try:
        first, second, length = int(words[1]), int(words[2]), float(words[3])
    except (IndexError, ValueError):
        first = second = -1
        length = 0.0
    inside = min(first, second) >= 0 and max(first, second) < base_vertices
    if not inside or not length > 0:
        _fail(original, number, words, f"'{words[0]}', two vertices of the base mesh and a length")
    return first, second, length


def _fail(original: Original, number: int, words: list[str], expected: str) -> NoReturn:
    raise DataError(
        f"{original.path}, line {number}: got {' '.join(words)[:60]!r}, expected {expected}; "
        f"{GET_AGAIN}"
    )
