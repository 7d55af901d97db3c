"""The client of the screen's automation socket: it watches the screen and touches it."""

from __future__ import annotations

import json
import queue
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ANSWER_S = 10.0


class ScreenNotSeen(Exception):
    """The awaited screen did not come. The text names the present screen and those in between."""


@dataclass(frozen=True, slots=True)
class Painted:
    """A screen that was really painted. `targets`: (x, y, width, height) in window pixels from the top left. `shown`:
    how many models were shown so far; a screen whose buttons only moved is painted again with the same number.
    `looks`: the same, counting other pages and dresses too. `serial`: what a touch is stamped with; it changes with
    what a person is shown. `language`: of its words.
    """

    screen: str
    painted_at: float
    targets: dict[str, tuple[float, float, float, float]]
    shown: int = 0
    serial: int = 0
    language: str = ""
    looks: int = 0

    def centre(self, target: str) -> tuple[float, float]:
        """The centre of a target. Raises KeyError with the names of all targets."""
        if target not in self.targets:
            raise KeyError(f"screen {self.screen} has no target {target!r}; it has {sorted(self.targets)}")
        x, y, width, height = self.targets[target]
        return x + width / 2, y + height / 2


class AutomationClient:
    """Connects when the kiosk's window is up; collects every painted screen from then on."""

    def __init__(self, path: Path, within_s: float) -> None:
        self._link = _connected(path, within_s)
        self._seen: queue.SimpleQueue[Painted] = queue.SimpleQueue()
        self._replies: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.history: list[Painted] = []
        self._thread = threading.Thread(target=self._listen, name="automation", daemon=True)
        self._thread.start()

    def wait_for(self, *screens: str, within_s: float) -> Painted:
        """The next painting of one of `screens` that was not returned before. Raises `ScreenNotSeen`."""
        deadline = time.monotonic() + within_s
        passed: list[str] = []
        while True:
            try:
                painted = self._seen.get(timeout=max(deadline - time.monotonic(), 0.001))
            except queue.Empty:
                last = self.history[-1].screen if self.history else "nothing"
                since = f", after {', '.join(passed)}" if passed else ""
                raise ScreenNotSeen(
                    f"waited {within_s:g} s for {' or '.join(screens)}; the screen shows {last}{since}"
                ) from None
            if painted.screen in screens:
                return painted
            passed.append(painted.screen)

    def present(self, seen: Painted) -> Painted:
        """The present state of `seen`, whose buttons may have moved when the layout settled."""
        last = self.history[-1]
        return last if last.screen == seen.screen else seen

    def touch(self, target: str) -> None:
        """Touch a target through Kivy's input provider."""
        self._tell({"touch": target})

    def screenshot(self, path: Path) -> None:
        """Write what the window shows now. Raises TimeoutError."""
        self.ask({"screenshot": str(path)})

    def ask(self, command: dict[str, Any], within_s: float = ANSWER_S) -> dict[str, Any]:
        """The window's answer to a command that is no touch. Raises TimeoutError."""
        self._tell(command)
        try:
            return self._replies.get(timeout=within_s)
        except queue.Empty:
            raise TimeoutError(f"no answer to {', '.join(command)} within {within_s:g} s") from None

    def quit(self) -> None:
        """Close the window."""
        self._tell({"quit": True})

    def close(self) -> None:
        """Close the connection; may be called twice."""
        with suppress(OSError):  # the window may have hung up first
            self._link.shutdown(socket.SHUT_RDWR)
        self._link.close()
        self._thread.join(2.0)

    def _tell(self, order: dict[str, Any]) -> None:
        self._link.sendall(json.dumps(order).encode() + b"\n")

    def _listen(self) -> None:
        buffer = b""
        while True:
            try:
                piece = self._link.recv(65536)
            except OSError:
                return
            if not piece:
                return
            *lines, buffer = (buffer + piece).split(b"\n")
            for line in lines:
                self._sort(json.loads(line))

    def _sort(self, said: dict[str, Any]) -> None:
        if "painted_at" not in said:
            if said.get("done") != "touch":
                self._replies.put(said)
            return
        targets = {name: tuple(box) for name, box in said["targets"].items()}
        painted = Painted(
            said["screen"], said["painted_at"], targets, said["shown"], said["serial"], said["language"], said["looks"]
        )
        self.history.append(painted)
        self._seen.put(painted)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _connected(path: Path, within_s: float) -> socket.socket:
    deadline = time.monotonic() + within_s
    while True:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            link.connect(str(path))
            return link
        except OSError:
            link.close()
            if time.monotonic() > deadline:
                raise ScreenNotSeen(f"no window within {within_s:g} s") from None
            time.sleep(0.01)
