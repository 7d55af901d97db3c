"""What the kiosk tells systemd from below the compositor, by the relay that is the main process, over real sockets.

The test is systemd: it listens at NOTIFY_SOCKET and asks the kernel who sent (SCM_CREDENTIALS, as systemd does).
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.waiting import LIMIT_S, eventually

ROOT = Path(__file__).parents[3]
CREDENTIALS = struct.Struct("3i")  # unix(7): process, user and group
# In the place of the compositor: it starts the program below it and ends with it.
COMPOSITOR = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', sys.argv[1]]))"
READY = """
from kiosk.runtime.watchdog import NotifySocket
import os, signal, sys, time
notify = NotifySocket(os.environ)
notify.tell("READY=1")
"""


class Systemd:
    """Hears messages, and whose they are."""

    def __init__(self, address: Path) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.bind(str(address))

    def hears(self) -> tuple[str, int]:
        """The next message, and the process that sent it."""
        assert select.select([self._socket], [], [], LIMIT_S)[0]
        message, [(_, _, credentials)], _, _ = self._socket.recvmsg(4096, socket.CMSG_SPACE(CREDENTIALS.size))
        return message.decode(), CREDENTIALS.unpack(credentials)[0]

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    made = Systemd(tmp_path / "systemd")
    yield made
    made.close()


@contextmanager
def relaying(folder: Path, below: str, systemd: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """The relay as systemd starts it: in a session of its own, with a runtime directory."""
    environment = {**os.environ, "RUNTIME_DIRECTORY": str(folder), "PYTHONPATH": str(ROOT)}
    environment.pop("NOTIFY_SOCKET", None)
    if systemd is not None:
        environment["NOTIFY_SOCKET"] = str(systemd)
    command = [sys.executable, "-m", "kiosk.runtime.notify_relay", sys.executable, "-c", COMPOSITOR, below]
    process = subprocess.Popen(
        command, env=environment, start_new_session=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def said_by(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_systemd_hears_from_its_main_process_what_the_kiosk_far_below_says(tmp_path: Path, systemd: Systemd) -> None:
    below = READY + "notify.tell('WATCHDOG=1'); notify.tell('STOPPING=1'); time.sleep(600)"
    with relaying(tmp_path, below, systemd.address) as relay:
        assert [systemd.hears() for _ in range(3)] == [
            ("READY=1", relay.pid),
            ("WATCHDOG=1", relay.pid),
            ("STOPPING=1", relay.pid),
        ]


def test_what_could_put_another_process_in_its_place_is_not_passed_on(tmp_path: Path, systemd: Systemd) -> None:
    below = READY + "notify.tell('MAINPID=1\\nWATCHDOG=trigger\\nWATCHDOG=1'); time.sleep(600)"
    with relaying(tmp_path, below, systemd.address):
        assert [systemd.hears()[0] for _ in range(2)] == ["READY=1", "WATCHDOG=1"]


def test_a_systemd_that_is_not_there_yet_is_told_later(tmp_path: Path) -> None:
    with relaying(tmp_path, READY + "time.sleep(600)", tmp_path / "late") as relay:
        assert relay.stderr is not None
        assert relay.stderr.readline() == "notify_relay: systemd was not told READY=1: No such file or directory\n"
        late = Systemd(tmp_path / "late")
        assert late.hears() == ("READY=1", relay.pid)
        late.close()


def test_a_socket_that_an_earlier_start_left_does_not_matter(tmp_path: Path, systemd: Systemd) -> None:
    (tmp_path / "notify").touch()
    with relaying(tmp_path, READY + "time.sleep(600)", systemd.address):
        assert systemd.hears()[0] == "READY=1"


@pytest.mark.parametrize(("below", "status"), [("raise SystemExit(3)", 3), ("", 0)])
def test_it_ends_with_what_it_started_and_by_the_same_status(tmp_path: Path, below: str, status: int) -> None:
    with relaying(tmp_path, below) as relay:
        assert relay.wait(LIMIT_S) == status


def test_a_compositor_that_is_missing_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.runtime.notify_relay", str(tmp_path / "cage")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (127, f"notify_relay: {tmp_path / 'cage'}: No such file or directory\n")


HEARS_REQUESTS = """
import signal, time
signal.signal(signal.SIGTERM, lambda *_: print("asked", flush=True))
print("up", flush=True)
time.sleep(600)
"""
HANGS = """
import faulthandler, time
faulthandler.enable()
print("up", flush=True)
def hangs(): time.sleep(600)
hangs()
"""


def test_a_request_to_end_goes_to_the_compositor_alone(tmp_path: Path) -> None:
    with relaying(tmp_path, HEARS_REQUESTS) as relay:
        assert said_by(relay) == "up"
        relay.send_signal(signal.SIGTERM)
        assert relay.wait(LIMIT_S) == 128 + signal.SIGTERM
        os.killpg(relay.pid, signal.SIGKILL)  # what lost its compositor
        assert said_by(relay) == ""


def test_the_watchdogs_signal_reaches_the_kiosk_which_says_where_it_hung(tmp_path: Path) -> None:
    with relaying(tmp_path, HANGS) as relay:
        assert said_by(relay) == "up"
        relay.send_signal(signal.SIGABRT)
        assert relay.wait(LIMIT_S) == 128 + signal.SIGABRT
        assert relay.stderr is not None
        assert "in hangs" in relay.stderr.read()


def test_nothing_outlives_a_relay_that_is_killed(tmp_path: Path) -> None:
    with relaying(tmp_path, "import os, time; print(os.getppid(), flush=True); time.sleep(20)") as relay:
        compositor = int(said_by(relay))
        relay.kill()
        eventually(lambda: is_gone(compositor))


def is_gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
