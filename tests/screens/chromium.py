"""A browser without a display, driven over the pipe of its DevTools protocol.

Messages are JSON objects, each with a NUL behind it: the browser reads them from descriptor 3 and writes to 4. Chrome
DevTools Protocol 1.3: Target, Page, Runtime, Log.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from tests.screens.window import Lines
from tests.waiting import LIMIT_S

PROGRAM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)
NEEDS_CHROMIUM = pytest.mark.skipif(
    PROGRAM is None, reason="needs a Chromium, as root: apt-get install --no-install-recommends chromium-headless-shell"
)


class Chromium:
    """A browser with one page. As a context manager it is closed in the end."""

    def __init__(self, folder: Path) -> None:
        assert PROGRAM is not None
        for_it, from_us = _pipe()
        self._from_it, to_us = _pipe()
        self._process = subprocess.Popen(
            # As root it runs only without its sandbox; what it opens is ours.
            [
                *("bash", "-c", f'exec "$0" "$@" 3<&{for_it} 4>&{to_us} {for_it}<&- {to_us}>&-', PROGRAM),
                *("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run"),
                "--disable-dev-shm-usage",  # a container may have too little of it
                *(f"--user-data-dir={folder}", "--window-size=1600,1000"),
            ],
            pass_fds=(for_it, to_us),
            stderr=subprocess.DEVNULL,
        )
        os.close(for_it)
        os.close(to_us)
        self._orders = os.fdopen(from_us, "wb")
        self._answers = Lines(self._from_it, end=b"\0")
        self._number = 0
        self._session: str | None = None
        self.complaints: list[str] = []
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for part in ("Page", "Runtime", "Log"):
            self._ask(f"{part}.enable")

    def __enter__(self) -> Chromium:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._orders.close()  # it ends when nobody is there any more
            self._process.wait(LIMIT_S)
        finally:
            self._process.kill()
            self._process.wait(LIMIT_S)
            os.close(self._from_it)

    def open(self, page: Path) -> None:
        """Open a file, and wait until all is there that is loaded by itself."""
        self._ask("Page.navigate", url=page.resolve().as_uri())
        self.value("new Promise(then => document.readyState == 'complete' ? then() : addEventListener('load', then))")

    def value(self, expression: str) -> Any:
        """What an expression is on the page; waits for a promise."""
        answer = self._ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def _ask(self, method: str, **params: object) -> dict[str, Any]:
        self._number += 1
        order = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            order["sessionId"] = self._session
        self._orders.write(json.dumps(order).encode() + b"\0")
        self._orders.flush()
        while True:
            line = self._answers.next(LIMIT_S)
            assert line is not None, f"the browser did not answer to {method}"
            said = json.loads(line)
            self._note(said)
            if said.get("id") == self._number:
                assert "error" not in said, f"{method}: {said['error']}"
                answer: dict[str, Any] = said["result"]
                return answer

    def _note(self, said: dict[str, Any]) -> None:
        """Keep what stands on the console."""
        match said:
            case {"method": "Log.entryAdded", "params": {"entry": {"text": str(text)} as entry}}:
                self.complaints.append(f"{text} {entry.get('url', '')}")
            case {"method": "Runtime.consoleAPICalled" | "Runtime.exceptionThrown", "params": params}:
                self.complaints.append(json.dumps(params))


def _pipe() -> tuple[int, int]:
    """A pipe whose descriptors are none of those that the browser has by number."""
    low = os.pipe()
    reading, writing = (fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in low)
    for each in low:
        os.close(each)
    return reading, writing
