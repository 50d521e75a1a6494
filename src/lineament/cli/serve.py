"""`lineament serve`: the HTTP API and its web page."""

from __future__ import annotations

import json
import logging
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from lineament.cli.console import stderr
from lineament.errors import ConfigError

STARTED = time.perf_counter()
REPORT = "lineament.serve/1"
EXTRA = "the server needs the extra server ({}): pip install 'lineament[server]'"


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but the loopback's needs --keys.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8000,
    gallery: Annotated[
        str | None,
        typer.Option(help="Gallery: a file, made if missing, or http://... of a Milvus server."),
    ] = None,
    keys: Annotated[
        Path | None, typer.Option(help="File of API keys; `lineament serve-key` makes them.")
    ] = None,
    audit: Annotated[
        Path | None,
        typer.Option(help="Audit log. \\[default: beside the gallery, NAME.audit.jsonl]"),
    ] = None,
    max_upload: Annotated[int, typer.Option(min=1, help="Most MiB of one picture.")] = 20,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Most pixels of one picture.")
    ] = 50_000_000,
    queue: Annotated[int, typer.Option(min=1, help="Most requests taken at once.")] = 128,
    batch: Annotated[int, typer.Option(min=1, help="Most pictures of one batch.")] = 8,
    max_wait: Annotated[
        float, typer.Option(min=0, help="Milliseconds to wait for others of a batch.")
    ] = 5.0,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads for pictures. \\[default: the cores]")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of one network run.")] = 1,
    drain: Annotated[
        float, typer.Option(min=0, help="Seconds to finish what was taken when stopped.")
    ] = 30.0,
    detector: Annotated[
        str, typer.Option(help="Detection weight: a name or a record (.toml).")
    ] = "retinaface-mobilenet",
    record: Annotated[
        list[str] | None,
        typer.Option(help="A weight record (.toml) that replaces the weight of its task."),
    ] = None,
    min_score: Annotated[
        float | None, typer.Option(min=0, max=1, help="Least score of a face.")
    ] = None,
    max_faces: Annotated[
        int, typer.Option(min=1, help="Most faces of a picture, the best of more.")
    ] = 200,
    longest_side: Annotated[
        int | None,
        typer.Option(min=32, help="Detect on the photo scaled down to this longest side."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...; see doctor.")] = "auto",
    certificate: Annotated[
        Path | None, typer.Option(help="PEM file of a certificate, for HTTPS.")
    ] = None,
    private_key: Annotated[Path | None, typer.Option(help="PEM file of its private key.")] = None,
    openapi: Annotated[
        bool, typer.Option("--openapi", help="Print the OpenAPI document instead.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on stdout once it listens.")
    ] = False,
) -> None:
    """Serve the HTTP API and its web page until it is told to stop.

    The log goes to stderr, one JSON object for each line. Exit code: 0 stopped by a signal, 2 it
    could not start.
    """
    try:
        from lineament.server.app import build_app, openapi_text
    except ImportError as error:
        if (error.name or "").startswith("lineament"):
            raise
        raise ConfigError(EXTRA.format(error)) from error
    from lineament.detection import DetectionOptions
    from lineament.gallery.sealing import key_from_environment
    from lineament.server import start
    from lineament.server.allocator import limit_arenas
    from lineament.server.json_log import log_as_json
    from lineament.server.keys import load_keys
    from lineament.server.serving import serve as answer
    from lineament.server.settings import MIB, ServerSettings

    if openapi:
        typer.echo(openapi_text(), nl=False)
        return
    log_as_json(logging.INFO)
    limit_arenas()
    given: dict[str, Any] = {"workers": workers} if workers else {}
    settings = ServerSettings(
        max_upload_bytes=max_upload * MIB,
        max_pixels=max_pixels,
        queue=queue,
        max_batch=batch,
        max_wait=max_wait / 1e3,
        threads=threads,
        drain_seconds=drain,
        **given,
    )
    choices: dict[str, Any] = {
        "min_score": min_score,
        "longest_side": longest_side,
        "most_faces": max_faces,
    }
    known_keys = load_keys(keys) if keys else None
    with ExitStack() as opened:
        listening = opened.enter_context(start.open_socket(host, port, known_keys))
        tls = start.tls_context(certificate, private_key)
        if gallery:
            start.import_gallery()
        analyzer = start.load_networks(
            settings,
            detector=detector,
            records=record or [],
            options=DetectionOptions(
                **{name: value for name, value in choices.items() if value is not None}
            ),
            device=device,
        )
        store = None
        if gallery:
            weight = analyzer.records["recognition"]
            sealed = key_from_environment()
            store = opened.enter_context(start.opened_gallery(gallery, audit, weight, sealed))
        service = start.build_service(settings, analyzer, keys=known_keys, gallery=store)
        opened.callback(service.workers.close)
        address = listening.getsockname()

        def ready() -> None:
            seconds = round(time.perf_counter() - STARTED, 2)
            scheme = "https" if tls else "http"
            shown = f"[{address[0]}]" if ":" in address[0] else address[0]
            url = f"{scheme}://{shown}:{address[1]}/"
            if as_json:
                typer.echo(json.dumps({"schema": REPORT, "url": url, "seconds": seconds}))
            else:
                stderr.print(f"ready at {url} after {seconds} s", markup=False, soft_wrap=True)

        answer(build_app(service), service, listening, ready=ready, tls=tls)
