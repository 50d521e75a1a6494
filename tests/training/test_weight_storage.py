"""Weights stored small answer as before, and cost nothing once loaded."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from lineament.runtime import Session
from lineament.training.weight_storage import stored_as


@pytest.fixture
def graph():
    random = np.random.default_rng(0)
    kernel = random.normal(0, 0.1, (24, 3, 5, 5)).astype(np.float32)
    kernel[3] = 0
    kernel[5] *= 30
    bias = random.normal(0, 1, 24).astype(np.float32)
    return helper.make_model(
        helper.make_graph(
            [helper.make_node("Conv", ["image", "kernel", "bias"], ["answer"])],
            "conv",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, 9, 9])],
            [helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["batch", 24, 5, 5])],
            [numpy_helper.from_array(kernel, "kernel"), numpy_helper.from_array(bias, "bias")],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
    )


@pytest.mark.parametrize(
    ("storage", "bytes_each", "error"), [("float16", 2, 2e-3), ("int8", 1, 0.08)]
)
def test_small_weights_answer_as_large_ones(graph, storage, bytes_each, error):
    images = np.random.default_rng(1).random((2, 3, 9, 9), dtype=np.float32)
    whole = Session(graph.SerializeToString(), device="cpu", threads=1).run(images)[0]
    data = stored_as(graph, storage)
    assert len(data) < 24 * 75 * bytes_each + 1200
    small = Session(data, device="cpu", threads=1).run(images)[0]
    spread = whole.std(axis=(0, 2, 3))
    assert (np.abs(small - whole).max(axis=(0, 2, 3)) <= error * (spread + 0.01)).all()
    assert (small != whole).any()


@pytest.mark.parametrize("storage", ["float16", "int8"])
def test_few_numbers_stay_as_they_are(graph, storage):
    stored = onnx.load_from_string(stored_as(graph, storage))
    kinds = {tensor.name: tensor.data_type for tensor in stored.graph.initializer}
    assert kinds["bias"] == TensorProto.FLOAT and "kernel" not in kinds
    assert kinds[f"kernel_{storage}"] in (TensorProto.FLOAT16, TensorProto.INT8)
