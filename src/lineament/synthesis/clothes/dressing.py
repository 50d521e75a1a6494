"""From an outfit to the layers of a scene."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lineament.synthesis.asset_types import Head
from lineament.synthesis.clothes.collars import (
    fur,
    hood_down,
    lapels,
    scarf,
    shirt_collar,
    stand_collar,
    straps,
)
from lineament.synthesis.clothes.fabric import Fabric, FabricBank, dyed
from lineament.synthesis.clothes.fastenings import (
    bow_tie,
    button_strip,
    buttons,
    cords,
    tie,
)
from lineament.synthesis.clothes.garment import band, body, neckline, sample_folds, sheet
from lineament.synthesis.clothes.outfit import Outfit
from lineament.synthesis.clothes.patch import Reals, chosen
from lineament.synthesis.clothes.torso import ANGLES, Chart, Torso
from lineament.synthesis.material import Finish, Layer, Material
from lineament.synthesis.mesh import Mesh
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import PosedHead
from lineament.synthesis.traits import Traits

SKIN_START, SKIN_ROWS = 0.87, 9
SKIN_OVERLAP = 0.1
"""Centimetres by which bare skin begins under that of the head; its end lies twice as far above."""

METAL_OR_HORN = (0.3, 30.0)


class ClothesLibrary:
    """What all clothes are made from, computed once.

    Attributes:
        torso: see `Torso`; its `shares` turn the neck.
        fabrics: textures.
    """

    def __init__(self, head: Head) -> None:
        self.torso = Torso(head)
        self.fabrics = FabricBank()


def outfit_layers(
    outfit: Outfit, traits: Traits, posed: PosedHead, library: ClothesLibrary
) -> list[Layer]:
    """The body below the neck and its clothes.

    Args:
        outfit: what is worn.
        traits: the person, for the tone of the skin.
        posed: the head; if the body is turned against it, as `turn_neck` leaves it.
        library: see there.
    """
    return _Dressing(outfit, traits, posed, library).layers()


class _Dressing:
    """One outfit on one body: what the garments share while they are put on."""

    def __init__(
        self, outfit: Outfit, traits: Traits, posed: PosedHead, library: ClothesLibrary
    ) -> None:
        self._outfit, self._traits, self._bank = outfit, traits, library.fabrics
        self._chart: Chart = library.torso.chart(posed, outfit.width, outfit.depth, outfit.tilt)
        self._random = np.random.default_rng([outfit.seed, 5])
        self._folds = sample_folds(self._random, outfit.folds)
        self._layers: list[Layer] = []

    def layers(self) -> list[Layer]:
        style = self._outfit.style
        if style in ("suit", "jacket"):
            self._open_jacket()
        elif style == "bare chest":
            self._skin(np.full(len(ANGLES), 1.999))
        elif style in ("straps", "bare"):
            self._low()
        else:
            self._closed()
        if self._outfit.scarf is not None:
            wound = scarf(self._chart, self._outfit.scarf.period, self._random)
            self._add(wound, self._outfit.scarf)
        return self._layers

    def _add(self, mesh: Mesh, fabric: Fabric, *, two_sided: bool = True) -> None:
        look = self._bank.material(fabric, Part.CLOTH, two_sided=two_sided)
        self._layers.append(Layer(mesh, look))

    def _skin(self, until: Reals) -> None:
        """Bare skin below the head's own mesh, down to the ways (64,) where clothes begin."""
        if until.max() < SKIN_START:
            return
        end = np.minimum(np.maximum(until + 0.25, SKIN_START + 0.1), 1.999)
        share = np.linspace(0, 1, SKIN_ROWS)[:, None]
        way = SKIN_START + (end - SKIN_START) * share
        height = np.clip(2.5 * (way - 0.93), -SKIN_OVERLAP, 2 * SKIN_OVERLAP)
        angle = np.broadcast_to(ANGLES, way.shape)
        mesh = sheet(self._chart, angle, way, height, 20.0, closed=True)
        red, green, blue = (float(value) for value in self._traits.tone)
        skin = Material(
            *(Finish.PLAIN, Part.NECK, (red, green, blue)), specular=0.12, gloss=14.0, wrap=0.25
        )
        self._layers.append(Layer(mesh, skin))

    def _body(self, top: Reals, fabric: Fabric, thickness: float, *, shaded: bool = False) -> None:
        """The garment itself; `shaded` if a collar keeps light from its upper part."""
        mesh = body(self._chart, top, self._folds, thickness, fabric.period)
        if not self._outfit.sleeves:
            look = self._bank.material(fabric, Part.CLOTH)
            light = np.repeat(np.linspace(0, 1, len(mesh.vertices) // len(ANGLES)), len(ANGLES))
            open_ = np.minimum(0.35 + 2.2 * light, 1).astype(np.float32) if shaded else None
            self._layers.append(Layer(mesh, look, open_))
            return
        sleeve = self._sleeve(mesh)
        self._add(chosen(mesh, ~sleeve), fabric, two_sided=False)
        self._add(chosen(mesh, sleeve), dyed(fabric, self._outfit.accent), two_sided=False)

    def _sleeve(self, mesh: Mesh) -> NDArray[np.bool_]:
        """Which triangles of a body are sleeves that run up to the neck."""
        column = mesh.triangles[:, 0] % len(ANGLES)
        row = mesh.triangles[:, 0] // len(ANGLES)
        side = np.abs(np.sin(ANGLES[column]))
        return np.asarray(side > 0.92 - 0.018 * row)

    def _closed(self) -> None:
        outfit, chart = self._outfit, self._chart
        shape = outfit.style if outfit.style != "fur collar" else "jacket"
        top = neckline(shape, outfit.opening)
        fabric, period = outfit.main, outfit.main.period
        self._skin(top)
        with_collar = outfit.style in ("shirt", "hoodie", "fur collar")
        self._body(top, fabric, outfit.thickness, shaded=with_collar)
        if outfit.style == "shirt":
            self._shirt_front(top, fabric, outfit.thickness, open_=outfit.opening > 0.25)
            return
        if outfit.style == "turtleneck":
            upper = np.maximum(top - 0.24, 0.02)
            self._add(band(chart, upper, 3.2 + 1.6 * outfit.collar, 0.6, period), fabric)
            self._add(band(chart, top, 2.5, 0.4, period), fabric)
        elif outfit.style == "fur collar":
            hide = replace(dyed(outfit.second, *outfit.second.colours), relief="fleece")
            self._add(fur(chart, outfit.collar, hide.period, self._random), hide)
        elif outfit.style == "hoodie":
            self._add(hood_down(chart, outfit.collar, period, self._random), fabric)
            lengths = tuple(self._random.uniform(0.3, 0.8, 2))
            string = dyed(outfit.second, outfit.accent)
            self._add(cords(chart, float(top[0]), outfit.thickness + 0.5, lengths), string)
        else:
            contrast = self._random.random() < 0.2 or outfit.sleeves
            hem = dyed(fabric, outfit.accent) if contrast else fabric
            width = 0.7 + 1.6 * outfit.collar * (outfit.style == "crew")
            self._add(band(chart, top, width, outfit.thickness, period), hem)

    def _shirt_front(self, top: Reals, fabric: Fabric, thickness: float, *, open_: bool) -> None:
        outfit, chart = self._outfit, self._chart
        gap = 0.1 + (0.22 * outfit.opening if open_ else 0.0)
        around = np.minimum(top, top[[4, -4]].max())
        lift = 0.3 if outfit.style == "shirt" else 0.0
        collar = shirt_collar(chart, around, gap, outfit.collar, lift, fabric.period)
        self._add(collar, fabric)
        start = float(top[0])
        self._add(button_strip(chart, start, thickness + 0.2, fabric.period), fabric)
        discs = buttons(chart, start, thickness + 0.35)
        strength, gloss = METAL_OR_HORN
        look = self._bank.material(dyed(fabric, outfit.accent), Part.CLOTH, two_sided=True)
        self._layers.append(Layer(discs, replace(look, specular=strength, gloss=gloss)))

    def _low(self) -> None:
        outfit = self._outfit
        top = neckline("bare", outfit.opening)
        self._skin(top)
        self._body(top, outfit.main, outfit.thickness)
        self._add(band(self._chart, top, 0.8, outfit.thickness, outfit.main.period), outfit.main)
        if outfit.style == "straps":
            wide = 0.8 + 4.5 * outfit.collar**2
            self._add(straps(self._chart, top, wide, outfit.main.period), outfit.main)

    def _open_jacket(self) -> None:
        outfit, chart = self._outfit, self._chart
        top = neckline(outfit.style, outfit.opening)
        self._under(outfit.second)
        period = outfit.main.period
        self._body(top, outfit.main, outfit.thickness + 0.75, shaded=True)
        if outfit.style == "suit":
            self._add(lapels(chart, top, outfit.collar, period), outfit.main)
        else:
            around = np.minimum(top, top[[9, -9]].max())
            height = 3.2 + 2.6 * outfit.collar
            lean = float(self._random.uniform(0.1, 1.2))
            collar = stand_collar(chart, around, 0.3, height, lean, period)
            self._add(collar, outfit.main)

    def _under(self, fabric: Fabric) -> None:
        """What is seen in the opening of a jacket."""
        outfit, chart = self._outfit, self._chart
        if outfit.under == "bare":
            self._skin(np.full(len(ANGLES), 1.7))
            return
        if outfit.under != "crew":
            fabric = replace(fabric, relief="weave")
        shape, opening = {
            "crew": ("crew", outfit.opening),
            "open shirt": ("shirt", 0.4 + 0.6 * outfit.opening),
        }.get(outfit.under, ("shirt", 0.0))
        top = neckline(shape, opening)
        if outfit.under in ("tie", "bow tie"):
            top = np.minimum(top, 0.4)
        self._skin(top)
        front = np.concatenate([ANGLES[-14:] - 2 * np.pi, ANGLES[:15]])
        start = np.concatenate([top[-14:], top[:15]])
        way = start + (1.999 - start) * (np.arange(10) / 9)[:, None]
        height = np.full(way.shape, 0.4)
        height[0] = 0.1
        angle = np.broadcast_to(front, way.shape)
        self._add(sheet(chart, angle, way, height, fabric.period), fabric)
        if outfit.under == "crew":
            self._add(band(chart, top, 1.5, 0.4, fabric.period), fabric)
            return
        self._shirt_front(top, fabric, 0.4, open_=outfit.under == "open shirt")
        silk = replace(dyed(outfit.second, outfit.accent), relief="satin")
        if outfit.under == "tie":
            pattern = ("plain", "thin stripes", "dots", "plain")[self._random.integers(4)]
            silk = replace(silk, pattern=pattern, colours=(outfit.accent, *fabric.colours[:1] * 3))
            self._add(tie(chart, float(top[0]) + 0.03, 6.0), silk)
        elif outfit.under == "bow tie":
            self._add(bow_tie(chart, float(top[0]) + 0.06, 6.0), silk)
