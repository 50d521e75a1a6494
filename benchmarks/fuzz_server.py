"""Damaged uploads against a running server: no 5xx, no crash, no growth.

    python benchmarks/fuzz_server.py [--uploads 10000] [--clients 8] [--seed 0] [--json]

Starts `lineament serve` with a gallery in a temporary folder (`--no-gallery` without one), sends
truncated, bit-flipped and spliced JPEG, PNG, WebP, BMP and TIFF files, decompression bombs, other
types, broken forms and strange values, and counts the answers by kind and status. Growth of the
memory is from the first tenth to the end. Exit code: 1 for a 5xx, a crash or a broken connection.
Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from damaged_uploads import DamagedUploads, Upload
from load_generator import ask
from rich.console import Console
from rich.table import Table
from server_process import ServerProcess

EXAMPLES = Path(__file__).parent.parent / "examples"
PICTURES = [EXAMPLES / name for name in ("astronaut.jpg", "grace_hopper.jpg", "rocket.jpg")]
SAMPLES = 20


async def fuzz(
    server: ServerProcess, uploads: DamagedUploads, count: int, clients: int
) -> tuple[Counter[tuple[str, str]], list[float], list[int]]:
    """Answers by kind and status, samples of the memory, numbers of uploads that failed it."""
    answers: Counter[tuple[str, str]] = Counter()
    memory: list[float] = []
    failed: list[int] = []
    numbers = iter(range(count))

    async def client() -> None:
        connection = None
        for number in numbers:
            upload = uploads.make(number)
            try:
                connection = connection or await asyncio.open_connection(server.host, server.port)
                status, _, closes = await ask(*connection, request_of(upload, server))
                told = str(status)
                # One connection for each upload where the server did not take all of it.
                if closes:
                    connection[1].close()
                    connection = None
            except (OSError, asyncio.IncompleteReadError) as error:
                told, connection = type(error).__name__, None
            answers[upload.kind, told] += 1
            if not told.startswith(("2", "4")):
                failed.append(number)
            if number % max(count // SAMPLES, 1) == 0:
                memory.append(round(server.resident_mib(), 1))
                print(f"{number} uploads: {memory[-1]} MiB", file=sys.stderr)
        if connection:
            connection[1].close()

    await asyncio.gather(*(client() for _ in range(clients)))
    memory.append(round(server.resident_mib(), 1))
    return answers, memory, failed


def request_of(upload: Upload, server: ServerProcess) -> bytes:
    return (
        f"POST {upload.path} HTTP/1.1\r\nHost: {server.host}:{server.port}\r\n"
        f"Content-Type: {upload.content_type}\r\nContent-Length: {len(upload.body)}\r\n\r\n"
    ).encode() + upload.body


def show(answers: Counter[tuple[str, str]], console: Console) -> None:
    statuses = sorted({status for _, status in answers})
    table = Table("upload", *statuses)
    for kind in sorted({kind for kind, _ in answers}):
        table.add_row(kind, *(str(answers[kind, status]) for status in statuses))
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--uploads", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-gallery", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    uploads = DamagedUploads(PICTURES, arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        options = [] if arguments.no_gallery else ["--gallery", f"{folder}/gallery.db"]
        with ServerProcess(options) as server:
            answers, memory, failed = asyncio.run(
                fuzz(server, uploads, arguments.uploads, arguments.clients)
            )
            running = server.running
            log = server.log()
    base = memory[max(len(memory) // 10, 1)]
    told: dict[str, Any] = {
        "uploads": sum(answers.values()),
        "answers": {f"{kind}: {status}": n for (kind, status), n in sorted(answers.items())},
        "failed": failed,
        "running": running,
        "rss_mib": memory,
        "growth_percent": round((memory[-1] / base - 1) * 100, 2),
    }
    console = Console()
    if arguments.json:
        print(json.dumps(told))
    else:
        show(answers, console)
        console.print(f"memory: {base} MiB to {memory[-1]} MiB, {told['growth_percent']} %")
    if failed or not running:
        errors = [line for line in log.splitlines() if '"error"' in line]
        print("\n".join(errors[-5:]), file=sys.stderr)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
