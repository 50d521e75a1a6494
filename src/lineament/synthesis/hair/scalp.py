"""The scalp: where strands are rooted, and the cap of hair that lies on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Head, Indices
from lineament.synthesis.hair.hairline import growth_depth
from lineament.synthesis.hair.head_space import HeadSpace
from lineament.synthesis.mesh import Mesh, Triangles, vertex_normals
from lineament.synthesis.posed_head import PosedHead
from lineament.synthesis.traits import Traits

CROWN_DEPTH = 14.0
"""Centimetres from the hair line at which the texture of a cap ends."""

FLAT = 0.02
"""Centimetres off the skin of what goes on under a hat."""

CANDIDATES = 6

CAP_EDGE = -0.35
"""Centimetres inside the hair line from which the cap covers the skin."""


@dataclass(frozen=True)
class Roots:
    """R places on the skin, so ordered that the first of them are always spread evenly.

    Attributes:
        positions, normals: (R,3) float32 on the neutral head.
        index: (R,3) int32 vertices of the triangle that each is in; weight: (R,3) float32 shares.
    """

    positions: FloatArray
    normals: FloatArray
    index: Indices
    weight: FloatArray

    def __getitem__(self, chosen: NDArray[np.generic]) -> Roots:
        return Roots(
            *(self.positions[chosen], self.normals[chosen], self.index[chosen], self.weight[chosen])
        )

    def posed(self, posed: PosedHead) -> FloatArray:
        """(R,3) float32 where they are on a person."""
        return np.asarray(np.einsum("rk,rkd->rd", self.weight, posed.vertices[self.index]))


def scatter(
    head: Head,
    space: HeadSpace,
    grows: NDArray[np.bool_],
    count: int,
    random: np.random.Generator,
) -> Roots:
    """Places spread evenly over the triangles of `space` whose corners all grow hair.

    Args:
        grows: (V,) which vertices of the head do.
        count: R; they are drawn from six times as many, each next one the farthest from all before.
    """
    triangles = space.triangles[grows[space.triangles].all(axis=1)]
    corners = head.vertices[triangles]
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    row = random.choice(len(triangles), CANDIDATES * count, p=area / area.sum())
    weight = random.dirichlet(np.ones(3), CANDIDATES * count)
    places = np.einsum("rk,rkd->rd", weight, corners[row])
    order = np.zeros(count, np.intp)
    _farthest_first(places, order)
    chosen, share = triangles[row[order]], weight[order].astype(np.float32)
    normals = np.einsum("rk,rkd->rd", share, space.normals[chosen])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Roots(places[order].astype(np.float32), normals.astype(np.float32), chosen, share)


class Cap:
    """The part of the skin on which hair can grow, ready to be lifted off the head."""

    def __init__(self, head: Head, space: HeadSpace, grows: NDArray[np.bool_]) -> None:
        chosen = space.triangles[grows[space.triangles].any(axis=1)]
        self.vertices, flat = np.unique(chosen, return_inverse=True)
        self.triangles: Triangles = flat.reshape(-1, 3).astype(np.int32)
        self.neutral = head.vertices[self.vertices]
        x, _, z = self.neutral.T
        turn = (np.arctan2(x, z - 0.5) / (2 * np.pi)).astype(np.float32)[self.triangles]
        self._turn = turn + (turn < turn.max(axis=1, keepdims=True) - 0.5)

    def depth(self, traits: Traits) -> FloatArray:
        """(P,) float32 `growth_depth` of its vertices."""
        return growth_depth(self.neutral, traits)

    def mesh(
        self,
        posed: PosedHead,
        depth: FloatArray,
        lift: FloatArray,
        kept: NDArray[np.bool_],
        repeats: tuple[float, float] = (5, 1),
    ) -> Mesh:
        """Its triangles where hair grows.

        Args:
            depth, lift: (P,) centimetres inside the hair line, and off the skin.
            kept: (P,) vertices that may be shown; triangles across the border go down to the skin.
            repeats: of the texture, round the head and from the hair line to the crown.
        """
        inside = (depth > CAP_EDGE) & kept
        chosen = _any_corner(inside, self.triangles) & _any_corner(kept, self.triangles)
        triangles = self.triangles[chosen]
        normals = posed.normals[self.vertices]
        vertices = posed.vertices[self.vertices] + normals * np.where(kept, lift, FLAT)[:, None]
        v = np.clip((depth - CAP_EDGE) / CROWN_DEPTH, 0.001, 0.999)[triangles]
        texcoords = np.stack([self._turn[chosen] * repeats[0], v * repeats[1]], axis=-1)
        vertices = vertices.astype(np.float32)
        shading = vertex_normals(vertices, triangles)
        return Mesh(vertices, triangles, texcoords.astype(np.float32), shading)


def _any_corner(is_so: NDArray[np.bool_], triangles: Triangles) -> NDArray[np.bool_]:
    """(T,) whether that holds for any vertex of a triangle."""
    return np.asarray(is_so[triangles[:, 0]] | is_so[triangles[:, 1]] | is_so[triangles[:, 2]])


@njit(cache=True)
def _farthest_first(places: NDArray[np.float64], order: NDArray[np.intp]) -> None:
    """Fill `order` with rows of `places` (P,3), each the farthest from all before it."""
    nearest = np.full(len(places), np.inf)
    for number in range(1, len(order)):
        last = places[order[number - 1]]
        best = 0
        for p in range(len(places)):
            x, y, z = places[p, 0] - last[0], places[p, 1] - last[1], places[p, 2] - last[2]
            nearest[p] = min(nearest[p], x * x + y * y + z * z)
            if nearest[p] > nearest[best]:
                best = p
        order[number] = best
