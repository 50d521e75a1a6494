"""What all heads of hair share: made once from the assets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lineament.synthesis.asset_types import Head, Wear
from lineament.synthesis.hair.beard_skin import BeardSkin
from lineament.synthesis.hair.facial_hair import STYLES, Beard, beard_cover
from lineament.synthesis.hair.hairline import growth_depth
from lineament.synthesis.hair.head_space import HeadSpace
from lineament.synthesis.hair.scalp import Cap, scatter
from lineament.synthesis.hair.strand_texture import (
    beard_texture,
    cap_texture,
    frizz_texture,
    strand_atlas,
    stubble_texture,
)
from lineament.synthesis.hair.worn import worn_hair
from lineament.synthesis.head_mesh import split_head
from lineament.synthesis.posed_head import FACE_VERTICES, OUTSIDE_VERTICES
from lineament.synthesis.traits import sample_traits

SCALP_ROOTS, BEARD_ROOTS = 1700, 1700
MARGIN = -2.2
"""Centimetres outside the usual hair line where somebody's hair may still grow."""


class HairLibrary:
    """Attributes:
    space: distances round the neutral head, and how places move with it.
    scalp, beard: places of roots, the first of them spread evenly.
    cap, bearded: the skin on which hair and beards can grow.
    worn: finished pieces by name.
    strands, cap_strands, beard_hairs, stubble, frizz: textures, each always the same array.
    """

    def __init__(self, head: Head, wear: Wear | None) -> None:
        """`wear` gives further hairstyles; None does without."""
        random = np.random.default_rng(20)
        self.space = HeadSpace(head, split_head(head))
        usual = replace(sample_traits(0), recession=0.0, hairline=0.0)
        grows = np.zeros(len(head.vertices), bool)
        grows[:OUTSIDE_VERTICES] = growth_depth(head.vertices[:OUTSIDE_VERTICES], usual) > MARGIN
        self.scalp = scatter(head, self.space, grows, SCALP_ROOTS, random)
        self.cap = Cap(head, self.space, grows)
        bearded = np.zeros(len(head.vertices), bool)
        for style in STYLES:
            beard = Beard(style, 1.0, 1.0, (0, 0, 0), 0.0, -0.8, 0.0, 0.0, 0)
            bearded[:FACE_VERTICES] |= beard_cover(head.vertices[:FACE_VERTICES], beard) > 0.2
        self.bearded = BeardSkin(head, self.space, bearded)
        self.beard = scatter(head, self.space, bearded, BEARD_ROOTS, random)
        self.strands = strand_atlas(random)
        self.cap_strands = cap_texture(random)
        self.beard_hairs = beard_texture(random)
        self.stubble = stubble_texture(random)
        self.frizz = frizz_texture(random)
        self.worn = {} if wear is None else worn_hair(head, wear)
