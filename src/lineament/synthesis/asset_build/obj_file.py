"""Wavefront OBJ: the vertices, texture coordinates and faces, with exact places of errors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from lineament.errors import DataError
from lineament.synthesis.asset_build.originals import Original
from lineament.synthesis.asset_types import Indices

Floats = NDArray[np.float64]
GET_AGAIN = "get the file again"


@dataclass(frozen=True)
class ObjMesh:
    """P vertices, C texture coordinates; polygons are cut into T triangles, fanwise.

    Attributes:
        vertices: (P,3) float64 in the unit of the file.
        texcoords: (C,2) float64 u, v with v up.
        triangles: (T,3) int32 rows of `vertices`.
        triangle_texcoords: (T,3) int32 rows of `texcoords`, -1 where the file gives none.
        triangle_material: (T,) int32 rows of `materials`.
        materials: names after `usemtl`, in the order of the file; empty before the first.
        triangle_group: (T,) int32 rows of `groups`.
        groups: names after `g`, likewise.
    """

    vertices: Floats
    texcoords: Floats
    triangles: Indices
    triangle_texcoords: Indices
    triangle_material: Indices
    materials: tuple[str, ...]
    triangle_group: Indices
    groups: tuple[str, ...]


def read_obj_vertices(original: Original, count: int | None = None) -> Floats:
    """Read only the vertices (P,3) of an OBJ file, float64.

    Args:
        original: the file.
        count: how many there must be; None takes any number.

    Raises:
        DataError: a line is malformed, or there are none or another number of vertices.
    """
    vertices = _numbers(original, _lines(original), b"v", 3)
    if not len(vertices) or (count is not None and len(vertices) != count):
        expected = "some" if count is None else str(count)
        raise DataError(
            f"{original.path} has {len(vertices)} vertices, expected {expected}; it is cut off "
            f"or of another mesh: {GET_AGAIN}"
        )
    return vertices


def read_obj(original: Original) -> ObjMesh:
    """Read an OBJ file.

    Raises:
        DataError: a line is malformed, an index points nowhere, or there are no faces.
    """
    lines = _lines(original)
    vertices = _numbers(original, lines, b"v", 3)
    texcoords = _numbers(original, lines, b"vt", 2)
    faces = _Faces(original, len(vertices), len(texcoords))
    for number, line in enumerate(lines, start=1):
        faces.take(number, line)
    if not faces.triangles:
        raise DataError(f"{original.path} has no faces, expected an OBJ mesh; {GET_AGAIN}")
    return ObjMesh(
        vertices,
        texcoords,
        np.array(faces.triangles, np.int32),
        np.array(faces.triangle_texcoords, np.int32),
        np.array(faces.triangle_material, np.int32),
        tuple(faces.materials),
        np.array(faces.triangle_group, np.int32),
        tuple(faces.groups),
    )


class _Faces:
    """Collects the triangles while the lines go by."""

    def __init__(self, original: Original, vertices: int, texcoords: int) -> None:
        self.original = original
        self.vertices = vertices
        self.texcoords = texcoords
        self.materials: dict[str, int] = {}
        self.groups: dict[str, int] = {}
        self.material = self.group = ""
        self.triangles: list[tuple[int, int, int]] = []
        self.triangle_texcoords: list[tuple[int, int, int]] = []
        self.triangle_material: list[int] = []
        self.triangle_group: list[int] = []

    def take(self, number: int, line: bytes) -> None:
        word, _, rest = line.partition(b" ")
        if word == b"usemtl":
            self.material = _text(rest)
        elif word == b"g":
            self.group = _text(rest)
        elif word == b"f":
            self._face(number, line)

    def _face(self, number: int, line: bytes) -> None:
        try:
            corners = [_corner(token) for token in line.split()[1:]]
        except ValueError:
            _fail(self.original, number, line, "a face as in 'f 1/1 2/2 3/3'")
        for vertex, texcoord in corners:
            if not 0 <= vertex < self.vertices:
                _fail(self.original, number, line, f"vertices from 1 to {self.vertices}")
            if not -1 <= texcoord < self.texcoords:
                _fail(self.original, number, line, f"texture vertices from 1 to {self.texcoords}")
        if len(corners) < 3:
            _fail(self.original, number, line, "three corners or more")
        material = self.materials.setdefault(self.material, len(self.materials))
        group = self.groups.setdefault(self.group, len(self.groups))
        first = corners[0]
        for second, third in pairwise(corners[1:]):
            self.triangles.append((first[0], second[0], third[0]))
            self.triangle_texcoords.append((first[1], second[1], third[1]))
            self.triangle_material.append(material)
            self.triangle_group.append(group)


def _corner(token: bytes) -> tuple[int, int]:
    """Vertex and texture coordinate, counted from 0; -1 where there is no texture coordinate."""
    vertex, _, rest = token.partition(b"/")
    texcoord = rest.partition(b"/")[0]
    place = int(texcoord) - 1 if texcoord else -1
    if texcoord and place < 0:
        raise ValueError
    return int(vertex) - 1, place


def _lines(original: Original) -> list[bytes]:
    return original.content.replace(b"\r\n", b"\n").replace(b"\t", b" ").split(b"\n")


def _numbers(original: Original, lines: list[bytes], word: bytes, width: int) -> Floats:
    """The first `width` numbers of each line that begins with a word."""
    start = word + b" "
    wanted = [line for line in lines if line.startswith(start)]
    tokens = b" ".join(wanted).split()
    columns = len(wanted[0].split()) if wanted else width + 1
    try:
        table = np.array(tokens or [b""] * 0, dtype=np.bytes_).reshape(-1, columns)
        numbers = table[:, 1 : width + 1].astype(np.float64)
    except ValueError:
        return _number_by_number(original, lines, start, width)
    regular = len(table) == len(wanted) and columns > width and bool((table[:, 0] == word).all())
    if not regular or not np.isfinite(numbers).all():
        return _number_by_number(original, lines, start, width)
    return numbers


def _number_by_number(original: Original, lines: list[bytes], start: bytes, width: int) -> Floats:
    """The same for lines of unequal lengths; finds the line that is wrong."""
    rows = []
    for number, line in enumerate(lines, start=1):
        if line.startswith(start):
            try:
                row = [float(token) for token in line.split()[1 : width + 1]]
            except ValueError:
                row = []
            if len(row) < width or not np.isfinite(row).all():
                _fail(original, number, line, f"{width} finite numbers after {start.decode()!r}")
            rows.append(row)
    return np.array(rows, np.float64).reshape(-1, width)


def _text(name: bytes) -> str:
    return name.strip().decode("utf-8", "replace")


def _fail(original: Original, number: int, line: bytes, expected: str) -> NoReturn:
    shown = line[:60].decode("utf-8", "replace")
    raise DataError(
        f"{original.path}, line {number}: got {shown!r}, expected {expected}; {GET_AGAIN}"
    )
