"""A kiosk's window without a kiosk, for the tests: `python -m tests.screens.host SIZE SOCKET`.

Reads lines `<sample> <language>` from standard input and shows that sample, or `double_tap_s <seconds>`; writes a
line `<intent> <choice>` for every intent that a screen emits.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

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
    size, witness_socket = sys.argv[1:]
    screen_file = load_screen_file(ASSETS / "screens" / f"{size}.toml")
    prepare(screen_file)
    from screens.app import KioskApp

    app = KioskApp(
        lambda intent, choice: print(intent.value, choice, flush=True), lambda: samples("zh-Hans")["welcome"],
        screen_file, ASSETS, witness_socket=Path(witness_socket))

    def obey() -> None:
        for line in sys.stdin:
            order, value = line.split()
            if order == "double_tap_s":
                app.router.double_tap_s = float(value)
            else:
                app.show(models(order, value)[order])
        app.leave()

    threading.Thread(target=obey, daemon=True).start()
    app.run()


if __name__ == "__main__":
    main()
