"""The allocator's settings, and what counts the parts of warming up."""

from __future__ import annotations

import subprocess
import sys

from kiosk.runtime.memory import Outstanding

# A large piece was given back, so that glibc would put the next one among the small ones if it were left to itself.
LARGE_PIECE = """
import ctypes, sys
from pathlib import Path
from kiosk.runtime.memory import bound_allocator
if sys.argv[1] == "bound":
    assert bound_allocator()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
libc.free(libc.malloc(4 << 20))
at = libc.malloc(2 << 20)
heap = next(line for line in Path("/proc/self/maps").read_text().splitlines() if line.endswith("[heap]"))
first, last = (int(address, 16) for address in heap.split()[0].split("-"))
print("among the small" if first <= at < last else "by itself")
"""


def test_a_large_piece_never_lies_among_the_small_ones() -> None:
    assert _place_of_large_piece("free") == "among the small"
    assert _place_of_large_piece("bound") == "by itself"


def test_what_is_outstanding_ends_once_with_the_last_part() -> None:
    ended: list[str] = []
    outstanding = Outstanding(("screens", "services"), lambda: ended.append("ended"))
    outstanding.tick_off("screens")
    outstanding.tick_off("screens")
    assert not ended
    outstanding.tick_off("services")
    outstanding.tick_off("services")
    assert ended == ["ended"]


def _place_of_large_piece(how: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", LARGE_PIECE, how], capture_output=True, text=True, check=True
    ).stdout.strip()
