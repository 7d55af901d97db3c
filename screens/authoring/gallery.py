"""Every screen as a picture, and a page that shows them: build/gallery/index.html.

`python -m screens.authoring.gallery [--out DIR] [--size portrait-1080x1920] [--language ug]
[--palette counter|contrast|dark] [--text usual|large|largest|easy|low_reach] [--all] [names…]`

Draws without a display, a third of a second for each. An option may be given several times; left out, it means all. In
the usual palette and text every sample is drawn (2,000 pictures), in the others one of each screen (3,000); with names
those, and with `--all` everything (29,000), in every look. What other runs left in DIR stays on the page.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from kiosk.presentation.models.screens import AnyScreenModel
from screens.authoring.drawing import DrawingError, draw
from screens.authoring.gallery_page import write_page
from screens.authoring.looks import PALETTES, SIZES, TEXTS, Picture, looks
from screens.authoring.samples import LANGUAGES, samples

__all__ = ["SIZES", "main", "one_of_each", "screens_of"]


def main() -> int:
    """Draw what is chosen; 0 if all went well."""
    parser = argparse.ArgumentParser(prog="python -m screens.authoring.gallery", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/gallery"))
    parser.add_argument("--size", choices=SIZES, action="append")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--palette", choices=PALETTES, action="append")
    parser.add_argument("--text", choices=TEXTS, action="append", help="the size of the text, easy mode or low reach")
    parser.add_argument("--all", action="store_true", help="every sample in every look, not one of each screen")
    parser.add_argument("names", nargs="*", help="samples to draw; all if none is named")
    options = parser.parse_args()
    models = samples(LANGUAGES[0])
    if strange := set(options.names) - set(models):
        parser.error(f"no sample is called {', '.join(sorted(strange))}")
    chosen = looks(
        options.size or SIZES, options.language or LANGUAGES, options.palette or PALETTES, options.text or TEXTS
    )
    usually = options.names or list(models)
    otherwise = usually if options.all or options.names else one_of_each(models)
    pictures = [Picture(look, name) for look in chosen for name in (usually if look.is_usual else otherwise)]
    try:
        for number, picture in enumerate(draw(pictures, options.out), start=1):
            if number % 100 == 0 or number == len(pictures):
                print(f"{number} of {len(pictures)}, last {picture.path}", flush=True)
    except DrawingError as error:
        print(f"gallery: {error}", file=sys.stderr)
        return 1
    print(write_page(options.out, screens_of(models)))
    return 0


def one_of_each(models: Mapping[str, AnyScreenModel]) -> list[str]:
    """Of each screen its first sample."""
    first: dict[type[AnyScreenModel], str] = {}
    for name, model in models.items():
        first.setdefault(type(model), name)
    return list(first.values())


def screens_of(models: Mapping[str, AnyScreenModel]) -> dict[str, str]:
    """The screen of each sample: its model's name, in small letters."""
    return {
        name: re.sub("(?<!^)(?=[A-Z])", "_", type(model).__name__).lower().removesuffix("_screen")
        for name, model in models.items()
    }


if __name__ == "__main__":
    sys.exit(main())
