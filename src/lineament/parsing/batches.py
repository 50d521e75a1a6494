"""Training batches for parsing, a function of the recipe and the iteration alone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.errors import DataError
from lineament.face import ByteArray
from lineament.landmarks.crops import Square, box_square
from lineament.parsing.five_fold import COPIES, Change, FiveFold, changed, draw_change
from lineament.parsing.parsing_faces import ParsingFaces
from lineament.parsing.part_schemes import UNKNOWN, PartScheme
from lineament.parsing.patch_jitter import PatchFiveFold, draw_jitter
from lineament.parsing.sides import mirror_table
from lineament.training.augmentation.augmented import Augmenter
from lineament.training.augmentation.occlusion import MaskClasses
from lineament.training.augmentation.options import Augmentation
from lineament.training.augmentation.sample import Sample
from lineament.weights import DetectorBox, WholePhoto

log = logging.getLogger(__name__)

ParsingAugmentation = FiveFold | PatchFiveFold | Augmentation
ParsingCrop = DetectorBox | WholePhoto

NO_POINTS = np.empty((0, 2), np.float32)
NO_INDEX = np.empty(0, np.intp)


class ParsingBatches:
    """Canvas pictures with their masks, cut by a record's crop rule.

    The rule `detector_box` cuts by the detector's box of each face, `whole_photo` shows all of the
    kept square. Every canvas is a function of seed and place in the run. One affine moves picture
    and mask, the mask by nearest neighbour; a mirrored canvas swaps left and right classes. Where
    the house's border repeats edge pixels, as at inference, the class is unknown (255); a black
    border, as that of the five-fold scheme, is background.

    Args:
        faces: with the rule `detector_box`, those in which the detector found no face are left
            out, and the log counts them.
        crop: where the network looks.
        canvas: side of the canvas in pixels.
        batch: number of canvases of one step over all processes.
        augmentation: the house's (`Augmentation`), or the five-fold scheme of STN-iCNN, with
            which an epoch shows every face five times.
        chosen: (M,) indices of the faces to use; all by default. One that stands there twice is
            seen twice.

    Raises:
        DataError: no face is left.
    """

    def __init__(
        self,
        faces: ParsingFaces,
        crop: ParsingCrop,
        canvas: int,
        batch: int,
        augmentation: ParsingAugmentation,
        seed: int,
        chosen: NDArray[np.intp] | None = None,
    ) -> None:
        self.faces, self.crop, self.canvas = faces, crop, canvas
        self.size_of_batch, self.augmentation, self.seed = batch, augmentation, seed
        house = augmentation if isinstance(augmentation, Augmentation) else Augmentation()
        self.augmenter = Augmenter(
            house, canvas, NO_INDEX, mirror_table(faces.scheme), classes=hidden(faces.scheme)
        )
        self.copies = 1 if isinstance(augmentation, Augmentation) else COPIES
        wanted = np.arange(len(faces)) if chosen is None else chosen
        self.chosen = wanted
        if isinstance(crop, DetectorBox):
            self.chosen = wanted[np.isfinite(faces.boxes[wanted]).all(axis=1)]
            missed = len(wanted) - len(self.chosen)
            log.info("%d of %d faces left out: the detector missed them", missed, len(wanted))
        if not len(self.chosen):
            raise DataError(
                f"none of {len(wanted)} faces is left to make batches of; look whether the "
                "pictures show faces, name another detector, or add a source"
            )

    def batch(self, iteration: int, rank: int = 0, world: int = 1) -> dict[str, NDArray[Any]]:
        """Arrays of the N canvases of one step for one of `world` processes.

        Returns:
            `image` (N,C,C,3) uint8 RGB and `mask` (N,C,C) uint8 class numbers, 255 where the
            class is not known; with `PatchFiveFold` also `jitter` (N,6,2,3) float32, see
            `patch_jitter.draw_jitter`.
        """
        first = iteration * self.size_of_batch
        places = range(first + rank, first + self.size_of_batch, world)
        return _stacked([self._row(place) for place in places])

    def plain(self, indices: Sequence[int] | NDArray[np.intp]) -> dict[str, NDArray[Any]]:
        """`image` and `mask` of these faces without augmentation, as at inference."""
        return _stacked([self._plain(int(index)) for index in indices])

    def item(self, place: int) -> tuple[int, int]:
        """The face that stands at a place of the run, and the number of its copy."""
        epoch, position = divmod(place, self.copies * len(self.chosen))
        row, copy = divmod(int(self._order(epoch)[position]), self.copies)
        return int(self.chosen[row]), copy

    def photo(self, index: int) -> Sample:
        """One face's kept picture and mask, before the canvas is cut."""
        return Sample(self.faces.picture(index), NO_POINTS, self.faces.mask(index), f"face {index}")

    def square(self, index: int) -> Square:
        """Where the crop rule cuts one face, in pixels of its kept picture."""
        if isinstance(self.crop, DetectorBox):
            return box_square(self.crop, self.faces.boxes[index])
        side = len(self.faces.picture(index))
        return Square(np.full(2, (side - 1) / 2, np.float32), float(side), 0.0)

    def _plain(self, index: int) -> dict[str, NDArray[Any]]:
        photo, square = self.photo(index), self.square(index)
        return self._arrays(self.augmenter.plain(photo, square), square, len(photo.image))

    def _row(self, place: int) -> dict[str, NDArray[Any]]:
        index, copy = self.item(place)
        random = np.random.default_rng([self.seed, place])
        photo, square, options = self.photo(index), self.square(index), self.augmentation
        if isinstance(options, Augmentation):
            draw = self.augmenter.draw(square, random)
            canvas = self.augmenter.apply(photo, draw, self._other_picture)
            return self._arrays(canvas, draw.square, len(photo.image), draw.mirrors)
        if isinstance(options, FiveFold):
            change = draw_change(options, copy, random)
            canvas = changed(photo, square, self.canvas, change, random)
            return {"image": canvas.image, "mask": labels(canvas)}
        jitter, noise = draw_jitter(options, copy, random)
        canvas = changed(photo, square, self.canvas, Change(noise=noise), random)
        return {"image": canvas.image, "mask": labels(canvas), "jitter": jitter}

    def _arrays(
        self, canvas: Sample, square: Square, side: int, mirrors: bool = False
    ) -> dict[str, NDArray[Any]]:
        """The canvas of a square of a picture of `side`, its class unknown where it is smeared."""
        mask = labels(canvas)
        if self.augmenter.options.border == "edge":
            unseen = outside(square, self.canvas, side)
            mask = np.maximum(mask, unseen[:, ::-1] if mirrors else unseen)
        return {"image": canvas.image, "mask": mask}

    def _other_picture(self, number: float) -> ByteArray:
        return self.faces.picture(int(self.chosen[int(number * len(self.chosen))]))

    @lru_cache(maxsize=2)  # noqa: B019 - one instance lives as long as its run
    def _order(self, epoch: int) -> NDArray[np.intp]:
        random = np.random.default_rng([self.seed, 1, epoch])
        return np.asarray(random.permutation(self.copies * len(self.chosen)), dtype=np.intp)


def labels(sample: Sample) -> ByteArray:
    """The mask of a sample that has one."""
    assert sample.mask is not None, "every face of ParsingFaces has a mask"
    return sample.mask


def outside(square: Square, size: int, side: int) -> ByteArray:
    """(size,size) uint8: 255 where the crop of a square lies outside a picture of `side`, or 0."""
    seen = np.zeros((side, side), np.uint8)
    marked = cv2.warpAffine(
        seen,
        square.affine(size),
        (size, size),
        flags=cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=UNKNOWN,
    )
    return np.asarray(marked, dtype=np.uint8)


def hidden(scheme: PartScheme) -> MaskClasses:
    """What occlusion does to masks: what is in front of the face is background."""
    skin = scheme.classes.index("skin") if "skin" in scheme.classes else None
    return MaskClasses(behind=0, skin=skin)


def _stacked(rows: Sequence[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}
