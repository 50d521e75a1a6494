"""From headwear to the layers of a scene, and which hair it hides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lineament.synthesis.asset_types import Head, Wear
from lineament.synthesis.clothes.fabric import FabricBank
from lineament.synthesis.clothes.patch import Reals
from lineament.synthesis.clothes.torso import Torso
from lineament.synthesis.headwear.brimmed import SHAPES, brimmed_hat
from lineament.synthesis.headwear.caps import baseball_cap, flat_cap, peaked_cap
from lineament.synthesis.headwear.fitting import CLEARANCE, Fit, fit_edge
from lineament.synthesis.headwear.hard_hats import (
    bicycle_helmet,
    closed_helmet,
    crown,
    graduation_cap,
    hard_hat,
)
from lineament.synthesis.headwear.head_map import TO_BACK, TO_TOP, map_head, mapped_triangles
from lineament.synthesis.headwear.headwear import Headwear
from lineament.synthesis.headwear.hoods import fit_face, hood_or_hijab
from lineament.synthesis.headwear.pieces import layer
from lineament.synthesis.headwear.soft_hats import (
    band_start,
    beanie,
    beret,
    fur_hat,
    headband,
    headscarf,
    santa_hat,
    turban,
)
from lineament.synthesis.material import Layer
from lineament.synthesis.mesh import Triangles, make_mesh
from lineament.synthesis.posed_head import PosedHead

Maker = Callable[[Headwear, Fit, FabricBank, np.random.Generator], list[Layer]]
Cut = Callable[[Reals], NDArray[np.bool_]]

MAKERS: Mapping[str, Maker] = {
    "cap": baseball_cap,
    "cap backwards": baseball_cap,
    "flat cap": flat_cap,
    "peaked cap": peaked_cap,
    "beanie": beanie,
    "beret": beret,
    "headscarf": headscarf,
    "headband": headband,
    "turban": turban,
    "fur hat": fur_hat,
    "santa hat": santa_hat,
    "bicycle helmet": bicycle_helmet,
    "hard hat": hard_hat,
    "motorcycle helmet": closed_helmet,
    "riding helmet": closed_helmet,
    "graduation cap": graduation_cap,
    "crown": crown,
} | dict.fromkeys(SHAPES, brimmed_hat)
ROUND_THE_FACE = ("hijab", "hood")
ASSET_GROWTH, ASSET_RISE = 1.07, 0.4
"""How much the hats of the assets are widened, and lifted in centimetres."""


class HeadwearLibrary:
    """What all hats are made from, computed once.

    Attributes:
        triangles: see `mapped_triangles`.
        fabrics: textures.
        torso: the body on which long cloth falls.
        wear: hats of the assets; None leaves that style to the fedora.
    """

    def __init__(self, head: Head, wear: Wear | None = None) -> None:
        self.triangles = mapped_triangles(head)
        self.fabrics = FabricBank()
        self.torso = Torso(head)
        self.wear = wear if wear is not None and wear.hats else None
        self._last: tuple[Headwear, PosedHead, Fit] | None = None

    def fit(self, hat: Headwear, posed: PosedHead) -> Fit:
        """Where the edge of a hat runs on a person; the last answer is kept."""
        if self._last is None or self._last[0] is not hat or self._last[1] is not posed:
            self._last = hat, posed, _fit(hat, posed, self.triangles)
        return self._last[2]


def headwear_layers(hat: Headwear, posed: PosedHead, library: HeadwearLibrary) -> list[Layer]:
    """The surfaces of a hat on a person's head (its neck turned already, see `turn_neck`)."""
    random = np.random.default_rng([hat.seed, 8])
    fit = library.fit(hat, posed)
    if hat.style in ROUND_THE_FACE:
        return hood_or_hijab(hat, fit, library.torso.chart(posed), library.fabrics, random)
    if hat.style != "assets":
        return MAKERS[hat.style](hat, fit, library.fabrics, random)
    if library.wear is None:
        return brimmed_hat(replace(hat, style="fedora"), fit, library.fabrics, random)
    return _from_assets(hat, posed, fit, library)


def _from_assets(
    hat: Headwear, posed: PosedHead, fit: Fit, library: HeadwearLibrary
) -> list[Layer]:
    """One of the hats of the assets, in our own cloth."""
    assert library.wear is not None
    pieces = list(library.wear.hats.values())
    piece = pieces[hat.seed % len(pieces)]
    vertices = posed.bound(piece.vertices, piece.bind_index, piece.bind_weight.astype(np.float32))
    middle = fit.middle.astype(np.float32)
    growth = np.array([ASSET_GROWTH, 1.0, ASSET_GROWTH], np.float32)
    vertices = (vertices - middle) * growth + middle + np.array([0, ASSET_RISE, 0], np.float32)
    vertices = np.asarray(fit.map.push_out(vertices, CLEARANCE), np.float32)
    mesh = make_mesh(vertices, piece.triangles, piece.texcoords * np.float32(4))
    return [layer(library.fabrics, mesh, hat.main)]


def _fit(hat: Headwear, posed: PosedHead, triangles: Triangles) -> Fit:
    if hat.style in ROUND_THE_FACE:
        return fit_face(hat, posed, map_head(posed, triangles, TO_BACK))
    return fit_edge(posed, map_head(posed, triangles, TO_TOP), *hat.edge)


def headwear_cut(hat: Headwear, posed: PosedHead, library: HeadwearLibrary) -> Cut | None:
    """Which points of the head's frame, (P,3) to (P,) bool, a hat covers: hair there vanishes.

    None if it hides no hair.
    """
    if hat.style == "crown":
        return None
    fit = library.fit(hat, posed)
    if hat.style != "headband":
        return fit.inside
    inner = Fit(fit.map, fit.edge * band_start(hat))
    return lambda points: fit.inside(points) & ~inner.inside(points)
