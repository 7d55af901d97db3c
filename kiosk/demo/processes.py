"""The processes that a demo starts and ends, each by its own handle and never by name."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self


class DidNotStart(Exception):
    """A process ended, or printed nothing, before it was ready. The message has its last output."""


class Process:
    """A child of ours, with its output in a file; ended with SIGTERM when the `with` block is left."""

    def __init__(
        self, name: str, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._log = log
        with log.open("ab") as stderr:
            self._log_begins = stderr.tell()
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={**os.environ, **(environment or {})},
            )
        self._said = b""

    @classmethod
    def of_python(
        cls, name: str, arguments: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> Self:
        """A process of this Python with `arguments`."""
        return cls(name, [sys.executable, *arguments], log, environment)

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.poll() is None

    def first_line(self, within_s: float) -> str:
        """The line that the process prints when it is ready. Raises `DidNotStart`."""
        assert self._process.stdout is not None
        deadline = time.monotonic() + within_s
        while b"\n" not in self._said:
            readable, _, _ = select.select([self._process.stdout], [], [], max(deadline - time.monotonic(), 0))
            piece = os.read(self._process.stdout.fileno(), 65536) if readable else b""
            if not piece:
                raise DidNotStart(f"{self.name} did not start: {self.last_words()}")
            self._said += piece
        return self._said.split(b"\n", 1)[0].decode()

    def logs(self, event: str, within_s: float) -> None:
        """Wait until the process has logged `event`. Raises `DidNotStart`."""
        deadline = time.monotonic() + within_s
        while f" {event} ".encode() not in self._log.read_bytes()[self._log_begins :]:
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise DidNotStart(f"{self.name} did not log {event}: {self.last_words()}")
            time.sleep(0.05)

    def last_words(self) -> str:
        """The last lines of its standard error."""
        return " | ".join(self._log.read_text(errors="replace").splitlines()[-6:]) or "it said nothing"

    def end(self, within_s: float = 10.0) -> int:
        """Ask the process to end, wait, and return its exit status. Kills it if it does not end."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            status = self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        return status

    def wait(self, within_s: float | None = None) -> int:
        """Wait until the process ends by itself, without limit if no time is given; returns its exit status."""
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            raise DidNotStart(f"{self.name} did not come to an end: {self.last_words()}") from None
        return self.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
