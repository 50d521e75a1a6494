"""Renders cut-outs: people without background, and what may be taken for a face."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lineament.synthesis.background.ambient import DIRECTIONS
from lineament.synthesis.clothes.dressing import outfit_layers
from lineament.synthesis.engine import Engine
from lineament.synthesis.engine_options import EngineOptions
from lineament.synthesis.exposure import face_gain
from lineament.synthesis.geometry_buffers import Geometry
from lineament.synthesis.groups.cutout import CutOut, Kind
from lineament.synthesis.groups.cutout_kinds import KindShares
from lineament.synthesis.groups.cutout_scene import (
    STREAM,
    CutOutScene,
    bust_framing,
    cutout_scene,
    with_framing,
)
from lineament.synthesis.groups.face_outline import face_outline
from lineament.synthesis.groups.light import to_picture
from lineament.synthesis.groups.stone import carved
from lineament.synthesis.hair.hair_layers import hair_layers
from lineament.synthesis.head_mesh import FACE
from lineament.synthesis.headwear.headwear import STYLES, sample_style
from lineament.synthesis.headwear.wearing import headwear_layers
from lineament.synthesis.identity import Identity
from lineament.synthesis.labels import PlanePoints
from lineament.synthesis.occluders.layers import occluder_layers
from lineament.synthesis.picture import Framing, View, frame_box
from lineament.synthesis.posed_head import PosedHead
from lineament.synthesis.scene import Scene
from lineament.synthesis.stage import Looks
from lineament.synthesis.wardrobe import Worn

BRIGHTNESS = 0.24
"""Linear brightness of a face of middle tone; the composer changes it to suit a picture."""

HEADLESS: tuple[Kind, ...] = ("hand", "clothes", "hair", "hat")


class CutOutEngine(Engine):
    """An engine whose pictures are cut-outs.

    Args:
        assets, options: as for `Engine`; `options.margin` and `degrade` mean nothing here.
        kinds: how often each kind is drawn.
    """

    def __init__(
        self,
        assets: Path | None = None,
        options: EngineOptions | None = None,
        kinds: KindShares = KindShares(),  # noqa: B008 (frozen)
    ) -> None:
        super().__init__(assets, options)
        self.kinds = kinds

    def scene(self, seed: int, identity: Identity) -> CutOutScene:
        """The scene of a seed for a person, with what of it is shown."""
        scene = super().scene(seed, identity)
        return cutout_scene(scene, identity.traits, self.kinds, self.options.max_yaw)

    def render(self, identity: Identity, scene_seed: int) -> CutOut:  # type: ignore[override]
        """Render the cut-out of a seed."""
        scene = self.scene(scene_seed, identity)
        around = np.full((len(DIRECTIONS), 3), 0.5, np.float32)
        stage = self.stage(identity, scene, around)
        gain = face_gain(stage.drawn, identity.traits.tone, BRIGHTNESS)
        lit = stage.drawn.colour * np.float32(gain)
        image = to_picture(np.dstack([lit, stage.drawn.coverage]))
        rendering = self.labelled(stage, np.ascontiguousarray(image[:, :, :3]))
        return CutOut(
            image=image,
            kind=scene.kind,
            points=rendering.points5,
            seen=rendering.visible5,
            outline=face_outline(rendering.points68),
            attributes=rendering.attributes,
            identity=identity.seed,
            scene=scene.seed,
        )

    def _worn(self, scene: Scene, identity: Identity, posed: PosedHead) -> Worn:
        assert isinstance(scene, CutOutScene)
        traits = identity.traits
        if scene.kind == "mask":
            return Worn([], [])
        if scene.kind == "clothes":
            return Worn(outfit_layers(scene.outfit, traits, posed, self.wardrobe.clothes), [])
        if scene.kind == "hair":
            return Worn(hair_layers(scene.hairstyle, traits, posed, self.wardrobe.hair), [])
        if scene.kind == "hand":
            assert scene.occluder is not None
            return Worn(occluder_layers(scene.occluder, traits, posed, scene.camera), [])
        if scene.kind == "hat":
            random = np.random.default_rng([scene.seed, STREAM, 1])
            style = list(STYLES)[int(random.integers(len(STYLES)))]
            hat = scene.headwear or sample_style(style, random)
            return Worn(headwear_layers(hat, posed, self.wardrobe.headwear), [])
        return super()._worn(scene, identity, posed)

    def _bare(self, posed: PosedHead, scene: Scene) -> Geometry:
        assert isinstance(scene, CutOutScene)
        head = super()._bare(posed, scene)
        if scene.kind in HEADLESS:
            return head._replace(
                triangles=head.triangles[:0],
                texcoords=head.texcoords[:0],
                material=head.material[:0],
            )
        if scene.kind == "mask":
            kept = head.material == FACE
            return head._replace(
                triangles=head.triangles[kept],
                texcoords=head.texcoords[kept],
                material=head.material[kept],
            )
        return head

    def _framing(
        self, scene: Scene, geometry: Geometry, view: View, points: PlanePoints
    ) -> Framing:
        assert isinstance(scene, CutOutScene)
        size = self.options.size
        if scene.kind == "close-up":
            return frame_box(*points.extent, scene.camera, size)
        seen = view.plane[np.unique(geometry.triangles)]
        if scene.kind in ("bust", "back", "statue"):
            return bust_framing(seen, points.extent, size)
        if not len(seen):  # a bald person's hair
            return frame_box(*points.extent, scene.camera, size)
        return with_framing(seen.min(axis=0), seen.max(axis=0), size)

    def _looks(self, identity: Identity, scene: Scene, worn: Worn) -> Looks:
        assert isinstance(scene, CutOutScene)
        looks = super()._looks(identity, scene, worn)
        if scene.kind not in ("statue", "mask"):
            return looks
        random = np.random.default_rng([scene.seed, STREAM, 2])
        return carved(looks, random, mask=scene.kind == "mask")
