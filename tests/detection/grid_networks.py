"""Anchor-free detectors as ONNX graphs of a few convolutions, with records, for the tests."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

STRIDES = (8, 16, 32)
FACE = 24.0
"""Side of every face that `marker_network` finds, in pixels."""
POINTS = np.array([[-0.2, -0.2], [0.2, -0.2], [0.0, 0.1], [-0.2, 0.3], [0.2, 0.3]], np.float32)
"""The five points of such a face, in its sides from its middle."""

RECORD = """
name = "grid"
task = "detection"
description = "Convolutions, for the tests"
licence = "CC0-1.0"
trained_on = "nothing"
real_faces = false
third_party = false

[[networks]]
sha256 = "{sha256}"
source = {{ kind = "file", path = "{file}" }}

[networks.input]
name = "image"
colour = "RGB"
mean = [0.0, 0.0, 0.0]
std = [255.0, 255.0, 255.0]
crop = {{ rule = "whole_photo", multiple = 32, {crop} }}

[networks.output]
kind = "anchor_free"
levels = ["fine", "middle", "coarse"]
strides = [8, 16, 32]
"""

LEVELS = ("fine", "middle", "coarse")


def marker_network() -> bytes:
    """A cell of eight pixels that is all red is a face of `FACE` pixels round its middle.

    A cell sees its own pixels alone. Its logit is 20 x red - 10, red from 0 to 1.
    """
    weights, biases = [], []
    for stride in STRIDES:
        weight, bias = np.zeros((15, 3, stride, stride), np.float32), np.zeros(15, np.float32)
        weight[0, 0] = 20 / stride**2 if stride == 8 else 0
        bias[0] = -10
        bias[3:5] = np.log(FACE / stride)
        bias[5:] = POINTS.ravel()
        weights.append(weight)
        biases.append(bias)
    return _graph(weights, biases)


def noise_network(seed: int = 0) -> bytes:
    """Random answers to every pattern: strong, wrong and many."""
    random = np.random.default_rng(seed)
    weights = [random.normal(0, 4 / s, (15, 3, s, s)).astype(np.float32) for s in STRIDES]
    return _graph(weights, [random.normal(0, 1, 15).astype(np.float32) for _ in STRIDES])


def write_detector(folder: Path, graph: bytes, crop: str = "padding = 0") -> Path:
    """Write a graph and its record; the path of the record."""
    sha256 = hashlib.sha256(graph).hexdigest()
    file = f"{sha256[:8]}.onnx"
    (folder / file).write_bytes(graph)
    path = folder / "grid.toml"
    path.write_text(RECORD.format(sha256=sha256, file=file, crop=crop), encoding="utf-8")
    return path


def _graph(weights: list[np.ndarray], biases: list[np.ndarray]) -> bytes:
    nodes, tensors = [], []
    for name, stride, weight, bias in zip(LEVELS, STRIDES, weights, biases, strict=True):
        tensors += [numpy_helper.from_array(weight, f"{name}_w")]
        tensors += [numpy_helper.from_array(bias, f"{name}_b")]
        nodes.append(
            helper.make_node(
                "Conv", ["image", f"{name}_w", f"{name}_b"], [name], strides=[stride, stride]
            )
        )
    graph = helper.make_graph(
        nodes,
        "grid",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 15, None, None])
            for name in LEVELS
        ],
        tensors,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    data: bytes = model.SerializeToString()
    return data
