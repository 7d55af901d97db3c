"""A kiosk's window without a kiosk, for the tests: `python -m tests.screens.host SIZE SOCKET [fullscreen]`.

Reads lines `<sample> <language>` from standard input and shows that sample, or `unread_s <seconds>`; writes a
line `<serial> <intent> <choice>` for every intent that a screen emits. What is shown is taken for read at once unless
`unread_s` says otherwise: the tests do not think.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from pathlib import Path

from kiosk.app.shown_screens import Serials
from kiosk.screen_models import ScreenModel
from screens.kivy_setup import prepare
from screens.samples import samples
from screens.screen_file import load_screen_file

ASSETS = Path(__file__).resolve().parents[2] / "assets"


def models(order: str, language: str) -> dict[str, ScreenModel]:
    """The samples, or what a shipped region says: `<kind>/…/<region>`."""
    if "/" not in order:
        return samples(language)
    from tests.screens.region_samples import region_samples  # loads all regions, and the presenter

    return region_samples(language)


def main() -> None:
    size, witness_socket, *fullscreen = sys.argv[1:]
    screen_file = replace(load_screen_file(ASSETS / "screens" / f"{size}.toml"), fullscreen=bool(fullscreen))
    prepare(screen_file)
    from screens.app import KioskApp

    serials = Serials()
    first = serials.given_to(samples("zh-Hans")["welcome"])
    app = KioskApp(
        lambda intent, choice, serial: print(serial, intent.value, choice, flush=True), first, screen_file, ASSETS,
        witness_socket=Path(witness_socket))
    app.router.unread_s = 0

    def obey() -> None:
        for line in sys.stdin:
            order, value = line.split()
            if order == "unread_s":
                app.router.unread_s = float(value)
            else:
                app.show(serials.given_to(models(order, value)[order]))
        app.leave()

    threading.Thread(target=obey, daemon=True).start()
    app.run()


if __name__ == "__main__":
    main()
