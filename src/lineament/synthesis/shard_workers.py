"""Worker processes that make shards, watched by the process that started them."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import threading
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

import cv2

from lineament.errors import LineamentError
from lineament.synthesis.sample_file import sample_key
from lineament.synthesis.shard_making import Shard, ShardMaker

logger = logging.getLogger(__name__)


class WorkerError(RuntimeError):
    """A worker failed or died; the message names the sample, its seeds and what is known."""


@dataclass(frozen=True)
class _Failure:
    """What went wrong in a worker: a mistake of the user's, or a trace."""

    error: LineamentError | None
    trace: str


@dataclass
class _Worker:
    """A running worker as its parent sees it: the shard and the sample that it is at."""

    process: BaseProcess
    pipe: Connection
    shard: int | None = None
    sample: int | None = None


def make_shards(
    maker: ShardMaker, numbers: Iterable[int], workers: int, advance: Callable[[], None]
) -> Generator[Shard]:
    """Make shards by `workers` fresh processes, yielding each as it is finished, in any order.

    Args:
        maker: copied into each process by pickling.
        numbers: of the shards.
        workers: how many processes.
        advance: called here before each sample that is rendered.

    Raises:
        LineamentError: what a worker raised because of the user's input or disk.
        WorkerError: a worker failed in another way, or died. However this ends, no worker
            goes on running.
    """
    queue = iter(numbers)
    team = [_start(maker, place) for place in range(workers)]
    try:
        for worker in team:
            _hand_out(worker, queue)
        while busy := [worker for worker in team if worker.shard is not None]:
            ready = wait([worker.pipe for worker in busy])
            for worker in (worker for worker in busy if worker.pipe in ready):
                message = _received(worker, maker)
                if isinstance(message, int):
                    worker.sample = message
                    advance()
                elif isinstance(message, _Failure):
                    raise message.error or _told(worker, maker, "failed", message.trace)
                else:
                    _hand_out(worker, queue)
                    yield message
    finally:
        for worker in team:
            worker.pipe.close()
            if worker.shard is not None:
                worker.process.terminate()
        for worker in team:
            worker.process.join()


def _hand_out(worker: _Worker, queue: Iterator[int]) -> None:
    worker.shard, worker.sample = next(queue, None), None
    with suppress(ConnectionError):  # it is dead; what it sent before tells more
        worker.pipe.send(worker.shard)


def _received(worker: _Worker, maker: ShardMaker) -> int | Shard | _Failure:
    try:
        message: int | Shard | _Failure = worker.pipe.recv()
    except (EOFError, OSError) as error:
        worker.process.join()
        code = worker.process.exitcode or 0
        cause = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        note = "; SIGKILL mostly means that memory ran out: try fewer --workers"
        hint = note if code == -9 else ""
        raise _told(worker, maker, f"died of {cause}{hint}", "") from error
    return message


def _told(worker: _Worker, maker: ShardMaker, what: str, trace: str) -> WorkerError:
    place = f"a worker at shard {worker.shard}"
    if worker.sample is not None:
        identity, scene = maker.recipe.seeds(worker.sample)
        place += f", sample {sample_key(worker.sample)} (identity {identity}, scene {scene}),"
    return WorkerError("\n".join(filter(None, [f"{place} {what}", trace.rstrip()])))


def _start(maker: ShardMaker, place: int) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=_work, args=(maker, theirs), name=f"shards-{place}", daemon=True
    )
    with _deaf_to_interrupts():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Children started here ignore Ctrl-C, so that the parent alone decides what it does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work(maker: ShardMaker, pipe: Connection) -> None:
    """The whole life of a worker; it ends when it is told to or its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    try:
        while (number := pipe.recv()) is not None:
            pipe.send(_attempt(maker, number, pipe))
    except (EOFError, ConnectionError):
        logger.debug("the parent is gone")


def _attempt(maker: ShardMaker, number: int, pipe: Connection) -> Shard | _Failure:
    try:
        return maker(number, pipe.send)
    except ConnectionError:
        raise
    except LineamentError as error:
        return _Failure(error, "")
    except Exception:
        return _Failure(None, traceback.format_exc())
