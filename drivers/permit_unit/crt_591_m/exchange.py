"""The half-duplex exchange of frames: acknowledging, repeating, dropping late answers.

Source: the maker's communication protocol for the CRT-591-M, v1.0 (2013). No ACK within 300 ms: send again. The
document does not say what the unit does with an unacknowledged answer [?]; answers are always acknowledged here, and a
repeated one does no harm.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

from drivers.errors import FrameCorrupt, LinkTimeout
from drivers.permit_unit.crt_591_m.frames import (
    DEVICE,
    Answer,
    CommandFrame,
    Control,
    Corrupt,
    Decoder,
    Done,
    Failed,
    Frame,
    Item,
)
from drivers.transport.base import ByteTransport

READ_CHUNK_BYTES = 256
# Longer than any pause of a unit between two bytes of a frame; 9600 bit/s is one byte a millisecond.
INTER_BYTE_S = 0.3


@dataclass(frozen=True, slots=True)
class ExchangeLimits:
    """`ack_s`: seconds until the unit acknowledges a frame (0.3 by the document); `resends`: repeats of one frame."""

    ack_s: float
    resends: int


class FrameExchange:
    """Frame exchange over one open link; for one thread. Good and bad answers are returned alike."""

    def __init__(self, link: ByteTransport, limits: ExchangeLimits) -> None:
        self._link = link
        self._limits = limits
        self._decoder = Decoder()
        self._arrived: deque[Item] = deque()
        # Whether an answer to an earlier command may still come. An answer before the ACK is then that one.
        self._answer_owed = True
        self._sent_twice = False

    def ask(self, command: CommandFrame, answer_s: float) -> Answer:
        """Send `command`, again if the unit does not react, and wait for its answer.

        Only for commands that may be carried out twice, which happens if only the ACK was lost. Raises `LinkTimeout`,
        `FrameCorrupt`, `LinkLost`.
        """
        heard = self._until_heard(command, self._limits.resends)
        if heard is None:
            waited_s = self._limits.ack_s * (self._limits.resends + 1)
            raise LinkTimeout(f"no reply to {command.name}", device=DEVICE, waited_s=waited_s)
        return self._settled(heard if isinstance(heard, Done | Failed) else self._until_answered(command, answer_s))

    def ask_once(self, command: CommandFrame, answer_s: float) -> Answer:
        """The same for commands that must not be carried out twice (a chip's command): they are repeated only after
        NAK, which means that they were not understood. Without an ACK the answer is still awaited.
        """
        heard = self._until_heard(command, 0)
        return self._settled(heard if isinstance(heard, Done | Failed) else self._until_answered(command, answer_s))

    def _settled(self, answer: Answer) -> Answer:
        self._answer_owed = self._sent_twice  # then it may be answered twice
        return answer

    def _until_heard(self, command: CommandFrame, unheard: int) -> Answer | Control | None:
        """Send until the unit acknowledges, with at most `unheard` repeats. Returns ACK, None where it never came, or
        the answer itself where the ACK was lost.
        """
        self._read_away_leftovers()
        may_be_old, self._answer_owed, self._sent_twice = self._answer_owed, True, False
        misunderstood = 0
        deadline = self._send_command(command)
        while True:
            item = self._next_item(deadline)
            if item is Control.ACK:
                return Control.ACK
            if isinstance(item, Corrupt):
                self._send(Control.NAK)
            elif isinstance(item, Frame) and not item.is_command:
                self._send(Control.ACK)
                answer = item.as_answer()
                if not may_be_old and _belongs(answer, command):
                    return answer
            elif item is Control.NAK:
                misunderstood += 1
                if misunderstood > self._limits.resends:
                    raise FrameCorrupt(f"{command.name} was not understood {misunderstood} times", device=DEVICE)
                deadline = self._send_command(command)
            elif item is None:
                if unheard == 0:
                    return None
                unheard -= 1
                self._sent_twice = True
                deadline = self._send_command(command)

    def _send_command(self, command: CommandFrame) -> float:
        """Send the command; returns the deadline of its ACK."""
        self._link.write(command.encode())
        return time.monotonic() + self._limits.ack_s

    def _until_answered(self, command: CommandFrame, answer_s: float) -> Answer:
        deadline = time.monotonic() + answer_s
        corrupt = 0
        while (item := self._next_item(deadline)) is not None:
            if isinstance(item, Corrupt):
                corrupt += 1
                if corrupt > self._limits.resends:
                    raise item.to_error()
                self._send(Control.NAK)
            elif isinstance(item, Frame) and not item.is_command:
                self._send(Control.ACK)
                answer = item.as_answer()
                if _belongs(answer, command):
                    return answer
        raise LinkTimeout(f"no answer to {command.name}", device=DEVICE, waited_s=answer_s)

    def _read_away_leftovers(self) -> None:
        """Acknowledge and drop answers that came after their wait had ended."""
        while data := self._link.read(READ_CHUNK_BYTES, 0.0):
            self._arrived.extend(self._decoder.feed(data))
        if any(isinstance(item, Frame) for item in self._arrived):
            self._send(Control.ACK)
        self._arrived.clear()
        self._decoder.reset()

    def _next_item(self, deadline: float) -> Item | None:
        """The next item that arrives, or None at the deadline."""
        while not self._arrived:
            left_s = max(deadline - time.monotonic(), 0.0)
            inside = self._decoder.inside_frame
            data = self._link.read(READ_CHUNK_BYTES, INTER_BYTE_S if inside else left_s)
            self._arrived.extend(self._decoder.feed(data))
            if not data and inside:
                return self._decoder.cut_off()
            if not data and time.monotonic() >= deadline:
                return None
        return self._arrived.popleft()

    def _send(self, control: Control) -> None:
        self._link.write(control.encode())


def _belongs(answer: Answer, command: CommandFrame) -> bool:
    return (answer.command, answer.parameter) == (command.command, command.parameter)
