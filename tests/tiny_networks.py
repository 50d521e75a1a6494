"""ONNX graphs of a few nodes, and records that describe them, for the tests of the runtime."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from lineament.weights import WeightRecord, load_record

Dims = Sequence[int | str | None]
COUNT = 3


def points_network(
    shape: Dims = ("batch", 3, 8, 8),
    *,
    values: int = 2 * COUNT,
    input_name: str = "crop",
    output_name: str = "points",
    element: int = TensorProto.FLOAT,
    inner_batch: int | None = None,
) -> bytes:
    """Every value of a crop's points is the mean of the crop's first channel.

    Args:
        shape: declared shape of the input.
        values: values per face.
        inner_batch: a batch baked into a reshape inside the graph, not into its declaration.
    """
    picks = np.zeros((3, values), np.float32)
    picks[0] = 1
    batch = -1 if inner_batch is None else inner_batch
    nodes = [
        helper.make_node("Cast", [input_name], ["real"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["real"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("Reshape", ["means", "rows"], ["flat"]),
        helper.make_node("MatMul", ["flat", "picks"], [output_name]),
    ]
    graph = helper.make_graph(
        nodes,
        "points",
        [helper.make_tensor_value_info(input_name, element, list(shape))],
        [helper.make_tensor_value_info(output_name, TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(picks, "picks"),
            numpy_helper.from_array(np.array([batch, 3], np.int64), "rows"),
        ],
    )
    return model_bytes(graph)


def model_bytes(graph: onnx.GraphProto) -> bytes:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    data: bytes = model.SerializeToString()
    return data


RECORD = """
name = "tiny"
task = "landmarks"
description = "A mean, for the tests"
licence = "CC0-1.0"
trained_on = "nothing"
real_faces = false
third_party = false

[[networks]]
sha256 = "{sha256}"
source = {{ kind = "file", path = "tiny.onnx" }}

[networks.input]
name = "crop"
size = 8
colour = "RGB"
mean = [0.0, 0.0, 0.0]
std = [1.0, 1.0, 1.0]
crop = {{ rule = "detector_box", scale = 1.0 }}

[networks.output]
kind = "points"
name = "points"
count = 3
scheme = "three"
order = "pairs"
unit = "input_pixels"
"""


def record_text(model: bytes) -> str:
    return RECORD.format(sha256=hashlib.sha256(model).hexdigest())


def write_record(folder: Path, model: bytes, text: str | None = None) -> Path:
    """Put a record and its graph into a folder; the path of the record."""
    (folder / "tiny.onnx").write_bytes(model)
    path = folder / "tiny.toml"
    path.write_text(text or record_text(model), encoding="utf-8")
    return path


def record_of(folder: Path, model: bytes) -> WeightRecord:
    return load_record(write_record(folder, model))
