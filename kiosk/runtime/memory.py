"""Settings of memory allocation and garbage collection, so that memory use does not grow over days.

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
    """Make glibc's allocator return freed memory to the system; False where there is no glibc.

    Without a graphics card pictures are in the process's own memory. By default glibc raises its threshold for large
    blocks whenever one is freed, until pictures are allocated among small blocks and fragment the heap. Each thread
    also has an arena of its own. Call before the first thread is started.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    settings = ((_M_ARENA_MAX, _ARENAS), (_M_MMAP_THRESHOLD, _LARGE_BYTES), (_M_TRIM_THRESHOLD, _SPARE_BYTES))
    return all(mallopt(parameter, value) == 1 for parameter, value in settings)


def leave_what_stays_alone() -> None:
    """Collect garbage once, and exclude all objects that are alive now (modules, classes, screens) from later
    collections. A collection during a visit then looks only at the visit's objects. Call when all is warmed up.
    """
    gc.collect()
    gc.freeze()


class Outstanding:
    """Calls `then` once, when all of `parts` are ticked off, on the thread that ticked off the last one."""

    def __init__(self, parts: Iterable[str], then: Callable[[], None]) -> None:
        self._parts = set(parts)
        self._then = then
        self._lock = threading.Lock()

    def tick_off(self, part: str) -> None:
        """Tick off `part`, from any thread. Ticking it off again has no effect."""
        with self._lock:
            was_last = self._parts == {part}
            self._parts.discard(part)
        if was_last:
            self._then()

    def ticker(self, part: str) -> Callable[[object], None]:
        """A job for a service thread that ticks off `part`, since all jobs before it are then done."""
        return lambda _: self.tick_off(part)
