"""Ports on which a kiosk waits for a chip that hangs directly on it: each process has its own."""

from __future__ import annotations

import itertools
import os
import socket

# Below the ports that the system hands out by itself, so that nobody else gets one before the kiosk listens there.
# Processes that are started side by side have neighbouring numbers: a stride keeps their ports apart for good.
_STRIDE = 97
_ports = itertools.cycle(range(10000 + os.getpid() % _STRIDE, 32000, _STRIDE))


def direct_chip() -> tuple[str, str]:
    """A coupler of one's own, as the kiosk names it and as the chip's side does."""
    port = next(port for port in _ports if _is_free(port))
    return f"sim://permit_chip?port={port}", f"direct://127.0.0.1:{port}"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
