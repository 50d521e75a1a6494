"""The stores that every test of the gallery runs on."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from made_up_people import weight

from lineament.gallery import Gallery, GalleryOptions
from lineament.weights import WeightRecord

SERVER = "LINEAMENT_TEST_MILVUS"
"""Environment variable: address of a Milvus server that the tests may make collections on."""

KEY = bytes(range(32))
KINDS = ("lite", "lite with a key", "server", "server with a key")


@dataclass
class TestedStore:
    """Where a test's gallery lies; `open` may be called again after a close."""

    __test__ = False
    address: str | Path
    key: bytes | None
    collection: str = field(default_factory=lambda: f"test_{secrets.token_hex(6)}")

    def open(self, record: WeightRecord | None = None, **options: Any) -> Gallery:
        given: dict[str, Any] = {"key": self.key, "options": GalleryOptions(**options)}
        return Gallery.open(
            self.address, weight=record or weight(), collection=self.collection, **given
        )


def made_store(kind: str, folder: Path) -> Iterator[TestedStore]:
    """A new store of one of `KINDS`, taken away afterwards."""
    key = KEY if kind.endswith("key") else None
    if kind.startswith("lite"):
        yield TestedStore(folder / "gallery.db", key)
        return
    address = os.environ.get(SERVER)
    if not address:
        pytest.skip(f"no Milvus server: set {SERVER}=http://127.0.0.1:PORT, see docs/gallery.md")
    store = TestedStore(address, key)
    yield store
    from pymilvus import MilvusClient

    client = MilvusClient(address)
    for name in (store.collection, f"{store.collection}_people"):
        client.drop_collection(name)
    client.close()
