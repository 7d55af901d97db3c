"""A kiosk's window without a kiosk, for the tests: `python -m tests.screens.host SIZE SOCKET [options]`.

Options: `fullscreen`; `assets=DIR`, where other assets are.

Reads lines from standard input: `<sample> <language>` shows that sample; `unread_s <seconds>` is how long what is
shown counts as unread (0 at the start: the tests do not think); `window_px <width>x<height>` is as if the display had
become another; `again <seconds>` shows what was shown last anew, with so much time left; `staff <state>` tells what
became of a call. Writes a line `<serial> <intent> <choice>` for every intent that a screen emits, and `0 cannot_read
<file>` for a picture that is missing or damaged.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

from assets import ASSETS
from kiosk.app.shown_screens import Serials
from kiosk.presentation.models.resident import ScreenModel
from screens.authoring.help_samples import told
from screens.authoring.samples import samples
from screens.shell.kivy_setup import prepare
from screens.shell.screen_file import load_screen_file


def models(order: str, language: str) -> dict[str, ScreenModel]:
    """The samples, or what a shipped region says: `<kind>/…/<region>`, or the longest values: `longest/…`."""
    if "/" not in order:
        return samples(language)
    if order.startswith("longest/"):
        from tests.screens.longest_samples import longest_samples

        return longest_samples(language)
    from tests.screens.region_samples import region_samples  # loads all regions, and the presenter

    return region_samples(language)


def _ordered(order: str, value: str, shown: list[ScreenModel], serials: Serials) -> ScreenModel:
    last = shown[-1]
    match order:
        case "again":
            return replace(last, frame=replace(last.frame, countdown_s=int(value), warning_s=30))
        case "staff":
            return replace(last, frame=replace(last.frame, staff=told(value)))
        case _:
            return serials.given_to(models(order, value)[order])


def main() -> None:
    size, automation_socket, *options = sys.argv[1:]
    assets_dir = next((Path(each.removeprefix("assets=")) for each in options if each.startswith("assets=")), ASSETS)
    screen_file = load_screen_file(assets_dir / "screens" / f"{size}.toml", fullscreen="fullscreen" in options)
    prepare(screen_file)
    from kivy.core.window import Window

    from screens.shell.app import KioskApp

    serials = Serials()
    first = serials.given_to(samples("zh-Hans")["welcome"])
    shown = [first]
    app = KioskApp(
        lambda intent, choice, serial: print(serial, intent.value, choice, flush=True),
        lambda: first,
        screen_file,
        assets_dir,
        automation_socket=Path(automation_socket),
        cannot_read=lambda file: print(0, "cannot_read", file, flush=True),
    )
    app.router.unread_s = 0

    def obey() -> None:
        for line in sys.stdin:
            order, value = line.split()
            if order == "unread_s":
                app.router.unread_s = float(value)
            elif order == "window_px":
                width, height = map(int, value.split("x"))
                app.take_turn(partial(setattr, Window, "size", (width, height)))
            else:
                shown.append(_ordered(order, value, shown, serials))
                app.paint(shown[-1])
        app.leave()

    threading.Thread(target=obey, daemon=True).start()
    app.run()


if __name__ == "__main__":
    main()
