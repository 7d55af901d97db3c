"""A page of pictures before, after, and where they differ: one file beside its pictures, without a script."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PIL import Image

from screens.authoring.looks import Picture

STYLE = """
body { margin: 16px; background: #ddd; color: #111; font: 16px sans-serif; }
section { margin-bottom: 32px; }
figure { display: inline-block; margin: 0 12px 0 0; width: 31%; vertical-align: top; }
img { width: 100%; height: auto; background: #bbb; }
"""
SEEN = (200, 0, 90)
FADED = 0.25  # of the picture under what is marked


@dataclass(frozen=True, slots=True)
class Difference:
    """`before`, `after`: files, None where there is none. `where`: white where they differ."""

    picture: Picture
    before: Path | None
    after: Path | None
    where: Image.Image | None = None


def write_differences(differences: Iterable[Difference], folder: Path) -> Path:
    """Write differences.html into `folder`, with the pictures that it shows in `differences` there."""
    beside = folder / "differences"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    sections = "\n".join(_section(each, folder, beside / each.picture.path) for each in differences)
    page = folder / "differences.html"
    page.write_text(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Differences</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{sections}\n</body>\n</html>\n",
        "utf-8",
    )
    return page


def _section(difference: Difference, folder: Path, beside: Path) -> str:
    shown: list[tuple[str, Path]] = []
    for name, file in (("before", difference.before), ("after", difference.after)):
        if file is not None:
            shown.append((name, beside.with_suffix(f".{name}.png")))
            shown[-1][1].parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, shown[-1][1])
    if difference.where is not None and difference.after is not None:
        shown.append(("difference", beside.with_suffix(".difference.png")))
        _marked(difference.after, difference.where).save(shown[-1][1])
    figures = "\n".join(
        f'<figure><figcaption>{name}</figcaption><a href="{source}"><img src="{source}" alt="{name}"></a></figure>'
        for name, file in shown
        for source in [escape(file.relative_to(folder).as_posix())]
    )
    return f"<section>\n<h2>{escape(str(difference.picture.path))}</h2>\n{figures}\n</section>"


def _marked(file: Path, where: Image.Image) -> Image.Image:
    """The picture, faded, with a frame around all that differs and each dot of it in a strong colour."""
    with Image.open(file) as picture:
        faded = Image.blend(Image.new("RGB", picture.size, "#FFFFFF"), picture.convert("RGB"), FADED)
    faded.paste(SEEN, mask=where)
    box = where.getbbox()
    if box is not None:
        left, top, right, bottom = box
        around = (max(0, left - 8), max(0, top - 8), min(faded.width, right + 8), min(faded.height, bottom + 8))
        inside = faded.crop((around[0] + 3, around[1] + 3, around[2] - 3, around[3] - 3))
        faded.paste(SEEN, around)
        faded.paste(inside, (around[0] + 3, around[1] + 3))
    return faded
