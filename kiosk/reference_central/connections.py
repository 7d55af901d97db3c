"""Limits the number of connections, in all and per certificate, and their silent times.

Silent connections must not shut others out. When the limit is reached, a connection in its handshake is dropped first,
then an idle one, and only then is a new one refused. A connection whose call is being carried out is kept.
"""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

DESCRIPTORS_KEPT = 64  # for the database, its files, the listener, the loop


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Seconds and numbers.

    `head_s`: from a connection's beginning, or a request's first byte, to the end of its header; `body_s`: from there
    to the end of the body; `answer_s`: for carrying the call out and taking the answer; `idle_s`: between two calls
    (above the kiosk's 60 s, so that it is the kiosk that lets go); `closing_s`: for the good-bye of TLS. `unproved`:
    connections whose handshake is not through, of anybody at all.
    """

    handshake_s: float = 10.0
    head_s: float = 10.0
    body_s: float = 15.0
    answer_s: float = 60.0
    idle_s: float = 75.0
    closing_s: float = 5.0
    in_all: int = 512
    unproved: int = 128
    per_certificate: int = 8  # a kiosk has four

    def within_descriptors(self) -> ConnectionLimits:
        """The same, with no more connections than this process may have descriptors for."""
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft == resource.RLIM_INFINITY:
            return self
        in_all = max(1, min(self.in_all, soft - DESCRIPTORS_KEPT))
        return replace(self, in_all=in_all, unproved=min(self.unproved, max(1, in_all // 2)))


USUAL_LIMITS = ConnectionLimits()


class Guest(Protocol):
    """A connection whose handshake is through."""

    fingerprint: str | None

    def idle_since(self) -> float | None:
        """On the loop's clock, since when it waits for a call's first byte; None while it has one."""

    def drop(self) -> None:
        """Close the connection at once."""


class Connections:
    """The present connections; for the loop's thread only. `dropped`: counts by reason since the start."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits.within_descriptors()
        self.dropped: Counter[str] = Counter()
        self._in_handshake: dict[object, Callable[[], object]] = {}  # oldest first
        self._guests: set[Guest] = set()

    def __len__(self) -> int:
        return len(self._in_handshake) + len(self._guests)

    def idle(self) -> int:
        """How many connections wait for a call's first byte."""
        return sum(guest.idle_since() is not None for guest in tuple(self._guests))

    def make_way(self) -> bool:
        """Make room for a new connection; returns whether there is room, now or soon."""
        if len(self._in_handshake) >= self.limits.unproved:
            self._drop_oldest_handshake()
        return len(self) < self.limits.in_all or self.drop_one()

    def drop_one(self) -> bool:
        """Drop the least important connection; False where every connection has a call."""
        return self._drop_oldest_handshake() or self._drop_longest_idle(self._guests, "too_many_in_all")

    def begun(self, handshake: object, drop: Callable[[], object]) -> None:
        """Note that a handshake begins; `drop` ends it."""
        self._in_handshake[handshake] = drop

    def ended(self, handshake: object) -> None:
        """Note that the handshake is complete or has failed."""
        self._in_handshake.pop(handshake, None)

    def came(self, guest: Guest) -> bool:
        """Add a connection after its handshake. If one certificate has too many, its longest idle one is dropped; False
        if none of them is idle.
        """
        of_same = {each for each in self._guests if each.fingerprint == guest.fingerprint}
        is_too_many = guest.fingerprint is not None and len(of_same) >= self.limits.per_certificate
        if is_too_many and not self._drop_longest_idle(of_same, "too_many_of_certificate"):
            self.dropped["too_many_of_certificate"] += 1
            return False
        self._guests.add(guest)
        return True

    def went(self, guest: Guest) -> None:
        """Note that the connection is closed."""
        self._guests.discard(guest)

    def drop_all_without_a_call(self) -> None:
        """Drop all connections without a call, before the end."""
        while self._drop_oldest_handshake():
            pass
        while self._drop_longest_idle(self._guests, "end"):
            pass

    def _drop_oldest_handshake(self) -> bool:
        if not self._in_handshake:
            return False
        drop = self._in_handshake.pop(next(iter(self._in_handshake)))
        self.dropped["too_many_unproved"] += 1
        drop()
        return True

    def _drop_longest_idle(self, guests: set[Guest], reason: str) -> bool:
        idle = [(since, id(each), each) for each in guests if (since := each.idle_since()) is not None]
        if not idle:
            return False
        longest = min(idle)[2]
        self._guests.discard(longest)
        self.dropped[reason] += 1
        longest.drop()
        return True
