"""Everything that a scene puts on a head, as layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.synthesis.asset_types import Head, Wear
from lineament.synthesis.clothes.dressing import ClothesLibrary, outfit_layers
from lineament.synthesis.clothes.neck_turn import turn_neck
from lineament.synthesis.glasses.layers import glasses_layers
from lineament.synthesis.hair.beard_layers import beard_layers
from lineament.synthesis.hair.hair_layers import hair_layers
from lineament.synthesis.hair.library import HairLibrary
from lineament.synthesis.headwear.wearing import HeadwearLibrary, headwear_cut, headwear_layers
from lineament.synthesis.jewellery.layers import jewellery_layers
from lineament.synthesis.material import Layer
from lineament.synthesis.occluders.layers import occluder_layers
from lineament.synthesis.posed_head import PosedHead
from lineament.synthesis.scene import Scene
from lineament.synthesis.traits import Traits


@dataclass(frozen=True, eq=False)
class Worn:
    """Attributes:
    layers: of all that is worn or held.
    foreign: numbers of those layers that are no part of the person's body.
    """

    layers: list[Layer]
    foreign: list[int]


class Wardrobe:
    """All that can be worn, computed once.

    Args:
        head: the neutral head.
        wear: hair and hats of the assets; None does with the procedural ones.
    """

    def __init__(self, head: Head, wear: Wear | None) -> None:
        self.hair = HairLibrary(head, wear)
        self.headwear = HeadwearLibrary(head, wear)
        self.clothes = ClothesLibrary(head)

    def turned(self, scene: Scene, posed: PosedHead) -> PosedHead:
        """The head with its neck turned to the body, as all layers expect it."""
        return turn_neck(posed, scene.posture, self.clothes.torso.shares)

    def layers(self, scene: Scene, traits: Traits, posed: PosedHead) -> Worn:
        """Layers of a scene on a head whose neck is turned."""
        hat, cut = scene.headwear, None
        if hat is not None:
            cut = headwear_cut(hat, posed, self.headwear)
        body = hair_layers(scene.hairstyle, traits, posed, self.hair, cut)
        body += beard_layers(scene.beard, posed, self.hair)
        foreign = outfit_layers(scene.outfit, traits, posed, self.clothes)
        if hat is not None:
            foreign += headwear_layers(hat, posed, self.headwear)
        if scene.glasses is not None:
            foreign += glasses_layers(scene.glasses, posed)
        down = scene.camera.rotation.T @ np.array([0, -1, 0], np.float32)
        foreign += jewellery_layers(scene.jewellery, posed, down)
        if scene.occluder is not None:
            foreign += occluder_layers(scene.occluder, traits, posed, scene.camera)
        return Worn(body + foreign, list(range(len(body), len(body) + len(foreign))))
