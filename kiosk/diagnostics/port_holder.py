"""Finds the process that holds a serial port, and says what to do about it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LOCKS = Path("/proc/locks")
PROC = Path("/proc")
COMMAND_CHARACTERS = 60
_PSEUDO_TERMINALS = range(136, 144)  # major numbers (Linux: devices.txt)

_KNOWN = {
    "ModemManager": "it looks for modems on serial ports: `systemctl disable --now ModemManager`, or "
    'ENV{ID_MM_DEVICE_IGNORE}="1" in the udev rules',
    "brltty": "it takes serial ports for Braille displays: `apt-get purge brltty`",
}
"""Programs of Debian that take ports which nobody gave them, and how they are kept from it."""


@dataclass(frozen=True, slots=True)
class PortHolder:
    """A process that has a port open. `command`: as it was started, "" where that is not told."""

    process: int
    command: str

    def __str__(self) -> str:
        return f"process {self.process}" + (f" ({self.command})" if self.command else "")

    @property
    def remedy(self) -> str:
        """What to do about it, to be said behind its name."""
        words = self.command.split()
        if words and words[0] in _KNOWN:
            return _KNOWN[words[0]]
        if "-m kiosk run" in self.command:
            return "it is another kiosk: end it, or give each kiosk ports of its own"
        if "-m drivers" in self.command:
            return "it is a command of this program that somebody runs: let it end"
        return "end it, and see that it does not come back"


def holder_of(path: str) -> PortHolder | None:
    """The process that holds the lock (flock(2)) of a device node, or has it open. Of other users' processes only root
    is told the latter (proc_locks(5), proc_pid_fd(5)). None where none is found, this program aside.
    """
    try:
        node = Path(path).stat()
    except OSError:
        return None
    process = next(_that_lock(node), None) or next(_that_have_open(node), None)
    return None if process is None else PortHolder(process, _command(process))


def other_user_of(path: str) -> PortHolder | None:
    """Another process that has a device node open, locked or not. None where none is found."""
    try:
        node = Path(path).stat()
    except OSError:
        return None
    process = next(_that_have_open(node), None)
    return None if process is None else PortHolder(process, _command(process))


def _that_lock(node: os.stat_result) -> Iterator[int]:
    wanted = f"{os.major(node.st_dev):02x}:{os.minor(node.st_dev):02x}:{node.st_ino}"
    try:
        lines = LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return
    for line in lines:
        # 1: FLOCK  ADVISORY  WRITE 1234 00:17:9 0 EOF; a process that waits has "->" behind the number
        words = line.split()
        if len(words) >= 8 and words[1] == "FLOCK" and words[-3] == wanted:
            yield int(words[-4])


def _that_have_open(node: os.stat_result) -> Iterator[int]:
    for folder in PROC.glob("[0-9]*/fd"):
        process = int(folder.parent.name)
        if process == os.getpid():
            continue
        try:
            descriptors = list(folder.iterdir())
        except OSError:  # another user's, or it has ended
            continue
        is_pseudo = os.major(node.st_rdev) in _PSEUDO_TERMINALS
        if any(_is_node(each, node) for each in descriptors) and not (is_pseudo and any(map(_is_master, descriptors))):
            yield process


def _is_master(descriptor: Path) -> bool:
    """Whether it is the device's side of a pseudo-terminal, as a simulator has it."""
    try:
        return descriptor.readlink().name == "ptmx"
    except OSError:
        return False


def _is_node(descriptor: Path, node: os.stat_result) -> bool:
    try:
        about = descriptor.stat()
    except OSError:
        return False
    return (about.st_dev, about.st_ino, about.st_rdev) == (node.st_dev, node.st_ino, node.st_rdev)


def _command(process: int) -> str:
    try:
        words = (PROC / str(process) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    command = " ".join([Path(words[0]).name, *words[1:]]).strip()
    return command[:COMMAND_CHARACTERS]
