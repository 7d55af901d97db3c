"""The non-volatile memory of a virtual chip, byte by byte, with the mechanism that makes an update atomic.

An update first saves what it will overwrite, then raises a flag, then overwrites, then lowers the flag. Power may fail
after any single byte. At the next power-up a raised flag means: put the saved bytes back.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.permit_file.permit_file import Place


class PowerLost(Exception):
    """The chip lost its power in the middle of an update."""


class ChipMemory:
    """Content by place. `power_fails_after`: how many more bytes can be written before the power fails."""

    def __init__(self, content: Mapping[Place, bytes]) -> None:
        self._cells = {place: bytearray(raw) for place, raw in content.items()}
        self._saved = bytearray()
        self._saved_at: tuple[Place, int] | None = None
        self._flag_up = False
        self.power_fails_after: int | None = None

    def __contains__(self, place: Place) -> bool:
        return place in self._cells

    def read(self, place: Place) -> bytes:
        return bytes(self._cells[place])

    def update(self, place: Place, offset: int, data: bytes) -> None:
        """Overwrite all of it, or raise `PowerLost`; the content is then known after `power_up`."""
        cells = self._cells[place]
        self._saved, self._saved_at = bytearray(), (place, offset)
        for byte in cells[offset : offset + len(data)]:
            self._spend()
            self._saved.append(byte)
        self._spend()
        self._flag_up = True
        for index, byte in enumerate(data):
            self._spend()
            cells[offset + index] = byte
        self._spend()
        self._flag_up = False

    def power_up(self) -> None:
        """Undo an interrupted update."""
        self.power_fails_after = None
        for place, raw in self.content().items():
            self._cells[place][:] = raw
        self._flag_up = False

    def content(self) -> dict[Place, bytes]:
        """All of it, as the next power-up would find it."""
        content = {place: bytearray(cells) for place, cells in self._cells.items()}
        if self._flag_up and self._saved_at is not None:
            place, offset = self._saved_at
            content[place][offset : offset + len(self._saved)] = self._saved
        return {place: bytes(cells) for place, cells in content.items()}

    def _spend(self) -> None:
        if self.power_fails_after is None:
            return
        if self.power_fails_after == 0:
            raise PowerLost
        self.power_fails_after -= 1
