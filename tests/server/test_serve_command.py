"""`lineament serve` itself: what it refuses to start with, and a server with real weights."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from stand_in_server import RED, picture

from lineament.client import Client, ServerError
from lineament.errors import ConfigError
from lineament.server.keys import add_key, load_keys
from lineament.server.loopback import is_loopback
from lineament.server.start import check_disk, open_socket, tls_context

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def test_what_is_the_loopback() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "", "10.0.0.1", "example.com")))


def test_no_other_address_without_keys(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lineament = CommandLine(capsys)
    done = lineament("serve", "--host", "0.0.0.0", "--port", 0)
    assert done.code == 2 and "no keys" in done.err and "lineament serve-key" in done.err
    add_key(tmp_path / "k.toml", "a", ["analyze"])
    open_socket("0.0.0.0", 0, load_keys(tmp_path / "k.toml")).close()


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = CommandLine(capsys)("serve", "--port", taken.getsockname()[1])
    assert done.code == 2 and "is taken" in done.err and "--port" in done.err


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_an_address_that_is_none(host: str, tmp_path: Path) -> None:
    add_key(tmp_path / "k.toml", "a", ["analyze"])
    with pytest.raises(ConfigError, match=r"no address|cannot listen"):
        open_socket(host, 0, load_keys(tmp_path / "k.toml"))


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_disk(tmp_path / "audit.jsonl")
    with pytest.raises(ConfigError, match="No such file"):
        check_disk(tmp_path / "missing" / "audit.jsonl")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**6))
    with pytest.raises(ConfigError, match=r"is full: 1 MiB are free, at least 64"):
        check_disk(tmp_path / "audit.jsonl")


def test_wrong_tls_files(tmp_path: Path) -> None:
    assert tls_context(None, None) is None
    with pytest.raises(ConfigError, match="both"):
        tls_context(tmp_path / "a.pem", None)
    with pytest.raises(ConfigError, match="cannot use the certificate"):
        tls_context(tmp_path / "a.pem", tmp_path / "b.pem")


def test_wrong_options(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lineament = CommandLine(capsys)
    done = lineament("serve", "--port", 0, "--keys", tmp_path / "no.toml")
    assert done.code == 2 and "cannot read the key file" in done.err
    done = lineament("serve", "--port", 0, "--detector", "retinanet")
    assert done.code == 2 and "did you mean" in done.err


def test_the_document_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    done = CommandLine(capsys)("serve", "--openapi")
    assert done.code == 0 and json.loads(done.out)["info"]["title"] == "Lineament"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[subprocess.Popen[str], Client]]:
    command = [sys.executable, "-m", "lineament", "serve", "--port", "0", "--json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert process.stdout
    told: dict[str, Any] = json.loads(process.stdout.readline())
    with Client(told["url"]) as client:
        yield process, client
    if process.poll() is None:
        process.kill()
        process.wait()


def test_a_running_server(server: tuple[subprocess.Popen[str], Client]) -> None:
    """With the shipped weights: it answers many at once, and stops without losing what it took."""
    process, client = server
    found = client.analyze(EXAMPLES / "astronaut.jpg", heads=["landmarks", "parts", "embedding"])
    (face,) = found.faces
    assert face.landmarks and face.parts and face.embedding and face.attributes is None
    told = client.verify(EXAMPLES / "astronaut.jpg", EXAMPLES / "grace_hopper.jpg")
    assert told.same is False and told.probability is not None
    with pytest.raises(ServerError, match="truncated"):
        client.analyze((EXAMPLES / "rocket.jpg").read_bytes()[:-100])

    answers: list[int] = []
    begun = threading.Event()

    def ask() -> None:
        begun.set()
        answers.append(len(client.analyze(EXAMPLES / "photo_wall.jpg", heads=[]).faces))

    asking = threading.Thread(target=ask)
    asking.start()
    begun.wait()
    _until_under_way(client)
    process.send_signal(signal.SIGTERM)
    refused: list[ServerError] = []
    while asking.is_alive() and not refused:
        try:
            client.analyze(picture(RED))
        except ServerError as error:
            refused.append(error)
    asking.join()
    assert answers and answers[0] > 20, "what it took was finished"
    assert not refused or refused[0].status in (503, None)
    assert process.wait(30) == 0
    assert process.stderr
    lines = [json.loads(line) for line in process.stderr.read().splitlines()]
    events = [line["event"] for line in lines]
    assert "networks loaded" in events and "stopping" in events
    assert "stopped before all was done" not in events
    assert events.count("request") >= 4


def _until_under_way(client: Client) -> None:
    """Wait until the server holds a request."""
    for _ in range(1000):
        text = client._answer("GET", "/metrics").text
        values = [line for line in text.splitlines() if "requests_under_way " in line]
        if any(not value.endswith(" 0.0") for value in values if not value.startswith("#")):
            return
    pytest.fail("no request was taken")
