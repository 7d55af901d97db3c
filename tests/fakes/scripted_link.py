"""A byte transport that plays a script: the next portion after every write."""

from __future__ import annotations

import time


class ScriptedLink:
    """Answers each write with the next of `replies` (none left: silence) and keeps what was `written`.

    A lone first ACK, with which some drivers begin a fresh link, is neither kept nor answered.
    """

    def __init__(self, *replies: bytes, greeting: bytes = b"") -> None:
        self.replies = list(replies)
        self.written: list[bytes] = []
        self.pending = b""
        self.closed = 0
        self._greeting = greeting

    def write(self, data: bytes) -> None:
        if data == self._greeting and not self.written:
            return
        self.written.append(data)
        if self.replies:
            self.pending += self.replies.pop(0)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        if not self.pending:
            time.sleep(timeout_s)
            return b""
        data, self.pending = self.pending[:max_bytes], self.pending[max_bytes:]
        return data

    def close(self) -> None:
        self.closed += 1
