"""A server of our own in a process of its own: started, watched and stopped by a benchmark."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

STOP_SECONDS = 60


class ServerProcess:
    """`lineament serve` on a free port of the loopback address.

    Args:
        options: of `lineament serve`.

    Attributes:
        seconds: from its start until it answered, as it says itself.
    """

    def __init__(self, options: Sequence[str] = ()) -> None:
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed at the end)
        command = [sys.executable, "-m", "lineament", "serve", "--port", "0", "--json", *options]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            raise SystemExit(f"the server did not start: {self.log()}")
        told = json.loads(line)
        self.seconds: float = told["seconds"]
        place = urlsplit(told["url"])
        self.host, self.port = place.hostname or "127.0.0.1", place.port or 80
        self.pid = self._process.pid

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def resident_mib(self) -> float:
        """Memory that it holds, in MiB (Linux)."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise SystemExit("the server has ended")

    def cpu_seconds(self) -> float:
        """Time that it has computed, on all cores (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def metric(self, name: str) -> float:
        """One number of /metrics without labels."""
        with urllib.request.urlopen(f"{self.url}/metrics") as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith(f"{name} "):
                    return float(line.split()[1])
        raise SystemExit(f"the server has no metric {name}")

    def log(self) -> str:
        """What it wrote to stderr."""
        self._log.seek(0)
        return self._log.read()

    def __enter__(self) -> ServerProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.running:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._log.close()
