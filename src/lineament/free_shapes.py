"""Freeing the sizes that an export wrote into an ONNX file.

Some graphs compute on any batch and picture size, yet declare the one with which they were
traced, and ONNX Runtime then refuses every other. The declarations are rewritten here in the
file's own encoding (protocol buffers), so that the base install needs no ONNX package. Field
numbers are those of onnx.proto.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lineament.errors import WeightError

_MODEL_IR_VERSION, _MODEL_GRAPH = 1, 7
_GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT, _GRAPH_VALUE_INFO = 5, 11, 12, 13
_TENSOR_NAME = 8
_VALUE_NAME, _VALUE_TYPE = 1, 2
_TYPE_TENSOR = 1
_TENSOR_TYPE_SHAPE = 2
_SHAPE_DIM = 1
_DIM_PARAM = 2

_VARINT, _BYTES = 0, 2
_FIXED_WIDTH = {1: 8, 5: 4}
_FREE_AXES = {0: b"batch", 2: b"height", 3: b"width"}
_WEIGHTS_NEED_NO_INPUT = 4
"""From this IR version on, weights need not be listed as inputs, where they cannot be folded."""

_Field = tuple[int, bytes, bytes | int]
"""Number, the field as it stands in the file, and its content."""

_Change = Callable[[bytes], bytes]


def free_shapes(model: bytes) -> bytes:
    """The same graph with free batch, height and width.

    Inputs of rank 4 keep their channels only and outputs their rank only; the shapes of values in
    between are dropped, for the runtime to infer. Nothing that the graph computes is touched.

    Raises:
        WeightError: the bytes are not a whole ONNX file.
    """
    fields = list(_fields(model))
    version = next((v for number, _, v in fields if number == _MODEL_IR_VERSION), 0)
    keep_weight_inputs = not isinstance(version, int) or version < _WEIGHTS_NEED_NO_INPUT
    parts = []
    for number, raw, content in fields:
        if number == _MODEL_GRAPH and isinstance(content, bytes):
            raw = _packed(number, _free_graph(content, keep_weight_inputs))
        parts.append(raw)
    return b"".join(parts)


def _free_graph(graph: bytes, keep_weight_inputs: bool) -> bytes:
    fields = list(_fields(graph))
    weights = {
        _first(content, _TENSOR_NAME)
        for number, _, content in fields
        if number == _GRAPH_INITIALIZER and isinstance(content, bytes)
    }
    parts = []
    for number, raw, content in fields:
        if number == _GRAPH_VALUE_INFO:
            continue
        if number in (_GRAPH_INPUT, _GRAPH_OUTPUT) and isinstance(content, bytes):
            if _first(content, _VALUE_NAME) in weights:
                if keep_weight_inputs:
                    parts.append(raw)
                continue
            dims = _free_input if number == _GRAPH_INPUT else _free_output
            raw = _packed(number, _with_dims(content, dims))
        parts.append(raw)
    return b"".join(parts)


def _with_dims(value: bytes, dims: _Change) -> bytes:
    """A declared input or output whose shape has been changed by `dims`."""

    def in_tensor(tensor: bytes) -> bytes:
        return _replaced(tensor, _TENSOR_TYPE_SHAPE, dims)

    return _replaced(value, _VALUE_TYPE, lambda kind: _replaced(kind, _TYPE_TENSOR, in_tensor))


def _free_input(shape: bytes) -> bytes:
    dims = [raw for number, raw, _ in _fields(shape) if number == _SHAPE_DIM]
    if len(dims) != 4:
        return shape
    for axis, name in _FREE_AXES.items():
        dims[axis] = _packed(_SHAPE_DIM, _packed(_DIM_PARAM, name))
    return b"".join(dims)


def _free_output(shape: bytes) -> bytes:
    return _replaced(shape, _SHAPE_DIM, lambda _: b"")


def _replaced(message: bytes, field: int, change: _Change) -> bytes:
    return b"".join(
        _packed(number, change(content)) if number == field and isinstance(content, bytes) else raw
        for number, raw, content in _fields(message)
    )


def _first(message: bytes, field: int) -> bytes | int | None:
    return next((content for number, _, content in _fields(message) if number == field), None)


def _fields(message: bytes) -> Iterator[_Field]:
    position = 0
    while position < len(message):
        start = position
        key, position = _varint(message, position)
        number, wire = key >> 3, key & 7
        content: bytes | int
        if wire == _VARINT:
            content, position = _varint(message, position)
        elif wire == _BYTES:
            length, position = _varint(message, position)
            content, position = message[position : position + length], position + length
        elif wire in _FIXED_WIDTH:
            width = _FIXED_WIDTH[wire]
            content, position = message[position : position + width], position + width
        else:
            raise WeightError(f"not an ONNX file: wire type {wire} at byte {start}")
        if position > len(message):
            raise WeightError(f"not a whole ONNX file: it ends inside the field at byte {start}")
        yield number, message[start:position], content


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(message):
            raise WeightError("not a whole ONNX file: it ends inside a number")
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise WeightError(f"not an ONNX file: a number of more than ten bytes before byte {position}")


def _packed(number: int, content: bytes) -> bytes:
    return _number(number << 3 | _BYTES) + _number(len(content)) + content


def _number(value: int) -> bytes:
    parts = bytearray()
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
