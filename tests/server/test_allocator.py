"""Threads of a server share the C library's arenas instead of getting one each."""

import platform
import subprocess
import sys

import pytest

COUNT = """
import ctypes, re, threading, sys
from lineament.server.allocator import limit_arenas
if sys.argv[1] == "limited":
    assert limit_arenas()
c = ctypes.CDLL(None)
c.malloc.restype = ctypes.c_void_p
together = threading.Barrier(8)
def work():
    together.wait()
    c.malloc(1000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
c.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(c.fopen(sys.argv[2].encode(), b"w"))
c.malloc_info(0, file)
c.fclose(file)
print(len(re.findall("<heap nr=", open(sys.argv[2]).read())))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc")
def test_arenas_of_eight_threads_are_two(tmp_path):
    def arenas(way: str) -> int:
        command = [sys.executable, "-c", COUNT, way, str(tmp_path / way)]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(told.stdout)

    assert arenas("limited") == 2
    assert arenas("default") > 2
