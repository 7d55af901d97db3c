"""The exchange of blocks: acknowledging, repeating, dropping late answers.

Source: TCP300II manual (2005), sections 3-1 to 3-3 (procedures and transmission control matrices).
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

from drivers.errors import FrameCorrupt, LinkTimeout, UnexpectedReply
from drivers.permit_unit.star_tcp300.frames import (
    AnswerBlock,
    Block,
    CommandBlock,
    Control,
    Corrupt,
    Decoder,
    Item,
)
from drivers.transport.base import ByteTransport

DEVICE = "permit_unit"
READ_CHUNK_BYTES = 256
# The unit finishes answering a cancelled command before it reads the cancellation; both fit into this time.
CROSSING_S = 0.5


@dataclass(frozen=True, slots=True)
class ExchangeLimits:
    """`ack_s`: seconds until the unit acknowledges a block (3 by the manual); `resends`: repeats of one block."""

    ack_s: float
    resends: int


class Refused(UnexpectedReply):
    """The unit answered DLE: it did not accept the block and did nothing."""


class BlockExchange:
    """Block exchange over one open link; used by one thread. Answers are returned with whatever status they carry."""

    def __init__(self, link: ByteTransport, limits: ExchangeLimits) -> None:
        self._link = link
        self._limits = limits
        self._decoder = Decoder()
        self._arrived: deque[Item] = deque()
        self._corrupt_in_a_row = 0
        # Section 3-3, state 4: a unit whose last answer was not acknowledged (the link broke, the program ended, the
        # answer was lost) discards everything before an ACK. An idle unit discards the ACK, so an extra one does no
        # harm.
        self._may_owe_ack = True

    def ask(self, block: CommandBlock, answer_s: float) -> AnswerBlock:
        """Send `block` and wait for its answer. Raises `Refused` (DLE), `LinkTimeout`, `FrameCorrupt`, `LinkLost`."""
        self.begin(block)
        answer = self.poll(block.command, answer_s)
        if answer is None:
            raise LinkTimeout(f"no answer to {block.command:02X}h", device=DEVICE, waited_s=answer_s)
        return answer

    def begin(self, block: CommandBlock) -> None:
        """Send `block` until the unit acknowledges it; its answer is fetched with `poll`."""
        self._read_away_leftovers()
        self._corrupt_in_a_row = 0
        self._may_owe_ack = True
        sent = 0
        self._link.write(block.encode())
        deadline = time.monotonic() + self._limits.ack_s
        while (item := self._next_item(deadline)) is not None:
            if item is Control.ACK:
                return
            if item is Control.DLE:
                self._may_owe_ack = False
                raise Refused(f"the unit refused {block.command:02X}h", device=DEVICE)
            if isinstance(item, Corrupt):
                # An answer, ours (its ACK was lost) or an older one: NAK makes the unit send it again.
                self._send_control(Control.NAK)
                continue
            if isinstance(item, Block):
                if item.content[0] == block.command:
                    # The ACK was lost on the line, the answer was not.
                    self._arrived.appendleft(item)
                    return
                # An older answer: the unit discarded our block while it waited for this ACK (section 3-3, state 4).
                self._send_control(Control.ACK)
            sent += 1
            if sent > self._limits.resends:
                raise FrameCorrupt(f"{block.command:02X}h was not understood {sent} times", device=DEVICE)
            self._link.write(block.encode())
            deadline = time.monotonic() + self._limits.ack_s
        raise LinkTimeout(f"no reply to {block.command:02X}h", device=DEVICE, waited_s=self._limits.ack_s)

    def poll(self, command: int, timeout_s: float) -> AnswerBlock | None:
        """The answer to `command` if it comes within `timeout_s`, acknowledged; None if not yet."""
        deadline = time.monotonic() + timeout_s
        while (item := self._next_item(deadline)) is not None:
            if isinstance(item, Corrupt):
                self._ask_again(item)
            elif isinstance(item, Block):
                answer = item.as_answer()
                self._send_control(Control.ACK)
                self._corrupt_in_a_row = 0
                if answer.command == command:
                    self._may_owe_ack = False
                    return answer
        return None

    def cancel(self, cancelled: int, canceller: CommandBlock, answer_s: float) -> AnswerBlock | None:
        """Send `canceller` while `cancelled` is being executed. Returns the answer to `cancelled` if it was finished
        first, else None. A unit that waits for the ACK of the finished command discards the canceller (section 3-3,
        state 4), so no answer to the canceller is expected then."""
        finished: AnswerBlock | None = None
        resends, refused = 0, False
        self._link.write(canceller.encode())
        deadline = time.monotonic() + answer_s
        while (item := self._next_item(deadline)) is not None:
            if isinstance(item, Corrupt):
                self._ask_again(item)
            elif isinstance(item, Block):
                answer = item.as_answer()
                self._send_control(Control.ACK)
                if answer.command == canceller.command:
                    self._may_owe_ack = False
                    return finished
                if answer.command == cancelled:
                    finished = answer
                    deadline = min(deadline, time.monotonic() + CROSSING_S)
            elif item is Control.DLE:
                refused = True
                deadline = min(deadline, time.monotonic() + CROSSING_S)
            elif item is Control.NAK and resends < self._limits.resends:
                resends += 1
                self._link.write(canceller.encode())
        if finished is None and refused:
            raise Refused(f"the unit refused {canceller.command:02X}h", device=DEVICE)
        if finished is None:
            raise LinkTimeout(f"no answer to {canceller.command:02X}h", device=DEVICE, waited_s=answer_s)
        return finished

    def _ask_again(self, corrupt: Corrupt) -> None:
        """Section 3-2: NAK makes the unit send its answer again; the host must limit how often."""
        self._corrupt_in_a_row += 1
        if self._corrupt_in_a_row > self._limits.resends:
            raise corrupt.to_error()
        self._send_control(Control.NAK)

    def _read_away_leftovers(self) -> None:
        """Acknowledge and drop answers that came after their wait had ended."""
        while data := self._link.read(READ_CHUNK_BYTES, 0.0):
            self._arrived.extend(self._decoder.feed(data))
        if self._may_owe_ack or any(isinstance(item, Block) for item in self._arrived):
            self._send_control(Control.ACK)
        self._arrived.clear()
        self._decoder.reset()

    def _next_item(self, deadline: float) -> Item | None:
        while not self._arrived:
            left_s = deadline - time.monotonic()
            data = self._link.read(READ_CHUNK_BYTES, max(left_s, 0.0))
            self._arrived.extend(self._decoder.feed(data))
            if not data and left_s <= 0:
                return None
        return self._arrived.popleft()

    def _send_control(self, control: Control) -> None:
        self._link.write(control.encode())
