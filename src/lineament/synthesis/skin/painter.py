"""The skin of a person, and of the person in a scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Head, Indices, Skins
from lineament.synthesis.hair.facial_hair import Beard
from lineament.synthesis.material import Colour
from lineament.synthesis.shader import SkinMaps
from lineament.synthesis.skin.brow_hairs import WINDOW, BrowHairs, draw_brows
from lineament.synthesis.skin.brow_shape import BrowShapes, brow_lines
from lineament.synthesis.skin.make_up import BARE, MakeUp, MakeUpPainter
from lineament.synthesis.skin.painted_hair import PaintedHair
from lineament.synthesis.skin.painting import bend, coat
from lineament.synthesis.skin.part_map import part_map
from lineament.synthesis.skin.relief import age_skin, skin_texture
from lineament.synthesis.skin.scanned_detail import scanned_detail
from lineament.synthesis.skin.shine import skin_gloss, skin_shine
from lineament.synthesis.skin.spots import add_spots, spot_places
from lineament.synthesis.skin.texture_space import FACE_TILE, SIDE, texture_space
from lineament.synthesis.skin.tone import colour_fields, log_albedo
from lineament.synthesis.skin.wrinkles import Wrinkles, expression_folds
from lineament.synthesis.skin.zones import find_zones
from lineament.synthesis.traits import Traits


@dataclass(frozen=True)
class PersonSkin:
    """What stays with a person: the skin without make-up, hair and expression.

    Attributes:
        traits: the person.
        maps: skin with lines of age, without brows in the albedo, with brows among the parts.
        brows: as drawn.
        brow_index, brow_weight: (2,3,N,3) int32, float32: the vertices of the face that the lines
            of `brow_shape.brow_lines` follow, and their shares.
        scalp: (2,S,S) float32 how thickly hair grows.
        fold_variant: which drawing of each kind of line the person has.
        fold_depth: how deep expressions fold the skin.
    """

    traits: Traits
    maps: SkinMaps
    brows: BrowHairs
    brow_index: Indices
    brow_weight: FloatArray
    scalp: FloatArray
    fold_variant: Mapping[str, int]
    fold_depth: float


class SkinPainter:
    """Paints the skin of persons on one head.

    Args:
        head: that of ICT-FaceKit.
        skins: scanned skins for detail; None makes all detail by procedure.
        side: texels of a texture.

    Raises:
        DataError: it is another head.
    """

    def __init__(self, head: Head, skins: Skins | None = None, side: int = SIDE) -> None:
        self.space = texture_space(head, side)
        self.parts: NDArray[np.uint8] = part_map(self.space)
        self.zones = find_zones(self.space, self.parts)
        self._detail = None if skins is None else scanned_detail(skins, self.space, self.zones)
        self._fields = colour_fields(self.zones)
        self._heights = skin_texture(self.zones)
        self._wrinkles = Wrinkles(self.space)
        self._spots = spot_places(self.space, self.zones)
        self._brows = BrowShapes(self.space)
        self._hair = PaintedHair(self.space)
        self._make_up = MakeUpPainter(self.space, self.zones)

    def person(self, traits: Traits) -> PersonSkin:
        """Skin of a person; all its details follow from `traits.seed`."""
        random = np.random.default_rng([traits.seed, 78])
        space = self.space
        albedo, scanned = log_albedo(self._fields, self.zones, self._detail, traits, random)
        young = float(np.clip((16 - traits.age) / 8, 0, 1))
        old = float(np.clip((traits.age - 45) / 35, 0, 1))
        pores = np.float32(random.uniform(0.5, 1.3) * (1 - 0.6 * young))
        bumps = np.float32(random.uniform(0.4, 1.1) * (1 + 0.8 * old) * (1 - 0.6 * young))
        height = self._heights[0] * pores + self._heights[1] * bumps
        height[FACE_TILE] += scanned
        variants = age_skin(height[FACE_TILE], albedo[FACE_TILE], self._wrinkles, traits, random)
        add_spots(albedo[FACE_TILE], height[FACE_TILE, ..., None], self._spots, traits, random)
        np.exp(albedo, out=albedo)
        np.clip(albedo, 0.002, 0.96, out=albedo)
        relief = np.zeros_like(albedo)
        for tile in range(2):
            bend(relief[tile], height[tile], space.slope_u[tile], space.slope_v[tile])
        lines = self._brows.of(traits, random)
        brows = draw_brows(lines, traits, space.side, random)
        parts = self.parts.copy()
        window = parts[FACE_TILE][WINDOW]
        window[brows.parts > 0] = brows.parts[brows.parts > 0]
        maps = SkinMaps(albedo, relief, skin_shine(self.zones, traits), parts, skin_gloss(traits))
        followed = brow_lines(*lines)
        index, weight = self._brows.bound(followed.reshape(-1, 2))
        depth = float(np.clip(0.3 + (traits.age - 8) / 55, 0.25, 1.15))
        return PersonSkin(
            traits=traits,
            maps=maps,
            brows=brows,
            brow_index=index.reshape(*followed.shape[:3], 3),
            brow_weight=weight.reshape(*followed.shape[:3], 3),
            scalp=self._hair.scalp_cover(traits),
            fold_variant=variants,
            fold_depth=depth,
        )

    def scene(
        self,
        person: PersonSkin,
        *,
        expression: Mapping[str, float],
        make_up: MakeUp = BARE,
        beard: Beard | None = None,
        scalp: float = 1.0,
        stubble_length: float = 0.3,
        hair_colour: Colour | None = None,
    ) -> SkinMaps:
        """Skin of a person in a scene; nothing here is random.

        Args:
            expression: weights of expression shapes by name.
            beard: painted as stubble and roots; what stands off the skin is not painted.
            scalp: how much hair is painted on the scalp, 0 (bald) to 1 (roots of full hair).
            stubble_length: of that hair, in centimetres.
            hair_colour: linear RGB; None takes the person's own.
        """
        base, traits = person.maps, person.traits
        albedo, relief = base.albedo.copy(), base.relief.copy()
        shine, parts = base.shine.copy(), base.parts.copy()
        face = albedo[FACE_TILE]
        for (kind, side), strength in expression_folds(expression).items():
            fold = self._wrinkles.of(kind, person.fold_variant[kind])[side == "R"]
            fold.press(relief[FACE_TILE], strength * person.fold_depth)
            fold.darken(face, strength * person.fold_depth)
        self._make_up.paint_skin(face, traits.tone, make_up)
        self._make_up.paint_shine(shine[FACE_TILE], make_up)
        brows = person.brows
        if make_up.brow_pencil:
            coat(face[brows.window], brows.pencil, brows.colour, 0.65 * make_up.brow_pencil)
        coat(face[brows.window], brows.cover, brows.colour, 1.0)
        if beard is not None and beard.length > 0:
            self._hair.paint_beard(face, parts[FACE_TILE], beard)
        if scalp > 0:
            colour = np.array(hair_colour or _greyed(traits), np.float32)
            self._hair.paint_scalp(albedo, parts, person.scalp, colour, scalp, stubble_length)
        return SkinMaps(albedo, relief, shine, parts, base.gloss)


def _greyed(traits: Traits) -> FloatArray:
    grey = 0.85 * traits.grey
    mixed = np.array(traits.hair) * (1 - grey) + np.array([0.4, 0.39, 0.38]) * grey
    return mixed.astype(np.float32)
