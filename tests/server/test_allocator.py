"""Threads of a server share the C library's arenas, and what is free goes back."""

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

FREED = """
import ctypes
from lineament.server.allocator import give_back
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4 / 1024
c = ctypes.CDLL(None)
c.malloc.restype = ctypes.c_void_p
blocks = [c.malloc(60_000) for _ in range(2000)]
for block in blocks:
    ctypes.memset(ctypes.c_void_p(block), 1, 60_000)
for block in blocks[:-1]:
    c.free(ctypes.c_void_p(block))
before = resident()
assert give_back()
print(before - resident())
"""

needs_glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc")


@needs_glibc
def test_free_memory_goes_back():
    command = [sys.executable, "-c", FREED]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert float(told.stdout) > 60, "MiB of 114"


@needs_glibc
def test_arenas_of_eight_threads_are_two(tmp_path):
    def arenas(way: str) -> int:
        command = [sys.executable, "-c", COUNT, way, str(tmp_path / way)]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(told.stdout)

    assert arenas("limited") == 2
    assert arenas("default") > 2
