"""The store of a gallery: a Milvus Lite file in this process, or a Milvus server or cluster."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from lineament.errors import GalleryError
from lineament.gallery.lite_engine import LiteEngine

TOKEN_VARIABLE = "LINEAMENT_MILVUS_TOKEN"
"""Environment variable of a Milvus server's token, or `user:password`."""

CONNECT_SECONDS = 5.0
CALL_SECONDS = 60.0
RESERVE = 64 * 1024 * 1024
"""Bytes of the disk that stay free: a store that ran full in the middle of a write must be opened
anew, so that it is better not to get there."""

_SCHEMES = ("http", "https", "tcp", "unix")
_LOG = logging.getLogger(__name__)


class Store:
    """An open store. Everything above it works alike on both kinds.

    Threads may share it; writes go one after the other, as Milvus Lite needs it.

    Args:
        address: path of a Milvus Lite store, or the `http://...` address of a Milvus server.
        create: make a missing Milvus Lite store; otherwise it is an error.

    Raises:
        GalleryError: missing, in use, no space left, not a store, or the server does not answer.
    """

    def __init__(self, address: str | Path, *, create: bool = True) -> None:
        client_type = _client_type()
        self.kind: Literal["lite", "server"] = "server" if is_address(address) else "lite"
        self.name = _without_password(str(address)) if self.kind == "server" else str(address)
        self.lite: LiteEngine | None = None
        self._lock = threading.RLock()
        self._broken = False
        if self.kind == "lite":
            path = Path(address).expanduser()
            _check_path(path, create)
            self._path = path
            self._require_space(0)
            self.lite = LiteEngine(path)
        try:
            self.client: Any = client_type(
                self.lite.uri if self.lite else str(address),
                token="" if self.lite else os.environ.get(TOKEN_VARIABLE, ""),
                timeout=CONNECT_SECONDS,
            )
        except Exception as error:
            if self.lite:
                self.lite.close()
            raise GalleryError(
                f"no Milvus server answers at {self.name} ({_reason(error)}), expected one; start "
                "it, or correct the address"
            ) from error

    def call(self, method: str, *args: Any, **options: Any) -> Any:
        """Call a method of the Milvus client.

        Raises:
            GalleryError: the store refused, or did not answer in time.
        """
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        try:
            return getattr(self.client, method)(*args, timeout=CALL_SECONDS, **options)
        except (MilvusException, RpcError, ValueError) as error:
            raise GalleryError(
                f"the store {self.name} did not carry out {method}: {_reason(error)}"
            ) from error

    @contextmanager
    def writing(self, size: int = 0) -> Iterator[None]:
        """Around every write: one at a time, with space for it, and on the disk at the end.

        Args:
            size: bytes about to be written.

        Raises:
            GalleryError: no space is left, or an earlier write failed half-way.
        """
        with self._lock:
            if self._broken:
                raise GalleryError(
                    f"an earlier write to {self.name} failed, and the store takes no more until it "
                    "is opened again; nothing that was acknowledged is lost: make space on the "
                    "disk and start anew"
                )
            if self.lite is None:
                yield
                return
            self._require_space(size)
            try:
                yield
                self.lite.sync()
            except (GalleryError, OSError) as error:
                # What follows a torn record in the log of Milvus Lite would not be read again.
                self._broken = True
                raise GalleryError(
                    f"a write to {self.name} failed: {error}; it is not acknowledged, and nothing "
                    "that was is lost: make space on the disk and open the store again"
                ) from error

    def locked(self, action: Callable[[], None]) -> None:
        """Run something that must not meet a write."""
        with self._lock:
            action()

    def close(self) -> None:
        """Free the store. Of a Milvus Lite store this ends the engine."""
        with self._lock:
            self.client.close()
            if self.lite:
                self.lite.close()

    def _require_space(self, size: int) -> None:
        free = shutil.disk_usage(self._path if self._path.exists() else self._path.parent).free
        # A row lies in the log and, while files are merged, twice in them.
        needed = RESERVE + 4 * size
        if free < needed:
            raise GalleryError(
                f"the disk of {self.name} has {free / 1e6:.0f} MB left, expected at least "
                f"{needed / 1e6:.0f} MB; make space there or move the store"
            )


def is_address(address: str | Path) -> bool:
    """Whether it names a Milvus server rather than a path."""
    return isinstance(address, str) and urlsplit(address).scheme in _SCHEMES and ":" in address[2:]


def _check_path(path: Path, create: bool) -> None:
    if path.is_dir():
        inside = {entry.name for entry in path.iterdir()}
        if inside and "collections" not in inside:
            raise GalleryError(
                f"{path} is a folder of something else, expected a store of Milvus Lite or "
                "nothing; name another path"
            )
        return
    if path.exists():
        raise GalleryError(
            f"{path} is a file, expected a store of Milvus Lite, which is a folder (stores before "
            "Milvus Lite 3 were files and cannot be read); name another path"
        )
    if not path.parent.is_dir():
        raise GalleryError(f"no folder {path.parent} for the store {path}; make it first")
    if not create:
        raise GalleryError(
            f"no gallery at {path}, expected one; enrol somebody first "
            "(`lineament gallery enrol`), or name another with --store"
        )


def _client_type() -> Any:
    try:
        from pymilvus import MilvusClient
    except ImportError as error:
        raise GalleryError(
            "the gallery needs pymilvus and milvus-lite, which are not installed: "
            "pip install 'lineament[gallery]'"
        ) from error
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    return MilvusClient


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _reason(error: Exception) -> str:
    return str(getattr(error, "message", "") or error)
