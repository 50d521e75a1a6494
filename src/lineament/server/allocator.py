"""The C library's allocator, kept from spreading the memory of a long run."""

from __future__ import annotations

import ctypes
import platform

ARENAS = 2
_M_ARENA_MAX = -8


def limit_arenas(count: int = ARENAS) -> bool:
    """Let all threads share a few arenas of glibc's malloc; call it before threads begin.

    By default each thread may get its own, up to eight for each core, and what it frees there is
    of no use to the others: 10,000 damaged uploads left a server 11 % larger, and 4 % with two.

    Args:
        count: most arenas of the process.

    Returns:
        Whether it was done; other C libraries have no such setting.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, count))


def give_back() -> bool:
    """Hand free memory that glibc's malloc holds back to the system.

    Returns:
        Whether there was any; other C libraries have no such call.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    return bool(ctypes.CDLL(None).malloc_trim(0))
