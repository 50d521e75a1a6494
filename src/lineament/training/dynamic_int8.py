"""Linear layers that ONNX Runtime computes in int8, for transformers on a CPU.

A weight becomes whole numbers -127 to 127 with a scale for each output. What goes into a layer
becomes whole numbers 0 to 255 at each run ("dynamic"), by one scale and one zero for all its
numbers, those of the whole batch: the answer for a picture depends a little on the others, unless
each goes through the graph by itself.

Products of two computed arrays, as in attention, and convolutions stay float32.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import onnx
from onnx import numpy_helper

from lineament.errors import WeightError

LINEAR = ("MatMul", "Gemm")

LEAST_SHARE = 0.5
"""Of all weights that must lie in linear layers: below it the graph would hardly be quicker."""


def linear_in_int8(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with its linear layers in int8; `model` stays as it is.

    Weights use 8 bits. On x86 processors without VNNI, ONNX Runtime's quick kernels for them may
    overflow; 7 bits would not, but cost two to three times the difference to float32, too much for
    TransFace-S.

    Raises:
        WeightError: linear layers hold less than `LEAST_SHARE` of the weights.
    """
    share = linear_share(model)
    if share < LEAST_SHARE:
        raise WeightError(
            f"storage dynamic-int8 computes linear layers in int8, and they hold {share:.0%} of "
            f"this network's weights, expected {LEAST_SHARE:.0%} at least; choose float16 or int8"
        )
    # Here, because it takes a second and other kinds of storage do without it.
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    given = onnx.ModelProto()
    given.CopyFrom(model)
    del given.graph.value_info[:]  # the quantiser transposes weights, whose declarations then lie
    with tempfile.TemporaryDirectory(prefix="lineament-") as folder:
        whole, folded, made = (
            Path(folder) / f"{name}.onnx" for name in ("whole", "folded", "int8")
        )
        onnx.save(given, whole)
        quant_pre_process(whole, folded, skip_symbolic_shape=True, skip_onnx_shape=True)
        quantize_dynamic(
            folded,
            made,
            op_types_to_quantize=list(LINEAR),
            per_channel=True,
            reduce_range=False,
            weight_type=QuantType.QInt8,
        )
        return onnx.load(made)


def linear_share(model: onnx.ModelProto) -> float:
    """The share of the graph's weights, 0 to 1, that linear layers hold."""
    sizes = {tensor.name: numpy_helper.to_array(tensor).size for tensor in model.graph.initializer}
    linear = {node.input[1] for node in model.graph.node if node.op_type in LINEAR} & set(sizes)
    return sum(sizes[name] for name in linear) / max(sum(sizes.values()), 1)
