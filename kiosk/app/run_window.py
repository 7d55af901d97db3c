"""Open the window and serve until the machine is switched off."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.app.control_socket import ControlSocket
from kiosk.app.metrics import Metrics
from kiosk.app.opening import read_opening
from kiosk.app.snapshots import Snapshots
from kiosk.app.start_failure import print_mistakes
from kiosk.app.window import Window
from kiosk.journal.state_lock import HOLDER, StateHeld, StateLock

if TYPE_CHECKING:
    from kiosk.app.switch_off_signals import SwitchOffSignals


def run_window(config_file: Path, assets_dir: Path, signals: SwitchOffSignals) -> int:
    """Open the window and serve until the machine is switched off, even if the configuration or its files are wrong.

    Returns the exit status: 0; 1 if there is no display, the machine ended by itself, or a mended file needs a restart
    (by systemd); 2, with one line on standard error, if another kiosk runs with this state directory.
    """
    from kiosk.runtime.memory import bound_allocator

    bound_allocator()
    opening = read_opening(config_file, assets_dir)
    os.environ["KIVY_HOME"] = str(opening.config.state_dir / "kivy")  # not the user's own; nothing is written there
    lock: StateLock | None = None
    if not opening.mistakes:
        try:
            lock = StateLock.take(opening.config.state_dir, HOLDER)
        except StateHeld as error:
            return print_mistakes([str(error)])
        except OSError:
            pass  # the journal reports it, shows its page, and tries again
    snapshots = Snapshots(lambda: window.kiosk, lambda: window.failure, opening.config.site)
    control = ControlSocket(opening.config.control, snapshots.take)
    window = Window(opening, lambda: read_opening(config_file, assets_dir), lock, control)
    signals.listen(window.switch_off)
    try:
        with Metrics(opening.metrics, snapshots):
            return window.run()
    finally:
        if lock is not None:
            lock.release()
