"""A recognition weight as small as it can be: the mean colours of 8 x 8 fields, mixed at random.

The network takes aligned crops of 112 pixels, BGR, (value - 127.5) / 127.5, as ArcFace's do. Its
embedding is fields x MIX, (N,192) x (192,D), so that it can be worked out by hand; the mirror
image of a crop has another one.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SIZE, FIELD, DIMENSION = 112, 14, 16

RECORD = """
name = "{name}"
task = "recognition"
description = "Mixed colours, for the tests"
licence = "CC0-1.0"
trained_on = "nothing"
real_faces = false
third_party = false

[[networks]]
sha256 = "{sha256}"
source = {{ kind = "file", path = "{name}.onnx" }}

[networks.input]
name = "crop"
size = 112
colour = "BGR"
mean = [127.5, 127.5, 127.5]
std = [127.5, 127.5, 127.5]
crop = {{ rule = "five_points", template = "arcface-112" }}

[networks.output]
kind = "embedding"
name = "embedding"
dimension = {dimension}
mirrored = true
"""

CALIBRATION = """
[calibration]
protocol = "a hundred pairs of the tests"
thresholds = [[0.1, 0.2], [0.01, 0.45], [0.001, 0.7]]
slope = 12.0
offset = -5.0
"""

Fault = Literal["nan", "zero", "batch"]


def mix(dimension: int = DIMENSION) -> NDArray[np.float32]:
    """(192,D): how the embedding follows from the fields, channel by channel and row by row."""
    random = np.random.default_rng(dimension)
    return random.normal(0, 1, (3 * (SIZE // FIELD) ** 2, dimension)).astype(np.float32)


def by_hand(crops: NDArray[np.uint8], dimension: int = DIMENSION) -> NDArray[np.float64]:
    """What the network should say of RGB crops (N,112,112,3), neither summed nor normalised."""
    scaled = (crops[..., ::-1].astype(np.float64) - 127.5) / 127.5
    cells = SIZE // FIELD
    fields = scaled.reshape(-1, cells, FIELD, cells, FIELD, 3).mean(axis=(2, 4))
    return fields.transpose(0, 3, 1, 2).reshape(len(crops), -1) @ mix(dimension)


def network(dimension: int = DIMENSION, fault: Fault | None = None) -> bytes:
    """The ONNX file.

    Args:
        dimension: D.
        fault: `nan`: a white crop gives NaN, a blank one does not; `zero`: every embedding is 0;
            `batch`: each embedding depends on all crops of the batch.
    """
    tensors = {
        "mix": mix(dimension) * (0 if fault == "zero" else 1),
        "flat": np.array([0, -1], dtype=np.int64),
        "edge": np.float32(0.9),
        "first": np.array([0], dtype=np.int64),
    }
    last = "plain" if fault in ("nan", "batch") else "embedding"
    sides = [FIELD, FIELD]
    nodes = [
        helper.make_node("AveragePool", ["crop"], ["fields"], kernel_shape=sides, strides=sides),
        helper.make_node("Reshape", ["fields", "flat"], ["row"]),
        helper.make_node("MatMul", ["row", "mix"], [last]),
    ]
    if fault == "nan":
        nodes += [
            helper.make_node("ReduceMin", ["row"], ["darkest"], axes=[1], keepdims=1),
            helper.make_node("Sub", ["edge", "darkest"], ["below"]),
            helper.make_node("Sqrt", ["below"], ["root"]),
            helper.make_node("Add", ["plain", "root"], ["embedding"]),
        ]
    if fault == "batch":
        nodes += [
            helper.make_node("ReduceMax", ["plain"], ["most"], axes=[0], keepdims=1),
            helper.make_node("Add", ["plain", "most"], ["embedding"]),
        ]
    graph = helper.make_graph(
        nodes,
        "embedding",
        [helper.make_tensor_value_info("crop", TensorProto.FLOAT, ["n", 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", dimension])],
        [numpy_helper.from_array(np.asarray(array), key) for key, array in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def record_text(model: bytes, *, name: str = "tiny-faces", dimension: int = DIMENSION) -> str:
    sha256 = hashlib.sha256(model).hexdigest()
    return RECORD.format(sha256=sha256, name=name, dimension=dimension)


def write_embedding(
    folder: Path,
    *,
    name: str = "tiny-faces",
    dimension: int = DIMENSION,
    fault: Fault | None = None,
    calibrated: bool = False,
    replace: tuple[str, str] | None = None,
) -> Path:
    """Write NAME.onnx and its record; the path of the record.

    Args:
        calibrated: put `CALIBRATION` into the record.
        replace: a text of the record and what stands there instead.
    """
    model = network(dimension, fault)
    text = record_text(model, name=name, dimension=dimension)
    if calibrated:
        text += CALIBRATION
    if replace:
        assert replace[0] in text
        text = text.replace(*replace)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.onnx").write_bytes(model)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path
