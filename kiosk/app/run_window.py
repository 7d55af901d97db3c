"""Open the window and serve until the machine is switched off."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.app.opening import read_opening
from kiosk.app.start_failure import print_mistakes
from kiosk.app.window import Window
from kiosk.journal.state_lock import HOLDER, StateHeld, StateLock

if TYPE_CHECKING:
    from kiosk.app.switch_off_signals import SwitchOffSignals
    from kiosk.control.snapshot import Snapshot


def run_window(config_file: Path, assets_dir: Path, signals: SwitchOffSignals) -> int:
    """Open the window and serve until the machine is switched off, even if the configuration or its files are wrong.

    Returns the exit status: 0; 1 if there is no display, the machine ended by itself, or a mended file needs a restart
    (by systemd); 2, with one line on standard error, if another kiosk runs with this state directory.
    """
    from kiosk.app.control_socket import ControlSocket
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

    def prepare() -> Callable[[], Snapshot]:
        from kiosk.app.snapshots import Snapshots

        return Snapshots(lambda: window.kiosk, lambda: window.failure, opening.config.site).take

    control = ControlSocket(opening.config.control, prepare)
    window = Window(opening, lambda: read_opening(config_file, assets_dir), lock, control)
    signals.listen(window.switch_off)
    try:
        return window.run()
    finally:
        if lock is not None:
            lock.release()
