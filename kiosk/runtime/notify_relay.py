"""Starts the compositor as a child, and passes on what the kiosk in it tells systemd.

systemd counts a notification for the unit of the process that sends it. With `PAMName=` the service's main process gets
a login session, and all that it starts belong to the session's scope alone: READY=1 and WATCHDOG=1 of the kiosk would
be the scope's, whatever `NotifyAccess=` says (systemd.exec(5), PAMName=). Only the main process still belongs to the
service as well. So that is this program: `python -m kiosk.runtime.notify_relay COMMAND`. It ends when the command does,
with its status, and uses the standard library alone.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

PASSED_ON = (b"READY=1", b"WATCHDOG=1", b"STOPPING=1")
"""Messages of the kiosk. Nothing else is passed on: others of sd_notify(3) could put another process in its place."""

_PASSED_TO_COMMAND = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_AGAIN_S = 1.0
_PR_SET_PDEATHSIG = 1  # prctl(2)


class Relay:
    """Hears on a socket of its own, `address`, and tells systemd. A READY=1 that systemd did not take is told again."""

    def __init__(self, address: Path, systemd: str) -> None:
        self._systemd = b"\0" + os.fsencode(systemd[1:]) if systemd.startswith("@") else os.fsencode(systemd)
        self._out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._out.settimeout(_AGAIN_S)
        self._in = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._in.settimeout(_AGAIN_S)
        address.unlink(missing_ok=True)  # of an earlier start
        self._in.bind(str(address))
        self._owes_ready = False
        self._was_deaf = False

    def run(self) -> None:
        """Pass on until the program ends."""
        while True:
            if self._owes_ready:
                self._owes_ready = not self._is_told(b"READY=1")
            try:
                heard = self._in.recv(4096)
            except TimeoutError:
                continue
            for line in heard.splitlines():
                if line in PASSED_ON and not self._is_told(line):
                    self._owes_ready = self._owes_ready or line == b"READY=1"

    def _is_told(self, line: bytes) -> bool:
        try:
            self._out.sendto(line, self._systemd)
        except OSError as error:
            if not self._was_deaf:
                print(f"notify_relay: systemd was not told {line.decode()}: {error.strerror or error}", file=sys.stderr)
            self._was_deaf = True
            return False
        self._was_deaf = False
        return True


def main(command: Sequence[str]) -> int:
    """Run `command` until it ends; its status, 128 and the signal's number where a signal ended it."""
    systemd, environment = os.environ.get("NOTIFY_SOCKET"), dict(os.environ)
    with ExitStack() as held:
        relay: Relay | None = None
        if systemd:
            folder = os.environ.get("RUNTIME_DIRECTORY") or held.enter_context(tempfile.TemporaryDirectory())
            address = Path(folder.partition(":")[0]) / "notify"  # RuntimeDirectory= may name several
            relay = Relay(address, systemd)
            environment["NOTIFY_SOCKET"] = str(address)
        try:
            child = subprocess.Popen(command, env=environment, preexec_fn=_end_with_parent)
        except OSError as error:
            print(f"notify_relay: {command[0]}: {error.strerror}", file=sys.stderr)
            return 127
        for number in _PASSED_TO_COMMAND:
            signal.signal(number, lambda number, _: child.send_signal(number))
        signal.signal(signal.SIGABRT, _pass_to_all)
        if relay is not None:
            threading.Thread(target=relay.run, name="relay", daemon=True).start()
        status = child.wait()
        return status if status >= 0 else 128 - status


def _end_with_parent() -> None:
    """In the child: it shall not outlive this program, even if that is killed (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _pass_to_all(number: int, _: FrameType | None) -> None:
    """systemd's watchdog signals the main process alone. The kiosk shall say where it hangs, so all get the signal."""
    signal.signal(number, signal.SIG_IGN)
    os.killpg(0, number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
