"""Holds a window of `tests.screens.host` in a process of its own and talks to its automation socket."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from tests.waiting import LIMIT_S, eventually

ROOT = Path(__file__).resolve().parents[2]
START_S = ANSWER_S = LIMIT_S
Box = tuple[float, float, float, float]


class Lines:
    """Lines of a file descriptor, each waited for with a limit. `end`: of a line."""

    def __init__(self, fd: int, end: bytes = b"\n") -> None:
        self._fd = fd
        self._end = end
        self._rest = b""

    def next(self, within_s: float) -> str | None:
        """The next line; None if none came in time."""
        deadline = time.monotonic() + within_s
        while self._end not in self._rest:
            ready, _, _ = select.select([self._fd], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                return None
            piece = os.read(self._fd, 65536)
            if not piece:
                raise EOFError("the window is gone")
            self._rest += piece
        line, self._rest = self._rest.split(self._end, 1)
        return line.decode()


class Window:
    """A window of one size. As a context manager it is closed in the end, in good order if it can be."""

    def __init__(self, size: str, folder: Path, environment: dict[str, str], *options: str) -> None:
        path = folder / "automation"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.screens.host", size, str(path), *options],
            cwd=ROOT,
            env={**os.environ, "KIVY_HOME": str(folder), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders = self._process.stdin
        self._intents = Lines(self._process.stdout.fileno())
        self._link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        eventually(lambda: self._connected(path), START_S)
        self._told = Lines(self._link.fileno())
        self.painted = self._next_painting(START_S)
        self._ordered: int = self.painted["shown"]

    def _connected(self, path: Path) -> bool:
        assert self._process.poll() is None, "the window did not open"
        return self._link.connect_ex(str(path)) == 0

    def __enter__(self) -> Window:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._link.close()
        self._orders.close()
        try:
            assert self._process.wait(ANSWER_S) == 0
        finally:
            self._process.kill()
            self._process.wait(ANSWER_S)
            assert self._process.stdout is not None
            self._process.stdout.close()

    def show(self, sample: str, language: str) -> dict[str, Any]:
        """Show a sample; what the automation socket told once it was painted."""
        self.order(sample, language)
        while self.painted["shown"] != self._ordered:
            self.painted = self._next_painting(ANSWER_S)
        return self.painted

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """What is done inside comes to it in one turn."""
        os.kill(self._process.pid, signal.SIGSTOP)
        yield
        os.kill(self._process.pid, signal.SIGCONT)

    @property
    def sleeps(self) -> int:
        """How often its main thread has gone to sleep by itself (proc(5): status)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        return int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])

    def stands(self) -> bool:
        """Whether what was ordered last is on the screen, painted or not."""
        return bool(self.ask({"labels": "screen"})["shown"] == self._ordered)

    def is_painted(self) -> bool:
        """Whether what stands was painted since it came (where `unread_s` is not 0); forgets what was emitted."""
        self.tell_host("painted ?")
        while not (line := self.told()).startswith("painted "):
            continue
        return line == "painted True"

    def forget(self) -> None:
        """Let go of the touches, and of what they emitted, that the test before did not ask for."""
        eventually(self.touches_are_through)
        self.is_painted()

    def touches_are_through(self) -> bool:
        """Whether every touch that was asked for has come where it does something or nothing."""
        return bool(self.ask({"touches_waiting": True})["waiting"] == 0)

    def paintings(self) -> list[dict[str, Any]]:
        """What the automation socket tells until what was ordered last is painted."""
        told = []
        while self.painted["shown"] != self._ordered:
            self.painted = self._next_painting(ANSWER_S)
            told.append(self.painted)
        return told

    def order(self, sample: str, language: str) -> None:
        """Have a sample shown, and do not wait for it."""
        self._ordered += 1
        self.tell_host(f"{sample} {language}")

    def tell_host(self, order: str) -> None:
        """A line for the host's standard input."""
        self._orders.write(f"{order}\n".encode())
        self._orders.flush()

    def ask(self, command: dict[str, Any]) -> dict[str, Any]:
        """The automation socket's answer to a command."""
        self._link.sendall(json.dumps(command).encode() + b"\n")
        while True:
            said = self._next(ANSWER_S)
            if "painted_at" not in said:
                return said
            self.painted = said

    def words(self, of: str = "screen") -> list[str]:
        """What can be read on the present screen, or on all that were ever built."""
        return [label["words"] for label in self.ask({"labels": of})["labels"]]

    def told(self) -> str:
        """The next line that the host writes."""
        line = self._intents.next(ANSWER_S)
        assert line is not None
        return line

    def pages(self) -> list[dict[str, Any]]:
        """What stands on each page of the present screen, from the first to the last, which stands then."""
        return list(self.each_page())

    def each_page(self) -> Iterator[dict[str, Any]]:
        """What stands on each page of the present screen, while it stands."""
        while self.ask({"labels": "screen"})["page"]:  # what is shown anew stays on the page that was turned to
            self._turns("previous_page")
        while True:
            seen = self.ask({"labels": "screen"}) | {"targets": self.painted["targets"]}
            yield seen
            if seen["page"] + 1 >= seen["pages"]:
                return
            self._turns("next_page")

    def _turns(self, to: str) -> None:
        with self.repaints():
            self.ask({"touch": to})
            assert self.intent() == "more_time"

    @contextmanager
    def repaints(self) -> Iterator[None]:
        """What is done inside has the window painted again; that is waited for."""
        told = self.painted["painted_at"]
        yield
        while self.painted["painted_at"] == told:
            self.next_painting()

    def touch(self, target: str) -> dict[str, Any]:
        """Touch what changes how the page looks; what is painted then."""
        with self.repaints():
            self.ask({"touch": target})
        return self.painted

    def intent(self, within_s: float = ANSWER_S) -> str | None:
        """The next intent that a screen emitted, with its choice; None if none came in time."""
        line = self._intents.next(within_s)
        return line.partition(" ")[2].strip() if line is not None else None

    def intent_of(self) -> tuple[int, str]:
        """The serial that the next intent brings back, and the intent with its choice."""
        line = self._intents.next(ANSWER_S)
        assert line is not None
        serial, _, intent = line.partition(" ")
        return int(serial), intent.strip()

    def resident_kib(self) -> int:
        """The memory that the window's process holds."""
        status = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        return int(status.partition("VmRSS:")[2].split()[0])

    def next_painting(self) -> None:
        """Wait until it is painted again."""
        self.painted = self._next_painting(ANSWER_S)

    def _next_painting(self, within_s: float) -> dict[str, Any]:
        while "painted_at" not in (said := self._next(within_s)):
            pass
        return said

    def _next(self, within_s: float) -> dict[str, Any]:
        line = self._told.next(within_s)
        assert line is not None, f"the automation socket said nothing for {within_s} s"
        said: dict[str, Any] = json.loads(line)
        return said


NEEDS_X = pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool")
"""`make setup` installs both; elsewhere a developer may have neither."""


@contextmanager
def x_server(size: str) -> Iterator[str]:
    """An X server of its own with a display of this size ("1280x800"); its name for DISPLAY."""
    reading, writing = os.pipe()
    with (Path(tempfile.gettempdir()) / "x-servers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two that begin at once may take the same number
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
            pass_fds=(writing,),
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        number = Lines(reading).next(within_s=LIMIT_S)
    try:
        assert number is not None
        yield f":{number.strip()}"
    finally:
        server.terminate()
        server.wait(LIMIT_S)
        os.close(reading)
