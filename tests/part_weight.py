"""A parsing weight as small as it can be: every cell gets the class whose colour is nearest.

The map has 8 x 8 cells of 2 x 2 crop pixels. The logits of a cell's mean colour x (0 to 1) are
2 c x - |c|^2 for the colour c of each class, so that the highest is that of the nearest colour.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from lineament.parsing.part_schemes import find_part_scheme

SIZE, CELLS, SCALE = 16, 8, 2.0
SCHEME = find_part_scheme("parts-9")

COLOURS = np.array(
    [
        *((0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)),
        *((255, 0, 255), (0, 255, 255), (128, 128, 128), (255, 128, 0)),
    ],
    dtype=np.uint8,
)
"""(9,3) RGB that a photo shows each class in; black is the background."""

RECORD = """
name = "tiny-parts"
task = "parsing"
description = "Nearest colours, for the tests"
licence = "CC0-1.0"
trained_on = "nothing"
real_faces = false
third_party = false

[[networks]]
sha256 = "{sha256}"
source = {{ kind = "file", path = "parts.onnx" }}

[networks.input]
name = "crop"
size = 16
colour = "RGB"
mean = [0.0, 0.0, 0.0]
std = [255.0, 255.0, 255.0]
crop = {{ rule = "detector_box", scale = 2.0 }}

[networks.output]
kind = "parts"
name = "parts"
scheme = "parts-9"
size = 8
values = "logits"
"""


def painted(mask: NDArray[np.integer]) -> NDArray[np.uint8]:
    """A photo that shows class numbers (H,W) in their colours."""
    return COLOURS[mask]


def network(*, poisoned: bool = False) -> bytes:
    """The ONNX file; `poisoned`: a bright white crop makes the logits NaN, a blank one does not."""
    colours = COLOURS.astype(np.float32) / 255
    weights = (2 * colours).reshape(len(colours), 3, 1, 1)
    tensors = {"weights": weights, "bias": -(colours**2).sum(axis=1), "edge": np.float32(0.9)}
    last = "plain" if poisoned else "parts"
    nodes = [
        helper.make_node("AveragePool", ["crop"], ["cells"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["cells", "weights", "bias"], [last]),
    ]
    if poisoned:
        nodes += [
            helper.make_node("ReduceMin", ["cells"], ["darkest"], axes=[1], keepdims=1),
            helper.make_node("Sub", ["edge", "darkest"], ["below"]),
            helper.make_node("Sqrt", ["below"], ["root"]),
            helper.make_node("Add", ["plain", "root"], ["parts"]),
        ]
    shape = ["n", len(colours), CELLS, CELLS]
    graph = helper.make_graph(
        nodes,
        "parts",
        [helper.make_tensor_value_info("crop", TensorProto.FLOAT, ["n", 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("parts", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(np.asarray(array), key) for key, array in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def record_text(model: bytes) -> str:
    return RECORD.format(sha256=hashlib.sha256(model).hexdigest())


def write_parts(folder: Path, text: str | None = None, model: bytes | None = None) -> Path:
    """Write parts.onnx and its record; the path of the record."""
    data = network() if model is None else model
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "parts.onnx").write_bytes(data)
    path = folder / "parts.toml"
    path.write_text(text or record_text(data), encoding="utf-8")
    return path
