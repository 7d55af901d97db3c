"""Chips over PC/SC (pcsc-lite), by pyscard's low-level calls: the only module that knows pyscard.

pyscard's own connection classes share one global context, which does not survive a restart of pcscd, and start
threads to watch readers (pyscard issues 23, 27, 82, 128). Here every slot has a context of its own and no thread:
when pcscd goes away the context is dropped, `LinkLost` is raised once, and the next `connect` makes a new one.
"""

from __future__ import annotations

import time
from typing import Any

from smartcard import scard as pyscard

from drivers.errors import LinkLost, LinkTimeout, NoChip, TransportError
from drivers.transport.base import ApduAnswer

scard: Any = pyscard  # carries no types

DEVICE = "permit_chip"
SLICE_MS = 250       # longest uninterrupted wait inside the library
# Between tries to power a chip that does not answer, or is held by another program. Three silent ones are a dead
# chip; they span more than the 400 ms in which pcscd may not yet have noticed that the last chip is gone.
RETRY_S = 0.25
POWER_TRIES = 3

# What a code means to us. PC/SC codes are named in the message; nothing else of the library's answer is looked at,
# because on failure SCardTransmit hands back 64 KiB of uninitialised memory (pyscard 2.3.1).
SERVICE_GONE = frozenset({
    scard.SCARD_E_NO_SERVICE, scard.SCARD_E_SERVICE_STOPPED, scard.SCARD_E_INVALID_HANDLE, scard.SCARD_F_COMM_ERROR,
    scard.SCARD_F_INTERNAL_ERROR, scard.SCARD_E_SYSTEM_CANCELLED, scard.SCARD_E_CANCELLED,
    scard.SCARD_E_SERVER_TOO_BUSY,
    0x6BA, 0x6BE, 0x6BF,  # RPC_S_SERVER_UNAVAILABLE and neighbours, through redirected services
})
READER_GONE = frozenset({
    scard.SCARD_E_READER_UNAVAILABLE, scard.SCARD_E_UNKNOWN_READER, scard.SCARD_E_NO_READERS_AVAILABLE,
})
CHIP_GONE = frozenset({
    scard.SCARD_E_NO_SMARTCARD, scard.SCARD_W_REMOVED_CARD, scard.SCARD_W_RESET_CARD,
})
CHIP_SILENT = frozenset({
    scard.SCARD_W_UNRESPONSIVE_CARD, scard.SCARD_W_UNPOWERED_CARD, scard.SCARD_W_UNSUPPORTED_CARD,
    scard.SCARD_E_NOT_TRANSACTED, scard.SCARD_E_TIMEOUT, scard.SCARD_E_NOT_READY, scard.SCARD_F_WAITED_TOO_LONG,
    scard.SCARD_E_PROTO_MISMATCH,
})


def _codes_by_value() -> dict[int, str]:
    return {getattr(scard, name) & 0xFFFFFFFF: name for name in dir(scard)
            if name.startswith(("SCARD_E_", "SCARD_F_", "SCARD_W_")) and isinstance(getattr(scard, name), int)}


CODE_NAMES = _codes_by_value()


def _named(code: int) -> str:
    return CODE_NAMES.get(code, f"{code:08X}")


def failure(code: int, doing: str) -> TransportError:
    """The PC/SC code of a failed call as one of our errors."""
    what = f"{_named(code)} while {doing}"
    if code in SERVICE_GONE:
        return LinkLost(f"pcscd is gone: {what}", device=DEVICE)
    if code in READER_GONE:
        return LinkLost(f"the reader is gone: {what}", device=DEVICE)
    if code in CHIP_GONE:
        return LinkLost(f"the chip left its contacts: {what}", device=DEVICE)
    if code in CHIP_SILENT:
        return LinkTimeout(f"the chip is silent: {what}", device=DEVICE)
    if code == scard.SCARD_E_SHARING_VIOLATION:
        return LinkLost(f"another program holds the chip: {what}", device=DEVICE)
    return TransportError(f"PC/SC refused: {what}", device=DEVICE)


class _Context:
    """One connection to pcscd."""

    def __init__(self) -> None:
        code, self.handle = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        if _unsigned(code):
            raise failure(_unsigned(code), "connecting to pcscd")

    def release(self) -> None:
        scard.SCardReleaseContext(self.handle)  # SCARD_E_NO_SERVICE from a dead one; its socket is closed all the same


def _unsigned(code: int) -> int:
    return code & 0xFFFFFFFF


def list_slots() -> tuple[str, ...]:
    """The names of all PC/SC slots, as `pcsc://` URLs use them. Raises `LinkLost` if pcscd does not answer."""
    context = _Context()
    try:
        return _slots(context)
    finally:
        context.release()


def _slots(context: _Context) -> tuple[str, ...]:
    try:
        code, names = scard.SCardListReaders(context.handle, [])
    except SystemError as error:  # pyscard raises this when the context died under the call
        raise failure(scard.SCARD_E_NO_SERVICE, "listing the slots") from error
    if _unsigned(code) == scard.SCARD_E_NO_READERS_AVAILABLE:
        return ()
    if _unsigned(code):
        raise failure(_unsigned(code), "listing the slots")
    return tuple(names)


class PcscCoupler:
    """One PC/SC slot, by its exact name. One thread may use it at a time."""

    def __init__(self, reader_name: str) -> None:
        self.reader_name = reader_name
        self._context: _Context | None = None
        self._connected: PcscChip | None = None

    def connect(self, timeout_s: float) -> PcscChip:
        """Wait for a chip and open it exclusively.

        Raises `NoChip` if none answers within `timeout_s` (at once, when one is there but stays silent at three
        power-ups), and `LinkLost` if pcscd or the reader is gone or another program holds the chip. After a
        `LinkLost` a new call starts from nothing. A pcscd that was restarted since the last call is not noticed.
        """
        if self._connected is not None:
            self._connected.close()
        deadline = time.monotonic() + timeout_s
        was_held = self._context is not None
        try:
            return self._connect_in_context(deadline, timeout_s)
        except LinkLost:
            if not was_held:
                raise
        # The context's pcscd may have ended and another come; nothing was sent to a chip yet.
        return self._connect_in_context(deadline, timeout_s)

    def _connect_in_context(self, deadline: float, timeout_s: float) -> PcscChip:
        if self._context is None:
            self._context = _Context()
        try:
            return self._connect(self._context, deadline, timeout_s)
        except TransportError:
            self._drop_context()
            raise

    def _connect(self, context: _Context, deadline: float, timeout_s: float) -> PcscChip:
        silent = 0
        while True:
            if self._await_presence(context, deadline, timeout_s):
                silent = 0
            code, handle, protocol = scard.SCardConnect(
                context.handle, self.reader_name, scard.SCARD_SHARE_EXCLUSIVE,
                scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1)
            code = _unsigned(code)
            if code == scard.SCARD_S_SUCCESS:
                self._connected = self._opened(handle, protocol)
                return self._connected
            if code in CHIP_SILENT:
                silent += 1
            elif code not in CHIP_GONE and code != scard.SCARD_E_SHARING_VIOLATION:
                raise failure(code, "powering the chip")
            left_s = deadline - time.monotonic()
            if silent >= POWER_TRIES or (left_s <= 0 and code != scard.SCARD_E_SHARING_VIOLATION):
                raise NoChip(f"no chip answered within {timeout_s:g} s: {_named(code)}", device=DEVICE)
            if left_s <= 0:
                raise failure(code, "powering the chip")
            time.sleep(min(left_s, RETRY_S))

    def _await_presence(self, context: _Context, deadline: float, timeout_s: float) -> bool:
        """Wait for a chip; true if the slot had been empty at first."""
        known = scard.SCARD_STATE_UNAWARE
        while True:
            left_ms = int((deadline - time.monotonic()) * 1000)
            code, states = scard.SCardGetStatusChange(
                context.handle, max(0, min(SLICE_MS, left_ms)), [(self.reader_name, known)])
            code = _unsigned(code)
            if code not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_TIMEOUT):
                raise failure(code, "waiting for a chip")
            now = states[0][1]
            if now & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
                raise failure(scard.SCARD_E_UNKNOWN_READER, "waiting for a chip")
            if now & scard.SCARD_STATE_PRESENT:
                return bool(known != scard.SCARD_STATE_UNAWARE)
            known = now & ~scard.SCARD_STATE_CHANGED
            if left_ms <= 0:
                raise NoChip(f"no chip in the slot within {timeout_s:g} s", device=DEVICE)

    def _opened(self, handle: int, protocol: int) -> PcscChip:
        code, _, _, _, atr = scard.SCardStatus(handle)
        if _unsigned(code):
            scard.SCardDisconnect(handle, scard.SCARD_UNPOWER_CARD)
            raise failure(_unsigned(code), "asking for the answer to reset")
        return PcscChip(self, handle, protocol, bytes(atr))

    def _drop_context(self) -> None:
        context, self._context = self._context, None
        if context is not None:
            context.release()

    def link_failed(self, chip: PcscChip) -> None:
        """A chip of this slot lost its link: start from nothing next time."""
        if self._connected is chip:
            self._connected = None
        self._drop_context()

    def chip_closed(self, chip: PcscChip) -> None:
        """A chip of this slot was closed properly; the context stays."""
        if self._connected is chip:
            self._connected = None

    def close(self) -> None:
        """Release the slot; may be called twice."""
        if self._connected is not None:
            self._connected.close()
        self._drop_context()


class PcscChip:
    """One powered chip, ours alone until `close`."""

    def __init__(self, coupler: PcscCoupler, handle: int, protocol: int, atr: bytes) -> None:
        self._coupler = coupler
        self._handle: int | None = handle
        self._pci = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        self._atr = atr

    @property
    def atr(self) -> bytes:
        """Answer to reset."""
        return self._atr

    def transmit(self, apdu: bytes) -> ApduAnswer:
        """Send one command and return its answer. Raises `LinkLost` or `LinkTimeout`; then the chip must be opened
        anew.
        """
        if self._handle is None:
            raise LinkLost("the chip is closed", device=DEVICE)
        code, answer = scard.SCardTransmit(self._handle, self._pci, list(apdu))
        code = _unsigned(code)
        if code:
            self._abandon()
            raise failure(code, "talking to the chip")
        if len(answer) < 2:
            # vpcd reports a chip that vanished or fell silent in mid-command as a success without data.
            self._abandon()
            raise LinkTimeout("the chip is silent: an answer without status word", device=DEVICE)
        return ApduAnswer(bytes(answer[:-2]), answer[-2] << 8 | answer[-1])

    def _abandon(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            scard.SCardDisconnect(handle, scard.SCARD_UNPOWER_CARD)
        self._coupler.link_failed(self)

    def close(self) -> None:
        """Power off and release; may be called twice."""
        handle, self._handle = self._handle, None
        if handle is not None:
            scard.SCardDisconnect(handle, scard.SCARD_UNPOWER_CARD)
            self._coupler.chip_closed(self)
