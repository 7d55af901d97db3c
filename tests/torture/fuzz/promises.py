"""What the checks of several decoders have in common."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any


class PromiseBroken(AssertionError):
    """A decoder did with an input what it must not do."""


def hold(condition: bool, promise: str) -> None:
    """Raise `PromiseBroken` unless the promise holds. Not `assert`: it must hold under -O too."""
    if not condition:
        raise PromiseBroken(promise)


def portions(data: bytes) -> Iterator[bytes]:
    """`data` in portions of its own choosing: every second input byte by byte, else the first byte of each tells the
    size, 1 to 16. One way for each input, because a decoder that is watched is slow.
    """
    if len(data) % 2:
        yield from (data[at : at + 1] for at in range(len(data)))
        return
    at = 0
    while at < len(data):
        size = 1 + data[at] % 16
        yield data[at : at + size]
        at += size


def fed(portioned: Iterator[bytes], feed: Callable[[bytes], list[Any]]) -> list[Any]:
    """Everything that a decoder found in portions."""
    found: list[Any] = []
    for portion in portioned:
        found += feed(portion)
    return found


class Talker:
    """A device that says what it says, a portion at each read, whatever is written to it."""

    def __init__(self, data: bytes) -> None:
        self._portions = deque(portions(data))
        self.writes = 0

    def write(self, data: bytes) -> None:
        self.writes += 1

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        return self._portions.popleft() if self._portions else b""

    def close(self) -> None:
        self._portions.clear()
