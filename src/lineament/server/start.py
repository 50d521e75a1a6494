"""From options to a running server: everything that can be wrong is said before it listens."""

from __future__ import annotations

import errno
import importlib
import logging
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from lineament.analyzer import HEADS, Analyzer
from lineament.detection import DetectionOptions
from lineament.errors import ConfigError
from lineament.gallery.store import is_address
from lineament.server.admission import Admission
from lineament.server.audit import AuditLog
from lineament.server.gallery_work import GalleryWork
from lineament.server.keys import KeyFile
from lineament.server.loopback import is_loopback
from lineament.server.metrics import Metrics
from lineament.server.photo_workers import PhotoWorkers
from lineament.server.retention import Retention
from lineament.server.service import Service
from lineament.server.settings import MIB, ServerSettings
from lineament.weights import WeightRecord

logger = logging.getLogger(__name__)

LEAST_FREE = 64 * MIB


def open_socket(host: str, port: int, keys: KeyFile | None) -> socket.socket:
    """A listening socket.

    Raises:
        ConfigError: the address can be reached from elsewhere and there are no keys, the port is
            taken or not allowed, or there is no such address.
    """
    if keys is None and not is_loopback(host):
        raise ConfigError(
            f"got the address {host}, which other computers can reach, and no keys; make one with "
            "`lineament serve-key --keys keys.toml --name NAME --scope analyze` and add "
            "--keys keys.toml, or leave --host out"
        )
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except socket.gaierror as error:
        raise ConfigError(f"no address {host}: {error.strerror}; give one of this computer") from (
            error
        )
    except OverflowError:
        raise ConfigError(f"got port {port}, expected 0 to 65535") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"port {port} of {host} is taken; stop what listens there or choose another "
                "--port (0: any that is free)"
            ) from error
        raise ConfigError(f"cannot listen on {host} port {port}: {error.strerror}") from error
    listening.set_inheritable(True)
    return listening


def tls_context(certificate: Path | None, private_key: Path | None) -> ssl.SSLContext | None:
    """What HTTPS needs; None for plain HTTP.

    Raises:
        ConfigError: one of the files is missing or is no PEM file, or they do not belong together.
    """
    if certificate is None and private_key is None:
        return None
    if certificate is None or private_key is None:
        raise ConfigError("HTTPS needs both --certificate and --private-key; got one of them")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, private_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"cannot use the certificate {certificate} with the key {private_key}: "
            f"{error.strerror or error}; both must be PEM files that belong together"
        ) from error
    return context


def load_networks(
    settings: ServerSettings,
    *,
    detector: str,
    records: Sequence[str] = (),
    options: DetectionOptions | None = None,
    device: str = "auto",
) -> Analyzer:
    """All heads, opened once; what a request does not ask for does not run for it."""
    started = time.perf_counter()
    analyzer = Analyzer(
        HEADS,
        detector=detector,
        records=records,
        options=options,
        device=device,
        threads=settings.threads,
    )
    logger.info("networks loaded", extra={"data": {"seconds": _since(started)}})
    return analyzer


def import_gallery() -> threading.Thread:
    """Import what a gallery needs beside other work: its packages take a second, the networks too.

    What goes wrong is left to `opened_gallery`, which imports the same and says it.
    """

    def bring() -> None:
        with suppress(ImportError):
            importlib.import_module("milvus_lite.db")
            importlib.import_module("pymilvus")

    thread = threading.Thread(target=bring, name="gallery-import", daemon=True)
    thread.start()
    return thread


@contextmanager
def opened_gallery(
    store: str, audit: Path | None, weight: WeightRecord, key: bytes | None
) -> Iterator[GalleryWork]:
    """The gallery of a store with its audit log.

    Args:
        store: path of a Milvus Lite store, made if missing, or address of a Milvus server.
        audit: file of the audit log; None: beside the store, or here for a Milvus server.
        weight: the recognition weight that the gallery is pinned to.
        key: that seals the templates.

    Raises:
        ConfigError: the audit log is in use or cannot be written, or the disk is full.
        GalleryError: the store is missing, in use, full, or of another weight or key, or the
            extra is not installed.
    """
    from lineament.gallery.gallery import Gallery

    started = time.perf_counter()
    path = audit or Path("gallery.audit.jsonl" if is_address(store) else f"{store}.audit.jsonl")
    check_disk(path)
    with (
        closing(AuditLog(path)) as log,
        closing(Gallery.open(store, weight=weight, key=key)) as gallery,
    ):
        logger.info("gallery open", extra={"data": {"seconds": _since(started)}})
        work = GalleryWork(gallery, log)
        with closing(Retention(work)):
            yield work


def check_disk(path: Path) -> None:
    """Refuse to begin on a disk where the next entry would fail.

    Raises:
        ConfigError: the folder of a file is missing, or its disk is full.
    """
    folder = path.absolute().parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise ConfigError(f"cannot use {path}: {folder}: {error.strerror}") from error
    if free < LEAST_FREE:
        raise ConfigError(
            f"the disk of {folder} is full: {free / MIB:.0f} MiB are free, at least "
            f"{LEAST_FREE // MIB} are needed; make room or choose another place"
        )


def build_service(
    settings: ServerSettings,
    analyzer: Analyzer,
    *,
    keys: KeyFile | None = None,
    gallery: GalleryWork | None = None,
) -> Service:
    """The parts of a server, with its workers waiting for pictures."""
    metrics = Metrics()
    workers = PhotoWorkers(analyzer, settings, metrics)
    admission = Admission(settings.queue, settings.queue_bytes, lambda: workers.expected_wait)
    return Service(settings, workers, admission, metrics, keys, gallery)


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 3)
