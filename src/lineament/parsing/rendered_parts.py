"""Rendered faces of `lineament synth generate` as faces to learn parsing from."""

from __future__ import annotations

import logging
import zlib
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from lineament.detection import Detector
from lineament.errors import DataError
from lineament.landmarks.rendered_source import RenderedSource
from lineament.landmarks.schemes import FIVE
from lineament.landmarks.training_faces import TrainingFaces, remembered
from lineament.parsing.parsing_faces import KeptFaces, ParsingFaces, class_table
from lineament.parsing.part_schemes import PartScheme, find_part_scheme
from lineament.strict import Strict
from lineament.synthesis.parts import Part
from lineament.synthesis.shard_reader import find_shards, read_facts, read_shard

log = logging.getLogger(__name__)

TAIL = 2**16


class RenderedParts(Strict):
    """Shards of rendered faces; fields as of `RenderedSource`, which keeps the pictures.

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
        self, scheme: PartScheme, canvas: int, detector: Detector, cache: Path
    ) -> tuple[ParsingFaces, ParsingFaces]:
        """Faces to train on and faces to validate on; no person is in both.

        The pictures are kept as they were rendered, with what surrounds the face; batches cut
        their canvas out of them. What is in `cache` does not depend on the scheme, and landmark
        and attribute recipes share its pictures and boxes.

        Args:
            canvas: side in pixels of what the network sees; a warning in the log says where the
                renderings are smaller.

        Raises:
            ConfigError: fewer people than are kept.
            DataError: no shard, a damaged one, a mask that is none, or shards that change while
                they are read.
        """
        source = RenderedSource(**self.model_dump())
        training, held_out = source.read(FIVE, detector, cache)
        shards = find_shards(self.folder)
        facts = {
            "part masks": str(self.folder.resolve()),
            "shards": [[path.name, path.stat().st_size, _checksum(path)] for path in shards],
        }
        arrays = remembered(cache, facts, lambda place: _extract(shards, place))
        people = np.concatenate([training.groups, held_out.groups])
        if not np.array_equal(arrays["identities"][: len(people)], people):
            raise DataError(
                f"the people of the shards in {self.folder} are not those of the pictures kept in "
                f"{cache}; do not change shards while they are read, and read them again"
            )
        table = class_table(find_part_scheme("celebamask-19"), scheme)

        def part(faces: TrainingFaces, first: int) -> ParsingFaces:
            masks, pictures = arrays["masks"][first : first + len(faces)], faces.images[0]
            kept = KeptFaces(pictures, masks, table)
            return ParsingFaces((kept,), faces.boxes, faces.groups, scheme)

        both = part(training, 0), part(held_out, len(training))
        side = arrays["masks"].shape[1]
        if side < canvas:
            log.warning(
                "renderings of %s have %d pixels, fewer than the canvas of %d: they are enlarged",
                *(self.folder, side, canvas),
            )
        return both


def _checksum(path: Path) -> int:
    """CRC-32 of the end of a shard: those of equal size differ there."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - TAIL, 0))
        return zlib.crc32(file.read())


def _extract(shards: list[Path], place: Path) -> None:
    log.info("reading the part masks of %d shards of %s", len(shards), shards[0].parent)
    count = sum(len(read_facts(path)) for path in shards)
    identities = np.empty(count, np.int64)
    masks = None
    row = 0
    for path in shards:
        for sample in read_shard(path):
            mask = sample.rendering.mask
            if masks is None:
                shape = (count, *mask.shape)
                masks = np.lib.format.open_memmap(place / "masks.npy", "w+", np.uint8, shape)
            if mask.shape != masks.shape[1:] or mask.shape != sample.rendering.image.shape[:2]:
                raise DataError(
                    f"{path}: the mask of sample {sample.key} has shape {mask.shape}, its picture "
                    f"{sample.rendering.image.shape[:2]}, masks before it {masks.shape[1:]}; "
                    "expected one size in a folder"
                )
            if mask.max() >= len(Part):
                raise DataError(
                    f"{path}: the mask of sample {sample.key} holds {mask.max()}, the highest part "
                    f"is {len(Part) - 1}; make the shard anew"
                )
            masks[row], identities[row] = mask, sample.rendering.identity
            row += 1
    assert masks is not None
    masks.flush()
    np.save(place / "identities.npy", identities)
