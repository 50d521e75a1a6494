"""From a trained network to an ONNX file and its weight record."""

from __future__ import annotations

import hashlib
import logging
import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from lineament.errors import WeightError
from lineament.runtime import Session
from lineament.strict import Strict
from lineament.training.record_toml import to_toml
from lineament.weights import InputContract, Measure, Network, PointsOutput

log = logging.getLogger(__name__)

TOLERANCE = 0.05
"""Largest difference between ONNX and torch, in input pixels, that fp16 storage may make."""


class RecordDraft(Strict):
    """What a recipe says of the weight that it makes; numbers are added once measured."""

    name: str
    task: Literal["landmarks"]
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
    output: PointsOutput,
    path: Path,
    *,
    agreeing: float = 1.0,
) -> Network:
    """Write the network as ONNX with a dynamic batch and float16 storage, and check it.

    The graph computes in float32: its weights are stored as float16 and cast when it is loaded.

    Args:
        agreeing: share of the answers that must agree within `TOLERANCE`; below 1 for a network
            that picks the highest cell of a map, where two nearly equal ones may change places.

    Raises:
        WeightError: ONNX and torch differ by more than `TOLERANCE` on random pictures.
    """
    assert contract.size is not None
    network = network.cpu().float().eval()
    images = torch.rand(3, 3, contract.size, contract.size)
    data = stored_as_float16(_traced(network, images, contract.name, output.name))
    with torch.no_grad():
        expected = network(images).numpy()
    found = Session(data, device="cpu", threads=1).run(images.numpy())[0]
    difference = float(np.quantile(np.abs(found - expected), agreeing))
    log.info("%s: ONNX and torch differ by at most %.2g", path.name, difference)
    if not difference <= TOLERANCE:
        raise WeightError(
            f"{path.name}: ONNX and torch differ by {difference:.3g} input pixels, at most "
            f"{TOLERANCE} expected; the weight was not written"
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


def _traced(network: nn.Module, images: torch.Tensor, input_name: str, output_name: str) -> Any:
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            (images,),
            input_names=[input_name],
            output_names=[output_name],
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return program.model_proto


def stored_as_float16(model: onnx.ModelProto) -> bytes:
    """Replace each large float32 weight of a graph by a float16 one and a cast."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.size < 1024:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(array.astype(np.float16), f"{name}_float16"))
        casts.append(helper.make_node("Cast", [f"{name}_float16"], [name], to=TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.value_info[:]
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
