"""systemd's part in a restart of pcscd: waits for the kiosk's file, takes it away, kills pcscd and starts it anew."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

from drivers.simulators.pcscd import PrivatePcscd

LOOK_S = 0.02


class PcscdRestarter:
    """As kiosk-pcscd-restart.path and .service do it. `restarts`: how often so far."""

    def __init__(self, pcscd: PrivatePcscd, file: Path) -> None:
        self._pcscd = pcscd
        self._file = file
        self.restarts = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._wait, name="pcscd-restarter", daemon=True)

    def _wait(self) -> None:
        while not self._ending.wait(LOOK_S):
            if self._file.exists():
                self._file.unlink()
                self._pcscd.kill()
                self._pcscd.start()
                self.restarts += 1

    def __enter__(self) -> PcscdRestarter:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._ending.set()
        self._thread.join()
