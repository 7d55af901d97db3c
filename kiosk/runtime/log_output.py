"""Standard error of a kiosk: lines are queued in memory and written by a separate thread, so that no writer waits.

journald may hang, a pipe may have no reader, the disk behind a file may be full. Then lines are dropped and counted,
and the next written line is preceded by the number of lost ones. All output of the process goes this way: the log,
output and warnings of libraries, tracebacks of threads, and what C code writes to the descriptors 1 and 2.
"""

from __future__ import annotations

import atexit
import faulthandler
import fcntl
import io
import logging
import os
import queue
import select
import sys
import threading

from kiosk.event_log.log_events import EventFields, LogEvent, line_of
from kiosk.event_log.log_forms import LONGEST_LINE, LogForm

MOST_LINES = 2000
"""The most lines that wait at a time: some minutes of the busiest visit."""

MOST_CHARACTERS = LONGEST_LINE
"""The most characters of one line; the rest is cut off."""

FLUSHED_WITHIN_S = 2.0
"""How many seconds the end of the program waits for queued lines."""

STDOUT, STDERR = 1, 2


class LogOutput(io.TextIOBase):
    """A text stream whose `write` never blocks and never fails. `target`: the descriptor that lines are written to, by
    a thread of its own; `form`: of all lines.
    """

    def __init__(self, target: int, form: LogForm = LogForm.PLAIN) -> None:
        self._target = target
        self._form = form
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._begun: dict[int, str] = {}  # by thread: the beginning of a line without its end
        self._counting = threading.RLock()  # a destructor may write during the counting
        self._dropped = 0
        self._told = 0
        self._is_torn = False
        self._closing = False
        self._thread = threading.Thread(target=self._write_out, name="log", daemon=True)
        self._thread.start()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # an attribute in the library's types; nobody writes it
        return "utf-8"

    @property
    def dropped(self) -> int:
        """The number of lines lost since the program began."""
        return self._dropped

    def fileno(self) -> int:
        return STDERR

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        thread = threading.get_ident()
        *whole, rest = (self._begun.pop(thread, "") + text).split("\n")
        for line in whole:
            self.say_raw(line)
        if rest:
            self._begun[thread] = rest[:MOST_CHARACTERS]
        return len(text)

    def flush(self) -> None:
        """Do nothing: lines are written as soon as possible."""

    def say_raw(self, line: str) -> None:
        """Queue one line that no logger wrote."""
        self.say(self._form.of_output(line[:MOST_CHARACTERS]))

    def say(self, line: str) -> None:
        """Queue one line that has its form; it is dropped where too many wait."""
        if self._closing or self._lines.qsize() >= MOST_LINES:
            self._drop()
        else:
            self._lines.put(line[:MOST_CHARACTERS])

    def end(self, within_s: float = FLUSHED_WITHIN_S) -> None:
        """Write the queued lines within this time; later lines are dropped."""
        for rest in list(self._begun.values()):
            self.say_raw(rest)
        self._closing = True
        self._lines.put(None)
        self._thread.join(within_s)

    def _write_out(self) -> None:
        while (line := self._lines.get()) is not None:
            lost = self._dropped - self._told
            news = f"{_lost_line(lost, self._dropped, self._form)}\n" if lost else ""
            if self._is_written(news + line + "\n"):
                self._told += lost
            else:
                self._drop()

    def _drop(self) -> None:
        with self._counting:
            self._dropped += 1

    def _is_written(self, text: str) -> bool:
        left = memoryview(("\n" * self._is_torn + text).encode("utf-8", errors="backslashreplace"))
        try:
            while left:
                left = left[self._written(left) :]
                self._is_torn = True
        except OSError:
            return False  # the reader is gone, the disk is full, the terminal hung up
        self._is_torn = False
        return True

    def _written(self, data: memoryview) -> int:
        try:
            return os.write(self._target, data)
        except BlockingIOError:  # another process that shares the descriptor made it non-blocking
            select.select([], [self._target], [])
            return 0


class _Formed:
    """Takes records from logging's own handler to a `LogOutput`: their lines have their form already."""

    def __init__(self, output: LogOutput) -> None:
        self._output = output

    def write(self, text: str) -> None:
        for line in text.removesuffix("\n").split("\n"):
            self._output.say(line)

    def flush(self) -> None:
        """Do nothing: lines are written as soon as possible."""


def log_handler(form: LogForm) -> logging.Handler:
    """What takes the records of all loggers to standard error, in this form."""
    handler = logging.StreamHandler(_Formed(sys.stderr) if isinstance(sys.stderr, LogOutput) else sys.stderr)
    handler.setFormatter(form.formatter())
    return handler


def _lost_line(lost: int, in_all: int, form: LogForm) -> str:
    event, fields = LogEvent.LOG_LINES_DROPPED, {"lines": lost, "in_all": in_all}
    record = logging.LogRecord("kiosk", logging.WARNING, __file__, 0, line_of(event, **fields), None, None)
    setattr(record, EventFields.ATTRIBUTE, EventFields(event.value[0], fields))
    return form.formatter().format(record)


def lines_dropped() -> int:
    """The number of lines of this process's log that were lost since it began."""
    return sys.stderr.dropped if isinstance(sys.stderr, LogOutput) else 0


def never_wait_for_the_log(form: LogForm = LogForm.PLAIN) -> None:
    """Send all output of the process through a `LogOutput` from now on. Call before anything is logged."""
    target = os.dup(STDERR)
    faulthandler.enable(target)  # SIGABRT ends a hanging process, and faulthandler prints where it hung
    output = LogOutput(target, form)
    reading, writing = os.pipe2(os.O_CLOEXEC)
    # A full pipe must not stop C code that holds Python's lock, for then the reader below could not run either.
    fcntl.fcntl(writing, fcntl.F_SETFL, fcntl.fcntl(writing, fcntl.F_GETFL) | os.O_NONBLOCK)
    for descriptor in (STDOUT, STDERR):
        os.dup2(writing, descriptor)
    os.close(writing)
    hearing = threading.Thread(target=_hear, args=(reading, output), name="log of C code", daemon=True)
    hearing.start()
    sys.stdout = sys.stderr = output
    atexit.register(_finish, hearing, output)


def _finish(hearing: threading.Thread, output: LogOutput) -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (STDOUT, STDERR):
        os.dup2(null, descriptor)  # so that the reader gets the end of file, unless a child also has the pipe
    hearing.join(FLUSHED_WITHIN_S)
    output.end()


def _hear(reading: int, output: LogOutput) -> None:
    """Pass on, line by line, what C code writes to standard output and error."""
    rest = b""
    while piece := os.read(reading, 65536):
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            output.say_raw(line.decode("utf-8", errors="backslashreplace"))
        rest = rest[:MOST_CHARACTERS]
