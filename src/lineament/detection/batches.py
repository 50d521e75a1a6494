"""Training batches of whole pictures, a function of the recipe and the iteration alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.labelled_picture import LabelledFaces
from lineament.detection.framing import Framing, inset, nearer
from lineament.detection.picture_source import LabelledPicture, PictureMaker, PlainPicture
from lineament.errors import DataError
from lineament.face import ByteArray
from lineament.training.augmentation.options import Lighting
from lineament.training.augmentation.spoiling import draw_light, spoiled

MIRRORED_POINTS = [1, 0, 2, 4, 3]
"""For each of `lineament.face.FIVE_POINTS` the place of its mirror image."""

STEADY = Lighting()
"""Light and tone of the pictures as they are."""

WHOLE = Framing()
"""Pictures as they are."""

PLACES = 2**32
"""Pictures of one seed; those of the next seed are others."""


class DetectionBatches:
    """Pictures of several sources with their faces, in arrays of fixed shapes.

    Args:
        makers: the sources, all of one picture size.
        shares: how often each is asked, in any unit.
        batch: pictures of one step over all processes.
        most_faces: rows for the faces of a picture.
        mirror: share of mirrored pictures.
        seed: decides which pictures.
        lighting: how strongly light and tone vary.
        framing: how often a part, or two pictures in one, are shown.
    """

    def __init__(
        self,
        makers: Sequence[PictureMaker],
        shares: Sequence[float],
        batch: int,
        most_faces: int,
        mirror: float,
        seed: int,
        lighting: Lighting = STEADY,
        framing: Framing = WHOLE,
    ) -> None:
        self.makers, self.size_of_batch = tuple(makers), batch
        self.edges = np.cumsum(shares)[:-1] / np.sum(shares)
        self.most_faces, self.mirror, self.seed = most_faces, mirror, seed
        self.lighting, self.framing = lighting, framing

    def batch(self, iteration: int, rank: int = 0, world: int = 1) -> dict[str, NDArray[Any]]:
        """Arrays of the N pictures of one step for one of `world` processes.

        Returns:
            `image` (N,H,W,3) uint8 RGB, `boxes` (N,M,4) and `five_points` (N,M,5,2) float32 with
            NaN where unknown, `ignored` and `present` (N,M) bool; faces stand in the first rows.

        Raises:
            DataError: a picture has more faces than there are rows.
        """
        first = iteration * self.size_of_batch
        places = range(first + rank, first + self.size_of_batch, world)
        pictures = [self.picture(place) for place in places]
        return {"image": np.stack([each.image for each in pictures])} | padded(
            [each.faces for each in pictures], self.most_faces
        )

    def picture(self, place: int) -> LabelledPicture:
        """The picture at a place of the run."""
        random = np.random.default_rng([self.seed, place])
        source = int(np.searchsorted(self.edges, random.random(), side="right"))
        made = self._view(source, self.seed * PLACES + place, random)
        framing = self.framing
        if framing.inset and random.random() < framing.inset:
            side = random.uniform(*framing.inset_sides)
            other = self._view(source, self.seed * PLACES + PLACES // 2 + place, random)
            made = inset(made, other, side, framing.smallest_face, random)
        return PlainPicture(spoiled(made.image, draw_light(self.lighting, random)), made.faces)

    def _view(self, source: int, number: int, random: np.random.Generator) -> LabelledPicture:
        """A picture of a source, perhaps mirrored, perhaps a part of it."""
        made = self.makers[source].picture(number)
        if random.random() < self.mirror:
            made = PlainPicture(*mirrored(made.image, made.faces))
        framing = self.framing
        if framing.nearer and random.random() < framing.nearer:
            made = nearer(made, framing.nearest ** random.random(), random)
        return made


def mirrored(image: ByteArray, faces: LabelledFaces) -> tuple[ByteArray, LabelledFaces]:
    """The mirror image of a picture and its faces: left and right points change names."""
    last = np.float32(image.shape[1] - 1)
    boxes, points = faces.boxes.copy(), faces.five_points[:, MIRRORED_POINTS].copy()
    boxes[:, [0, 2]] = last - faces.boxes[:, [2, 0]]
    points[..., 0] = last - points[..., 0]
    return np.ascontiguousarray(image[:, ::-1]), LabelledFaces(boxes, points, faces.ignored)


def padded(faces: Sequence[LabelledFaces], rows: int) -> dict[str, NDArray[Any]]:
    """Faces of N pictures in arrays of so many rows, as `DetectionBatches.batch` gives them.

    Raises:
        DataError: a picture has more faces than rows.
    """
    most = max(len(each) for each in faces)
    if most > rows:
        raise DataError(
            f"a training picture has {most} faces and the recipe's most_faces is {rows}; "
            f"say --set most_faces={most} or more"
        )
    count = len(faces)
    arrays = {
        "boxes": np.zeros((count, rows, 4), np.float32),
        "five_points": np.full((count, rows, 5, 2), np.nan, np.float32),
        "ignored": np.zeros((count, rows), np.bool_),
        "present": np.zeros((count, rows), np.bool_),
    }
    for number, each in enumerate(faces):
        size = len(each)
        arrays["boxes"][number, :size] = each.boxes
        arrays["five_points"][number, :size] = each.five_points
        arrays["ignored"][number, :size] = each.ignored
        arrays["present"][number, :size] = True
    return arrays
