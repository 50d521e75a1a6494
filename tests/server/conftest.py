"""What a started server changes for the whole process is put back."""

import logging
from collections.abc import Iterator

import pytest

from lineament.server.json_log import OURS


@pytest.fixture(autouse=True)
def loggers_as_they_were() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in OURS]
    kept = [(one.handlers, one.propagate, one.level) for one in loggers]
    yield
    for logger, (handlers, propagate, level) in zip(loggers, kept, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = False
