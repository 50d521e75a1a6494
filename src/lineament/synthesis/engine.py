"""The engine: a person and a scene in, a picture with all its labels out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.ageing import aged
from lineament.synthesis.assets import (
    MODES,
    TEXTURE_MAPS,
    WEAR,
    find_assets,
    read_head,
    read_modes,
    read_skins,
    read_texture_maps,
    read_wear,
    skin_files,
)
from lineament.synthesis.background.ambient import ambient_colours
from lineament.synthesis.background.photographs import BackgroundPhotographs
from lineament.synthesis.background.sample import sample_background
from lineament.synthesis.degrade import CameraFaults, apply_faults, sample_faults
from lineament.synthesis.engine_options import EngineOptions
from lineament.synthesis.exposure import expose
from lineament.synthesis.geometry_buffers import Geometry, assemble, tabulate
from lineament.synthesis.head_mesh import (
    BEHIND_LIPS,
    LASHES,
    RIGHT_EYE,
    SKULL,
    head_materials,
    split_head,
)
from lineament.synthesis.identity import Identity, ShapeSpace
from lineament.synthesis.labels import FaceLabels, PlanePoints, mouth_gap
from lineament.synthesis.lighting import sample_lamps
from lineament.synthesis.mesh import vertex_normals
from lineament.synthesis.picture import Framing, View, draw, frame_box, see
from lineament.synthesis.posed_head import (
    LEFT_EYE_VERTICES,
    RIGHT_EYE_VERTICES,
    PosedHead,
)
from lineament.synthesis.rendering import Rendering
from lineament.synthesis.scene import Scene, sample_scene, stream
from lineament.synthesis.shader import SkinMaps
from lineament.synthesis.skin.eyes import eye_look
from lineament.synthesis.skin.lashes import lash_material
from lineament.synthesis.skin.painter import SkinPainter
from lineament.synthesis.stage import Looks, Stage
from lineament.synthesis.traits import sample_traits
from lineament.synthesis.wardrobe import Wardrobe, Worn

CLOSED_MOUTH = 0.12
"""Centimetres between the lips up to which teeth and tongue are not drawn."""

EYE_SETBACK = 0.12
"""How far back the eyeball is moved behind closed lids, in centimetres, so that it never shows
through them."""


class Engine:
    """Renders faces that never existed.

    The same seeds give the same bytes, on any number of processes.

    Args:
        assets: folder of the assets; by default where `find_assets` looks. Only the head is
            always needed: without the rest, people have no hair of the worn kind, one set of
            features and a procedural skin.
        options: of the run.
        backgrounds: folder of background photographs; None does with procedural ones.

    Raises:
        DataError: the assets are missing or damaged.
    """

    def __init__(
        self,
        assets: Path | None = None,
        options: EngineOptions | None = None,
        backgrounds: Path | None = None,
    ) -> None:
        self.options = options or EngineOptions()
        folder = find_assets(assets)
        scanned = self.options.skin == "scanned"
        self.head = read_head(folder)
        count = len(self.head.vertices)
        has = {name: (folder / name).is_file() for name in (MODES, TEXTURE_MAPS, WEAR)}
        modes = read_modes(folder, count) if has[MODES] else None
        maps = read_texture_maps(folder, count) if has[TEXTURE_MAPS] and scanned else None
        wear = read_wear(folder, count) if has[WEAR] else None
        skins = read_skins(folder) if scanned and skin_files(folder) else None
        self.surfaces = split_head(self.head)
        self.shut = self.surfaces.without(*BEHIND_LIPS)
        self.expressions = self.head.expression.astype(np.float32)
        self.shapes = ShapeSpace(self.head, self.surfaces, modes)
        self.painter = SkinPainter(self.head, skins, self._texture_side())
        self.wardrobe = Wardrobe(self.head, wear)
        self.labels = FaceLabels(self.head)
        self.occlusion = maps.ambient_occlusion if maps is not None else np.ones(count, np.float32)
        self.photographs = BackgroundPhotographs(backgrounds) if backgrounds else None
        self.materials = head_materials()

    def _texture_side(self) -> int:
        """Texels of the skin's textures: about one for each sample of the picture."""
        return 256 if self.options.size * self.options.supersampling <= 320 else 512

    def identity(self, seed: int, years: float = 0.0) -> Identity:
        """The person of a seed, so many years older than the seed says; see `ageing.aged`."""
        traits = aged(sample_traits(seed), years)
        return Identity(traits, self.shapes(traits), self.painter.person(traits))

    def scene(self, seed: int, identity: Identity) -> Scene:
        """The scene of a seed for a person."""
        return sample_scene(seed, identity.traits, self.head.expression_names, self.options)

    def render(self, identity: Identity, scene_seed: int) -> Rendering:
        """Render a person in the scene of a seed."""
        return self.picture(identity, self.scene(scene_seed, identity))

    def pose(self, identity: Identity, scene: Scene) -> PosedHead:
        """The head with the scene's expression."""
        vertices = identity.vertices.copy()
        for row, weight in enumerate(scene.expression.weights):
            if weight:
                vertices += weight * self.expressions[row]
        for eye in (LEFT_EYE_VERTICES, RIGHT_EYE_VERTICES):
            vertices[eye, 2] -= EYE_SETBACK * scene.expression.closed
        return PosedHead(self.head, vertices, vertex_normals(vertices, self.surfaces.triangles))

    def picture(self, identity: Identity, scene: Scene) -> Rendering:
        """Render a person in a scene."""
        size = self.options.size
        around = stream(scene.seed, "background")
        background = sample_background(around, size, self.photographs)
        stage = self.stage(identity, scene, ambient_colours(background))
        tone = identity.traits.tone
        lit = expose(stage.drawn, background, tone, stream(scene.seed, "exposure"))
        faults = stream(scene.seed, "faults")
        seen = sample_faults(faults, size) if self.options.degrade else CameraFaults()
        return self.labelled(stage, apply_faults(lit, seen, faults))

    def stage(self, identity: Identity, scene: Scene, surroundings: FloatArray) -> Stage:
        """Draw a person in a scene without background and camera.

        Args:
            surroundings: (6,3) linear RGB that the place sends, as `ambient_colours` gives it.
        """
        size, samples = self.options.size, self.options.supersampling
        posed = self.wardrobe.turned(scene, self.pose(identity, scene))
        worn = self._worn(scene, identity, posed)
        geometry = assemble(self._bare(posed, scene), worn.layers, len(self.materials))
        looks = self._looks(identity, scene, worn)
        camera = scene.camera
        view = see(geometry, camera)
        points = self.labels.points(view, camera.roll, identity.skin)
        framing = self._framing(scene, geometry, view, points)
        lamps = sample_lamps(stream(scene.seed, "light"), surroundings, camera.distance)
        textures = np.zeros(len(looks.table.finish), np.int32)
        textures[[SKULL, RIGHT_EYE]] = 1
        drawn = draw(
            *(geometry, looks.table, view, framing, camera.rotation, self.head.vertices),
            *(textures, looks.skin, looks.eyes, lamps, size, samples),
        )
        foreign = len(self.materials) + np.array(worn.foreign, np.int64)
        return Stage(identity, scene, posed, geometry, view, points, framing, drawn, foreign)

    def labelled(self, stage: Stage, image: ByteArray) -> Rendering:
        """The picture (S,S,3) uint8 RGB that was taken of a stage, with all labels."""
        return self.labels.rendering(
            image=image,
            drawn=stage.drawn,
            geometry=stage.geometry,
            view=stage.view,
            framing=stage.framing,
            points=stage.points,
            identity=stage.identity,
            scene=stage.scene,
            posed=stage.posed,
            foreign=stage.foreign,
            supersampling=self.options.supersampling,
        )

    def _worn(self, scene: Scene, identity: Identity, posed: PosedHead) -> Worn:
        """What is drawn besides the head."""
        return self.wardrobe.layers(scene, identity.traits, posed)

    def _framing(
        self, scene: Scene, geometry: Geometry, view: View, points: PlanePoints
    ) -> Framing:
        """How the scene is fitted into the picture."""
        del geometry, view  # others may need them
        return frame_box(*points.extent, scene.camera, self.options.size)

    def _looks(self, identity: Identity, scene: Scene, worn: Worn) -> Looks:
        """What the surfaces look like."""
        materials = [*self.materials, *(layer.material for layer in worn.layers)]
        materials[LASHES] = lash_material(identity.traits, scene.make_up.mascara)
        eyes = eye_look(identity.traits, self.head, stream(scene.seed, "eyes"))
        return Looks(tabulate(materials), self._skin(identity, scene), eyes)

    def _skin(self, identity: Identity, scene: Scene) -> SkinMaps:
        style = scene.hairstyle
        return self.painter.scene(
            identity.skin,
            expression=dict(
                zip(self.head.expression_names, scene.expression.weights.tolist(), strict=True)
            ),
            make_up=scene.make_up,
            beard=scene.beard,
            scalp=0.0 if style.name == "bald" else 1.0,
            stubble_length=style.side,
            hair_colour=style.colour,
        )

    def _bare(self, posed: PosedHead, scene: Scene) -> Geometry:
        """The head alone; what is behind closed lips is left out."""
        del scene  # others may need it
        shut = mouth_gap(posed) < CLOSED_MOUTH
        shown = self.shut if shut else self.surfaces
        return Geometry(
            *(posed.vertices, posed.normals, self.occlusion),
            *(shown.triangles, shown.texcoords, shown.surface),
        )
