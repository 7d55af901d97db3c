"""The page that shows a folder of pictures: one file without a script, for a browser that opens it from the disk.

Pictures stand under their screens. A row of choices for each part of a look hides what looks otherwise, by style alone:
a choice is a radio button before everything that it rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from pathlib import Path

from kiosk.texts.words import SOURCE_LANGUAGE
from screens.authoring.looks import PALETTES, SIZES, TEXTS, Picture

STYLE = """
body { margin: 0; background: #ddd; color: #111; font: 16px sans-serif; }
body > input { position: fixed; top: 0; opacity: 0; }
nav { position: sticky; top: 0; padding: 8px 16px; background: #fff; box-shadow: 0 1px 4px #888; }
nav p { margin: 4px 0; }
nav b { display: inline-block; width: 6em; }
label, nav a { display: inline-block; padding: 2px 8px; }
label { border: 1px solid #888; border-radius: 4px; cursor: pointer; }
section { padding: 0 16px; scroll-margin-top: 12em; }
figure { display: inline-block; margin: 0 12px 16px 0; vertical-align: top; }
figcaption { max-width: 420px; font-size: 13px; overflow-wrap: anywhere; }
img { height: 420px; width: auto; background: #bbb; }
"""
PARTS = ("size", "language", "palette", "text")
ALL = "all"
ORDER = {name: number for names in (SIZES, (SOURCE_LANGUAGE,), PALETTES, TEXTS) for number, name in enumerate(names)}


def write_page(folder: Path, screens: Mapping[str, str]) -> Path:
    """Write index.html for all pictures below `folder`. `screens`: which screen each sample is of, in their order on
    the page; a picture of another sample, which is none any more, comes last.
    """
    pictures = [Picture.of(path.relative_to(folder)) for path in folder.glob("*/*/*/*/*.png")]
    path = folder / "index.html"
    path.write_text(page(pictures, screens), "utf-8")
    return path


def page(pictures: Iterable[Picture], screens: Mapping[str, str]) -> str:
    """The page, which lies beside the folders of sizes."""
    places = {name: number for number, name in enumerate(screens)}
    first_of = {screen: number for number, screen in reversed(list(enumerate(screens.values())))}

    def place(picture: Picture) -> tuple[object, ...]:
        screen = screens.get(picture.sample)
        look = picture.look
        return (
            len(places) if screen is None else first_of[screen],
            places.get(picture.sample, len(places)),
            picture.sample,
            *((ORDER.get(part, len(ORDER)), part) for part in _parts(picture)),
            look.folder,
        )

    ordered = sorted(pictures, key=place)
    choices = {
        part: sorted({_parts(picture)[number] for picture in ordered}, key=lambda name: (ORDER.get(name, 99), name))
        for number, part in enumerate(PARTS)
    }
    classes = {(part, name): f"{part[0]}{number}" for part in choices for number, name in enumerate(choices[part])}
    style, inputs, rows = [STYLE], [], []
    for part, names in choices.items():
        labels = []
        for name in (*names, ALL):
            made = classes.get((part, name), f"{part[0]}_{ALL}")
            checked = " checked" if name == names[0] else ""
            inputs.append(f'<input type="radio" name="{part}" id="{made}"{checked}>')
            labels.append(f'<label for="{made}">{escape(name)}</label>')
            style.append(f'#{made}:checked ~ nav label[for="{made}"] {{ background: #0b4a6f; color: #fff; }}\n')
            style.append(f'#{made}:focus-visible ~ nav label[for="{made}"] {{ outline: 3px solid #b0005a; }}\n')
            if name != ALL:
                style.append(f"#{made}:checked ~ main figure:not(.{made}) {{ display: none; }}\n")
        rows.append(f"<p><b>{part}</b> {' '.join(labels)}</p>")
    sections = [
        (screen, list(group))
        for screen, group in groupby(ordered, lambda picture: screens.get(picture.sample, "no sample any more"))
    ]
    links = " ".join(f'<a href="#{_anchor(screen)}">{escape(screen)}</a>' for screen, _ in sections)
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Screens</title>',
            f"<style>{''.join(style)}</style>\n</head>\n<body>",
            *inputs,
            "<nav>",
            *rows,
            f"<p>{links}</p>",
            "</nav>\n<main>",
            *(_section(screen, group, classes) for screen, group in sections),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _parts(picture: Picture) -> tuple[str, str, str, str]:
    look = picture.look
    return look.size, look.language, look.palette, look.text


def _section(screen: str, pictures: list[Picture], classes: Mapping[tuple[str, str], str]) -> str:
    figures = [_figure(picture, classes) for picture in pictures]
    return "\n".join([f'<section id="{_anchor(screen)}">\n<h2>{escape(screen)}</h2>', *figures, "</section>"])


def _figure(picture: Picture, classes: Mapping[tuple[str, str], str]) -> str:
    parts = _parts(picture)
    of = " ".join(classes[part, name] for part, name in zip(PARTS, parts, strict=True))
    file, width_height = escape(picture.path.as_posix()), picture.look.size.rpartition("-")[2]
    width, _, height = width_height.partition("x")
    return (
        f'<figure class="{of}"><a href="{file}"><img loading="lazy" src="{file}" width="{width}" height="{height}" '
        f'alt="{escape(" ".join((picture.sample, *parts)))}"></a>'
        f"<figcaption>{escape(picture.sample)}<br>{escape(' '.join(parts))}</figcaption></figure>"
    )


def _anchor(screen: str) -> str:
    return escape(screen.replace(" ", "-"))
