"""Real servers for the tests of the page, and the tools that these need."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE.parents[1] / "src"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def node() -> str | None:
    return shutil.which("node")


def chromium() -> str | None:
    given = os.environ.get("LINEAMENT_CHROMIUM")
    return given or next((path for name in CHROMIUM if (path := shutil.which(name))), None)


def missing() -> str | None:
    """What keeps the page from being tested in a browser, and what to do; None: nothing."""
    if node() is None:
        return "node is not installed; the page is tested with Node.js 20 or newer"
    if not (HERE / "node_modules" / "playwright-core").is_dir():
        return "playwright-core is not installed; run `make page`, or `npm ci` in tests/page"
    if chromium() is None:
        return "no Chromium was found; install it, or name it in LINEAMENT_CHROMIUM"
    return None


@contextmanager
def running(*options: str) -> Iterator[tuple[str, int]]:
    """A server on a free port of the loopback address: its address and its process id."""
    command = [sys.executable, "-m", "lineament", "serve", "--port", "0", "--json", *options]
    path = os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the server ended with {process.wait()} before it was ready"
        yield json.loads(line)["url"], process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
