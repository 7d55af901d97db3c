"""Renders assets/pictures and assets/icons into assets/images: `python -m screens.authoring.render_pictures`.

The sources are SVG without colours and words: a picture names a token such as `{accent}` in place of a colour, and each
theme has its own rendering. `parts.svg` has the parts that several pictures share, for `<use>`. Every drawing is
rendered in several sizes, because a screen shows it pixel for pixel. Icons are white, and coloured where they are used.

Files that are newer than their sources and this program are left alone. A file in assets/images without a source is
deleted, so that it is not shipped.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

from assets import ASSETS
from screens.style import picture_colours
from screens.style.image_files import ICONS

IMAGES_DIR = ASSETS / "images"
PICTURES_DIR, ICONS_DIR = ASSETS / "pictures", ASSETS / "icons"
PARTS = PICTURES_DIR / "parts.svg"
PICTURE_SCALES = (1.0, 0.9, 0.78, 0.65, 0.52, 0.4, 0.3)  # pixels per unit of a source
ICON_PX = (24, 32, 40, 48, 56, 64, 80, 96, 112, 128)
ICON_COLOUR = "#FFFFFF"

_COLOUR = re.compile(r"\{(\w*)\}")
_ROOT = re.compile(r"<svg\b[^>]*>")


class PictureError(ValueError):
    """A source that cannot be rendered; the text says which, and why."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """One file to write below `images`: `source` in the colours of `theme` ("" for an icon), in one size in pixels."""

    source: Path
    theme: str
    width_px: int
    height_px: int
    images: Path = IMAGES_DIR

    @property
    def result(self) -> Path:
        folder = self.images / (self.theme or ICONS)
        return folder / f"{self.source.stem}.{self.width_px}x{self.height_px}.png"

    def is_current(self) -> bool:
        if not self.result.is_file():
            return False
        sources = (self.source, PARTS, Path(__file__), Path(picture_colours.__file__))
        return self.result.stat().st_mtime > max(source.stat().st_mtime for source in sources)


def picture_sources() -> list[Path]:
    return sorted(path for path in PICTURES_DIR.glob("*.svg") if path != PARTS)


def icon_sources() -> list[Path]:
    return sorted(ICONS_DIR.glob("*.svg"))


def renderings() -> Iterator[Rendering]:
    """All renderings for assets/images."""
    for source in picture_sources():
        width, height = size_of(source)
        for theme in picture_colours.BY_THEME:
            for scale in PICTURE_SCALES:
                yield Rendering(source, theme, round(width * scale), round(height * scale))
    for source in icon_sources():
        for side in ICON_PX:
            yield Rendering(source, "", side, side)


def size_of(source: Path) -> tuple[float, float]:
    """Width and height of the drawing in its own units. Raises PictureError."""
    try:
        _, _, width, height = map(float, ElementTree.parse(source).getroot().attrib["viewBox"].split())
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise PictureError(f"{source.name}: is no drawing with a viewBox of four numbers: {error}") from error
    return width, height


def coloured(source: Path, theme: str) -> str:
    """The drawing with its parts and the colours of `theme`. Raises PictureError for a colour that no theme has."""
    text = source.read_text("utf-8")
    if not theme:
        return text.replace("currentColor", ICON_COLOUR)
    colours = asdict(picture_colours.BY_THEME[theme])
    root = _ROOT.search(text)
    parts = _ROOT.sub("<defs>", PARTS.read_text("utf-8"), count=1).replace("</svg>", "</defs>")
    whole = text if root is None else text[: root.end()] + parts + text[root.end() :]
    try:
        return _COLOUR.sub(lambda name: colours[name[1]], whole)
    except KeyError as error:
        raise PictureError(f"{source.name}: no theme has a colour {error}") from error


def render(rendering: Rendering) -> None:
    """Write one file; a reader never sees half of it. Raises PictureError."""
    import resvg_py  # a tool of the build, which no kiosk has

    result = rendering.result
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=coloured(rendering.source, rendering.theme), width=rendering.width_px, skip_system_fonts=True
        )
    except ValueError as error:
        raise PictureError(f"{rendering.source.name}: {error}") from error
    unfinished = result.with_name(f".{result.name}.{os.getpid()}")
    unfinished.write_bytes(bytes(png))
    unfinished.replace(result)


def make_room(wanted: set[Path]) -> None:
    """Make the folders of these files, and delete all other files in them."""
    for folder in {path.parent for path in wanted}:
        folder.mkdir(parents=True, exist_ok=True)
        for left_over in set(folder.iterdir()) - wanted:
            left_over.unlink(missing_ok=True)


def main() -> int:
    """Render files that are missing or out of date; returns 0 if all exist afterwards."""
    try:
        wanted = list(renderings())
        make_room({rendering.result for rendering in wanted})
        stale = [rendering for rendering in wanted if not rendering.is_current()]
        if stale:
            print(f"rendering {len(stale)} pictures and icons", flush=True)
            with ProcessPoolExecutor(max_workers=2) as workers:
                list(workers.map(render, stale, chunksize=16))
    except PictureError as error:
        print(f"render_pictures: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
