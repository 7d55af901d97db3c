"""Draws samples as pictures, without a display: SDL's offscreen driver and Mesa's software rendering.

Kivy has one window in a process and cannot open it in another size, so each size is drawn by a process of its own:
`python -m screens.authoring.drawing SIZE DIR`. It reads a path of `looks.Picture` from each line of standard input and
tells each that is drawn.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from assets import ASSETS
from screens.authoring.looks import EASY, LOW_REACH, PALETTES, TEXTS, Look, Picture
from screens.authoring.samples import all_samples
from screens.shell.screen_file import load_screen_file

SETTLED_FRAMES = 6  # enough for words to be broken, for the theme, and for all to be drawn


class DrawingError(Exception):
    """A process that draws ended before everything was drawn; says which."""


def draw(pictures: Iterable[Picture], out: Path) -> Iterator[Picture]:
    """Write each picture below `out`, by size; tell each that is written. Raises DrawingError."""
    by_size: dict[str, list[Picture]] = {}
    for picture in pictures:
        by_size.setdefault(picture.look.size, []).append(picture)
    for size, of_this_size in by_size.items():
        yield from _drawn_elsewhere(size, of_this_size, out)


def _drawn_elsewhere(size: str, pictures: list[Picture], out: Path) -> Iterator[Picture]:
    with tempfile.TemporaryDirectory() as kivy_home, tempfile.TemporaryFile("w+", encoding="utf-8") as wanted:
        wanted.writelines(f"{picture.path}\n" for picture in pictures)
        wanted.seek(0)
        environment = {"SDL_VIDEODRIVER": "offscreen", **os.environ, "KIVY_HOME": kivy_home}
        command = [sys.executable, "-m", "screens.authoring.drawing", size, str(out)]
        with subprocess.Popen(
            command, env=environment, stdin=wanted, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                yield Picture.of(Path(line.strip()))
        if process.returncode:
            raise DrawingError(f"what draws {size} ended with status {process.returncode}")


def main() -> int:
    """Draw what standard input names."""
    size, out = sys.argv[1:]
    _draw_here(size, [Picture.of(Path(line.strip())) for line in sys.stdin], Path(out))
    return 0


def _draw_here(size: str, waiting: list[Picture], out: Path) -> None:
    screen_file = load_screen_file(ASSETS / "screens" / f"{size}.toml")

    from screens.shell.kivy_setup import prepare

    prepare(screen_file)

    from kivy.clock import Clock

    from screens.automation.screenshot import save_screenshot
    from screens.shell.app import KioskApp

    models = {language: all_samples(language) for language in {picture.look.language for picture in waiting}}

    def dress(look: Look) -> None:
        palette = PALETTES.index(look.palette)
        app.low_reach = look.text == LOW_REACH
        if app.low_reach:
            app.dress(0, palette)
        elif look.text == EASY:
            app.dress_easily()
            app.dress(int(app.text_size), palette, is_easy=True)
        else:
            app.dress(TEXTS.index(look.text), palette)

    app = KioskApp(
        lambda intent, choice, serial: None,
        lambda: models[waiting[0].look.language][waiting[0].sample],
        screen_file,
        ASSETS,
    )
    frames = 0

    def frame(_elapsed: float) -> None:
        nonlocal frames
        frames += 1
        if frames == 2:
            dress(waiting[0].look)  # a resting screen is dressed for anybody
        if frames < SETTLED_FRAMES:
            return
        frames = 0
        picture = waiting.pop(0)
        save_screenshot(out / picture.path)
        print(picture.path, flush=True)
        if waiting:
            app.paint(models[waiting[0].look.language][waiting[0].sample])
        else:
            app.leave()

    # Time stands still: what moves is drawn as it begins, and no seconds pass, however slow the machine is.
    now = Clock.time()
    Clock.time = lambda: now
    Clock.schedule_interval(frame, 0)
    app.run()


if __name__ == "__main__":
    sys.exit(main())
