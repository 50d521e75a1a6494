"""Rewriting the declared sizes of an ONNX file changes nothing else, and needs no ONNX package."""

from __future__ import annotations

import contextlib

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from tiny_networks import model_bytes, points_network

from lineament.errors import WeightError
from lineament.free_shapes import free_shapes
from lineament.runtime import Session


def traced(ir_version: int = 8) -> bytes:
    """A convolution that declares a batch of 10 at 32 x 32 and lists its weight as an input."""
    weight = np.random.default_rng(0).random((4, 3, 3, 3), dtype=np.float32)
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "traced",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [10, 3, 32, 32]),
            helper.make_tensor_value_info("w", TensorProto.FLOAT, [4, 3, 3, 3]),
        ],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [10, 4, 16, 16])],
        [numpy_helper.from_array(weight, "w")],
        value_info=[helper.make_tensor_value_info("c", TensorProto.FLOAT, [10, 4, 16, 16])],
    )
    model = onnx.load_from_string(model_bytes(graph))
    model.ir_version = ir_version
    data: bytes = model.SerializeToString()
    return data


def test_any_batch_and_size_run_afterwards_with_the_same_numbers() -> None:
    fixed, free = Session(traced(), device="cpu"), Session(free_shapes(traced()), device="cpu")
    assert free.inputs == {"x": (None, 3, None, None)}
    pictures = np.random.default_rng(1).random((10, 3, 32, 32), dtype=np.float32)
    (before,), (after,) = fixed.run(pictures), free.run(pictures)
    np.testing.assert_allclose(after, before, rtol=1e-6)
    (other,) = free.run(np.zeros((3, 3, 64, 96), np.float32))
    assert other.shape == (3, 4, 32, 48)


def test_only_declarations_change() -> None:
    before, after = onnx.load_from_string(traced()), onnx.load_from_string(free_shapes(traced()))
    assert list(after.graph.node) == list(before.graph.node)
    assert list(after.graph.initializer) == list(before.graph.initializer)
    assert after.opset_import == before.opset_import
    assert [value.name for value in after.graph.input] == ["x"]
    assert [value.name for value in after.graph.output] == ["y"]
    onnx.checker.check_model(after)


def test_old_files_keep_their_weights_among_the_inputs() -> None:
    """Before IR version 4 a weight had to be listed."""
    after = onnx.load_from_string(free_shapes(traced(ir_version=3)))
    assert [value.name for value in after.graph.input] == ["x", "w"]
    onnx.checker.check_model(after)


def test_a_free_graph_stays_free() -> None:
    once = free_shapes(points_network(("n", 3, "h", "w")))
    assert free_shapes(once) == once
    assert Session(once, device="cpu").inputs == {"crop": (None, 3, None, None)}


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_a_cut_file_is_a_weight_error(cut: int) -> None:
    with pytest.raises(WeightError, match="ONNX file"):
        free_shapes(traced()[:-cut])


@given(st.binary(max_size=60))
def test_no_bytes_crash_it(data: bytes) -> None:
    with contextlib.suppress(WeightError):
        assert isinstance(free_shapes(data), bytes)
