"""Pictures of many askers, decoded and run in batches, each with its own answer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import cv2
import pytest
from pictures import png_of_size
from stand_in_server import CURSED, GREEN, GREY, RED, picture, small_service

from lineament.errors import WeightError
from lineament.server.photo_workers import Photo, PhotoWorkers, Work
from lineament.server.problem import Problem

PLAIN = Work(("landmarks",))


def seen(photo: Photo) -> tuple[int, int]:
    return photo.image.shape[1], len(photo.faces)


def look(workers: PhotoWorkers, *pictures: bytes, work: Work = PLAIN) -> list:
    async def run() -> list:
        asked = (workers.look([each], work, seen) for each in pictures)
        return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(run())


def test_many_askers_share_few_batches_and_get_their_own_answers(tmp_path: Path) -> None:
    workers = small_service(tmp_path, workers=1, max_batch=8, max_wait=0.2).workers
    pictures = [picture(*[RED] * count) for count in (1, 2, 3, 4, 5, 6)]
    assert look(workers, *pictures) == [[(32 * n, n)] for n in (1, 2, 3, 4, 5, 6)]
    calls = workers.analyzer.calls
    assert sum(calls) == 6 and len(calls) <= 2
    workers.close()


def test_other_heads_and_scores_do_not_share_a_batch(tmp_path: Path) -> None:
    workers = small_service(tmp_path, workers=1, max_wait=0.1).workers

    async def run() -> list:
        works = [PLAIN, Work(()), Work(("landmarks",), 0.95), PLAIN]
        return await asyncio.gather(*(workers.look([picture(RED)], w, seen) for w in works))

    assert asyncio.run(run()) == [[(32, 1)], [(32, 1)], [(32, 0)], [(32, 1)]]
    assert sorted(workers.analyzer.calls) == [1, 1, 2]


def test_one_bad_picture_spoils_no_other(tmp_path: Path) -> None:
    workers = small_service(tmp_path, workers=1, max_batch=8, max_wait=0.2).workers
    good, jpeg = picture(RED, GREEN), picture(GREY, side=64, suffix=".jpg")
    answers = look(workers, good, b"GIF89a" + bytes(50), jpeg[:-30], picture(CURSED), good, b"")
    assert answers[0] == answers[4] == [(64, 2)]
    assert isinstance(answers[1], Problem) and answers[1].status == 415
    assert "GIF" in answers[1].detail and "expected a picture" in answers[1].detail
    assert isinstance(answers[2], Problem) and answers[2].status == 422
    assert "truncated" in answers[2].detail and "bytes" not in answers[2].detail.split(":")[0]
    assert isinstance(answers[3], WeightError)
    assert isinstance(answers[5], Problem) and answers[5].status == 422


def test_a_decompression_bomb_is_refused_by_its_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = small_service(tmp_path, max_pixels=1000).workers
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("it was decoded"))
    for width, height in ((100_000, 100_000), (40, 26)):
        (answer,) = look(workers, png_of_size(width, height))
        assert isinstance(answer, Problem) and answer.status == 413
        assert f"{width} x {height}" in answer.detail and "limit is 1,000" in answer.detail


def test_of_several_pictures_the_wrong_one_is_named(tmp_path: Path) -> None:
    workers = small_service(tmp_path).workers
    good = picture(RED)

    async def run() -> None:
        await workers.look([good, good[:40], good], PLAIN, seen)

    with pytest.raises(Problem, match="picture 2 of 3: "):
        asyncio.run(run())


def test_closing_finishes_what_was_put(tmp_path: Path) -> None:
    workers = small_service(tmp_path, workers=1).workers
    workers.analyzer.gate.clear()

    async def run() -> None:
        asked = [asyncio.ensure_future(workers.look([picture(RED)], PLAIN, seen)) for _ in "abc"]
        await asyncio.sleep(0.05)
        closing = asyncio.ensure_future(asyncio.to_thread(workers.close))
        await asyncio.sleep(0.05)
        with pytest.raises(Problem) as caught:
            await workers.look([picture(RED)], PLAIN, seen)
        assert caught.value.status == 503
        workers.analyzer.gate.set()
        assert await asyncio.gather(*asked) == [[(32, 1)]] * 3
        await closing

    asyncio.run(run())


def test_whoever_goes_away_costs_no_work(tmp_path: Path) -> None:
    workers = small_service(tmp_path, workers=1, max_batch=1).workers
    workers.analyzer.gate.clear()

    async def run() -> None:
        first = asyncio.ensure_future(workers.look([picture(RED)], PLAIN, seen))
        await asyncio.sleep(0.05)
        second = asyncio.ensure_future(workers.look([picture(GREEN)], PLAIN, seen))
        await asyncio.sleep(0.05)
        second.cancel()
        await asyncio.sleep(0)
        workers.analyzer.gate.set()
        assert await first == [(32, 1)]

    asyncio.run(run())
    workers.close()
    assert workers.analyzer.calls == [1]
