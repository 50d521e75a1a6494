"""People of several seeds, to be dressed in tests."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from lineament.synthesis.asset_types import Head
from lineament.synthesis.assets import read_head, read_modes
from lineament.synthesis.head_mesh import split_head
from lineament.synthesis.mesh import vertex_normals
from lineament.synthesis.posed_head import PosedHead
from lineament.synthesis.traits import Traits, sample_traits

ASSETS = Path(os.environ.get("LINEAMENT_ASSETS") or Path(__file__).parents[3] / "shared" / "assets")
needs_assets = pytest.mark.skipif(
    not (ASSETS / "head.npz").is_file(),
    reason=f"the head of the synthesis assets is not in {ASSETS}",
)
SEEDS = (0, 3, 5, 8)
"""A child, old and heavy people among them."""


@cache
def head() -> Head:
    return read_head(ASSETS)


@cache
def person(seed: int) -> tuple[Traits, PosedHead]:
    traits = sample_traits(seed)
    vertices = head().vertices + np.tensordot(traits.shape, head().identity.astype(np.float32), 1)
    modes = _modes()
    for name, strength in traits.modes.items():
        vertices = vertices + getattr(modes, name).astype(np.float32) * np.float32(strength)
    vertices = np.asarray(vertices, np.float32)
    return traits, PosedHead(
        head(), vertices, vertex_normals(vertices, split_head(head()).triangles)
    )


@cache
def _modes():
    return read_modes(ASSETS)


def ray_reach(layers, origin, direction):
    """Largest distance from an origin at which a ray meets the layers; -inf if it never does."""
    far = -np.inf
    for layer in layers:
        a, b, c = (layer.mesh.vertices[layer.mesh.triangles[:, i]].astype(float) for i in range(3))
        first, second, across = b - a, c - a, np.cross(direction, c - a)
        scale = (first * across).sum(1)
        with np.errstate(divide="ignore", invalid="ignore"):
            away = origin - a
            u = (away * across).sum(1) / scale
            turned = np.cross(away, first)
            v = (turned @ direction) / scale
            distance = (second * turned).sum(1) / scale
            hit = (u >= -1e-6) & (v >= -1e-6) & (u + v <= 1 + 1e-6) & (distance > 0)
        if hit.any():
            far = max(far, float(distance[hit].max()))
    return far
