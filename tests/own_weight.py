"""A weight of one's own, as small as it can be: a graph that puts 68 points on a ring.

The ring's middle is the middle of the crop, its radius a fixed part of the crop, and the last
point moves with the mean of the crop's red channel, so that a mixed-up batch shows.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SIZE = 16
SCALE = 1.5
DOWN = 0.1
RADIUS = 4.0

RECORD = """
name = "{name}"
task = "landmarks"
description = "A ring, for the tests"
licence = "CC0-1.0"
trained_on = "nothing"
real_faces = false
third_party = false

[[networks]]
sha256 = "{sha256}"

[networks.source]
kind = "file"
path = "ring.onnx"

[networks.input]
name = "{input_name}"
size = 16
colour = "RGB"
mean = [0.0, 0.0, 0.0]
std = [255.0, 255.0, 255.0]
crop = {{ rule = "detector_box", scale = 1.5, down = 0.1 }}

[networks.output]
kind = "points"
name = "points"
count = {count}
scheme = "ibug-68"
order = "x_then_y"
unit = "input_pixels"
"""


def ring() -> NDArray[np.float32]:
    """(68,2) points in pixels of the crop; the last one is the crop's middle."""
    angles = np.linspace(0, 2 * np.pi, 68, endpoint=False)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * RADIUS
    points[-1] = 0
    return (points + (SIZE - 1) / 2).astype(np.float32)


def write_weight(
    folder: Path, *, name: str = "ring-68", input_name: str = "crop", count: int = 68
) -> Path:
    """Write ring.onnx and its record; the path of the record.

    Args:
        folder: where both go.
        name: the record's name.
        input_name, count: what the record says of the graph, whose input is `crop` and which
            gives 68 points.
    """
    template = ring().T.reshape(1, 136)
    gain = np.zeros((3, 136), dtype=np.float32)
    gain[0, -1] = 1.0
    tensors = {
        "template": template,
        "gain": gain,
        "flat": np.array([0, 3], dtype=np.int64),
    }
    nodes = [
        helper.make_node("GlobalAveragePool", ["crop"], ["pooled"]),
        helper.make_node("Reshape", ["pooled", "flat"], ["means"]),
        helper.make_node("MatMul", ["means", "gain"], ["moved"]),
        helper.make_node("Add", ["moved", "template"], ["points"]),
    ]
    graph = helper.make_graph(
        nodes,
        "ring",
        [helper.make_tensor_value_info("crop", TensorProto.FLOAT, ["n", 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("points", TensorProto.FLOAT, ["n", 136])],
        [numpy_helper.from_array(array, key) for key, array in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    data = model.SerializeToString()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ring.onnx").write_bytes(data)
    record = folder / f"{name}.toml"
    sha256 = hashlib.sha256(data).hexdigest()
    text = RECORD.format(name=name, sha256=sha256, input_name=input_name, count=count)
    record.write_text(text, encoding="utf-8")
    return record
