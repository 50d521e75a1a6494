"""From a trained network to an ONNX file and its weight record."""

from __future__ import annotations

import hashlib
import logging
import math
import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from lineament.errors import WeightError
from lineament.runtime import Session
from lineament.strict import Strict
from lineament.training.record_toml import to_toml
from lineament.training.weight_storage import Storage, stored_as
from lineament.weights import (
    AttributesOutput,
    EmbeddingOutput,
    InputContract,
    Measure,
    Network,
    PartsOutput,
    PointsOutput,
)

log = logging.getLogger(__name__)

TrainedOutput = PointsOutput | AttributesOutput | PartsOutput | EmbeddingOutput

TOLERANCE = 0.05
"""Largest difference between ONNX and torch: of points in input pixels, of logits,
probabilities and embeddings as they are."""

ANGLE_TOLERANCE = 0.25
"""The same of angles, in degrees."""

COARSER: dict[Storage, float] = {"float16": 1.0, "int8": 5.0}
"""How many times these differences the rounding of each storage may make in the mean. Single
answers may move farther: on random pictures a network is unsure of most of what it says."""


class RecordDraft(Strict):
    """What a recipe says of the weight that it makes; numbers are added once measured."""

    name: str
    task: Literal["landmarks", "attributes", "parsing", "recognition"]
    description: str
    licence: str
    trained_on: str
    real_faces: bool
    third_party: bool = False
    research_only: bool = False
    recipe: str
    commit: str | None = None
    measures: tuple[Measure, ...] = ()


def export_network(
    network: nn.Module,
    contract: InputContract,
    output: TrainedOutput,
    path: Path,
    *,
    agreeing: float = 1.0,
    storage: Storage = "float16",
) -> Network:
    """Write the network as ONNX with a dynamic batch and small storage, and check it.

    The graph computes in float32: its weights are stored as `storage` and brought back when it is
    loaded.

    Args:
        network: (N,3,S,S) float32, 0 to 1 -> a tensor, or a tuple of them in the order of the
            output's names.
        agreeing: share of the answers that must agree; below 1 for a network that picks the
            highest cell of a map, where two nearly equal ones may change places, or that cuts
            patches, at whose edges nearly equal crops differ.

    Raises:
        WeightError: on random pictures ONNX and torch differ by more than `TOLERANCE`, or
            `ANGLE_TOLERANCE`, or the storage makes more of a difference than `COARSER` allows.
        ValueError: the network gives another number of tensors than the output names.
    """
    assert contract.size is not None
    names, angles = _outputs(output)
    network = network.cpu().float().eval()
    images = torch.rand(3, 3, contract.size, contract.size)
    with torch.no_grad():
        answer = network(images)
    expected = [answer] if isinstance(answer, torch.Tensor) else list(answer)
    if len(names) != len(expected):
        raise ValueError(f"got {len(expected)} tensors for the outputs {', '.join(names)}")
    model = _traced(network, images, contract.name, names)
    exact, data = bytes(model.SerializeToString()), stored_as(model, storage)
    for graph, what in ((exact, "in full"), (data, f"stored as {storage}")):
        found = Session(graph, device="cpu", threads=1).run(images.numpy())
        for name, ours, theirs in zip(names, found, expected, strict=True):
            away = np.sort(np.abs(ours - theirs.numpy()), axis=None)
            away = away[: math.ceil(agreeing * away.size)]
            allowed = ANGLE_TOLERANCE if name == angles else TOLERANCE
            difference = float(away.max())
            if graph is data:
                allowed *= COARSER[storage]
                difference = float(away.mean())
            log.info("%s %s: %s differ from torch by %.2g", path.name, what, name, difference)
            if not difference <= allowed:
                raise WeightError(
                    f"{path.name} {what}: {name} of ONNX and torch differ by {difference:.3g}, at "
                    f"most {allowed} expected; the weight was not written"
                )
    path.write_bytes(data)
    return Network.model_validate(
        {
            "source": {"kind": "file", "path": path.name},
            "sha256": hashlib.sha256(data).hexdigest(),
            "input": contract,
            "output": output,
        }
    )


def write_record(draft: RecordDraft, networks: tuple[Network, ...], folder: Path) -> Path:
    """Write `NAME.toml` beside the networks' files."""
    path = folder / f"{draft.name}.toml"
    values = draft.model_dump(mode="json", exclude_none=True)
    measures = values.pop("measures")
    values["networks"] = [
        network.model_dump(mode="json", exclude_none=True) for network in networks
    ]
    if measures:
        values["measures"] = measures
    path.write_text(to_toml(values), encoding="utf-8")
    return path


def _outputs(output: TrainedOutput) -> tuple[tuple[str, ...], str | None]:
    """Names of all outputs, and of that which holds angles."""
    if isinstance(output, AttributesOutput):
        return output.names, output.angles
    return (output.name,), None


def _traced(
    network: nn.Module, images: torch.Tensor, input_name: str, output_names: tuple[str, ...]
) -> Any:
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            (images,),
            input_names=[input_name],
            output_names=list(output_names),
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return program.model_proto
