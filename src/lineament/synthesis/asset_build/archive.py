"""The arrays of each asset, as its file holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.synthesis.asset_types import Head, Modes, TextureMaps, Wear
from lineament.synthesis.assets import PIECE_ARRAYS
from lineament.synthesis.build_record import Origin, record_arrays

Arrays = dict[str, NDArray[Any]]


def plain_arrays(asset: Head | Modes | TextureMaps) -> Arrays:
    """The fields of an asset by their names; rows of strings become arrays of strings."""
    return {field.name: np.asarray(getattr(asset, field.name)) for field in fields(asset)}


def wear_arrays(wear: Wear) -> Arrays:
    """The arrays of each piece, as in `hair/bob01/vertices`."""
    return {
        f"{kind}/{name}/{array}": getattr(piece, array)
        for kind, pieces in (("hair", wear.hair), ("hat", wear.hats))
        for name, piece in pieces.items()
        for array in PIECE_ARRAYS
    }


def write_archive(path: Path, arrays: Arrays, origins: Sequence[Origin]) -> None:
    """Write an .npz file with its provenance; the same content gives the same bytes."""
    members: dict[str, Any] = {**arrays, **record_arrays(origins)}
    np.savez_compressed(path, **members)
