"""Asking for a restart of pcscd. The kiosk has no right to restart anything: it makes a file, and systemd, which waits
for it (systemd/kiosk-pcscd-restart.path), takes the file away and starts pcscd anew.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path

from kiosk.event_log.log_events import LogEvent, log

AGAIN_S = 60.0
"""A restart takes a second or two, the readers are found within some more: what is still silent after a minute may have
it once more."""


class PcscdRestart:
    """`file`: what systemd waits for; None where the site has nobody who would restart pcscd."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._asked_at: float | None = None

    def ask(self) -> None:
        """Ask for it, at most once in `AGAIN_S`. What comes of it shows at the slot."""
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
