"""Settings that Kivy reads while it is imported. Call `prepare()` before the first import of kivy or `shell.app`."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module

from screens.shell.display_size import display_size
from screens.shell.screen_file import MTDEV, ScreenFile

FRAMES_PER_S = 30  # also the rate of looking for input; half of Kivy's 60, for half the work while idle

FIRST_BUTTON = "first_button"  # the name by which Kivy finds `screens.shell.pointer`


class NoDisplay(Exception):
    """There is no display to open a window on; the text is SDL's."""


def open_window() -> None:
    """Import Kivy's window, which opens it. Raises `NoDisplay`."""
    kivys = logging.getLogger("kivy")
    level = kivys.level
    kivys.setLevel(logging.CRITICAL + 1)  # it would log a traceback; we log one line
    try:
        opened = import_module("kivy.core.window").Window
    finally:
        kivys.setLevel(level)
    if opened is None:
        raise NoDisplay("SDL finds no display that a window could be opened on")


def prepare(screen: ScreenFile) -> None:
    """Configure Kivy: no log of its own, no settings of the user, and the size of `screen`, or of the display where
    that differs. The caller sets KIVY_HOME.
    """
    if "kivy" in sys.modules:
        raise RuntimeError("screens.shell.kivy_setup.prepare() comes too late: kivy is imported already")
    for name in [name for name in os.environ if name.startswith(("KIVY_", "KCFG_")) and name != "KIVY_HOME"]:
        del os.environ[name]  # KCFG_… variables would set a whole configuration
    os.environ.update(
        KIVY_NO_ARGS="1",  # the command line is ours
        KIVY_NO_CONFIG="1",  # nothing is read from or written to KIVY_HOME/config.ini
        KIVY_NO_FILELOG="1",
        KIVY_LOG_MODE="PYTHON",  # leave the root logger and stderr alone
        KIVY_DPI="96",
        KIVY_METRICS_DENSITY="1",
        KIVY_METRICS_FONTSCALE="1",
        KIVY_WINDOW="sdl2",
        KIVY_TEXT="sdl2",
        KIVY_IMAGE="sdl2",
        KIVY_CLIPBOARD="dummy",
    )
    logging.getLogger("kivy").setLevel(logging.WARNING)
    from kivy.config import Config

    width_px, height_px = _size(screen)
    settings: dict[str, dict[str, str | int]] = {
        "kivy": {
            "exit_on_escape": 0,
            "log_level": "warning",
            "kivy_clock": "interrupt",
            "keyboard_mode": "",
            "pause_on_minimize": 0,
        },
        "graphics": {
            "width": width_px,
            "height": height_px,
            "position": "custom",
            "left": 0,
            "top": 0,
            "fullscreen": "auto" if screen.fullscreen else 0,
            "borderless": int(screen.borderless),
            "resizable": 0,
            "show_cursor": int(screen.show_cursor),
            "maxfps": FRAMES_PER_S,
            "multisamples": 0,
            "vsync": "",
            "allow_screensaver": 0,
        },
    }
    logging.getLogger("kivy").setLevel(logging.WARNING)  # Kivy has just set it to INFO
    for section, values in settings.items():
        for name, value in values.items():
            Config.set(section, name, value)
    for name, _ in Config.items("input"):
        Config.remove_option("input", name)
    if screen.touch_input == MTDEV:
        Config.set("input", "touchscreen", f"mtdev,{screen.touch_device}")
    else:
        Config.set("input", "mouse", f"{FIRST_BUTTON},disable_multitouch")  # no red dots of a second finger


def _size(screen: ScreenFile) -> tuple[int, int]:
    """The window's size in pixels: the display's, or as much of the file's as fits the display."""
    wanted = (screen.width_px, screen.height_px)
    there = display_size(os.environ) if os.environ.get("SDL_VIDEODRIVER") in (None, "x11") else None
    if there is None:
        return wanted
    return there if screen.fullscreen else (min(wanted[0], there[0]), min(wanted[1], there[1]))
