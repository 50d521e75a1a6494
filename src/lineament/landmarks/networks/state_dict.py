"""Named tensors from a file that somebody else made, without running anything in it."""

from __future__ import annotations

import json
import pickle
from math import prod
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lineament.errors import WeightError

_TYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
}
"""Types of safetensors that a network's weights have."""


def read_state_dict(path: Path) -> dict[str, Tensor]:
    """Read NAME.safetensors, or a state dict that `torch.save` wrote.

    Raises:
        WeightError: the file is missing or damaged, holds something else than named tensors, or
            is a pickle with more than tensors in it, which is not read.
    """
    if not path.is_file():
        raise WeightError(f"no weights at {path}; give a .safetensors file or a torch state dict")
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise WeightError(
            f"{path.name} cannot be read as a torch state dict of tensors alone: save it again "
            "with torch.save(model.state_dict(), ...) or as safetensors"
        ) from error
    if not isinstance(found, dict) or not all(
        isinstance(name, str) and isinstance(tensor, Tensor) for name, tensor in found.items()
    ):
        raise WeightError(
            f"{path.name} holds more than named tensors; save model.state_dict() alone"
        )
    return found


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    """Eight bytes of length, that much JSON, then the bytes of all tensors."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8 : 8 + length])
        header.pop("__metadata__", None)
        body = memoryview(data)[8 + length :]
        return {name: _tensor(entry, body) for name, entry in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightError(
            f"{path.name} is not a safetensors file of weights, or it is damaged: {error}"
        ) from error


def _tensor(entry: dict[str, Any], body: memoryview) -> Tensor:
    kind, shape = _TYPES[entry["dtype"]], [int(side) for side in entry["shape"]]
    start, end = (int(offset) for offset in entry["data_offsets"])
    size = prod(shape) * kind.itemsize
    if not 0 <= start <= end <= len(body) or end - start != size or min(shape, default=0) < 0:
        raise ValueError(f"{shape} of {entry['dtype']} does not fit bytes {start} to {end}")
    if size == 0:
        return torch.empty(shape, dtype=kind)
    return torch.frombuffer(bytearray(body[start:end]), dtype=kind).view(shape)
