"""Asks for a restart of pcscd. The kiosk may not restart anything itself. It makes a file; systemd watches for it
(systemd/kiosk-pcscd-restart.path), deletes it and restarts pcscd.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path

from kiosk.event_log.log_events import LogEvent, log

AGAIN_S = 60.0
"""Seconds between two requests. A restart takes a second or two and finding the readers some more, so that another one
makes sense after a minute.
"""


class PcscdRestart:
    """Asks for restarts of pcscd. `file`: the one that systemd watches for; None where nothing restarts pcscd."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._asked_at: float | None = None

    def ask(self) -> None:
        """Ask for a restart, at most once in `AGAIN_S` seconds. The slot shows whether it helped."""
        now = time.monotonic()
        if self._asked_at is not None and now - self._asked_at < AGAIN_S:
            return
        self._asked_at = now
        error = "no pcscd_restart_file in the configuration"
        if self._file is not None:
            try:
                self._file.touch()
                error = ""
            except OSError as refused:
                error = refused.strerror or type(refused).__name__
        log(LogEvent.PCSCD_RESTART_ASKED, level=logging.WARNING, asked=not error, error=error or None)
