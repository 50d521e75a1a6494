"""Folders in the layout of the public originals, written from the head of the real assets.

The base mesh of MakeHuman is made of the skin of that head itself, a little larger and with its
vertices in another order, so that every answer is known.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lineament.image import write
from lineament.synthesis.asset_build.ict import SKIN_VERTICES
from lineament.synthesis.asset_build.makehuman import EYEBALLS, EYES, SCALE
from lineament.synthesis.asset_build.targets import FOLDER, target_names
from lineament.synthesis.asset_types import Head

ENLARGED = 1.04
"""How much larger than the head the base mesh is, about the point between the eyes."""

CC0 = "# This asset was explicitly released as CC0\n"
Field = Callable[[np.ndarray], np.ndarray]


def obj_text(vertices: np.ndarray, texcoords: np.ndarray | None = None, faces: str = "") -> str:
    lines = ["v {:.9g} {:.9g} {:.9g}".format(*row) for row in vertices.tolist()]
    lines += ["vt {:.9g} {:.9g}".format(*row) for row in ([] if texcoords is None else texcoords)]
    return "\n".join(lines) + "\n" + faces


def face_lines(triangles: np.ndarray, texcoords: np.ndarray) -> str:
    pairs = np.stack([triangles, texcoords], axis=2).reshape(len(triangles), 6) + 1
    return "".join("f {}/{} {}/{} {}/{}\n".format(*row) for row in pairs.tolist())


def write_ict(folder: Path, head: Head, identities: int, expressions: tuple[str, ...]) -> Path:
    """ICT-FaceKit with the first identities and some expressions; every second file is packed."""
    model = folder / "FaceXModel"
    model.mkdir(parents=True)
    faces = ""
    for row, material in enumerate(head.materials):
        chosen = head.triangle_material == row
        faces += f"usemtl {material}\n"
        faces += face_lines(head.triangles[chosen], head.triangle_texcoords[chosen])
    shapes = {"generic_neutral_mesh": obj_text(head.vertices, head.texcoords, faces)}
    for row in range(identities):
        shapes[f"identity{row:03d}"] = obj_text(head.vertices + head.identity[row])
    for name in expressions:
        row = head.expression_names.index(name)
        shapes[name] = obj_text(head.vertices + head.expression[row])
    for row, (name, text) in enumerate(shapes.items()):
        if row % 2:
            (model / f"{name}.obj.gz").write_bytes(gzip.compress(text.encode(), 1))
        else:
            (model / f"{name}.obj").write_text(text)
    index = {"expressions": list(expressions), "idx_to_landmark_verts": head.landmark68.tolist()}
    (model / "vertex_indices.json").write_text(str(index).replace("'", '"'))
    return folder


class Body:
    """The base mesh: `placed` (P,3) centimetres over the head, `row` of each skin vertex."""

    def __init__(self, head: Head) -> None:
        eyeballs = np.isin(head.triangle_material, [head.materials.index(m) for m in EYEBALLS])
        eyes = head.vertices[np.unique(head.triangles[eyeballs])].astype(np.float64).mean(axis=0)
        skin = head.vertices[:SKIN_VERTICES].astype(np.float64)
        self.row = np.random.default_rng(3).permutation(SKIN_VERTICES)
        self.placed = np.empty_like(skin)
        self.placed[self.row] = (skin - eyes) * ENLARGED + eyes
        self.shift = eyes - np.array(EYES) * SCALE
        self.vertices = (self.placed - self.shift) / SCALE
        inside = (head.triangles < SKIN_VERTICES).all(axis=1)
        self.triangles = self.row[head.triangles[inside]]

    def texcoords(self) -> np.ndarray:
        """A texture that is painted from the front."""
        return self.placed[:, :2] / [36, 44] + [0.5, 0.55]

    def text(self) -> str:
        faces = f"g body\n{face_lines(self.triangles, self.triangles)}g helper-hair\nf 1 2 3\n"
        return CC0 + obj_text(self.vertices, self.texcoords(), faces)


def write_target(path: Path, body: Body, field: Field | None) -> None:
    """A target that moves the base mesh by a field of the place, in centimetres."""
    text = CC0
    if field is not None:
        offsets = (field(body.placed) / SCALE).tolist()
        text += "".join(
            "{} {:.6g} {:.6g} {:.6g}\n".format(row, *offset) for row, offset in enumerate(offsets)
        )
    path.write_text(text)


def write_makehuman(folder: Path, body: Body, fields: dict[str, Field], skin: np.ndarray) -> Path:
    """MakeHuman with a base mesh, targets (still ones where no field is given) and one skin."""
    data = folder / "makehuman" / "data"
    for name in ("3dobjs", "targets/macrodetails", "skins/textures"):
        (data / name).mkdir(parents=True)
    (data / "3dobjs" / "base.obj").write_text(body.text())
    for name in target_names().values():
        write_target(folder / FOLDER / f"{name}.target", body, fields.get(name))
    write(data / "skins" / "textures" / "young_female_diffuse.png", skin)
    return folder


def write_piece(folder: Path, name: str, body: Body, height: float) -> np.ndarray:
    """A cap that floats over the crown, bound to it; returns its (N,3) places on the base mesh."""
    folder.mkdir(parents=True, exist_ok=True)
    crown = np.flatnonzero(body.placed[:, 1] > 11)[:60]
    corners = np.stack([crown, np.roll(crown, 1), np.roll(crown, 2)], axis=1)
    weights, lift = [0.5, 0.25, 0.25], np.array([0, height / SCALE, 0])
    low, high = body.vertices[:, 1].argmin(), body.vertices[:, 1].argmax()
    tall = np.ptp(body.vertices[:, 1])
    rows = [" ".join(map(str, [*row, *weights, *(lift / 2)])) for row in corners.tolist()]
    head = f"{CC0}name {name}\nobj_file {name}.obj\ny_scale {low} {high} {tall / 2}\nverts 0\n"
    tail = f"material {name}.mhmat\n"
    (folder / f"{name}.mhclo").write_text(head + tail + "\n".join(rows) + "\ndelete_verts\n1 - 5\n")
    (folder / f"{name}.mhmat").write_text(f"{CC0}diffuseTexture {name}_picture.png\n")
    faces = "".join(f"f {i}/1 {i + 1}/2 {i + 2}/3 {i + 3}/1\n" for i in range(1, 57, 3))
    (folder / f"{name}.obj").write_text(
        CC0 + obj_text(np.zeros((60, 3)), np.array([[0, 0], [1, 0], [1, 1.0]]), faces)
    )
    places = np.einsum("k,nkd->nd", weights, body.placed[corners])
    return np.asarray(places + np.array([0, height, 0]))
