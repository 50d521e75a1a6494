"""How the weights of an ONNX graph are stored: smaller on disk, float32 once loaded.

Each large weight becomes a small tensor and the nodes that bring it back, which ONNX Runtime folds
away when it opens the graph: inference costs what it cost before. With `dynamic-int8` alone, the
linear layers stay int8 and are computed in it, see `dynamic_int8`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from lineament.training.dynamic_int8 import linear_in_int8

Storage = Literal["float16", "int8", "dynamic-int8"]

SMALLEST = 1024
"""Weights of fewer numbers stay float32."""

Small = tuple[list[onnx.TensorProto], list[onnx.NodeProto]]


def stored_as(model: onnx.ModelProto, storage: Storage) -> bytes:
    """The graph as bytes, its large weights stored small.

    Args:
        storage: `float16`; `int8` with a scale for each row of a weight (output channel of a
            convolution), half as large and a little less exact; or `dynamic-int8`, where linear
            layers are also computed in int8, and what else is large is stored as `float16`.

    Raises:
        WeightError: `dynamic-int8` of a network that has hardly any linear layers.
    """
    weights = {tensor.name for tensor in model.graph.initializer}
    if storage == "dynamic-int8":
        model = linear_in_int8(model)
    graph = model.graph
    # Scales that the quantiser added stay exact.
    scales = [tensor for tensor in graph.initializer if tensor.name not in weights]
    given = [tensor for tensor in graph.initializer if tensor.name in weights]
    kept, restoring = _replaced(given, _int8 if storage == "int8" else _float16)
    kept += scales
    nodes = restoring + list(graph.node)
    del graph.initializer[:], graph.node[:], graph.value_info[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _replaced(
    tensors: list[onnx.TensorProto], small: Callable[[str, NDArray[np.float32]], Small]
) -> Small:
    kept, restoring = [], []
    for tensor in tensors:
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.size < SMALLEST:
            kept.append(tensor)
            continue
        stored, nodes = small(tensor.name, array)
        kept += stored
        restoring += nodes
    return kept, restoring


def _float16(name: str, array: NDArray[np.float32]) -> Small:
    stored = numpy_helper.from_array(array.astype(np.float16), f"{name}_float16")
    return [stored], [helper.make_node("Cast", [stored.name], [name], to=TensorProto.FLOAT)]


def _int8(name: str, array: NDArray[np.float32]) -> Small:
    """Whole numbers -127 to 127 times a scale for each row, rounded to the nearest."""
    rows = array.reshape(len(array), -1)
    largest = np.abs(rows).max(axis=1)
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    whole = np.rint(rows / scale[:, None]).astype(np.int8).reshape(array.shape)
    stored = numpy_helper.from_array(whole, f"{name}_int8")
    scales = numpy_helper.from_array(scale.reshape(-1, *[1] * (array.ndim - 1)), f"{name}_scale")
    loaded = f"{name}_whole"
    return [stored, scales], [
        helper.make_node("Cast", [stored.name], [loaded], to=TensorProto.FLOAT),
        helper.make_node("Mul", [loaded, scales.name], [name]),
    ]
