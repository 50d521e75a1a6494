"""What every test keeps to: the same examples in each run, and loggers put back after it."""

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("wide", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

LOGGERS = ("lineament", "uvicorn", "uvicorn.error", "uvicorn.access")
"""Those that a command line or a server changes for the whole process."""


@pytest.fixture(autouse=True)
def loggers_as_they_were() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in LOGGERS]
    kept = [(one.handlers[:], one.propagate, one.level, one.disabled) for one in loggers]
    yield
    for logger, (handlers, propagate, level, disabled) in zip(loggers, kept, strict=True):
        logger.handlers, logger.propagate, logger.disabled = handlers, propagate, disabled
        logger.setLevel(level)
