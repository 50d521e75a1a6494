"""Rendered faces of `lineament synth generate` as faces to train on."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from lineament.detection import Detector
from lineament.errors import ConfigError, DataError
from lineament.landmarks.found_boxes import found_boxes
from lineament.landmarks.schemes import Scheme
from lineament.landmarks.training_faces import TrainingFaces, remembered
from lineament.strict import Strict
from lineament.synthesis.shard_reader import find_shards, read_facts, read_shard

log = logging.getLogger(__name__)

POINTS = {"ibug-68": "points68", "wflw-98": "points98", "five-points": "points5"}
"""Array of a rendering that holds the points of each scheme."""


class RenderedSource(Strict):
    """Shards of rendered faces.

    Attributes:
        validation_people: so many people, those that were rendered last, are kept for
            validation.
        limit: only the first so many faces are used.
    """

    kind: Literal["rendered"]
    folder: Path
    validation_people: int = Field(ge=0, default=0)
    limit: int | None = Field(gt=0, default=None)

    def read(
        self, scheme: Scheme, detector: Detector, cache: Path
    ) -> tuple[TrainingFaces, TrainingFaces]:
        """Faces to train on and faces to validate on; no person is in both.

        Raises:
            ConfigError: the renderings have no such points, or fewer people than are kept.
            DataError: no shard, or a damaged one.
        """
        if scheme.name not in POINTS:
            known = ", ".join(POINTS)
            raise ConfigError(f"renderings have no points of scheme {scheme.name!r}; only {known}")
        shards = find_shards(self.folder)
        facts = {
            "rendered": str(self.folder.resolve()),
            "shards": [[path.name, path.stat().st_size, _tail(path)] for path in shards],
            "detector": detector.record.networks[0].sha256,
        }
        arrays = remembered(cache, facts, lambda place: _extract(shards, place, detector))
        count = min(self.limit or len(arrays["images"]), len(arrays["images"]))
        groups = np.asarray(arrays["identities"][:count])
        people = groups[np.sort(np.unique(groups, return_index=True)[1])]
        if self.validation_people >= len(people):
            raise ConfigError(
                f"validation_people is {self.validation_people}, but {self.folder} has "
                f"{len(people)} people; keep some"
            )
        kept = people[len(people) - self.validation_people :]
        border = int(np.isin(groups, kept).argmax()) if len(kept) else count
        points, boxes = arrays[POINTS[scheme.name]], arrays["boxes"]

        def part(first: int, end: int) -> TrainingFaces:
            rows = slice(first, end)
            return TrainingFaces(
                (arrays["images"][rows],),
                np.asarray(points[rows]),
                np.asarray(boxes[rows]),
                groups[rows],
            )

        return part(0, border), part(border, count)


def _tail(path: Path) -> str:
    """Checksum of the last 64 KiB: shards of equal size differ there."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 2**16, 0))
        return hashlib.sha256(file.read()).hexdigest()[:16]


def _extract(shards: list[Path], place: Path, detector: Detector) -> None:
    log.info("reading %d shards of %s and finding their faces", len(shards), shards[0].parent)
    count = sum(len(read_facts(path)) for path in shards)
    images = None
    arrays: dict[str, NDArray[Any]] = {
        "points68": np.empty((count, 68, 2), np.float32),
        "points98": np.empty((count, 98, 2), np.float32),
        "points5": np.empty((count, 5, 2), np.float32),
        "boxes": np.empty((count, 4), np.float32),
        "identities": np.empty(count, np.int64),
    }
    row = 0
    for path in shards:
        renderings = [sample.rendering for sample in read_shard(path)]
        rows = slice(row, row + len(renderings))
        pictures = [rendering.image for rendering in renderings]
        if images is None:
            shape = (count, *pictures[0].shape)
            images = np.lib.format.open_memmap(place / "images.npy", "w+", np.uint8, shape)
        if any(picture.shape != images.shape[1:] for picture in pictures):
            raise DataError(f"{path}: pictures differ in size; use one folder for each size")
        images[rows] = pictures
        for name in ("points68", "points98", "points5"):
            arrays[name][rows] = [getattr(rendering, name) for rendering in renderings]
        arrays["boxes"][rows] = found_boxes(detector, pictures, arrays["points68"][rows])
        arrays["identities"][rows] = [rendering.identity for rendering in renderings]
        row += len(renderings)
        log.info("%d of %d faces", row, count)
    assert images is not None
    images.flush()
    for name, array in arrays.items():
        np.save(place / f"{name}.npy", array)
    found = np.isfinite(arrays["boxes"]).all(axis=1).mean()
    log.info("the detector found %.1f %% of the faces", 100 * found)
