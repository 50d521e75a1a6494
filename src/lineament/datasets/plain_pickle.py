"""Reads the pickles of verification sets, bytes and booleans in lists, without executing anything.

Two walls. First the instructions of the pickle are looked through without being carried out:
only those that build numbers, texts, bytes, lists and tuples and that name the few functions
below are let through, no length may pass the end of the file, and no place of the pickle's memo
may lie beyond what was put there. Then it is read by an unpickler whose `find_class` imports
nothing: for the names by which Python 2 and numpy write bytes, booleans and arrays it gives
stand-ins of our own, and refuses every other name.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lineament.errors import DataError

_PLAIN = {
    *("PROTO", "FRAME", "STOP", "MARK", "POP", "POP_MARK", "DUP"),
    *("NONE", "NEWTRUE", "NEWFALSE", "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
    *("BYTEARRAY8", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
    *("EMPTY_LIST", "LIST", "APPEND", "APPENDS"),
    *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"),
    *("GET", "BINGET", "LONG_BINGET", "PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"),
    *("GLOBAL", "STACK_GLOBAL", "REDUCE", "BUILD"),
}
"""Instructions that are let through. Others make dicts, sets and objects of any class, or fetch
things from outside the file."""

_PUT = {"PUT", "BINPUT", "LONG_BINPUT"}

_OPCODES = {opcode.code: (opcode.name, opcode.arg) for opcode in pickletools.opcodes}

_BOOLEAN, _BYTE = "b1", "u1"


def read_plain_pickle(path: Path) -> Any:
    """What a pickle of plain values holds: lists, tuples, bytes, texts, numbers, booleans.

    numpy's booleans become Python's; its arrays have to go through `plain`. Texts of Python 2
    come as bytes.

    Raises:
        DataError: the file cannot be read, is no pickle, is cut off, or asks for more than plain
            values; the message says where.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    try:
        _look_through(data)
        return _PlainUnpickler(io.BytesIO(data), encoding="bytes").load()
    except _RefusedError as error:
        raise DataError(f"{path}: {error}; refused without executing it") from error
    # A damaged pickle makes the interpreter stumble in any of these ways.
    except (
        pickle.UnpicklingError,
        *(ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError, OverflowError),
        *(MemoryError, RecursionError),
    ) as error:
        raise DataError(f"{path}: no whole pickle ({error}); fetch the file again") from error


def plain(value: Any) -> Any:
    """A value of such a pickle, numpy's arrays of booleans as lists and those of bytes as bytes."""
    return value.value if isinstance(value, _Array) else value


class _RefusedError(Exception):
    """The pickle asks for something that plain values do not need."""


def _look_through(data: bytes) -> None:
    for done, (name, argument, position) in enumerate(_instructions(data)):
        if name not in _PLAIN:
            raise _RefusedError(
                f"the instruction {name} at byte {position} of the pickle is not needed for lists "
                "of bytes and booleans"
            )
        if name in _PUT and int(argument) > done:
            raise _RefusedError(
                f"at byte {position} the pickle claims {argument} remembered values"
            )


def _instructions(data: bytes) -> Iterator[tuple[str, Any, int]]:
    """Name, argument and place of each, up to the end; an argument lies within the data.

    As `pickletools.genops`, which takes the texts of protocol 0 for ASCII: Python 2 wrote bytes
    so.
    """
    file = io.BytesIO(data)
    name = ""
    while name != "STOP":
        position = file.tell()
        code = file.read(1).decode("latin1")
        if code not in _OPCODES:
            raise ValueError(f"no instruction {code!r} at byte {position}")
        name, argument = _OPCODES[code]
        if argument is None:
            yield name, None, position
        else:
            yield name, file.readline() if name == "STRING" else argument.reader(file), position


class _PlainUnpickler(pickle.Unpickler):
    """An unpickler that imports nothing."""

    def find_class(self, module: str, name: str, /) -> Any:
        for known, stand_in in _STAND_INS.items():
            if (module, name) in known:
                return stand_in()
        raise _RefusedError(f"it asks for {module}.{name}")


class _StandIn:
    """Something that a pickle may name or build; it has no attribute that a pickle could set."""

    __slots__ = ()

    def __call__(self, *_values: Any) -> Any:
        raise _RefusedError(f"it calls {type(self).__name__.strip('_')}")

    def __setstate__(self, _state: Any) -> None:
        raise _RefusedError(f"it sets the state of {type(self).__name__.strip('_')}")


class _Latin1(_StandIn):
    """`_codecs.encode(text, "latin1")`, by which protocols up to 2 hold bytes."""

    __slots__ = ()

    def __call__(self, *values: Any) -> bytes:
        match values:
            case (str(text), "latin1" | b"latin1"):
                return text.encode("latin1")
        raise _RefusedError("it calls the encoder with something else than a text")


class _Kind(_StandIn):
    """`numpy.dtype` of booleans or bytes: what it names, and what it is called to make."""

    __slots__ = ("code",)

    def __init__(self, code: str = "") -> None:
        self.code = code

    def __call__(self, *values: Any) -> _Kind:
        code = values[0] if values else None
        code = code.decode("latin1") if isinstance(code, bytes) else code
        if self.code or code not in (_BOOLEAN, _BYTE):
            raise _RefusedError(
                f"it holds numpy values of type {code!r}, expected booleans or bytes"
            )
        return _Kind(code)

    def __setstate__(self, _state: Any) -> None:
        """Byte order and alignment, of which single bytes have none."""


class _Array(_StandIn):
    """A numpy array that is being rebuilt; `value` is what it holds as plain values."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: Any = None

    def __setstate__(self, state: Any) -> None:
        match state:
            case (int(), tuple(shape), _Kind() as kind, bool() | int(), bytes(content)):
                self.value = _values(content, kind, shape)
            case _:
                raise _RefusedError("it holds a numpy array that is not of booleans or bytes")


class _Reconstruct(_StandIn):
    """`numpy.core.multiarray._reconstruct`: an empty array whose content follows."""

    __slots__ = ()

    def __call__(self, *values: Any) -> _Array:
        if not values or not isinstance(values[0], _ArrayClass):
            raise _RefusedError("it rebuilds something else than a numpy array")
        return _Array()


class _ArrayClass(_StandIn):
    """`numpy.ndarray`, which is only named."""

    __slots__ = ()


class _Scalar(_StandIn):
    """`numpy.core.multiarray.scalar`: one boolean."""

    __slots__ = ()

    def __call__(self, *values: Any) -> bool:
        match values:
            case (_Kind(code=code), bytes(content)) if code == _BOOLEAN and len(content) == 1:
                return content != b"\0"
        raise _RefusedError("it holds a numpy value that is no boolean")


class _FromBuffer(_StandIn):
    """`numpy.core.numeric._frombuffer`, by which protocol 5 holds arrays."""

    __slots__ = ()

    def __call__(self, *values: Any) -> Any:
        match values:
            case ((bytes() | bytearray()) as content, _Kind() as kind, tuple(shape), *_):
                return _values(bytes(content), kind, shape)
        raise _RefusedError("it holds a numpy array that is not of booleans or bytes")


_STAND_INS: dict[frozenset[tuple[str, str]], type[_StandIn]] = {
    frozenset({("_codecs", "encode")}): _Latin1,
    frozenset({("numpy", "dtype")}): _Kind,
    frozenset({("numpy", "ndarray")}): _ArrayClass,
    frozenset(
        {("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct")}
    ): _Reconstruct,
    frozenset({("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar")}): _Scalar,
    frozenset(
        {("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer")}
    ): _FromBuffer,
}
"""By the names that numpy 1 and 2 write. A new stand-in is made for every use."""


def _values(content: bytes, kind: _Kind, shape: tuple[Any, ...]) -> Any:
    """The plain values of a one-dimensional array."""
    if len(shape) != 1 or shape[0] != len(content) or isinstance(shape[0], bool):
        raise _RefusedError(
            f"it holds a numpy array of shape {shape} in {len(content)} bytes, expected "
            f"({len(content)},)"
        )
    if kind.code == _BYTE:
        return content
    if kind.code == _BOOLEAN:
        return np.frombuffer(content, np.uint8).astype(np.bool_).tolist()
    raise _RefusedError("it holds a numpy array without a type")
