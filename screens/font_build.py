"""Builds assets/fonts from the fonts that Debian ships: `python -m screens.font_build`.

Debian's collections hold Noto Sans CJK in five regional forms, the Japanese one first. Programs that open the
collection without choosing draw Japanese forms of 直, 骨 and 角; so the face for mainland China is taken out by its
name. Hangul and vertical setting are left out, which halves the files. The fallbacks keep only what that face lacks.
Files that are newer than their source and this program are left alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

FONTS_DIR = Path(__file__).resolve().parent.parent / "assets" / "fonts"
SYSTEM_FONTS = Path("/usr/share/fonts")
NOTO_REGULAR = SYSTEM_FONTS / "opentype/noto/NotoSansCJK-Regular.ttc"
NOTO_BOLD = SYSTEM_FONTS / "opentype/noto/NotoSansCJK-Bold.ttc"
HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xFFA0, 0xFFDC))
LAYOUT_FEATURES = [   # kerning, marks, and what joins Arabic letters
    "kern", "mark", "mkmk", "ccmp", "init", "medi", "fina", "isol", "rlig", "liga", "calt", "curs",
]
UNUSED_TABLES = ["VORG", "vhea", "vmtx", "BASE", "FFTM", "PfEd"]
ARABIC = ((0x20, 0x7E), (0x0600, 0x06FF), (0x200C, 0x200F), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF))


@dataclass(frozen=True, slots=True)
class Recipe:
    """One file to build: from which `source` of which Debian `package`; `face` names one font of a collection."""

    result: str
    source: Path
    package: str
    face: str
    wanted: Callable[[set[int]], set[int]]


def without_hangul(characters: set[int]) -> set[int]:
    return {c for c in characters if not _is_in(c, HANGUL)}


def lacking_in_noto(characters: set[int]) -> set[int]:
    with _open(NOTO_REGULAR, "Noto Sans CJK SC") as noto:
        return characters - set(noto.getBestCmap())


def arabic(characters: set[int]) -> set[int]:
    return {c for c in characters if _is_in(c, ARABIC)}


RECIPES = (
    Recipe("NotoSansSC-Regular.otf", NOTO_REGULAR, "fonts-noto-cjk", "Noto Sans CJK SC", without_hangul),
    Recipe("NotoSansSC-Bold.otf", NOTO_BOLD, "fonts-noto-cjk", "Noto Sans CJK SC Bold", without_hangul),
    Recipe("HanaMinA.ttf", SYSTEM_FONTS / "truetype/hanazono/HanaMinA.ttf", "fonts-hanazono", "", lacking_in_noto),
    Recipe("HanaMinB.ttf", SYSTEM_FONTS / "truetype/hanazono/HanaMinB.ttf", "fonts-hanazono", "", lacking_in_noto),
    Recipe("DejaVuSans-Arabic.ttf", SYSTEM_FONTS / "truetype/dejavu/DejaVuSans.ttf", "fonts-dejavu-core", "", arabic),
)


def main() -> int:
    """Build what is missing or out of date; 0 if all files are there afterwards."""
    absent = sorted({recipe.package for recipe in RECIPES if not recipe.source.is_file()})
    if absent:
        print(f"fonts are missing: apt install {' '.join(absent)}", file=sys.stderr)
        return 2
    FONTS_DIR.mkdir(parents=True, exist_ok=True)
    stale = [recipe.result for recipe in RECIPES if not _is_current(recipe)]
    if stale:
        print(f"building {', '.join(stale)} (a minute or two)", flush=True)
        with ProcessPoolExecutor(max_workers=2) as workers:
            for line in workers.map(build, stale):
                print(line, flush=True)
    return 0


def build(result: str) -> str:
    """Write the font named `result` and tell its size; a reader never sees half a file."""
    recipe = next(recipe for recipe in RECIPES if recipe.result == result)
    options = subset.Options(
        layout_features=LAYOUT_FEATURES, notdef_outline=True, name_IDs=["*"], drop_tables=UNUSED_TABLES)
    with _open(recipe.source, recipe.face) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=recipe.wanted(set(font.getBestCmap())))
        subsetter.subset(font)
        unfinished = FONTS_DIR / f".{result}.{os.getpid()}"
        font.save(unfinished)
    unfinished.replace(FONTS_DIR / result)
    return f"{result}: {(FONTS_DIR / result).stat().st_size // 1024} KiB"


def _open(path: Path, face: str) -> TTFont:
    if not face:
        return TTFont(path, lazy=True)
    with TTCollection(path, lazy=True) as collection:
        names = [font["name"].getDebugName(4) for font in collection.fonts]
    return TTFont(path, fontNumber=names.index(face), lazy=True)


def _is_current(recipe: Recipe) -> bool:
    built = FONTS_DIR / recipe.result
    if not built.is_file():
        return False
    return built.stat().st_mtime > max(recipe.source.stat().st_mtime, Path(__file__).stat().st_mtime)


def _is_in(character: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= character <= last for first, last in ranges)


if __name__ == "__main__":
    sys.exit(main())
