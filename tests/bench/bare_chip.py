"""A chip without a program: commands known beforehand, one SCardTransmit each, nothing looked at in between."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from smartcard import scard

from drivers.transport.base import ApduAnswer, ConnectedChip, Coupler


class RecordingCoupler:
    """A coupler that keeps every command as it went over the wire, GET RESPONSE included."""

    def __init__(self, inner: Coupler) -> None:
        self._inner = inner
        self.commands: list[bytes] = []

    def connect(self, timeout_s: float) -> ConnectedChip:
        return _RecordingChip(self._inner.connect(timeout_s), self.commands)

    def look(self) -> None:
        self._inner.look()

    def close(self) -> None:
        self._inner.close()


class _RecordingChip:
    def __init__(self, inner: ConnectedChip, commands: list[bytes]) -> None:
        self._inner = inner
        self._commands = commands

    @property
    def atr(self) -> bytes:
        return self._inner.atr

    def transmit(self, apdu: bytes) -> ApduAnswer:
        self._commands.append(apdu)
        return self._inner.transmit(apdu)

    def close(self) -> None:
        self._inner.close()


class BareChip:
    """One powered chip. `powering_s`: what SCardConnect took."""

    def __init__(self, handle: Any, pci: Any, powering_s: float) -> None:
        self._handle = handle
        self._pci = pci
        self.powering_s = powering_s

    def transmit(self, command: list[int]) -> tuple[float, bytes]:
        """Seconds of one SCardTransmit, and its answer."""
        began = time.perf_counter()
        code, answer = scard.SCardTransmit(self._handle, self._pci, command)
        took = time.perf_counter() - began
        if code:
            raise RuntimeError(f"SCardTransmit: {code & 0xFFFFFFFF:08X}")
        return took, bytes(answer)

    def batch(self, commands: Sequence[list[int]]) -> float:
        """Seconds of all commands one after the other."""
        began = time.perf_counter()
        for command in commands:
            scard.SCardTransmit(self._handle, self._pci, command)
        return time.perf_counter() - began


@contextmanager
def bare_chip(reader_name: str) -> Iterator[BareChip]:
    """The chip in this slot, opened exclusively and powered off afterwards."""
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    if code:
        raise RuntimeError("no pcscd")
    try:
        began = time.perf_counter()
        code, handle, protocol = scard.SCardConnect(
            context, reader_name, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        )
        if code:
            raise RuntimeError(f"SCardConnect: {code & 0xFFFFFFFF:08X}")
        took = time.perf_counter() - began
        pci = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        try:
            yield BareChip(handle, pci, took)
        finally:
            scard.SCardDisconnect(handle, scard.SCARD_UNPOWER_CARD)
    finally:
        scard.SCardReleaseContext(context)
