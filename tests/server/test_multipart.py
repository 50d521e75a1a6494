"""Reading forms: within limits, in any pieces, never on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.server.multipart import MOST_PARTS, Parts, read_parts
from lineament.server.problem import Problem

TYPE = "multipart/form-data; boundary=xyz"


def body(*parts: tuple[str, bytes]) -> bytes:
    joined = b"".join(
        f"--xyz\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data + b"\r\n"
        for head, data in parts
    )
    return joined + b"--xyz--\r\n"


FORM = body(
    ('name="heads"', b"parts"),
    ('name="tag"', "größe".encode()),
    ('name="tag"', b"two"),
    ('name="picture"; filename="a.jpg"', b"\xff\xd8\r\n--xy" * 40),
)


def read(data: bytes, step: int = 1 << 20, kind: str | None = TYPE, **limits: int) -> Parts:
    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(data), step):
            yield data[start : start + step]

    bounds = {"max_file_bytes": 10_000, "max_bytes": 100_000, **limits}
    return asyncio.run(read_parts(kind, stream(), **bounds))


def refused(data: bytes, **options: object) -> Problem:
    with pytest.raises(Problem) as caught:
        read(data, **options)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize("step", [1, 2, 7, 64, 1 << 20])
def test_a_form_in_pieces_of_any_size(step: int) -> None:
    parts = read(FORM, step)
    assert parts.fields == {"heads": ["parts"], "tag": ["größe", "two"]}
    assert parts.files == {"picture": [b"\xff\xd8\r\n--xy" * 40]}


def test_limits() -> None:
    assert refused(FORM, max_file_bytes=100).status == 413
    assert refused(FORM, max_bytes=200).status == 413
    assert refused(body(('name="heads"', b"x" * 5000))).status == 413
    many = body(*[('name="a"', b"1")] * (MOST_PARTS + 1))
    assert refused(many).status == 413


def test_the_stream_is_left_where_a_limit_is_passed() -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        yield b'--xyz\r\nContent-Disposition: form-data; name="p"; filename="p"\r\n\r\n'
        while True:
            taken += 1
            yield bytes(1000)

    async def run() -> None:
        await read_parts(TYPE, endless(), max_file_bytes=10_000, max_bytes=100_000)

    with pytest.raises(Problem):
        asyncio.run(run())
    assert taken < 15


@pytest.mark.parametrize("kind", [None, "application/json", "image/jpeg", "multipart/mixed; b=1"])
def test_other_types(kind: str | None) -> None:
    problem = refused(FORM, kind=kind)
    assert problem.status == 415 and "expected multipart/form-data" in problem.detail


def test_damaged_forms() -> None:
    assert "no boundary" in refused(FORM, kind="multipart/form-data").detail
    assert "stops before" in refused(FORM[:-10]).detail
    assert "no name" in refused(body(("x=1", b"1"))).detail
    assert "not UTF-8" in refused(body(('name="a"', b"\xff\xfe"))).detail
    assert refused(b"{}").status == 400
    assert refused(b"").status == 400


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(0, len(FORM)), st.integers(1, 50))
def test_no_bytes_break_the_reader(noise: bytes, place: int, step: int) -> None:
    try:
        read(FORM[:place] + noise + FORM[place + len(noise) // 2 :], step)
    except Problem as problem:
        assert problem.status in (400, 413)
