"""ICT-FaceKit's OBJ files and their index file become the head."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from lineament.errors import DataError
from lineament.synthesis.asset_build.obj_file import GET_AGAIN, Floats, read_obj, read_obj_vertices
from lineament.synthesis.asset_build.originals import Original, Originals
from lineament.synthesis.asset_build.progress import Progress, silent
from lineament.synthesis.asset_types import Halves, Head
from lineament.synthesis.posed_head import FACE_VERTICES

SOURCE = "https://github.com/ICT-VGL/ICT-FaceKit"
LICENCE = "MIT, Copyright (c) 2020 USC Institute for Creative Technologies; keep the notice"
HOW_TO_GET = f"get it again from {SOURCE}"
MODEL = "FaceXModel"
NEUTRAL = "generic_neutral_mesh.obj"
INDEX = "vertex_indices.json"
LANDMARKS = "idx_to_landmark_verts"
IDENTITY = re.compile(r"identity(\d{3})\.obj")
IDENTITIES = 100

SKIN_VERTICES = 11248
"""The head's first vertices are the face, the back of the head and the neck; those of the sockets
of mouth and eyes, of teeth, gums, eyeballs and lashes come after them."""


def ict_originals(folder: Path) -> Originals:
    """The model's folder: `folder/FaceXModel`, or `folder` itself if the model is in it.

    Raises:
        DataError: it is in neither.
    """
    for place in (folder / MODEL, folder):
        originals = Originals(place, SOURCE, LICENCE, HOW_TO_GET)
        if originals.find(NEUTRAL):
            checkout = place.parent if place.name == MODEL else place
            return Originals(checkout, SOURCE, LICENCE, HOW_TO_GET)
    raise DataError(
        f"neither {folder / MODEL} nor {folder} holds {NEUTRAL}, expected a checkout of "
        f"ICT-FaceKit; get it from {SOURCE} and give its folder with --ict-facekit"
    )


def read_head_originals(
    originals: Originals, *, partial: bool = False, progress: Progress = silent
) -> Head:
    """Read the neutral head and all shapes.

    Args:
        originals: see `ict_originals`.
        partial: take the shapes that are there, in the order of their names, where some of the
            100 identities or of the expressions that the index file names are missing.
        progress: told of each file.

    Returns:
        the head; shapes are offsets from the neutral head, in centimetres.

    Raises:
        DataError: a file is missing, malformed or of another mesh.
    """
    folder = "." if originals.find(NEUTRAL) else MODEL
    prefix = "" if folder == "." else f"{folder}/"
    index = originals.read(f"{prefix}{INDEX}")
    expected_expressions, landmarks = _read_index(index)
    neutral = originals.read(f"{prefix}{NEUTRAL}")
    mesh = read_obj(neutral)
    names = [name.removeprefix(prefix) for name in originals.names(folder, ".obj")]
    identities = [name for name in names if IDENTITY.fullmatch(name)]
    expressions = [name for name in names if name != NEUTRAL and not IDENTITY.fullmatch(name)]
    if not partial:
        identities = [f"identity{number:03d}.obj" for number in range(IDENTITIES)]
        expressions = sorted({*expressions, *(f"{name}.obj" for name in expected_expressions)})
    for kind, found in (("identity", identities), ("expression", expressions)):
        if not found:
            raise DataError(
                f"{originals.folder / folder} has no {kind} shapes, expected some; {HOW_TO_GET}"
            )
    _check_mesh(neutral, mesh.triangle_texcoords.min(), len(mesh.vertices), landmarks.max())
    done, total = 0, len(identities) + len(expressions)

    def offsets(name: str) -> Halves:
        nonlocal done
        shape = read_obj_vertices(originals.read(f"{prefix}{name}"), len(mesh.vertices))
        done += 1
        progress("reading the head", done, total)
        return _offsets(shape, mesh.vertices)

    materials = tuple(sorted(mesh.materials))
    order = np.array([materials.index(name) for name in mesh.materials], np.uint8)
    return Head(
        vertices=mesh.vertices.astype(np.float32),
        triangles=mesh.triangles,
        texcoords=mesh.texcoords.astype(np.float32),
        triangle_texcoords=mesh.triangle_texcoords,
        triangle_material=order[mesh.triangle_material],
        materials=materials,
        identity=np.stack([offsets(name) for name in identities]),
        expression=np.stack([offsets(name) for name in expressions]),
        expression_names=tuple(name.removesuffix(".obj") for name in expressions),
        landmark68=landmarks.astype(np.int32),
    )


def _offsets(shape: Floats, neutral: Floats) -> Halves:
    difference = shape.astype(np.float32) - neutral.astype(np.float32)
    return np.asarray(difference.astype(np.float16))


def _read_index(original: Original) -> tuple[list[str], Floats]:
    """Names of the expressions and the 68 landmark vertices."""
    wrong = f"{original.path} is not the index file of ICT-FaceKit"
    try:
        content = json.loads(original.content)
    except ValueError as error:
        raise DataError(f"{wrong} ({error}), expected JSON; {GET_AGAIN}") from error
    try:
        expressions = [str(name) for name in content["expressions"]]
        landmarks = np.array(content[LANDMARKS])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{wrong}: expected 'expressions' and {LANDMARKS!r} ({error!r}); {GET_AGAIN}"
        ) from error
    if landmarks.shape != (68,) or landmarks.dtype.kind != "i" or landmarks.min() < 0:
        raise DataError(f"{wrong}: {LANDMARKS!r} is not 68 vertex numbers; {GET_AGAIN}")
    return expressions, landmarks


def _check_mesh(neutral: Original, least_texcoord: int, vertices: int, landmark: int) -> None:
    if least_texcoord < 0:
        raise DataError(f"{neutral.path} has faces without texture coordinates; {GET_AGAIN}")
    if vertices < SKIN_VERTICES or landmark >= FACE_VERTICES:
        raise DataError(
            f"{neutral.path} has {vertices} vertices and landmarks up to vertex {landmark}, "
            f"expected the light model, whose first {SKIN_VERTICES} are the skin and "
            f"{FACE_VERTICES} the face; {HOW_TO_GET}"
        )
