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

from lineament.errors import ConfigError, WeightError
from lineament.runtime import Array, Session
from lineament.strict import Strict
from lineament.training.record_toml import to_toml
from lineament.training.weight_storage import Storage, stored_as
from lineament.weights import (
    AnchorFreeOutput,
    AttributesOutput,
    EmbeddingOutput,
    InputContract,
    Measure,
    Network,
    PartsOutput,
    PointsOutput,
    WholePhoto,
)

log = logging.getLogger(__name__)

TrainedOutput = PointsOutput | AttributesOutput | PartsOutput | EmbeddingOutput | AnchorFreeOutput

TOLERANCE = 0.05
"""Largest difference between ONNX and torch: of points in input pixels, of logits,
probabilities and embeddings as they are."""

ANGLE_TOLERANCE = 0.25
"""The same of angles, in degrees."""

COARSER: dict[Storage, float] = {"float16": 1.0, "int8": 5.0}
"""How many times these differences the rounding of each storage may make in the mean. Single
answers may move farther: on random pictures a network is unsure of most of what it says."""

LEAST_COSINE = 0.999
"""Of an embedding whose network is stored small and that in float32, whatever the storage: only its
direction counts."""


class RecordDraft(Strict):
    """What a recipe says of the weight that it makes; numbers are added once measured."""

    name: str
    task: Literal["detection", "landmarks", "attributes", "parsing", "recognition"]
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

    Where the contract has no size, height and width are free too, as multiples of its crop rule.

    The graph computes in float32: its weights are stored as `storage` and brought back when it is
    loaded. With `dynamic-int8` its linear layers are computed in int8 instead; then the output of
    the returned network says `alone`, since the pictures of a batch would change one another's
    answers.

    Args:
        network: (N,3,S,S) float32, in the range that the contract says -> a tensor, or a tuple of
            them in the order of the output's names.
        agreeing: share of the answers that must agree; below 1 for a network that picks the
            highest cell of a map, where two nearly equal ones may change places, or that cuts
            patches, at whose edges nearly equal crops differ.

    Raises:
        WeightError: on random pictures ONNX and torch differ by more than `TOLERANCE`, or
            `ANGLE_TOLERANCE`, or the storage makes more of a difference than `COARSER` or
            `LEAST_COSINE` allows; or `storage` does not suit the network.
        ConfigError: `dynamic-int8` of a network that gives no embedding.
        ValueError: the network gives another number of tensors than the output names.
    """
    if storage == "dynamic-int8":
        output = _alone(output)
    names, angles = _outputs(output)
    network = network.cpu().float().eval()
    images, multiple = _random_pictures(contract)
    with torch.no_grad():
        answer = network(images)
    expected = [answer] if isinstance(answer, torch.Tensor) else list(answer)
    if len(names) != len(expected):
        raise ValueError(f"got {len(expected)} tensors for the outputs {', '.join(names)}")
    model = traced(network, images, contract.name, names, multiple)
    exact, data = bytes(model.SerializeToString()), stored_as(model, storage)
    for graph, what in ((exact, "in full"), (data, f"stored as {storage}")):
        found = _answers(graph, images.numpy(), storage == "dynamic-int8")
        if graph is data and isinstance(output, EmbeddingOutput):
            _check_directions(f"{path.name} {what}", found[0], expected[0].numpy())
            continue
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


def traced(
    network: nn.Module,
    images: torch.Tensor,
    input_name: str,
    output_names: tuple[str, ...],
    multiple: int | None = None,
) -> Any:
    """The network as an ONNX graph in float32 (`onnx.ModelProto`) that takes any batch.

    Args:
        network: in evaluation, on the CPU.
        images: (N,3,H,W) float32, an example of two pictures or more.
        multiple: the graph takes any height and width that are multiples of this; None: those of
            `images` alone.
    """
    free: dict[int, Any] = {0: torch.export.Dim("batch")}
    if multiple is not None:
        free |= {
            2: multiple * torch.export.Dim("rows", min=1),
            3: multiple * torch.export.Dim("columns", min=1),
        }
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            (images,),
            input_names=[input_name],
            output_names=list(output_names),
            dynamic_shapes=(free,),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return program.model_proto


def _random_pictures(contract: InputContract) -> tuple[torch.Tensor, int | None]:
    """Noise (3,3,H,W) float32 as the contract wants it, and what free sides are multiples of."""
    multiple = contract.crop.multiple if isinstance(contract.crop, WholePhoto) else None
    height, width = contract.size or 0, contract.size or 0
    if multiple is not None:
        height, width = 3 * multiple, 4 * multiple
    mean, std = torch.tensor([contract.mean, contract.std])[:, None, :, None, None]
    return (255 * torch.rand(3, 3, height, width) - mean) / std, multiple


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


def _alone(output: TrainedOutput) -> EmbeddingOutput:
    """The output of a network that quantises what it is given, over the whole batch."""
    if not isinstance(output, EmbeddingOutput):
        raise ConfigError(
            f"storage dynamic-int8 is for embeddings, got a network that gives {output.kind}: the "
            "answers of the faces in a batch would depend on one another; choose float16 or int8"
        )
    return output.model_copy(update={"alone": True})


def _answers(graph: bytes, images: Array, alone: bool) -> list[Array]:
    """The outputs of a graph, for a batch or for each picture by itself."""
    session = Session(graph, device="cpu", threads=1)
    if not alone:
        return session.run(images)
    each = [session.run(image[None]) for image in images]
    return [np.concatenate(rows) for rows in zip(*each, strict=True)]


def _check_directions(what: str, ours: Array, theirs: Array) -> None:
    """Raise a WeightError where embeddings (N,D) and those of float32 do not point one way."""
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    cosine = float(((ours * theirs).sum(axis=1) / lengths).min())
    log.info("%s: embeddings have a cosine of at least %.6f to those of torch", what, cosine)
    if not cosine >= LEAST_COSINE:
        raise WeightError(
            f"{what}: an embedding has a cosine of {cosine:.5f} to that of torch, at least "
            f"{LEAST_COSINE} expected; the weight was not written. Choose another storage"
        )


def _outputs(output: TrainedOutput) -> tuple[tuple[str, ...], str | None]:
    """Names of all outputs, and of that which holds angles."""
    if isinstance(output, AttributesOutput):
        return output.names, output.angles
    if isinstance(output, AnchorFreeOutput):
        return output.names, None
    return (output.name,), None
