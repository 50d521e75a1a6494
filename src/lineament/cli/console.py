"""Where the commands speak: results for people on stdout, everything else on stderr."""

from __future__ import annotations

import logging

from rich.console import Console
from rich.logging import RichHandler

stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


def show_log(level: int, *, times: bool = False) -> None:
    """Send the package's log to stderr, above a progress bar where one is drawn.

    Args:
        level: the least level that is shown, such as `logging.INFO`.
        times: put the time of day before each line.
    """
    handler = RichHandler(
        console=stderr, show_time=times, show_path=False, log_time_format="%H:%M:%S"
    )
    logger = logging.getLogger("lineament")
    logger.handlers = [handler]
    logger.setLevel(level)
