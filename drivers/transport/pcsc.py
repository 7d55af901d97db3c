"""Chips over PC/SC (pcsc-lite), by pyscard's low-level calls: the only module that knows pyscard.

pyscard's own connection classes share one global context, which does not survive a restart of pcscd, and start
threads to watch readers (pyscard issues 23, 27, 82, 128). Here every slot has a context of its own: when pcscd goes
away the context is dropped, `ServiceLost` is raised once, and the next `connect` makes a new one. Every call has a time
limit, which `pcscd_line` enforces: a pcscd that hangs is a `ServiceSilent`, and nothing is asked of it until it has let
go of what it was sent before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from smartcard import scard as pyscard

from drivers.errors import LinkLost, LinkTimeout, NoChip, ServiceLost, ServiceSilent, TransportError
from drivers.transport import pcsc_names
from drivers.transport.base import ApduAnswer
from drivers.transport.pcsc_codes import (
    CHIP_GONE,
    CHIP_SILENT,
    DEVICE,
    SERVICE_GONE,
    failure,
    named,
    unsigned,
)
from drivers.transport.pcscd_line import PatientCaller, PcscdLine

T = TypeVar("T")

scard: Any = pyscard  # carries no types

SLICE_MS = 250  # longest uninterrupted wait inside the library
# Between tries to power a chip that does not answer, or is held by another program. Three silent ones are a dead
# chip; they span more than the 400 ms in which pcscd may not yet have noticed that the last chip is gone.
RETRY_S = 0.25
POWER_TRIES = 3

# How long pcscd may take. Its own book-keeping takes less than a millisecond on an idle machine. To power a chip, and
# to find out that it is mute, takes libccid up to a few seconds; a chip may take some for a command, and then it is
# libccid that tells that it is silent. What takes longer is not the chip: pcscd, the reader's firmware or its cable
# hangs.
ANSWER_S = 3.0
POWER_S = 10.0
TRANSMIT_S = 10.0


class _Context:
    """One connection to pcscd. Every call has a time limit; one that pcscd does not answer raises `ServiceSilent`."""

    def __init__(self) -> None:
        self._caller = PatientCaller()
        self._handle: int | None = None

    @property
    def handle(self) -> int:
        """The handle of libpcsclite."""
        if self._handle is None:
            raise ValueError("this context is not open")
        return self._handle

    def open(self) -> None:
        """Connect to pcscd, once. Raises `ServiceLost`, `ServiceSilent`."""
        if self._handle is not None:
            return
        doing = "connecting to pcscd"
        code, handle = self._caller.establish(ANSWER_S, lambda: scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM))
        if unsigned(code) == scard.SCARD_S_SUCCESS:
            self._handle = handle
        if self._caller.was_cut:
            raise self._silent(doing, ANSWER_S)
        if self._handle is None:
            raise failure(unsigned(code), doing)

    def call(self, doing: str, limit_s: float, function: Callable[..., T], *arguments: object) -> T:
        """The result of `function`. Raises `ServiceSilent`, after which the context must not be used."""
        answer = self._caller.call(limit_s, function, *arguments)
        if self._caller.was_cut:
            raise self._silent(doing, limit_s)
        return answer

    def failure(self, code: int, doing: str) -> TransportError:
        """The error for a code, as by the function `failure`; but if pcscd has closed its end, it is gone."""
        line = self._caller.line
        if code not in SERVICE_GONE and line is not None and line.is_over():
            return ServiceLost(f"pcscd is gone: {named(code)} while {doing}", device=DEVICE)
        return failure(code, doing)

    def _silent(self, doing: str, limit_s: float) -> ServiceSilent:
        return ServiceSilent(
            f"pcscd or its reader does not answer: nothing came within {limit_s:g} s while {doing}", device=DEVICE
        )

    def release(self) -> PcscdLine | None:
        """Release the context. The line to a pcscd that has not answered is returned, to see when it is over."""
        if self._handle is not None:
            # SCARD_E_NO_SERVICE comes from a dead pcscd; libpcsclite closes its socket all the same.
            self._caller.call(ANSWER_S, scard.SCardReleaseContext, self._handle)
            self._handle = None
        self._caller.end()
        line = self._caller.line
        if line is not None and self._caller.was_cut:
            return line
        if line is not None:
            line.close()
        return None


def list_slots() -> tuple[str, ...]:
    """The names of all PC/SC slots, as `pcsc://` URLs use them; bytes that are no UTF-8 are kept as lone surrogates.
    Raises `ServiceLost` if pcscd does not answer.
    """
    coupler = PcscCoupler("")
    try:
        return coupler.list_slots()
    finally:
        coupler.close()


class PcscCoupler:
    """One PC/SC slot, by its exact name. One thread may use it at a time."""

    def __init__(self, reader_name: str) -> None:
        self.reader_name = reader_name
        self._context: _Context | None = None
        self._connected: PcscChip | None = None
        self._unanswered: PcscdLine | None = None

    def connect(self, timeout_s: float) -> PcscChip:
        """Wait for a chip and open it exclusively.

        Raises `NoChip` if none answers within `timeout_s` (at once, when one is there but stays silent at three
        power-ups), and `LinkLost` if pcscd or the reader is gone or silent, or another program holds the chip. After a
        `LinkLost` a new call starts from nothing. A pcscd that was restarted since the last call is not noticed.
        """
        if self._connected is not None:
            self._connected.close()
        deadline = time.monotonic() + timeout_s
        return self._in_context(lambda context: self._connect(context, deadline, timeout_s))

    def look(self) -> None:
        """Check that pcscd and the slot answer. Raises `LinkLost`: `ServiceLost` and `ServiceSilent` for pcscd."""
        if self._connected is not None:
            return  # it answered a moment ago, and an open chip reports its own failures
        self._in_context(lambda context: self._state_of_slot(context, 0, scard.SCARD_STATE_UNAWARE, "looking"))

    def presence(self) -> int | None:
        """See `WatchedSlot`. pcscd counts what comes and goes in the upper half of a slot's state (pcsc-lite,
        SCardGetStatusChange).
        """
        now = self._in_context(
            lambda context: self._state_of_slot(context, 0, scard.SCARD_STATE_UNAWARE, "looking for a card")
        )
        return now >> 16 if now & scard.SCARD_STATE_PRESENT else None

    def list_slots(self) -> tuple[str, ...]:
        """The names of all slots. Raises `ServiceLost` if pcscd does not answer."""
        return self._in_context(_slots)

    def _in_context(self, act: Callable[[_Context], T]) -> T:
        """Act in the present context, or in a new one, because pcscd may have been restarted since the last call and
        nothing was sent to a chip yet. After a failure the next call starts from nothing.
        """
        was_held = self._context is not None
        try:
            return self._act(act)
        except ServiceSilent:
            raise
        except LinkLost:
            if not was_held:
                raise
        return self._act(act)

    def _act(self, act: Callable[[_Context], T]) -> T:
        if self._context is None:
            self._context = self._new_context()
        try:
            self._context.open()
            return act(self._context)
        except TransportError:
            self._drop_context()
            raise

    def _new_context(self) -> _Context:
        if self._unanswered is not None:
            if not self._unanswered.is_over():
                raise ServiceSilent(
                    "pcscd or its reader does not answer: an earlier call is not over yet", device=DEVICE
                )
            self._unanswered.close()
            self._unanswered = None
        return _Context()

    def _connect(self, context: _Context, deadline: float, timeout_s: float) -> PcscChip:
        silent = 0
        while True:
            if self._await_presence(context, deadline, timeout_s):
                silent = 0
            code, handle, protocol = context.call(
                "powering the chip",
                POWER_S,
                pcsc_names.connect,
                context.handle,
                self.reader_name,
                scard.SCARD_SHARE_EXCLUSIVE,
                scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1,
            )
            code = unsigned(code)
            if code == scard.SCARD_S_SUCCESS:
                self._connected = self._opened(context, handle, protocol)
                return self._connected
            if code in CHIP_SILENT:
                silent += 1
            elif code not in CHIP_GONE and code != scard.SCARD_E_SHARING_VIOLATION:
                raise context.failure(code, "powering the chip")
            left_s = deadline - time.monotonic()
            if silent >= POWER_TRIES or (left_s <= 0 and code != scard.SCARD_E_SHARING_VIOLATION):
                raise NoChip(f"no chip answered within {timeout_s:g} s: {named(code)}", device=DEVICE)
            if left_s <= 0:
                raise context.failure(code, "powering the chip")
            time.sleep(min(left_s, RETRY_S))

    def _await_presence(self, context: _Context, deadline: float, timeout_s: float) -> bool:
        """Wait for a chip; True if the slot was empty at first."""
        known = scard.SCARD_STATE_UNAWARE
        while True:
            left_ms = int((deadline - time.monotonic()) * 1000)
            now = self._state_of_slot(context, max(0, min(SLICE_MS, left_ms)), known, "waiting for a chip")
            if now & scard.SCARD_STATE_PRESENT:
                return bool(known != scard.SCARD_STATE_UNAWARE)
            known = now & ~scard.SCARD_STATE_CHANGED
            if left_ms <= 0:
                raise NoChip(f"no chip in the slot within {timeout_s:g} s", device=DEVICE)

    def _state_of_slot(self, context: _Context, wait_ms: int, known: int, doing: str) -> int:
        code, now = context.call(
            doing, wait_ms / 1000 + ANSWER_S, pcsc_names.status_change, context.handle, wait_ms, self.reader_name, known
        )
        code = unsigned(code)
        if code not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_TIMEOUT):
            raise context.failure(code, doing)
        if now & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
            raise failure(scard.SCARD_E_UNKNOWN_READER, doing)
        return now

    def _opened(self, context: _Context, handle: int, protocol: int) -> PcscChip:
        doing = "asking for the answer to reset"
        code, atr = context.call(doing, ANSWER_S, pcsc_names.answer_to_reset, handle)
        if unsigned(code):
            context.call("releasing the chip", POWER_S, scard.SCardDisconnect, handle, scard.SCARD_UNPOWER_CARD)
            raise context.failure(unsigned(code), doing)
        return PcscChip(self, context, handle, protocol, atr)

    def _drop_context(self) -> None:
        context, self._context = self._context, None
        if context is not None:
            self._unanswered = context.release()

    def link_failed(self, chip: PcscChip) -> None:
        """Note that a chip of this slot lost its link, so the next call starts from nothing."""
        if self._connected is chip:
            self._connected = None
        self._drop_context()

    def chip_closed(self, chip: PcscChip) -> None:
        """Note that a chip of this slot was closed properly; the context is kept."""
        if self._connected is chip:
            self._connected = None

    def close(self) -> None:
        """Release the slot; may be called twice."""
        if self._connected is not None:
            self._connected.close()
        self._drop_context()
        if self._unanswered is not None:
            self._unanswered.close()
            self._unanswered = None


def _slots(context: _Context) -> tuple[str, ...]:
    doing = "listing the slots"
    code, names = context.call(doing, ANSWER_S, pcsc_names.list_readers, context.handle)
    if unsigned(code) == scard.SCARD_E_NO_READERS_AVAILABLE:
        return ()
    if unsigned(code):
        raise context.failure(unsigned(code), doing)
    return names


class PcscChip:
    """One powered chip, opened exclusively until `close`."""

    def __init__(self, coupler: PcscCoupler, context: _Context, handle: int, protocol: int, atr: bytes) -> None:
        self._coupler = coupler
        self._context = context
        self._handle: int | None = handle
        self._pci = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        self._atr = atr

    @property
    def atr(self) -> bytes:
        """Answer to reset."""
        return self._atr

    def transmit(self, apdu: bytes) -> ApduAnswer:
        """Send one command and return its answer. Raises `LinkLost` or `LinkTimeout`; then the chip must be opened
        again. After a `ServiceSilent` the command may still be on its way to the chip; it is done or lost before the
        chip can be opened again.
        """
        if self._handle is None:
            raise LinkLost("the chip is closed", device=DEVICE)
        doing = "talking to the chip"
        try:
            code, answer = self._context.call(
                doing, TRANSMIT_S, scard.SCardTransmit, self._handle, self._pci, list(self._on_the_line(apdu))
            )
        except ServiceSilent:
            self._abandon()
            raise
        code = unsigned(code)
        if code:
            error = self._context.failure(code, doing)
            self._abandon()
            raise error
        if len(answer) < 2:
            # vpcd reports a chip that vanished or fell silent in mid-command as a success without data.
            self._abandon()
            raise LinkTimeout("the chip is silent: an answer without status word", device=DEVICE)
        return ApduAnswer(bytes(answer[:-2]), answer[-2] << 8 | answer[-1])

    def _on_the_line(self, apdu: bytes) -> bytes:
        """A command that has data and asks for some, too, goes without its Le over T=0, where only 61xx tells of the
        answer (ISO 7816-3, 12.2.5).
        """
        is_case_4 = len(apdu) > 5 and apdu[4] and len(apdu) == 6 + apdu[4]
        return apdu[:-1] if is_case_4 and self._pci == scard.SCARD_PCI_T0 else apdu

    def _abandon(self) -> None:
        self._disconnect()
        self._coupler.link_failed(self)

    def close(self) -> None:
        """Power off and release; may be called twice. A pcscd that does not answer is noticed by the next call."""
        if self._handle is None:
            return
        if self._disconnect():
            self._coupler.chip_closed(self)
        else:
            self._coupler.link_failed(self)

    def _disconnect(self) -> bool:
        """Whether pcscd answered in time, if there was anything to release."""
        handle, self._handle = self._handle, None
        if handle is None:
            return True
        try:
            self._context.call("releasing the chip", POWER_S, scard.SCardDisconnect, handle, scard.SCARD_UNPOWER_CARD)
        except ServiceSilent:
            return False
        return True
