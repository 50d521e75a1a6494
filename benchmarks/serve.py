"""Load on the server: latency, throughput, what batching brings, and whether memory stays flat.

    python benchmarks/serve.py [--seconds 60] [--clients 200] [--picture FILE ...]
        [--heads landmarks,attributes] [--json]
    python benchmarks/serve.py --memory 10000

The first form starts one server after the other and asks each by all clients at once:

- `batched`: as `lineament serve` starts: pictures of all clients gathered into batches, one
  worker for each core;
- `each alone`: no gathering and no workers beside one another: one picture at a time goes
  through networks that use all cores, as a plain loop over `Analyzer.analyze` would;
- `each alone, a worker for each core`: no gathering, but the same workers as `batched`;
- `a thread for each request`: no gathering and no queue: as many pictures at once as there are
  threads in the pool of a usual web framework (40), over networks that use all cores.

The second form sends so many requests and follows the memory of the server. Latencies are of the
requests that were answered with 200, from the first byte sent to the last byte read. `cpu ms` is
the time that the server computed for each picture, which a busy machine hardly changes. Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from load_generator import Load, form_request, run_load
from rich.console import Console
from rich.table import Table
from server_process import ServerProcess

from lineament.runtime import usable_cores

EXAMPLES = Path(__file__).parent.parent / "examples"
WARM_UP_SECONDS = 2.0
SAMPLES = 20


def setups() -> dict[str, list[str]]:
    """Options of `lineament serve` by what they stand for."""
    cores = str(usable_cores())
    alone = ["--batch", "1", "--max-wait", "0"]
    return {
        "batched": [],
        "each alone": [*alone, "--workers", "1", "--threads", cores],
        "each alone, a worker for each core": alone,
        "a thread for each request": [*alone, "--workers", "40", "--threads", cores],
    }


def measure_load(name: str, options: list[str], arguments: argparse.Namespace) -> dict[str, Any]:
    """One row of the table."""
    with ServerProcess(options) as server:
        requests = requests_of(server, arguments)
        asyncio.run(ask(server, requests, min(arguments.clients, 8), seconds=WARM_UP_SECONDS))
        begun, cpu = server.resident_mib(), server.cpu_seconds()
        batches = [server.metric(f"lineament_batch_pictures_{end}") for end in ("sum", "count")]
        load = asyncio.run(ask(server, requests, arguments.clients, seconds=arguments.seconds))
        cpu = server.cpu_seconds() - cpu
        taken = [
            server.metric(f"lineament_batch_pictures_{end}") - before
            for end, before in zip(("sum", "count"), batches, strict=True)
        ]
        return {
            "setup": name,
            "start_s": server.seconds,
            "answered": load.statuses[200],
            "busy": load.statuses[429],
            "errors": errors_of(load),
            "per_second": round(load.throughput, 2),
            "p50_ms": round(load.latency(0.5) * 1e3),
            "p99_ms": round(load.latency(0.99) * 1e3),
            "cpu_ms": round(cpu / max(load.statuses[200], 1) * 1e3, 1),
            "batch": round(taken[0] / max(taken[1], 1), 2),
            "rss_mib": [round(begun), round(server.resident_mib())],
        }


def measure_memory(count: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """Memory of the server over many requests; growth is from the first tenth to the end."""
    with ServerProcess() as server:
        requests = requests_of(server, arguments)
        samples: list[float] = []
        every = max(count // SAMPLES, 1)

        def watch(answered: int) -> None:
            if answered % every == 0:
                samples.append(round(server.resident_mib(), 1))
                print(f"{answered} requests: {samples[-1]:.1f} MiB", file=sys.stderr)

        load = asyncio.run(
            run_load(
                *(server.host, server.port, requests),
                clients=arguments.clients,
                count=count,
                watch=watch,
            )
        )
        base = samples[max(len(samples) // 10 - 1, 0)]
        return {
            "requests": load.statuses[200],
            "busy": load.statuses[429],
            "errors": errors_of(load),
            "rss_mib": samples,
            "growth_percent": round((samples[-1] / base - 1) * 100, 2),
        }


def requests_of(server: ServerProcess, arguments: argparse.Namespace) -> list[bytes]:
    fields = {"heads": arguments.heads}
    return [
        form_request("/v1/analyze", f"{server.host}:{server.port}", fields, path.read_bytes())
        for path in arguments.picture
    ]


async def ask(server: ServerProcess, requests: list[bytes], clients: int, seconds: float) -> Load:
    return await run_load(server.host, server.port, requests, clients=clients, seconds=seconds)


def errors_of(load: Load) -> dict[str, int]:
    """Everything but 200 and 429."""
    statuses = {str(key): value for key, value in load.statuses.items() if key not in (200, 429)}
    return {**statuses, **load.failures}


def show(rows: list[dict[str, Any]], console: Console) -> None:
    table = Table()
    for name in rows[0]:
        table.add_column(name)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)
    base = rows[0]
    for row in rows[1:]:
        rate = base["per_second"] / max(row["per_second"], 1e-9)
        cpu = row["cpu_ms"] / max(base["cpu_ms"], 1e-9)
        console.print(
            f"batched: {rate:.2f} x the throughput of '{row['setup']}', whose picture costs "
            f"{cpu:.2f} x the computing time"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--picture", type=Path, nargs="+", default=[EXAMPLES / "astronaut.jpg"])
    parser.add_argument("--heads", default="landmarks,attributes")
    parser.add_argument("--setup", nargs="+", choices=list(setups()), default=list(setups()))
    parser.add_argument("--memory", type=int, metavar="REQUESTS")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 170)
    if arguments.memory:
        told = measure_memory(arguments.memory, arguments)
        console.print_json(json.dumps(told))
        return
    rows = [measure_load(name, setups()[name], arguments) for name in arguments.setup]
    if arguments.json:
        print(json.dumps(rows))
    else:
        show(rows, console)


if __name__ == "__main__":
    main()
