"""Finds the process that holds a serial port."""

from __future__ import annotations

import os
from pathlib import Path

LOCKS = Path("/proc/locks")
COMMAND_CHARACTERS = 60


def holder_of(path: str) -> str | None:
    """The process that holds the lock (flock(2)) of a device node, as "process 123 (python -m kiosk run)".

    None where the kernel does not tell: a port taken by TIOCEXCL is in no list. Source: proc_locks(5).
    """
    try:
        node = Path(path).stat()
        locks = LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    wanted = f"{os.major(node.st_dev):02x}:{os.minor(node.st_dev):02x}:{node.st_ino}"
    for line in locks:
        # 1: FLOCK  ADVISORY  WRITE 1234 00:17:9 0 EOF
        _, kind, *_, pid, held, _, _ = line.split()
        if kind == "FLOCK" and held == wanted:
            return f"process {pid}{_command(pid)}"
    return None


def _command(pid: str) -> str:
    try:
        words = Path("/proc", pid, "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    command = " ".join([Path(words[0]).name, *words[1:]]).strip()
    return f" ({command[:COMMAND_CHARACTERS]})"
