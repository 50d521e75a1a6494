"""Speed and size of recognition networks on the CPU, and what their storage costs.

    python benchmarks/embeddings.py [RECORD ...] [--encoder "NAME [option=value ...]" ...]
        [--pictures FOLDER] [--threads 2] [--json]

A RECORD is a name of `lineament models` or a .toml record; without a record and an encoder, all
shipped weights of recognition are timed. An encoder is built afresh, or from the option
`checkpoint`, such as `--encoder transface-s --encoder "light width=48 checkpoint='last.pt'"`, and
exported in float32, stored as float16, and as dynamic-int8 where it is a transformer. Encoders
need the extra `train`. Each row is measured in a process of its own. Medians. Run it on a machine
that does nothing else.
"""

# ruff: noqa: E402 (the threads are bounded before libraries start theirs)

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import shlex
import statistics
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "2")

import numpy as np
from embedding_crops import PICTURES, pictures_of, scaled_to, smooth_pictures

from lineament.errors import ConfigError, DataError, WeightError
from lineament.face import ByteArray, FloatArray
from lineament.face_crops import network_input
from lineament.runtime import Session
from lineament.weights import EmbeddingOutput, InputContract, find_record, shipped_records


class Graph(NamedTuple):
    """An ONNX file to measure.

    Attributes:
        name: of the record or the encoder.
        form: `as it is`, or how an encoder's weights are stored.
        path: of the file.
        input: what it takes.
        output: name of the embedding.
        alone: each crop goes through it by itself.
    """

    name: str
    form: str
    path: Path
    input: InputContract
    output: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One network in one form.

    Attributes:
        network, form: its name, and how its weights are stored.
        megabytes: of its file.
        ms: median of one crop that is ready.
        batch_ms: median of a crop in a call of 32; in 32 calls where each must go by itself.
        memory_mib: most that the measuring process held, libraries and weights included.
        least_cosine, mean_cosine: over the pictures, to the embeddings in float32, each picture by
            itself; None of a record, which has one form.
        batch_cosine: the least over the pictures between a call of 32 and each by itself.
    """

    network: str
    form: str
    megabytes: float
    ms: float
    batch_ms: float
    memory_mib: float
    least_cosine: float | None
    mean_cosine: float | None
    batch_cosine: float


class Found(NamedTuple):
    """What a process measured: milliseconds, MiB and embeddings (N,D), singly and together."""

    ms: float
    batch_ms: float
    memory_mib: float
    single: FloatArray
    together: FloatArray


def recorded(names: Sequence[str], folder: Path) -> Iterator[Graph]:
    """The networks of records of the task recognition."""
    for name in names:
        record = find_record(name)
        network = record.networks[0]
        if not isinstance(network.output, EmbeddingOutput):
            raise ConfigError(f"{name} is of task {record.task}, expected recognition")
        path = folder / f"{record.name}.onnx"
        path.write_bytes(record.model_bytes())
        output = network.output
        yield Graph(record.name, "as it is", path, network.input, output.name, output.alone)


def built(text: str, folder: Path) -> Iterator[Graph]:
    """An encoder in every form that suits it.

    Args:
        text: its name and options, such as `light width=48`; values as in TOML.
    """
    import onnx
    import torch

    from lineament.recognition.networks import Exported, build_encoder
    from lineament.training import checkpoint
    from lineament.training.dynamic_int8 import LEAST_SHARE, linear_share
    from lineament.training.export import traced
    from lineament.training.staged_recipe import rgb_input
    from lineament.training.weight_storage import Storage, stored_as
    from lineament.weights import FivePoints

    name, *rest = shlex.split(text, posix=False)
    options = tomllib.loads("\n".join(rest))
    last = options.pop("checkpoint", None)
    torch.manual_seed(1)
    network = build_encoder(name, **options).eval()
    if last is not None:
        checkpoint.load_network(Path(last), network)
    contract = rgb_input(network.size, FivePoints(rule="five_points", template="arcface-112"))
    images = torch.rand(3, 3, network.size, network.size)
    model = traced(Exported(network), images, contract.name, ("embedding",))
    forms: list[Storage] = ["float16"]
    if linear_share(model) >= LEAST_SHARE:
        forms.append("dynamic-int8")
    stem = f"encoder-{len(list(folder.iterdir()))}"
    path = folder / f"{stem}-float32.onnx"
    path.write_bytes(model.SerializeToString())
    yield Graph(text, "float32", path, contract, "embedding", False)
    for form in forms:
        copy = onnx.ModelProto()
        copy.CopyFrom(model)
        path = folder / f"{stem}-{form}.onnx"
        path.write_bytes(stored_as(copy, form))
        yield Graph(text, form, path, contract, "embedding", form == "dynamic-int8")


def measured(graph: Graph, crops: ByteArray, rounds: int, threads: int) -> Found:
    """All times of one graph, and its embeddings of crops (N,S,S,3) uint8 RGB."""
    _bound(threads)
    data = graph.path.read_bytes()
    session = Session(data, device="cpu", threads=threads, keep_memory=True)
    del data
    feed = network_input(crops, graph.input)

    def run(pictures: FloatArray) -> FloatArray:
        answer: FloatArray = session.run({graph.input.name: pictures}, [graph.output])[0]
        return answer

    def singly() -> FloatArray:
        return np.concatenate([run(picture[None]) for picture in feed])

    def all_of_them() -> FloatArray:
        return singly() if graph.alone else run(feed)

    ms = _median(lambda: run(feed[:1]), rounds, 5)
    batch_ms = _median(all_of_them, max(rounds // PICTURES, 3), 1) / len(feed)
    memory = _peak()
    return Found(ms, batch_ms, memory, singly(), run(feed))


def rows(graphs: Sequence[Graph], crops: ByteArray, rounds: int, threads: int) -> Iterator[Row]:
    """A row for each graph; those of one network stand together, float32 first."""
    exact: dict[str, FloatArray] = {}
    for graph in graphs:
        assert graph.input.size is not None
        scaled = scaled_to(crops, graph.input.size)
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=spawn) as one:
            found = one.submit(measured, graph, scaled, rounds, threads).result()
        if graph.form == "float32":
            exact[graph.name] = found.single
        least = mean = None
        if graph.name in exact:
            cosines = _cosines(found.single, exact[graph.name])
            least, mean = float(cosines.min()), float(cosines.mean())
        yield Row(
            graph.name,
            graph.form,
            graph.path.stat().st_size / 1e6,
            found.ms,
            found.batch_ms,
            found.memory_mib,
            least,
            mean,
            float(_cosines(found.single, found.together).min()),
        )


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = [
        "| network | form | MB | ms, one crop | ms each of 32 | peak memory, MiB | "
        "cosine to float32, least | mean | batch to singles, least |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cosines = ["-", "-"]
        if row.least_cosine is not None and row.mean_cosine is not None:
            cosines = [f"{row.least_cosine:.5f}", f"{row.mean_cosine:.5f}"]
        lines.append(
            f"| {row.network} | {row.form} | {row.megabytes:.2f} | {row.ms:.2f} | "
            f"{row.batch_ms:.2f} | {row.memory_mib:.0f} | {' | '.join(cosines)} | "
            f"{row.batch_cosine:.5f} |"
        )
    return "\n".join(lines)


def _cosines(ours: FloatArray, theirs: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    cosines: FloatArray = (ours * theirs).sum(axis=1) / lengths
    return cosines


def _median(call: Callable[[], Any], rounds: int, warm_up: int) -> float:
    """Milliseconds of one call, after `warm_up` calls."""
    for _ in range(warm_up):
        call()
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return 1e3 * statistics.median(seconds)


def _bound(threads: int) -> None:
    """Hold this process to as many cores as it may use threads."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def _peak() -> float:
    """Most memory that this process held, MiB; on Linux without that of the one that started it."""
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed and size of recognition networks.")
    parser.add_argument("records", nargs="*")
    parser.add_argument("--encoder", action="append", default=[], help="NAME [option=value ...]")
    parser.add_argument("--pictures", type=Path, help="folder of aligned crops")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=200, help="calls of one crop")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    names = chosen.records
    if not names and not chosen.encoder:
        shipped = shipped_records().items()
        names = [name for name, record in shipped if record.task == "recognition"]
    crops = pictures_of(chosen.pictures) if chosen.pictures else smooth_pictures(PICTURES)
    with tempfile.TemporaryDirectory(prefix="lineament-") as temporary:
        folder = Path(temporary)
        try:
            graphs = list(recorded(names, folder))
            for text in chosen.encoder:
                graphs += built(text, folder)
        except (ConfigError, DataError, WeightError) as error:
            parser.error(str(error))
        found = list(rows(graphs, crops, chosen.rounds, chosen.threads))
    print(json.dumps([asdict(row) for row in found], indent=2) if chosen.json else table(found))


if __name__ == "__main__":
    main()
