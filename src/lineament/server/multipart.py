"""A multipart/form-data body, taken in as it comes, within limits and in memory alone.

Pictures never touch the disk: libraries that spool large parts into temporary files would leave
them there after a crash.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from lineament.server.problem import Problem

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_PARTS = 64
MOST_FIELD_BYTES = 4096
MOST_HEADER_BYTES = 8192


@dataclass(slots=True)
class Parts:
    """What a form holds: the values of each field and the bytes of each file, in order."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[bytes]] = field(default_factory=dict)


async def read_parts(
    content_type: str | None, stream: AsyncIterator[bytes], *, max_file_bytes: int, max_bytes: int
) -> Parts:
    """Read a form.

    Args:
        content_type: the header, with the boundary.
        stream: the body in chunks; it is left where a limit is passed.
        max_file_bytes: most bytes of one file.
        max_bytes: most bytes of the whole body.

    Raises:
        Problem: 415, another type; 400, damaged or without a boundary; 413, over a limit.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        got = content_type or "no Content-Type"
        raise Problem(
            415,
            "wrong-type",
            f"got {got[:100]!r}, expected multipart/form-data; send the picture as a form file",
        )
    boundary = options.get(b"boundary")
    if not boundary:
        raise _damaged("the Content-Type names no boundary")
    collector = _Collector(max_file_bytes)
    try:
        parser = MultipartParser(boundary, collector.callbacks)
        taken = 0
        async for chunk in stream:
            taken += len(chunk)
            if taken > max_bytes:
                raise Problem(
                    413,
                    "too-large",
                    f"got a request of more than {max_bytes:,} bytes, which is the limit; send "
                    "fewer or smaller pictures",
                )
            parser.write(chunk)
        parser.finalize()
    except (MultipartParseError, ValueError) as error:
        raise _damaged(str(error)) from error
    if not collector.ended:
        raise _damaged("it stops before its last boundary")
    return collector.parts


class _Collector:
    """Takes the parser's events."""

    def __init__(self, max_file_bytes: int) -> None:
        self.parts = Parts()
        self.ended = False
        self._most = max_file_bytes
        self._count = 0
        self._header_bytes = 0
        self._name = b""
        self._value = b""
        self._disposition = b""
        self._field = ""
        self._is_file = False
        self._limit = 0
        self._data = bytearray()
        self.callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise Problem(
                413, "too-large", f"got more than {MOST_PARTS} parts in the form; send fewer"
            )
        self._header_bytes = 0
        self._disposition = b""
        self._data = bytearray()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += self._header(data, start, end)

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += self._header(data, start, end)

    def _header(self, data: bytes, start: int, end: int) -> bytes:
        self._header_bytes += end - start
        if self._header_bytes > MOST_HEADER_BYTES:
            raise Problem(
                413,
                "too-large",
                f"got more than {MOST_HEADER_BYTES} bytes of headers in a part of the form",
            )
        return data[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise _damaged("a part has no name in its Content-Disposition")
        self._field = options[b"name"].decode("utf-8", errors="replace")
        self._is_file = b"filename" in options
        self._limit = self._most if self._is_file else MOST_FIELD_BYTES

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if len(self._data) + end - start > self._limit:
            what = "a file" if self._is_file else f"the field {self._field[:40]!r}"
            raise Problem(
                413,
                "too-large",
                f"got more than {self._limit:,} bytes in {what}, which is the limit; send less",
            )
        self._data += data[start:end]

    def _part_end(self) -> None:
        if self._is_file:
            self.parts.files.setdefault(self._field, []).append(bytes(self._data))
        else:
            try:
                text = self._data.decode("utf-8")
            except UnicodeDecodeError as error:
                raise _damaged(f"the field {self._field[:40]!r} is not UTF-8") from error
            self.parts.fields.setdefault(self._field, []).append(text)
        self._data = bytearray()

    def _end(self) -> None:
        self.ended = True


def _damaged(why: str) -> Problem:
    return Problem(
        400,
        "wrong-request",
        f"the multipart/form-data body is damaged: {why}; let an HTTP library make the form",
    )
