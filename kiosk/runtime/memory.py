"""How the program asks for memory, so that a machine a day old needs little more than a new one.

Source: mallopt(3), glibc 2.36; the Python documentation of `gc.freeze`.
"""

from __future__ import annotations

import ctypes
import gc
import threading
from collections.abc import Callable, Iterable

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_ARENAS = 2
_LARGE_BYTES = 128 * 1024
_SPARE_BYTES = 256 * 1024


def bound_allocator() -> bool:
    """Keep glibc's allocator from holding on to memory that the program gave back; False where there is no glibc.

    Without a graphics card pictures lie in the process's own memory. By default glibc raises its limit for *large*
    whenever a large piece is given back, until pictures lie among the small pieces and leave holes there that nothing
    fits into; and each thread has a part of memory (arena) of its own. Call before the first thread is started.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    settings = ((_M_ARENA_MAX, _ARENAS), (_M_MMAP_THRESHOLD, _LARGE_BYTES), (_M_TRIM_THRESHOLD, _SPARE_BYTES))
    return all(mallopt(parameter, value) == 1 for parameter, value in settings)


def leave_what_stays_alone() -> None:
    """Collect once and take everything that is alive now out of later collections: modules, classes, screens. A
    collection in the middle of a visit then looks at the visit's own objects only. Call when all is warmed up.
    """
    gc.collect()
    gc.freeze()


class Outstanding:
    """Calls `then` once, when every one of `parts` was ticked off; on the thread that ticked off the last one."""

    def __init__(self, parts: Iterable[str], then: Callable[[], None]) -> None:
        self._parts = set(parts)
        self._then = then
        self._lock = threading.Lock()

    def tick_off(self, part: str) -> None:
        """From any thread. A part that was ticked off before counts for nothing."""
        with self._lock:
            was_last = self._parts == {part}
            self._parts.discard(part)
        if was_last:
            self._then()

    def ticker(self, part: str) -> Callable[[object], None]:
        """A job for a service thread: `part` is there, because all jobs before this one are done."""
        return lambda _: self.tick_off(part)
