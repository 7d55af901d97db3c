"""The Kivy application of one window. Imported once the window is open, because Kivy opens one when it is imported."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from kiosk.app.opening import Opening
from kiosk.app.sound import sound_of
from kiosk.event_log.log_events import LogEvent, log
from kiosk.presentation.models.screens import AnyScreenModel
from screens.shell.app import KioskApp

if TYPE_CHECKING:
    from kiosk.app.window import Window


def kivy_app(
    window: Window, opening: Opening, first: Callable[[], AnyScreenModel], sized: Callable[[int, int], None]
) -> KioskApp:
    """`first()`: the page that is painted first; `sized`: told the display's size."""
    return KioskApp(
        dispatch=window.dispatch,
        first=first,
        screen_file=opening.screen_file,
        assets_dir=opening.config.assets_dir,
        automation_socket=opening.config.automation_socket,
        all_built=window.screens_built,
        asked_to_close=lambda: window.switch_off("window"),
        sized=sized,
        cannot_read=lambda file: log(LogEvent.IMAGE_UNREADABLE, level=logging.ERROR, file=file),
        sound=sound_of(opening.config.sound),
        keypad=opening.config.access.keypad,
    )
