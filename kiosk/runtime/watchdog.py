"""systemd's watchdog, which is fed only while machine, screen and workers show signs of life (sd_notify(3)).

The environment of a service names systemd's socket and the interval. It may be wrong: a shell may have inherited it
from a service that no longer runs, and the socket may be missing for a moment. Neither ends the program. A message that
could not be sent is sent again in the next round, and the log says so once.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from kiosk.event_log.log_events import LogEvent, log

ROUND_S = 5.0
"""Seconds between two looks at the workers, and before a failed feeding is tried again."""

SHORTEST_ROUND_S = 0.001
"""The shortest interval in seconds, whatever systemd asks for, to keep the load low."""

ENDS_WITHIN_S = 1.0
"""How many seconds the end of the program waits for a question to the machine or the screen."""

NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"


class NotifySocket:
    """systemd's notification socket. Without one in the environment nothing is sent."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get(NOTIFY_SOCKET, "")
        self._is_deaf = False

    def tell(self, message: str) -> bool:
        """Send systemd `message` ("READY=1", "WATCHDOG=1", "STOPPING=1"). Returns at once; False: it was not sent and
        may be sent again.
        """
        if not self._address:
            return True
        try:
            _send(self._address, message)
        except OSError as error:
            if not self._is_deaf:
                log(
                    LogEvent.NOTIFY_FAILED,
                    level=logging.WARNING,
                    message=message,
                    address=_shown(self._address),
                    error=error.strerror or str(error),
                )
            self._is_deaf = True
            return False
        self._is_deaf = False
        return True


def _send(address: str, message: str) -> None:
    encoded = os.fsencode(address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as link:
        link.connect(b"\0" + encoded[1:] if encoded.startswith(b"@") else encoded)
        link.send(message.encode())


def _shown(value: str) -> str:
    """A value of the environment for the log, without invalid characters."""
    return os.fsencode(value).decode("utf-8", errors="backslashreplace")[:120]


def feeding_interval_s(environment: Mapping[str, str]) -> float:
    """The interval in seconds for feeding systemd: half of WATCHDOG_USEC. 0: no feeding, because none is asked of this
    program, or the value is no number, which is logged.
    """
    asked = environment.get(WATCHDOG_USEC)
    if asked is None:
        return 0.0
    if not _is_number(asked) or int(asked) == 0:
        log(LogEvent.WATCHDOG_UNREADABLE, level=logging.WARNING, variable=WATCHDOG_USEC, value=_shown(asked))
        return 0.0
    if not _is_ours(environment.get(WATCHDOG_PID, "")):
        log(
            LogEvent.WATCHDOG_UNREADABLE,
            level=logging.WARNING,
            variable=WATCHDOG_PID,
            value=_shown(environment[WATCHDOG_PID]),
        )
        return 0.0
    return int(asked) / 2e6


def _is_number(value: str) -> bool:
    """Whether `text` is a number as systemd writes them, of at most 64 bits."""
    return value.isascii() and value.isdigit() and len(value) <= 20


def _is_ours(pid: str) -> bool:
    """Whether the watchdog of process `pid` is to be fed by this process.

    systemd names the main process, which for a kiosk is the compositor that started this one. Any other number was
    inherited from another service, whose watchdog must not be fed. Where the parents cannot be read the answer is yes,
    because feeding in vain does no harm.
    """
    if not _is_number(pid):
        return True
    present = os.getpid()
    while present > 0:
        if present == int(pid):
            return True
        try:
            # proc(5): the parent is the second field behind the name, which stands in brackets.
            present = int(Path(f"/proc/{present}/stat").read_bytes().rpartition(b")")[2].split()[1])
        except OSError:
            return True
    return False


class Watchdog:
    """Feeds systemd on a thread of its own while `ails()` is None; otherwise that is the name of what hangs, for the
    log. `look_after()` is called every few seconds, with or without systemd.
    """

    def __init__(
        self,
        ails: Callable[[], str | None],
        look_after: Callable[[], None] = lambda: None,
        environment: Mapping[str, str] | None = None,
        round_s: float = ROUND_S,
    ) -> None:
        environment = os.environ if environment is None else environment
        self._ails = ails
        self._look_after = look_after
        self._socket = NotifySocket(environment)
        self._interval_s = feeding_interval_s(environment)
        self._round_s = max(min(round_s, self._interval_s), SHORTEST_ROUND_S) if self._interval_s else round_s
        self._is_ready_told = False
        self._was_ailing: str | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Tell systemd that the program is ready, and begin feeding."""
        self._tell_ready()
        self._thread.start()

    def stop(self) -> None:
        """Tell systemd that the program ends, and stop feeding."""
        self._socket.tell("STOPPING=1")
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(ENDS_WITHIN_S)

    def _tell_ready(self) -> None:
        self._is_ready_told = self._socket.tell("READY=1")

    def _run(self) -> None:
        due_at = time.monotonic() + self._interval_s
        while not self._ending.wait(self._round_s):
            if not self._is_ready_told:
                self._tell_ready()
            self._look_after()
            if self._interval_s and time.monotonic() >= due_at - self._round_s / 2 and self._feed():
                due_at = time.monotonic() + self._interval_s

    def _feed(self) -> bool:
        """Whether systemd was fed."""
        ails = self._ails()
        if self._ending.is_set():
            return False
        if ails != self._was_ailing:
            self._was_ailing = ails
            if ails is None:
                log(LogEvent.WATCHDOG_FED_AGAIN)
            else:
                log(LogEvent.WATCHDOG_NOT_FED, level=logging.CRITICAL, ails=ails)
        return ails is None and self._socket.tell("WATCHDOG=1")
