"""Every screen as a picture.

`python -m screens.authoring.gallery [--out DIR] [--size portrait-1080x1920] [--language ug] [--text 0|1|2]
[--palette 0|1|2] [--easy] [names…]`

Draws without a display (SDL's offscreen driver and Mesa's software rendering), in one process for each size.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from assets import ASSETS
from screens.authoring.samples import LANGUAGES, samples
from screens.shell.screen_file import load_screen_file

SIZES = ("portrait-1080x1920", "landscape-1920x1080", "panel-1280x800")
SETTLED_FRAMES = 6  # enough for words to be broken, for the theme, and for all to be drawn
THUMBNAIL_PX = 360


def main() -> int:
    """Draw the chosen sizes; returns 0 if all succeeded."""
    parser = argparse.ArgumentParser(prog="python -m screens.authoring.gallery", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/gallery"))
    parser.add_argument("--size", choices=SIZES, action="append")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--text", choices=("0", "1", "2"), default="0", help="0: the usual text size")
    parser.add_argument("--palette", choices=("0", "1", "2"), default="0", help="counter, contrast, dark")
    parser.add_argument("--easy", action="store_true", help="as in easy mode")
    parser.add_argument("--in-this-process", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", help="samples to draw; all if none is named")
    options = parser.parse_args()
    sizes, languages = options.size or list(SIZES), options.language or LANGUAGES
    if options.in_this_process:
        draw(sizes[0], languages, options.out, options.names, options)
        return 0
    for size in sizes:
        with tempfile.TemporaryDirectory() as kivy_home:
            environment = {"SDL_VIDEODRIVER": "offscreen", **os.environ, "KIVY_HOME": kivy_home}
            command = [
                sys.executable,
                "-m",
                "screens.authoring.gallery",
                "--in-this-process",
                "--size",
                size,
                "--out",
                str(options.out),
                *(f"--language={language}" for language in languages),
                "--text",
                options.text,
                "--palette",
                options.palette,
                *(["--easy"] if options.easy else []),
                *options.names,
            ]
            if subprocess.run(command, env=environment, check=False).returncode:
                return 1
        print(contact_sheet(options.out, size))
    return 0


def draw(size: str, languages: Sequence[str], out: Path, names: list[str], dress: argparse.Namespace) -> None:
    """Draw every sample in these languages at one size, in the text size, the palette and the mode that `dress` says.
    Imports Kivy, so once in a process.
    """
    from screens.shell.kivy_setup import prepare

    screen_file = load_screen_file(ASSETS / "screens" / f"{size}.toml")
    prepare(screen_file)

    from kivy.clock import Clock

    from screens.automation.screenshot import save_screenshot
    from screens.shell.app import KioskApp

    waiting = [
        (out / size / f"{name}.{language}.png", model)
        for language in languages
        for name, model in samples(language).items()
        if not names or name in names
    ]
    app = KioskApp(lambda intent, choice, serial: None, lambda: waiting[0][1], screen_file, ASSETS)
    frames = 0

    def frame(_elapsed: float) -> None:
        nonlocal frames
        frames += 1
        if frames == 2:
            app.dress(int(dress.text), int(dress.palette))  # a resting screen is dressed for anybody
            if dress.easy:
                app.dress_easily()
        if frames < SETTLED_FRAMES:
            return
        frames = 0
        save_screenshot(waiting.pop(0)[0])
        if waiting:
            app.paint(waiting[0][1])
        else:
            app.leave()

    Clock.schedule_interval(frame, 0)
    app.run()


def contact_sheet(out: Path, size: str) -> Path:
    """All pictures of one size on one sheet."""
    from PIL import Image

    files = sorted((out / size).glob("*.png"))
    pictures = [Image.open(file) for file in files]
    scale = THUMBNAIL_PX / min(pictures[0].size)
    width, height = (round(side * scale) for side in pictures[0].size)
    columns = max(1, 2880 // (width + 8))
    sheet = Image.new("RGB", (columns * (width + 8), -(-len(pictures) // columns) * (height + 8)), "#808080")
    for place, picture in enumerate(pictures):
        corner = (place % columns * (width + 8), place // columns * (height + 8))
        sheet.paste(picture.resize((width, height), Image.Resampling.LANCZOS), corner)
    path = out / f"{size}.png"
    sheet.save(path)
    return path


if __name__ == "__main__":
    sys.exit(main())
