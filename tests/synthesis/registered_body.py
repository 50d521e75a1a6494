"""The real head, a base mesh whose every vertex is known, and the one registered to the other."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from original_folders import Body

from lineament.synthesis.asset_build.makehuman import SCALE, BaseMesh
from lineament.synthesis.asset_build.register import (
    Registration,
    RegistrationSettings,
    register,
)
from lineament.synthesis.asset_types import Head
from lineament.synthesis.assets import read_head

ASSETS = Path(os.environ.get("LINEAMENT_ASSETS") or Path(__file__).parents[3] / "shared" / "assets")
needs_assets = pytest.mark.skipif(
    not (ASSETS / "head.npz").is_file(), reason=f"the synthesis assets are not in {ASSETS}"
)
QUICK = RegistrationSettings(identities=8, samples=60_000, fit_steps=8, stiffness=(30, 5, 2))


@cache
def real_head() -> Head:
    return read_head(ASSETS)


@cache
def body() -> Body:
    return Body(real_head())


@cache
def base_mesh() -> BaseMesh:
    return base_of(body().placed)


@cache
def registration() -> Registration:
    return register(real_head(), base_mesh(), QUICK)


def base_of(placed: np.ndarray) -> BaseMesh:
    """The body with its vertices at `placed` (P,3), as the reader of its file would give it."""
    middle = placed[body().triangles].mean(axis=1)
    chosen = body().triangles[(middle[:, 1] > -19) & (np.abs(middle[:, 0]) < 14)]
    return BaseMesh(
        original=(placed - body().shift) / SCALE,
        vertices=placed,
        shift=body().shift,
        body=np.arange(len(placed), dtype=np.int32),
        triangles=chosen.astype(np.int32),
        texcoords=body().texcoords()[chosen],
    )


def older(places: np.ndarray) -> np.ndarray:
    """A smooth field: the lower the place, the more it sinks and widens."""
    depth = (14 - places[:, 1:2]) / 30
    return np.concatenate([places[:, :1] * 0.1, -depth, 0.3 * depth], axis=1) * 1.5


def painted(side: int = 256) -> np.ndarray:
    """A skin whose red runs across and whose green runs down."""
    down, across = np.mgrid[:side, :side] * 255.0 / side
    return np.stack([across, down, np.full_like(down, 90)], axis=2).astype(np.uint8)
