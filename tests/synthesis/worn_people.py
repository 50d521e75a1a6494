"""People to hang things on: a few heads with expressions."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from lineament.synthesis.assets import read_head, read_modes
from lineament.synthesis.expression import sample_expression
from lineament.synthesis.mesh import vertex_normals
from lineament.synthesis.posed_head import PosedHead
from lineament.synthesis.traits import sample_traits

ASSETS = Path(os.environ.get("LINEAMENT_ASSETS") or Path(__file__).parents[3] / "shared" / "assets")
needs_assets = pytest.mark.skipif(
    not (ASSETS / "head.npz").is_file(),
    reason=f"the head of the synthesis assets is not in {ASSETS}",
)


@cache
def _head():
    head, modes = read_head(ASSETS), read_modes(ASSETS)
    return head, modes, head.identity.astype(np.float32), head.expression.astype(np.float32)


@cache
def person(seed):
    """Traits and posed head of a person."""
    head, modes, identity, expressions = _head()
    traits = sample_traits(seed)
    random = np.random.default_rng([seed, 3])
    expression = sample_expression(head.expression_names, random)
    vertices = head.vertices + np.tensordot(traits.shape, identity, 1)
    vertices += np.tensordot(expression.weights, expressions, 1)
    for name, strength in traits.modes.items():
        vertices += getattr(modes, name).astype(np.float32) * np.float32(strength)
    vertices = vertices.astype(np.float32)
    return traits, PosedHead(head, vertices, vertex_normals(vertices, head.triangles))


def same_layers(first, second):
    """Whether two lists of layers are the same to the byte."""
    return len(first) == len(second) and all(
        np.array_equal(a.mesh.vertices, b.mesh.vertices)
        and np.array_equal(a.mesh.triangles, b.mesh.triangles)
        and np.array_equal(a.mesh.texcoords, b.mesh.texcoords)
        and a.material.colour == b.material.colour
        for a, b in zip(first, second, strict=True)
    )
