"""Registers the head of ICT-FaceKit to MakeHuman's base mesh.

First the head is fitted as it may vary: scale, turn, place and its identity shapes, to the nearest
points of the base mesh (iterated closest points). Then what is left is moved smoothly: each vertex
towards its nearest point, each difference between neighbours at a price (a Laplacian), which falls
from step to step.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import factorized

from lineament.errors import DataError
from lineament.synthesis.asset_build.ict import SKIN_VERTICES
from lineament.synthesis.asset_build.makehuman import BaseMesh
from lineament.synthesis.asset_build.obj_file import Floats
from lineament.synthesis.asset_build.progress import Progress, silent
from lineament.synthesis.asset_build.surface import SampledSurface
from lineament.synthesis.asset_types import Head, Indices
from lineament.synthesis.mesh import vertex_normals

logger = logging.getLogger(__name__)
STAGE = "registering the base mesh"

LOWEST_FITTED = -11.0
"""Vertices below this height, in centimetres, do not draw the fit: necks are posed differently."""

FITTED_SHARE = 0.9
"""Only this share of the vertices, those nearest to the base mesh, draws the fit."""

REACH = 1.2
"""How far a vertex may be from its counterpart to be drawn to it in the second part."""

TOO_FAR = 1.0
"""A mean distance after the fit, in centimetres, at which the base mesh is another mesh."""

LEAST_SCALE, GREATEST_SCALE = 0.7, 1.4
"""Beyond these the head has shrunk into a corner of another mesh, or swallowed it."""


@dataclass(frozen=True)
class RegistrationSettings:
    """How thoroughly to register.

    Attributes:
        identities: how many identity shapes are fitted.
        samples: points on the base mesh.
        fit_steps: steps of the first part.
        damping: price of the identity shapes.
        stiffness: price of differences between neighbours, one per step of the second part.
        seed: of the samples.
    """

    identities: int = 60
    samples: int = 600_000
    fit_steps: int = 25
    damping: float = 0.02
    stiffness: tuple[float, ...] = (30, 10, 5, 3, 2, 2)
    seed: int = 0


DEFAULTS = RegistrationSettings()


@dataclass(frozen=True)
class Registration:
    """Where the skin of the head lies on the base mesh.

    Attributes:
        places: (11248,3) float64 centimetres: the vertices of the head's skin, on the base mesh.
        displacement: (11248,3) float64 from there to the neutral head.
        surface: the samples of the base mesh.
        distance: mean distance of the fitted head from the base mesh, in centimetres.
    """

    places: Floats
    displacement: Floats
    surface: SampledSurface
    distance: float


def register(
    head: Head,
    base: BaseMesh,
    settings: RegistrationSettings = DEFAULTS,
    progress: Progress = silent,
) -> Registration:
    """Find the counterpart of each skin vertex of the head on the base mesh.

    Raises:
        DataError: the base mesh is not the one that is expected: the head cannot be fitted to it.
    """
    surface = SampledSurface(base.vertices, base.triangles, settings.samples, settings.seed)
    total = settings.fit_steps + len(settings.stiffness)
    fit = _Fit(head, settings)
    for step in range(settings.fit_steps):
        fit.step(surface)
        progress(STAGE, step + 1, total)
    if not LEAST_SCALE < fit.scale < GREATEST_SCALE or fit.distance > TOO_FAR:
        raise DataError(
            f"the head fits MakeHuman's base mesh only at {fit.scale:.2f} times its size, "
            f"{fit.distance:.2f} cm away on average, expected {LEAST_SCALE} to {GREATEST_SCALE} "
            f"times and less than {TOO_FAR} cm; use the base mesh hm08 and the head of ICT-FaceKit"
        )
    places = fit.vertices[:SKIN_VERTICES]
    laplacian = _laplacian(head.triangles)
    moved = np.zeros_like(places)
    for step, stiffness in enumerate(settings.stiffness, start=settings.fit_steps + 1):
        fit.vertices[:SKIN_VERTICES] = places + moved
        counterparts, distance = surface.alike(fit.vertices[:SKIN_VERTICES], fit.normals())
        near = (distance < REACH).astype(np.float64)
        solve = factorized((sparse.diags(near) + stiffness * laplacian).tocsc())
        pull = near[:, None] * (counterparts - places)
        moved = np.column_stack([solve(axis) for axis in pull.T])
        progress(STAGE, step, total)
    places = places + moved
    logger.info("registered: scale %.3f, mean distance %.3f cm", fit.scale, fit.distance)
    displacement = head.vertices[:SKIN_VERTICES].astype(np.float64) - places
    return Registration(places, displacement, surface, fit.distance)


class _Fit:
    """The head as it may vary, drawn to a surface step by step."""

    def __init__(self, head: Head, settings: RegistrationSettings) -> None:
        self.neutral: Floats = head.vertices.astype(np.float64)
        self.triangles = head.triangles
        self.shapes: Floats = head.identity[: settings.identities].astype(np.float64)
        self.basis = self.shapes[:, :SKIN_VERTICES].reshape(len(self.shapes), -1).T
        self.price = settings.damping * SKIN_VERTICES / 100 * np.eye(len(self.shapes))
        self.amounts: Floats = np.zeros(len(self.shapes))
        self.vertices: Floats = self.neutral.copy()
        self.scale = 1.0
        self.distance = np.inf

    def normals(self) -> Floats:
        """Of the skin as it stands, (11248,3)."""
        normals = vertex_normals(self.vertices.astype(np.float32), self.triangles)
        return normals[:SKIN_VERTICES].astype(np.float64)

    def step(self, surface: SampledSurface) -> None:
        """Find counterparts, then place and shape the head by least squares."""
        skin = self.vertices[:SKIN_VERTICES]
        targets, distance = surface.alike(skin, self.normals())
        fits = (distance < np.quantile(distance, FITTED_SHARE)) & (skin[:, 1] > LOWEST_FITTED)
        if not fits.any():
            return
        shaped = self.neutral[:SKIN_VERTICES] + (self.basis @ self.amounts).reshape(-1, 3)
        self.scale, turn, shift = similarity(shaped[fits], targets[fits])
        wanted = (targets - shift) @ turn / self.scale - self.neutral[:SKIN_VERTICES]
        chosen = np.repeat(fits, 3)
        basis = self.basis[chosen]
        self.amounts = np.asarray(
            np.linalg.solve(basis.T @ basis + self.price, basis.T @ wanted.ravel()[chosen]),
            np.float64,
        )
        full = self.neutral + np.tensordot(self.amounts, self.shapes, axes=1)
        self.vertices = self.scale * full @ turn.T + shift
        left = np.linalg.norm(targets - self.vertices[:SKIN_VERTICES], axis=1)
        self.distance = float(left[fits].mean())


def similarity(points: Floats, targets: Floats) -> tuple[float, Floats, Floats]:
    """Scale, turn (3,3) and shift (3,) that bring points (N,3) nearest to targets (N,3).

    By Umeyama (PAMI 1991): `scale * turn @ point + shift`.
    """
    middle, target_middle = points.mean(axis=0), targets.mean(axis=0)
    centred = points - middle
    left, strength, right = np.linalg.svd(centred.T @ (targets - target_middle))
    sign = np.ones(3)
    sign[2] = np.sign(np.linalg.det(right.T @ left.T))
    turn = (right.T * sign) @ left.T
    scale = float((strength * sign).sum() / (centred**2).sum())
    return scale, turn, target_middle - scale * turn @ middle


def _laplacian(triangles: Indices) -> sparse.csr_matrix:
    """Of the graph of the skin's edges, (11248,11248)."""
    skin = triangles[(triangles < SKIN_VERTICES).all(axis=1)]
    start = skin.ravel()
    end = np.roll(skin, -1, axis=1).ravel()
    ones: NDArray[np.float64] = np.ones(len(start))
    edges = sparse.coo_matrix((ones, (start, end)), shape=(SKIN_VERTICES, SKIN_VERTICES))
    adjacent = ((edges + edges.T) > 0).astype(np.float64)
    return sparse.diags(np.asarray(adjacent.sum(axis=1)).ravel()) - adjacent
