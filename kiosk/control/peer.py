"""Who is at the other end of a local socket, as the kernel knows it."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

_CREDENTIALS = struct.Struct("iII")  # struct ucred, unix(7)
SO_PEERGROUPS = 59  # asm-generic/socket.h; Python has no name for it
_MOST_GROUPS = 256  # socket.getsockopt takes 1024 bytes


@dataclass(frozen=True, slots=True)
class Peer:
    """The process that connected or listens, by its numbers at that moment. `groups`: all that it was in."""

    process: int
    user: int
    groups: frozenset[int]


def peer_of(link: socket.socket) -> Peer:
    """Raises `OSError`."""
    process, user, group = _CREDENTIALS.unpack(
        link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    )
    return Peer(process, user, frozenset({group, *_further_groups(link)}))


def _further_groups(link: socket.socket) -> tuple[int, ...]:
    try:
        packed = link.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, 4 * _MOST_GROUPS)
    except OSError:  # in more groups than fit; the first is known
        return ()
    return struct.unpack(f"{len(packed) // 4}I", packed)
