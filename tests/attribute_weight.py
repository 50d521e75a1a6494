"""An attribute weight as small as it can be: every answer is a sum of the crop's mean colours.

`means` is (N,3): red, green and blue, 0 to 1. Logits are means x GAINS + SHIFTS, so that what a
face should get can be worked out by hand, and a mixed-up batch shows.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SIZE = 16
SCALE = 1.25

CLASSES = {
    "gender_presentation": ("feminine", "masculine"),
    "age_group": ("child", "teen", "young adult", "middle-aged", "old"),
    "smile": ("no", "yes"),
    "glasses": ("no", "yes"),
    "pose_bin": ("left profile", "left", "frontal", "right", "right profile"),
    "eyes_closed": ("no", "yes"),
}
TEMPERATURES = {"smile": 2.0, "age_group": 0.5}

POINTS = np.array([[4, 5], [11, 5], [7.5, 8], [5, 11], [10, 11]], dtype=np.float32)
"""(5,2) in pixels of the crop, whatever it shows."""

RECORD = """
name = "tiny-attributes"
task = "attributes"
description = "Mean colours, for the tests"
licence = "CC0-1.0"
trained_on = "nothing"
real_faces = false
third_party = false

[[networks]]
sha256 = "{sha256}"
source = {{ kind = "file", path = "attributes.onnx" }}

[networks.input]
name = "crop"
size = 16
colour = "RGB"
mean = [0.0, 0.0, 0.0]
std = [255.0, 255.0, 255.0]
crop = {{ rule = "detector_box", scale = 1.25 }}

[networks.output]
kind = "attributes"
angles = "angles"

[networks.output.points]
name = "points"
count = 5
scheme = "five-points"
order = "x_then_y"
unit = "input_pixels"
"""

HEAD = """
[[networks.output.heads]]
task = "{task}"
output = "{task}_logits"
classes = [{classes}]
temperature = {temperature}
"""


def gains(task: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(3,C) and (C,): how the logits of a task follow from the mean colours."""
    random = np.random.default_rng(list(CLASSES).index(task))
    count = len(CLASSES[task])
    return (
        random.normal(0, 4, (3, count)).astype(np.float32),
        random.normal(0, 1, count).astype(np.float32),
    )


ANGLE_GAINS = np.diag([30.0, 20.0, 10.0]).astype(np.float32)
"""Yaw is 30 degrees x red, pitch 20 x green, roll 10 x blue."""


def network(*, poisoned: bool = False) -> bytes:
    """The ONNX file; `poisoned`: a bright blue crop makes the angles NaN, a blank one does not."""
    point_gains = (np.zeros((3, 10), np.float32), POINTS.T.reshape(10))
    angle_gains = (ANGLE_GAINS, np.zeros(3, np.float32))
    parts = {"points": point_gains, "angles": angle_gains}
    parts |= {f"{task}_logits": gains(task) for task in CLASSES}
    tensors = {"flat": np.array([0, 3], dtype=np.int64), "edge": np.float32(0.9)}
    nodes = [
        helper.make_node("GlobalAveragePool", ["crop"], ["pooled"]),
        helper.make_node("Reshape", ["pooled", "flat"], ["means"]),
    ]
    for name, (gain, shift) in parts.items():
        tensors |= {f"{name}_gain": gain, f"{name}_shift": shift}
        last = f"{name}_plain" if poisoned and name == "angles" else name
        nodes += [
            helper.make_node("MatMul", ["means", f"{name}_gain"], [f"{name}_grown"]),
            helper.make_node("Add", [f"{name}_grown", f"{name}_shift"], [last]),
        ]
    if poisoned:
        nodes += [
            helper.make_node("Sub", ["edge", "means"], ["below"]),
            helper.make_node("Sqrt", ["below"], ["root"]),
            helper.make_node("Add", ["angles_plain", "root"], ["angles"]),
        ]
    graph = helper.make_graph(
        nodes,
        "attributes",
        [helper.make_tensor_value_info("crop", TensorProto.FLOAT, ["n", 3, SIZE, SIZE])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", gain.shape[1]])
            for name, (gain, _) in parts.items()
        ],
        [numpy_helper.from_array(np.asarray(array), key) for key, array in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def record_text(model: bytes, tasks: tuple[str, ...] = tuple(CLASSES)) -> str:
    """The record of the network, with the heads of these tasks."""
    heads = [
        HEAD.format(
            task=task,
            classes=", ".join(f'"{name}"' for name in CLASSES[task]),
            temperature=TEMPERATURES.get(task, 1.0),
        )
        for task in tasks
    ]
    return RECORD.format(sha256=hashlib.sha256(model).hexdigest()) + "".join(heads)


def write_attributes(folder: Path, text: str | None = None, model: bytes | None = None) -> Path:
    """Write attributes.onnx and its record; the path of the record."""
    data = network() if model is None else model
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "attributes.onnx").write_bytes(data)
    path = folder / "attributes.toml"
    path.write_text(text or record_text(data), encoding="utf-8")
    return path
