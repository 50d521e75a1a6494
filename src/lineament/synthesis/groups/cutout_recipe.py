"""What a folder of cut-outs is: read from TOML, kept beside the shards."""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import Field, model_validator

from lineament.synthesis.dataset_card import dataset_card
from lineament.synthesis.dataset_recipe import DatasetRecipe
from lineament.synthesis.engine_options import EngineOptions
from lineament.synthesis.groups.cutout import LEVELS
from lineament.synthesis.groups.cutout_file import decode_cutout_facts, encode_cutout
from lineament.synthesis.groups.cutout_kinds import KindShares
from lineament.synthesis.shard_making import ShardMaker

SMALLEST_PART = 2 ** (LEVELS - 1)


class CutOutRecipe(DatasetRecipe):
    """Cut-outs; with the assets it determines every byte of the shards.

    Attributes:
        kinds: how often each kind is drawn.

    Raises:
        ValidationError: a picture that cannot be halved as often as is needed, or not PNG.
    """

    engine: EngineOptions = EngineOptions(size=320, max_yaw=90)
    kinds: KindShares = Field(default=KindShares())

    @model_validator(mode="after")
    def _keeps_levels(self) -> CutOutRecipe:
        if self.engine.size % SMALLEST_PART:
            raise ValueError(
                f"engine.size: got {self.engine.size}, expected a multiple of {SMALLEST_PART}"
            )
        if self.image.kind != "png":
            raise ValueError("image.kind: got jpeg, expected png, which keeps coverage")
        return self


class CutOutMaker(ShardMaker):
    """Makes shards of cut-outs."""

    def _encode(self, key: str, rendering: Any) -> dict[str, bytes]:
        return encode_cutout(key, rendering)

    _decode_facts = staticmethod(decode_cutout_facts)


_WHAT = """\
Heads of {people} people who never existed, cut out of their background, rendered by the synthesis
engine of Lineament at {size} x {size} pixels. {shards} WebDataset shards; of each sample:

| file | content |
|---|---|
| `KEY.png` | RGB picture and coverage (RGBA, colours not multiplied by the coverage) |
| `KEY.half.png`, `KEY.quarter.png`, `KEY.eighth.png` | the same at parts of the size |
| `KEY.json` | kind, seeds, box and outline of the face, five points (x, y, seen), attributes |

Kinds are busts, close-ups, backs of heads, statues, masks, hands, clothes, hair and hats; only
busts and close-ups count as faces. Coordinates are in pixels, centres at integers, x right, y
down. `index.parquet` has one row per sample: key, shard, seeds, box, attributes.
"""

cutout_card = partial(dataset_card, what=_WHAT, command="cutouts")
"""The README of a folder of cut-outs."""
