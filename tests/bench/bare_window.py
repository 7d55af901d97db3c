"""The least window that the kiosk could be: one label in its typeface, with its settings of Kivy.

`python -m tests.bench.bare_window SCREEN_FILE FONT [--frames N]` prints one JSON line: when the first frame was painted
and, after N changes of the label, how long each took from the call to the painted frame. It stays open until SIGTERM.
"""

from __future__ import annotations

import argparse
import json
import random
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from screens.shell import kivy_setup
from screens.shell.screen_file import load_screen_file

if TYPE_CHECKING:
    from kivy.app import App

WORDS = "居住证自助签注 {}"
PAUSE_S = (0.1, 0.2)  # between frames; of different lengths, so that no beat of the clock is met again and again
FRAME_S = 5.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("screen_file", type=Path)
    parser.add_argument("font", type=Path)
    parser.add_argument("--frames", type=int, default=0)
    args = parser.parse_args()
    kivy_setup.prepare(load_screen_file(args.screen_file))
    _app(str(args.font), args.frames).run()


def _app(font: str, frames: int) -> App:
    from kivy.app import App
    from kivy.clock import Clock, mainthread
    from kivy.core.window import Window
    from kivy.uix.label import Label

    from screens.shell import pointer

    assert pointer  # Kivy's configuration finds it by name

    class Bare(App):
        """Tells when a frame is painted, as `screens.automation` does: in the clock's next turn after the flip."""

        def __init__(self) -> None:
            super().__init__()
            self.use_kivy_settings = False
            self.painted: threading.Event | None = None
            self._painted_at = 0.0
            self._label = Label(text=WORDS.format(0), font_name=font, font_size=64, color=(0, 0, 0, 1))

        def build(self) -> Label:
            Window.clearcolor = (1, 1, 1, 1)
            return self._label

        def on_start(self) -> None:
            Window.bind(on_flip=self._on_first_flip)

        def _on_first_flip(self, *_: object) -> None:
            Window.unbind(on_flip=self._on_first_flip)
            Clock.schedule_once(self._tell, 0)

        def _tell(self, _elapsed: float) -> None:
            self._painted_at = time.monotonic()
            if frames:
                Window.bind(on_flip=lambda *_: Clock.schedule_once(self._note, 0))
                threading.Thread(target=self._measure, name="frames", daemon=True).start()
            else:
                self._report([])

        def _note(self, _elapsed: float) -> None:
            if self.painted is not None:
                self.painted.set()

        def _measure(self) -> None:
            took = []
            for number in range(1, frames + 1):
                time.sleep(random.uniform(*PAUSE_S))
                painted = threading.Event()
                began = time.monotonic()
                self._change(number, painted)
                if painted.wait(FRAME_S):
                    took.append(time.monotonic() - began)
            self._report(took)

        def _report(self, frames_s: list[float]) -> None:
            print(json.dumps({"painted_at": self._painted_at, "frames_s": frames_s}), flush=True)

        @mainthread
        def _change(self, number: int, painted: threading.Event) -> None:
            self.painted = painted
            self._label.text = WORDS.format(number)

    return Bare()


if __name__ == "__main__":
    main()
