"""Forgets in the background whose time is over."""

from __future__ import annotations

import logging
import threading

from lineament.errors import LineamentError
from lineament.server.gallery_work import GalleryWork

logger = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0


class Retention:
    """A thread that looks once when it starts and then once an hour.

    Args:
        work: the gallery with its audit log.
        every: seconds between two looks.
    """

    def __init__(self, work: GalleryWork, every: float = EVERY_SECONDS) -> None:
        self._work, self._every = work, every
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        first = True
        while first or not self._end.wait(self._every):
            try:
                if first:
                    self._work.purge_absent()
                gone = self._work.forget_expired()
                if gone.people:
                    logger.info("expired", extra={"data": {"people": len(gone.people)}})
            except (LineamentError, OSError):
                logger.exception("those whose time is over could not be forgotten")
            first = False
