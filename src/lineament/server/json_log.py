"""The server's log: one JSON object for each line, on stderr, without pictures or names."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

OURS = ("lineament", "uvicorn", "uvicorn.error")


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object.

    What `extra={"data": {...}}` holds stands beside time, level and event. Of an exception there
    are its type and where it came from; its text could hold what a user sent.
    """

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "data", {}),
        }
        if record.exc_info and record.exc_info[0]:
            entry["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            entry["trace"] = [f"{each.filename}:{each.lineno} {each.name}" for each in frames]
        return json.dumps(entry, default=str)


def log_as_json(level: int) -> None:
    """Send the logs of the package and of the web server to stderr as JSON Lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in OURS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(level)
    # Its lines name addresses and paths; the request log says what is needed.
    logging.getLogger("uvicorn.access").disabled = True
