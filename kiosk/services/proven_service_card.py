"""What two threads share of a service card."""

from __future__ import annotations

import threading


class ProvenServiceCard:
    """Whose card is in the slot and has proven its key: set by the card's thread, read by that which lets people in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number: str | None = None

    @property
    def number(self) -> str | None:
        """The technician's number; None while there is no such card."""
        with self._lock:
            return self._number

    @number.setter
    def number(self, number: str | None) -> None:
        with self._lock:
            self._number = number
