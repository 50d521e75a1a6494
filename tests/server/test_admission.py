"""How much is taken at once."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest

from lineament.server.admission import Admission
from lineament.server.problem import Problem


def test_more_than_the_queue_holds_is_told_when_to_come_again() -> None:
    admission = Admission(2, 1000, lambda: 6.2)
    with ExitStack() as held:
        held.enter_context(admission.place(10))
        held.enter_context(admission.place(10))
        with pytest.raises(Problem) as caught, admission.place(10):
            pass
        assert caught.value.status == 429 and caught.value.headers["Retry-After"] == "7"
    with admission.place(10):
        assert (admission.requests, admission.bytes) == (1, 10)


def test_bytes_are_bounded_but_one_request_always_comes_in() -> None:
    admission = Admission(9, 1000)
    with admission.place(5000), pytest.raises(Problem), admission.place(1):
        pass
    with admission.place(600), admission.place(400), pytest.raises(Problem), admission.place(1):
        pass
    assert (admission.requests, admission.bytes) == (0, 0)


def test_a_failed_request_frees_its_place() -> None:
    admission = Admission(1, 1000)
    with pytest.raises(ZeroDivisionError), admission.place(1):
        raise ZeroDivisionError
    assert admission.requests == 0


def test_draining_waits_for_what_was_taken_and_refuses_the_rest() -> None:
    async def run() -> None:
        admission = Admission(9, 1000)
        with admission.place(1):
            assert not await admission.drain(0.01)
            with pytest.raises(Problem) as caught, admission.place(1):
                pass
            assert caught.value.status == 503 and "Retry-After" in caught.value.headers
            draining = asyncio.create_task(admission.drain(10))
            await asyncio.sleep(0)
            assert not draining.done()
        assert await draining

    asyncio.run(run())
