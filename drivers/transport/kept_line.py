"""A line that is opened when it is first needed, and again after it was lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from drivers.errors import LinkLost
from drivers.transport.base import ByteTransport

P = TypeVar("P")
T = TypeVar("T")


class KeptLine(Generic[P]):
    """`open_link` opens the port, `begin` starts the protocol on it. For one thread."""

    def __init__(self, open_link: Callable[[], ByteTransport], begin: Callable[[ByteTransport], P]) -> None:
        self._open_link = open_link
        self._begin = begin
        self._link: ByteTransport | None = None
        self._protocol: P | None = None

    @property
    def is_open(self) -> bool:
        """Whether the port is open, as far as is known."""
        return self._link is not None

    def use(self, act: Callable[[P], T]) -> T:
        """The result of `act` on the protocol. After `LinkLost`, which is passed on to the caller, the next use opens
        the port again.
        """
        try:
            if self._link is None:
                self._link = self._open_link()
            if self._protocol is None:
                self._protocol = self._begin(self._link)
            return act(self._protocol)
        except LinkLost:
            self.close()
            raise

    def close(self) -> None:
        """Release the port; may be called twice, and the next use opens it again."""
        link, self._link, self._protocol = self._link, None, None
        if link is not None:
            link.close()
