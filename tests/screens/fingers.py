"""Several fingers on a table that tells of them by TUIO 1.1 (tuio.org, profile 2Dcur), which is OSC 1.0 over UDP."""

from __future__ import annotations

import socket
import struct
from types import TracebackType
from typing import Self

_CURSORS = "/tuio/2Dcur"
_AT_ONCE = b"\0" * 7 + b"\1"  # OSC's time tag
Place = tuple[float, float]
"""In pixels from the top left, as targets are told."""


class Fingers:
    """Puts fingers on a window of this size and lifts them; whatever is done in one call is told at once."""

    def __init__(self, port: int, width_px: int, height_px: int) -> None:
        self._link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._link.connect(("127.0.0.1", port))
        self._width_px, self._height_px = width_px, height_px
        self._places: dict[int, Place] = {}
        self._frames = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._link.close()

    def put(self, *places: Place) -> list[int]:
        """Put one finger on each of these places; their numbers."""
        first = max(self._places, default=self._frames) + 1
        numbers = list(range(first, first + len(places)))
        self._places |= dict(zip(numbers, places, strict=True))
        self._tell(*numbers)
        return numbers

    def slide(self, finger: int, place: Place) -> None:
        self._places[finger] = place
        self._tell(finger)

    def lift(self, *fingers: int) -> None:
        for finger in fingers:
            del self._places[finger]
        self._tell()

    def tap(self, place: Place) -> None:
        self.lift(*self.put(place))

    def _tell(self, *moved: int) -> None:
        self._frames += 1
        messages = [
            _message("alive", *self._places),
            *(_message("set", finger, *self._share(self._places[finger]), 0.0, 0.0, 0.0) for finger in moved),
            _message("fseq", self._frames),
        ]
        bundle = b"".join(struct.pack(">i", len(each)) + each for each in messages)
        self._link.send(_text("#bundle") + _AT_ONCE + bundle)

    def _share(self, place: Place) -> Place:
        return place[0] / self._width_px, place[1] / self._height_px


def a_free_port() -> int:
    """Of UDP on this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind(("127.0.0.1", 0))
        return int(link.getsockname()[1])


def _message(command: str, *values: float) -> bytes:
    kinds = "".join("i" if isinstance(value, int) else "f" for value in values)
    return _text(_CURSORS) + _text(f",s{kinds}") + _text(command) + struct.pack(f">{kinds}", *values)


def _text(text: str) -> bytes:
    """Ended by a zero, and filled with more to a multiple of four."""
    written = text.encode("ascii") + b"\0"
    return written + bytes(-len(written) % 4)
