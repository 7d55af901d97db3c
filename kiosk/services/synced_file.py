"""Small files of the program's own that outlive it: on disk when they are written, and read without waiting."""

from __future__ import annotations

import os
import stat
from pathlib import Path

MOST_BYTES = 4096
"""Such a file has some hundred; a longer one is not ours."""


def write_synced(path: Path, text: str) -> None:
    """Replace what is in `path`; on disk when this returns, whatever happens to the power. May raise OSError."""
    written = path.with_suffix(".new")
    with open(written, "w", encoding="utf-8", opener=_without_waiting) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)
    _sync_names(path.parent)  # or the name is not on the disk yet


def remove_synced(path: Path) -> None:
    """Remove `path`, whatever it is but a directory that is not empty; gone from the disk when this returns. May raise
    OSError, but not where nothing is there.
    """
    try:
        path.unlink()
    except FileNotFoundError:
        return
    except OSError:
        path.rmdir()
    _sync_names(path.parent)


def _sync_names(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_small(path: Path) -> bytes:
    """What is in a plain file; nothing of one that is too long. A pipe would be waited for, a directory cannot be read:
    OSError for both.
    """
    descriptor = _without_waiting(path, os.O_RDONLY)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a plain file")
        content = os.read(descriptor, MOST_BYTES + 1)
        return content if len(content) <= MOST_BYTES else b""
    finally:
        os.close(descriptor)


def _without_waiting(path: str | Path, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
