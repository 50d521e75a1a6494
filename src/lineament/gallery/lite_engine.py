"""Milvus Lite inside this process: one folder, one process, no open port.

`pymilvus` starts Milvus Lite by itself where it is given a path, but keeps it until the process
ends, listens on a port that every user of the computer can reach, and hides why a start failed.
So it is started here, on a Unix socket in a folder of this user's (on Windows on a loopback port),
and what it cannot be asked over its interface is done beside it: bytes brought to the disk before
a write is acknowledged, and files rewritten without what was deleted.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from concurrent import futures
from pathlib import Path
from typing import Any

from lineament.errors import GalleryError

_LOG = logging.getLogger(__name__)
_WORKERS = 10
_LARGEST_MESSAGE = 256 * 1024 * 1024
_SOCKETS = sys.platform != "win32"


class LiteEngine:
    """A running Milvus Lite; `uri` is where a client finds it.

    Args:
        path: the store's folder; made where it is missing, for this user of the computer alone.

    Raises:
        GalleryError: another process has the store, or the path is no store of this kind.
    """

    def __init__(self, path: Path) -> None:
        import grpc
        from milvus_lite.adapter.grpc.servicer import MilvusServicer
        from milvus_lite.db import MilvusLite
        from milvus_lite.exceptions import DataDirLockedError
        from pymilvus.grpc_gen import milvus_pb2_grpc

        # It would log, with a traceback, each question of the client that it does not know.
        logging.getLogger("grpc._server").setLevel(logging.CRITICAL)
        self.path = path
        path.mkdir(mode=0o700, exist_ok=True)
        try:
            self._engine = MilvusLite(str(path))
        except DataDirLockedError as error:
            raise GalleryError(
                f"{path} is in use by another process (or opened twice in this one), and a store "
                "in a file serves one at a time; stop the other, ask its server instead, or keep "
                "the gallery on a Milvus server: --store http://..."
            ) from error
        self._folder = tempfile.mkdtemp(prefix="lineament-")
        limit = ("grpc.max_receive_message_length", "grpc.max_send_message_length")
        self._server = grpc.server(
            futures.ThreadPoolExecutor(max_workers=_WORKERS),
            options=[(name, _LARGEST_MESSAGE) for name in limit],
        )
        milvus_pb2_grpc.add_MilvusServiceServicer_to_server(
            MilvusServicer(self._engine), self._server
        )
        if _SOCKETS:
            self.uri = f"unix:{self._folder}/socket"
            self._server.add_insecure_port(self.uri)
        else:
            port = self._server.add_insecure_port("127.0.0.1:0")
            self.uri = f"http://127.0.0.1:{port}"
        self._server.start()
        self._synced = 0

    def sync(self) -> None:
        """Bring everything written so far to the disk, which the engine leaves to the system.

        A kill takes nothing either way. A power cut may in the moments in which the engine has
        deleted a log or a file before what replaces it was brought to the disk.
        """
        newest = self._synced
        for file in self.path.rglob("*"):
            if file.suffix not in (".arrow", ".parquet"):
                continue
            try:
                changed = file.stat().st_mtime_ns
                if changed >= self._synced:
                    with file.open("rb+") as opened:
                        os.fsync(opened.fileno())
                    newest = max(newest, changed)
            except FileNotFoundError:  # a flush or compaction took it away meanwhile
                continue
        self._synced = newest

    def rewrite(self, collection: str) -> None:
        """Rewrite every file of a collection that holds deleted rows, and delete the old one.

        Milvus Lite compacts when many files have gathered, and its interface has no way to ask
        for it; so its compaction is called on the files concerned. Indices of rewritten files
        are built anew in the background.
        """
        engine: Any = self._engine.get_collection(collection)
        engine.flush()
        with engine._maintenance_lock:
            stale: dict[str, list[str]] = {}
            for (partition, name), segment in engine._segment_cache.items():
                rows = zip(segment.pks, segment.seqs.tolist(), strict=True)
                if any(engine._delta_index.is_deleted(key, seq) for key, seq in rows):
                    stale.setdefault(partition, []).append(name)
            compaction = engine._compaction_mgr
            for partition, names in stale.items():
                folder = str(Path(engine.data_dir) / "partitions" / partition)
                for name in names:
                    compaction._compact_files(
                        partition, folder, [name], engine._manifest, engine._delta_index
                    )
            engine._refresh_segment_cache()
            engine._cleanup_orphan_index_files()
            compaction._gc_tombstones(engine._manifest, engine._delta_index)
        engine._schedule_bg_maintenance()
        self.sync()

    def settle(self, collection: str) -> None:
        """Wait until compaction and indices of the background are done."""
        self._engine.get_collection(collection)._wait_for_bg()

    def close(self) -> None:
        """Flush, stop and free the store for other processes."""
        self._server.stop(grace=2).wait()
        self._engine.close()
        shutil.rmtree(self._folder, ignore_errors=True)
