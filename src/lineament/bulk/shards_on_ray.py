"""Shards over the workers of Ray Data: on this machine, or on a cluster that runs already."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from lineament.bulk.listing import read_shard
from lineament.bulk.options import BulkOptions
from lineament.bulk.run_folder import LISTING, begin_attempt
from lineament.bulk.shard import ShardTally, analyze_shard
from lineament.errors import ConfigError, DataError
from lineament.runtime import usable_cores

logger = logging.getLogger(__name__)

OBJECT_STORE = 100 * 2**20
"""Bytes of shared memory for Ray: only numbers of shards and sums go through it."""

SECONDS_TO_END = 10.0

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_DISABLE_IMPORT_WARNING": "1",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""Ray reports to nobody, and starts its workers as this process was started."""


def check_ray() -> None:
    """Refuse a run without Ray, before any work.

    Raises:
        ConfigError: the extra is not installed.
    """
    try:
        _imported()
    except ImportError as error:
        raise ConfigError(
            f"lineament bulk needs Ray Data, which is not installed ({error}): "
            "pip install 'lineament[bulk]'"
        ) from error


def shards_on_ray(
    folder: Path,
    shards: Sequence[int],
    column: str,
    options: BulkOptions,
    *,
    workers: int | None = None,
    gpus: float = 0,
    address: str | None = None,
    device: str = "auto",
    threads: int | None = None,
) -> Iterator[ShardTally]:
    """Analyse shards, each on one of the workers; tallies in the order in which they are done.

    The tables of a shard are on the disk when its tally comes. Where Ray runs in this process
    already, it is used and left running.

    Args:
        folder: of the run; on a cluster, one that every machine sees under the same path, as it
            must see the pictures.
        shards: numbers of the shards to do.
        column: of an input in Parquet.
        options: what is done to each picture.
        workers: processes; None: one for each core that Ray has.
        gpus: of each worker; 0.5 lets two share one.
        address: of a running cluster; None starts Ray on this machine, and ends it.
        device, threads: of each worker's networks. Threads default to the cores of this machine
            divided by the workers; on a cluster to one.

    Raises:
        ConfigError: Ray is not installed, or has fewer cores or GPUs than the workers need.
        DataError: a shard could not be read or written, or its worker died again and again.
    """
    check_ray()
    ray = _imported()
    with _session(ray, workers, gpus, address) as owned:
        have = ray.cluster_resources()
        count = min(workers or int(have.get("CPU", 1)), len(shards))
        _check_resources(have, count, gpus)
        if threads is None:
            threads = max(1, usable_cores() // count) if owned else 1
        arguments = {"folder": folder, "column": column, "options": options}
        arguments |= {"device": device, "threads": threads}
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        blocks = [{"shard": shard} for shard in shards]
        results = ray.data.from_items(blocks, override_num_blocks=len(blocks)).map_batches(
            _Worker,
            fn_constructor_kwargs=arguments,
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=count),
            num_cpus=1,
            num_gpus=gpus,
        )
        try:
            for row in results.iter_rows():
                if row["error"]:
                    logger.info("shard %d:\n%s", row["shard"], row["trace"])
                    raise DataError(
                        f"shard {row['shard']}: {row['error']}; the shards that are done stay so: "
                        "mend this and run the same command again to go on"
                    )
                yield ShardTally(*(int(row[name]) for name in ShardTally._fields))
        except ray.exceptions.RayError as error:
            raise DataError(
                f"a worker failed: {_last_line(error)}; the shards that are done stay so: run the "
                "same command again to go on, with fewer --workers if memory ran out"
            ) from error


class _Worker:
    """A process of Ray that holds an analyzer and does one shard after the other."""

    def __init__(
        self, *, folder: Path, column: str, options: BulkOptions, device: str, threads: int
    ) -> None:
        self._folder = folder
        self._column = column
        self._analyzer = options.analyzer(device=device, threads=threads)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        shard = int(batch["shard"][0])
        tally, error, trace = ShardTally(shard, 0, 0, 0), "", ""
        try:
            begin_attempt(self._folder, shard)
            tally = analyze_shard(
                self._analyzer,
                read_shard(self._folder / LISTING, shard),
                column=self._column,
                folder=self._folder,
                shard=shard,
            )
        except Exception as failure:
            # Ray would bury the reason of the failure under its own.
            error, trace = f"{type(failure).__name__}: {failure}", traceback.format_exc()
        row = {**tally._asdict(), "error": error, "trace": trace}
        return {name: [value] for name, value in row.items()}


@contextmanager
def _session(ray: Any, workers: int | None, gpus: float, address: str | None) -> Iterator[bool]:
    """Ray as it runs already, on a cluster, or started here; whether it was started here."""
    if ray.is_initialized():
        yield False
        return
    quiet: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
    if address is not None:
        try:
            ray.init(address=address, **quiet)
        except (ConnectionError, ValueError) as error:
            raise ConfigError(
                f"no Ray cluster answers at {address} ({_last_line(error)}); start one with "
                "`ray start --head`, or leave --address out to run on this machine"
            ) from error
        try:
            yield False
        finally:
            ray.shutdown()
        return
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    folder = tempfile.mkdtemp(prefix="ray-")
    try:
        with _ended():
            try:
                ray.init(
                    address="local",
                    num_cpus=workers or usable_cores(),
                    num_gpus=None if gpus else 0,
                    include_dashboard=False,
                    object_store_memory=OBJECT_STORE,
                    _temp_dir=folder,
                    **quiet,
                )
            except Exception as error:  # Ray raises nothing narrower
                raise ConfigError(
                    f"Ray did not start on this machine: {_last_line(error)}; it gives itself "
                    "half a minute, so try again when less is running, with fewer --workers"
                ) from error
            yield True
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _imported() -> Any:
    """Ray with Ray Data, told to be quiet before it reads its environment."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    import ray
    import ray.data

    logging.getLogger("ray").setLevel(logging.ERROR)
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    return ray


def _check_resources(have: dict[str, float], workers: int, gpus: float) -> None:
    """Ray would wait for ever for what no machine has."""
    for name, needed in (("CPU", float(workers)), ("GPU", workers * gpus)):
        if needed > have.get(name, 0.0):
            raise ConfigError(
                f"{workers} workers need {needed:g} {name}s, but Ray has {have.get(name, 0.0):g}; "
                "ask for fewer --workers or for a smaller part of a GPU with --gpus"
            )


@contextmanager
def _ended() -> Iterator[None]:
    """Processes that are started inside, and theirs, do not outlive this.

    Workers leave by themselves when they see that Ray has ended, but later than `ray.shutdown`
    returns. All that they were to keep is on the disk by then.
    """
    import psutil

    me = psutil.Process()
    before = set(me.children())
    try:
        yield
    finally:
        import ray

        started = [child for child in me.children() if child not in before]
        for child in list(started):
            with suppress(psutil.Error):
                started += child.children(recursive=True)
        ray.shutdown()
        _, alive = psutil.wait_procs(started, timeout=SECONDS_TO_END)
        for process in alive:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(alive, timeout=SECONDS_TO_END)


def _last_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1] if lines else type(error).__name__
