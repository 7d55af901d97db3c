"""Finds this process's connections to its X server or Wayland compositor. No Kivy here."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path


def display_connections(environment: Mapping[str, str]) -> list[int]:
    """This process's sockets that lead to its X server or Wayland compositor."""
    addresses = display_addresses(environment)
    return [descriptor for descriptor in _open_sockets() if _peer(descriptor) in addresses]


def display_addresses(environment: Mapping[str, str]) -> set[str]:
    """The addresses where X and Wayland listen, by these variables; abstract ones without the leading zero."""
    number = environment.get("DISPLAY", "").removeprefix("unix").partition(":")[2].partition(".")[0]
    found = {f"/tmp/.X11-unix/X{number}"} if number else set()
    if wayland := environment.get("WAYLAND_DISPLAY"):
        found.add(str(Path(environment.get("XDG_RUNTIME_DIR", ""), wayland)))
    return found


def _open_sockets() -> list[int]:
    descriptors = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if entry.is_socket():
                descriptors.append(int(entry.name))
        except OSError:
            continue  # the descriptor of the listing itself
    return descriptors


def _peer(descriptor: int) -> str:
    with socket.socket(fileno=os.dup(descriptor)) as link:
        try:
            address = link.getpeername()
        except OSError:
            return ""  # a listening socket
    return os.fsdecode(address).removeprefix("\0") if isinstance(address, str | bytes) else ""
