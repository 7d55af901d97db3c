"""A kiosk's window without a kiosk, for the tests: `python -m tests.screens.host SIZE SOCKET`.

Reads lines `<sample> <language>` from standard input and shows that sample, or `double_tap_s <seconds>`; writes a
line `<intent> <choice>` for every intent that a screen emits.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from screens.kivy_setup import prepare
from screens.samples import samples
from screens.screen_file import load_screen_file
from tests.screens.region_samples import region_samples

ASSETS = Path(__file__).resolve().parents[2] / "assets"


def main() -> None:
    size, witness_socket = sys.argv[1:]
    screen_file = load_screen_file(ASSETS / "screens" / f"{size}.toml")
    prepare(screen_file)
    from screens.app import KioskApp

    app = KioskApp(
        lambda intent, choice: print(intent.value, choice, flush=True), samples("zh-Hans")["welcome"], screen_file,
        ASSETS, witness_socket=Path(witness_socket))

    def obey() -> None:
        for line in sys.stdin:
            order, value = line.split()
            if order == "double_tap_s":
                app.router.double_tap_s = float(value)
            else:
                app.show(samples(value)[order] if "/" not in order else region_samples(value)[order])
        app.leave()

    threading.Thread(target=obey, daemon=True).start()
    app.run()


if __name__ == "__main__":
    main()
