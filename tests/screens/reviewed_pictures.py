"""Pictures of screens that a person has looked at, in tests/screens/reviewed: `make pictures` draws and compares them.

`python -m tests.screens.reviewed_pictures [--accept]`. What looks different stands on build/pictures/differences.html;
--accept takes it as looked at. What looks alike is left as it is, so that no other renderer changes what is checked in.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from PIL import Image

from kiosk.data_files.reader import read_toml
from kiosk.texts.words import SOURCE_LANGUAGE
from screens.authoring.drawing import DrawingError, draw
from screens.authoring.gallery import screens_of
from screens.authoring.gallery_page import write_page
from screens.authoring.looks import Look, Picture
from screens.authoring.samples import all_samples
from tests.screens.differences_page import Difference, write_differences
from tests.screens.seen_difference import difference

ROOT = Path(__file__).resolve().parents[2]
REVIEWED = Path(__file__).parent / "reviewed"
BUILD = ROOT / "build" / "pictures"
MOST, MOST_BYTES = 60, 10_000_000


def wanted() -> list[Picture]:
    """All that pictures.toml lists."""
    return [
        Picture(Look(**{part: value for part, value in row.items() if part != "samples"}), sample)
        for row in read_toml(REVIEWED / "pictures.toml")["pictures"]
        for sample in row["samples"]
    ]


def kept(reviewed: Path = REVIEWED) -> list[Picture]:
    """All that are there."""
    return [Picture.of(path) for path in sorted(path.relative_to(reviewed) for path in reviewed.rglob("*.png"))]


def differences(pictures: Collection[Picture], drawn: Path, reviewed: Path = REVIEWED) -> Iterator[Difference]:
    """Those of `pictures` that look otherwise in `drawn` than in `reviewed`, or are there not at all; and what is there
    of no picture any more.
    """
    yield from changed(pictures, drawn, reviewed)
    for picture in kept(reviewed):
        if picture not in pictures:
            yield Difference(picture, reviewed / picture.path, None)


def changed(pictures: Collection[Picture], drawn: Path, reviewed: Path = REVIEWED) -> Iterator[Difference]:
    """Those of `pictures` that look otherwise in `drawn` than in `reviewed`, or are there not at all."""
    for picture in pictures:
        before, after = reviewed / picture.path, drawn / picture.path
        if not before.is_file():
            yield Difference(picture, None, after)
            continue
        with Image.open(before) as one, Image.open(after) as other:
            where = difference(one, other)
        if where is not None:
            yield Difference(picture, before, after, where)


def compared(folder: Path = BUILD, reviewed: Path = REVIEWED) -> list[Difference]:
    """Draw what is listed into `folder`, with a page to look at it, and compare; write a page of what looks different
    there, if anything does. Raises DrawingError.
    """
    pictures, drawn = wanted(), folder / "drawn"
    shutil.rmtree(folder, ignore_errors=True)
    for _ in draw(pictures, drawn):
        pass
    write_page(drawn, screens_of(all_samples(SOURCE_LANGUAGE)))
    found = list(differences(pictures, drawn, reviewed))
    if found:
        write_differences(found, folder)
    return found


def accept(found: Collection[Difference], reviewed: Path = REVIEWED) -> None:
    """Keep from now on what was drawn, as small as a file without loss can be."""
    for each in found:
        path = reviewed / each.picture.path
        if each.after is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(each.after) as picture:
            _without_loss(picture.convert("RGB")).save(path, optimize=True)


def _without_loss(picture: Image.Image) -> Image.Image:
    """With a palette, if that is the same picture."""
    small = picture.quantize(256, dither=Image.Dither.NONE)
    return small if small.convert("RGB").tobytes() == picture.tobytes() else picture


def main() -> int:
    """0 if everything looks as it did, or was accepted."""
    parser = argparse.ArgumentParser(prog="python -m tests.screens.reviewed_pictures", description=__doc__)
    parser.add_argument("--accept", action="store_true", help="what looks different was looked at, and is right")
    options = parser.parse_args()
    try:
        found = compared()
    except DrawingError as error:
        print(f"reviewed_pictures: {error}", file=sys.stderr)
        return 1
    for each in found:
        print(each.picture.path, "is new" if each.before is None else "is gone" if each.after is None else "differs")
    if not found:
        print("everything looks as it did")
        return 0
    print(f"before, after and difference: {BUILD / 'differences.html'}")
    if not options.accept:
        print("if that is right: make pictures ACCEPT=1")
        return 1
    accept(found)
    print(f"accepted: {len(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
