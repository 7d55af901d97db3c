"""A simulated receipt printer behind a TCP port. It prints pictures and has faults, such as missing paper."""

from __future__ import annotations

import select
import socket
import threading
from collections import deque

from PIL import Image

from drivers.receipt_printer.commands import (
    AskInTurn,
    AskStatus,
    ClearBuffers,
    Command,
    CommandDecoder,
    Cut,
    Initialise,
    Raster,
    Recover,
    real_time_in,
)
from drivers.receipt_printer.device_file import ReceiptPrinterFile
from drivers.receipt_printer.paper import Paper, Printout
from drivers.receipt_printer.status import CLEAR_RESPONSE
from drivers.simulators.activity import ActivityLog
from drivers.typeface import Typeface

WHO = "receipt_printer"
DOTS_PER_SECOND = 1200  # 150 mm/s, the usual figure of kiosk printers
CUT_S = 0.4
SLOWNESS = 20
LINES_LEFT = 6  # of `paper_out_while_printing`
POLL_S = 0.05
PORTION = 4096


class ReceiptPrinterSim:
    """One printer of the model that `device_file` describes.

    `pace` 1.0 prints at 150 mm/s, 0.0 at once. Actions and faults may be used from any thread.
    """

    fault_names: tuple[str, ...] = (
        "paper_near_end",
        "paper_out",
        "paper_out_while_printing",
        "cover_open",
        "cutter_failed",
        "silent",
        "offline",
        "unplugged",
        "garbled_status",
        "slow",
    )

    def __init__(self, activity: ActivityLog, pace: float, device_file: ReceiptPrinterFile, typeface: Typeface) -> None:
        self._activity = activity
        self._pace = pace
        self._file = device_file
        self._paper = Paper(device_file, typeface)
        self._faults: set[str] = set()
        self._lines_left: int | None = None
        self._queue: deque[Command] = deque()
        self._printouts: list[Printout] = []
        self._scraps: list[Printout] = []
        self._hanging = False
        self._changed = threading.Condition()
        self._stopping = False
        self._threads: list[threading.Thread] = []
        self._port = 0
        self._listener: socket.socket | None = None
        self._caller: socket.socket | None = None
        self._decoder = CommandDecoder()
        self._forgotten: list[socket.socket] = []
        self.slow_answers_s = 0.0
        """Seconds before it answers a DLE EOT while it prints; most printers answer at once, some do not [?]."""

    def start(self) -> str:
        """Listen on a free loopback port; returns the URL."""
        self._listen()
        self._threads = [
            threading.Thread(target=self._serve, name="receipt-printer-sim wire"),
            threading.Thread(target=self._print, name="receipt-printer-sim head"),
        ]
        for thread in self._threads:
            thread.start()
        return f"tcp://127.0.0.1:{self._port}"

    def stop(self) -> None:
        """Close the port and end the threads; may be called twice."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads = []

    # -- what people see and do ------------------------------------------------------------------------------------

    @property
    def receipts(self) -> list[Image.Image]:
        """Pictures of the receipts that were cut (or torn off where there is no knife), oldest first."""
        return [printout.picture() for printout in self.printouts]

    @property
    def printouts(self) -> list[Printout]:
        """The same as dots and text."""
        with self._changed:
            return list(self._printouts)

    @property
    def scraps(self) -> list[Printout]:
        """Half-printed pieces that were removed when paper was loaded."""
        with self._changed:
            return list(self._scraps)

    @property
    def receipt_is_hanging(self) -> bool:
        """Whether a receipt waits to be taken."""
        with self._changed:
            return self._hanging

    @property
    def is_idle(self) -> bool:
        """Whether everything received has been printed."""
        with self._changed:
            return not self._queue

    def tear_off(self) -> None:
        """Take the receipt that hangs out. On a printer without a knife this finishes the receipt."""
        with self._changed:
            self._hanging = False
            if self._file.cut == "none":
                self._keep(self._paper.tear_off(), self._printouts)

    def load_paper(self) -> None:
        """Put in a new roll: a half-printed receipt is thrown away, and printing goes on with the buffer."""
        with self._changed:
            self._keep(self._paper.tear_off(), self._scraps)
            self._lines_left = None
            self._faults -= {"paper_near_end", "paper_out", "paper_out_while_printing"}
            self._changed.notify_all()

    def say(self, data: bytes) -> None:
        """Send unsolicited bytes."""
        self._answer(data)

    def restart_silently(self) -> None:
        """Lose power for a moment, behind a print server or a firewall that tells the caller nothing: its connection
        is dead, and it hears neither an end nor a refusal.
        """
        with self._changed:
            if self._caller is not None:
                self._forgotten.append(self._caller)
            self._caller = None
            self._queue.clear()
            self._paper.obey(Initialise())

    def open_cover(self) -> None:
        self.set_fault("cover_open")

    def close_cover(self) -> None:
        with self._changed:
            self._faults.discard("cover_open")
            self._changed.notify_all()

    def set_fault(self, name: str) -> None:
        """Set a fault. Raises ValueError for an unknown one."""
        if name not in self.fault_names:
            raise ValueError(f"the receipt printer knows no fault {name!r}; it knows {', '.join(self.fault_names)}")
        with self._changed:
            self._faults.add(name)
            if name == "paper_out_while_printing":
                self._lines_left = LINES_LEFT
            self._changed.notify_all()

    def clear_faults(self) -> None:
        """End all faults; an empty roll is replaced."""
        self.load_paper()
        with self._changed:
            self._faults.clear()
            self._changed.notify_all()

    @property
    def faults(self) -> tuple[str, ...]:
        with self._changed:
            return tuple(sorted(self._faults))

    @staticmethod
    def _keep(printout: Printout | None, where: list[Printout]) -> None:
        if printout is not None and printout.dots.getextrema()[0] == 0:
            where.append(printout)

    # -- the wire --------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen(4)
        self._port = listener.getsockname()[1]
        self._listener = listener

    def _serve(self) -> None:
        """Talk to one caller at a time, as network printers do; others wait."""
        while not self._is_stopping():
            if self._has("unplugged"):
                self._hang_up()
                self._close_listener()
                self._wait(POLL_S)
                continue
            if self._listener is None:
                self._listen()
            talking_to = self._caller or self._listener
            assert talking_to is not None
            if not select.select([talking_to], [], [], POLL_S)[0]:
                continue
            if talking_to is self._listener:
                self._accept()
            else:
                self._receive(talking_to)
        self._hang_up()
        for caller in self._forgotten:
            caller.close()
        self._close_listener()

    def _accept(self) -> None:
        assert self._listener is not None
        caller, _ = self._listener.accept()
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._changed:
            self._caller = caller
        self._decoder.reset()

    def _receive(self, caller: socket.socket) -> None:
        try:
            portion = caller.recv(PORTION)
        except ConnectionError:
            portion = b""
        if not portion:
            self._hang_up()
            return
        if self._has("silent") or caller is not self._caller:
            return
        for command in self._decoder.feed(portion):
            self._take(command)

    def _hang_up(self) -> None:
        with self._changed:
            caller, self._caller = self._caller, None
        if caller is not None:
            caller.close()

    def _close_listener(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _take(self, command: Command) -> None:
        """Take a command; real-time commands are carried out at once, before waiting ones."""
        match command:
            case Raster(data=data):
                for hidden in real_time_in(data):
                    self._take(hidden)
                with self._changed:
                    self._queue.append(command)
                    self._changed.notify_all()
            case AskStatus(which):
                if not self.is_idle:
                    self._wait(self.slow_answers_s)
                self._answer(bytes([self._status_byte(which)]))
            case ClearBuffers() if self._file.clears_in_real_time:
                self._empty_buffers()
                self._answer(CLEAR_RESPONSE)
            case Recover(empty_buffers=True):
                self._empty_buffers()
            case _:
                with self._changed:
                    self._queue.append(command)
                    self._changed.notify_all()

    def _empty_buffers(self) -> None:
        with self._changed:
            self._queue.clear()
            self._paper.obey(Initialise())

    def _answer(self, answer: bytes) -> None:
        with self._changed:
            caller = self._caller
            garbled = "garbled_status" in self._faults
        if caller is None:
            return
        try:
            caller.sendall(bytes(byte ^ 0x81 for byte in answer) if garbled else answer)
        except OSError:
            # The caller hung up before it heard the answer; `_receive` sees the same and closes.
            return

    def _status_byte(self, which: int) -> int:
        """Answers to DLE EOT; bits 1 and 4 are always set."""
        with self._changed:
            out, near, cover = self._paper_is_out(), "paper_near_end" in self._faults, "cover_open" in self._faults
            cutter = "cutter_failed" in self._faults
            offline = out or cover or cutter or "offline" in self._faults
        match which:
            case 1:
                return 0x12 | (0x08 if offline else 0)
            case 2:
                return 0x12 | (0x04 if cover else 0) | (0x20 if out else 0) | (0x40 if cutter else 0)
            case 3:
                return 0x12 | (0x08 if cutter else 0)
            case _:
                return 0x12 | (0x60 if out else 0) | (0x0C if near or out else 0)

    # -- the head --------------------------------------------------------------------------------------------------

    def _print(self) -> None:
        while self._wait_for_work():
            with self._activity.during(WHO, "device", "printing"):
                while (command := self._next_command()) is not None:
                    self._carry_out(command)

    def _wait_for_work(self) -> bool:
        """True when something can be printed, False when the printer is stopped."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or bool(self._queue and self._can_print()))
            return not self._stopping

    def _next_command(self) -> Command | None:
        with self._changed:
            ready = self._queue and self._can_print() and not self._stopping
            return self._queue[0] if ready else None

    def _carry_out(self, command: Command) -> None:
        """Print the first command of the queue and take it off, unless the queue was cleared meanwhile."""
        with self._changed:
            if not self._queue or self._queue[0] is not command:
                return
            self._queue.popleft()
            moved_dots = self._paper.obey(command)
            self._finish_receipts()
            if moved_dots and self._lines_left is not None:
                self._lines_left -= 1
            answer = self._in_turn_byte() if isinstance(command, AskInTurn) else None
            slow = "slow" in self._faults
        if answer is not None:
            self._answer(bytes([answer]))
        pace = max(self._pace, 1.0) * SLOWNESS if slow else self._pace
        self._wait((moved_dots / DOTS_PER_SECOND + (CUT_S if isinstance(command, Cut) else 0.0)) * pace)

    def _finish_receipts(self) -> None:
        for printout in self._paper.finished:
            self._keep(printout, self._printouts)
            self._hanging = True
        self._paper.finished.clear()

    def _in_turn_byte(self) -> int:
        near = "paper_near_end" in self._faults
        return (0x03 if near else 0) | (0x0C if self._paper_is_out() else 0)

    # -- small facts, asked with or without the lock held (it is re-entrant) ----------------------------------------

    def _paper_is_out(self) -> bool:
        return "paper_out" in self._faults or (self._lines_left is not None and self._lines_left <= 0)

    def _can_print(self) -> bool:
        return not (self._paper_is_out() or self._faults & {"cover_open", "offline", "cutter_failed"})

    def _has(self, fault: str) -> bool:
        with self._changed:
            return fault in self._faults

    def _is_stopping(self) -> bool:
        with self._changed:
            return self._stopping

    def _wait(self, seconds: float) -> None:
        """Let time pass; ends early only when the printer is stopped."""
        if seconds > 0:
            with self._changed:
                self._changed.wait_for(lambda: self._stopping, timeout=seconds)
