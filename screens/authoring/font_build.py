"""Builds assets/fonts from the fonts that Debian ships: `python -m screens.authoring.font_build`.

Debian's collections hold Noto Sans CJK in five regional forms, the Japanese one first. Programs that open the
collection without choosing draw Japanese forms of 直, 骨 and 角; so the face for mainland China is taken out by its
name. Hangul and vertical setting are left out, which halves the files. The fallbacks keep only what the fonts before
them lack.

Glyphs in private use are left out too, because each font has signs of its own there that no permit's text means. Only
the code points that GBK and GB 18030 gave to a character are put back, with the glyph of the character's present code
point. Files that are newer than their source and this program are left alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from fontTools import cffLib, subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.ttCollection import TTCollection

from assets import ASSETS
from drivers.gb18030 import LATER

FONTS_DIR = ASSETS / "fonts"
SYSTEM_FONTS = Path("/usr/share/fonts")
NOTO_REGULAR = SYSTEM_FONTS / "opentype/noto/NotoSansCJK-Regular.ttc"
NOTO_BOLD = SYSTEM_FONTS / "opentype/noto/NotoSansCJK-Bold.ttc"
HANA_A = SYSTEM_FONTS / "truetype/hanazono/HanaMinA.ttf"
HANA_B = SYSTEM_FONTS / "truetype/hanazono/HanaMinB.ttf"
BABELSTONE = SYSTEM_FONTS / "truetype/babelstone/BabelStoneHan.ttf"
HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xFFA0, 0xFFDC))
LAYOUT_FEATURES = [  # kerning, marks, and what joins Arabic letters
    "kern",
    "mark",
    "mkmk",
    "ccmp",
    "init",
    "medi",
    "fina",
    "isol",
    "rlig",
    "liga",
    "calt",
    "curs",
]
UNUSED_TABLES = ["VORG", "vhea", "vmtx", "BASE", "FFTM", "PfEd"]
PRIVATE_USE = ((0xE000, 0xF8FF), (0xF0000, 0x10FFFF))
# Ideographs and what belongs to them: radicals, strokes, description and compatibility characters.
IDEOGRAPHS = ((0x2E80, 0x303F), (0x31C0, 0x31EF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
UKIJ = SYSTEM_FONTS / "truetype/fonts-ukij-uyghur"
# Characters of Uyghur sentences, including Western letters, figures and marks, so that a line is one piece to the
# shaper.
UYGHUR = (
    (0x20, 0x7E),
    (0xA0, 0xFF),
    (0x0600, 0x06FF),
    (0x200C, 0x200F),
    (0x2010, 0x2026),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFF),
)
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
    return characters - _characters(NOTO_REGULAR, "Noto Sans CJK SC")


def lacking_in_noto_and_hanazono(characters: set[int]) -> set[int]:
    ideographs = {c for c in lacking_in_noto(characters) if _is_in(c, IDEOGRAPHS)}
    return ideographs - _characters(HANA_A) - _characters(HANA_B)


def arabic(characters: set[int]) -> set[int]:
    return {c for c in characters if _is_in(c, ARABIC)}


def uyghur(characters: set[int]) -> set[int]:
    return {c for c in characters if _is_in(c, UYGHUR)}


RECIPES = (
    Recipe("NotoSansSC-Regular.otf", NOTO_REGULAR, "fonts-noto-cjk", "Noto Sans CJK SC", without_hangul),
    Recipe("NotoSansSC-Bold.otf", NOTO_BOLD, "fonts-noto-cjk", "Noto Sans CJK SC Bold", without_hangul),
    Recipe("HanaMinA.ttf", HANA_A, "fonts-hanazono", "", lacking_in_noto),
    Recipe("HanaMinB.ttf", HANA_B, "fonts-hanazono", "", lacking_in_noto),
    Recipe("BabelStoneHan.ttf", BABELSTONE, "fonts-babelstone-han", "", lacking_in_noto_and_hanazono),
    Recipe("DejaVuSans-Arabic.ttf", SYSTEM_FONTS / "truetype/dejavu/DejaVuSans.ttf", "fonts-dejavu-core", "", arabic),
    Recipe("UKIJEkran.ttf", UKIJ / "UKIJEkran.ttf", "fonts-ukij-uyghur", "", uyghur),
    Recipe("UKIJTuT.ttf", UKIJ / "UKIJTuT.ttf", "fonts-ukij-uyghur", "", uyghur),
)


def main() -> int:
    """Build files that are missing or out of date; returns 0 if all files exist afterwards."""
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
    """Write the font named `result` and return a line with its size. Readers never see half a file."""
    recipe = next(recipe for recipe in RECIPES if recipe.result == result)
    # The glyphs' numbers one by one (format 0 of CFF's charsets) are read at once; as ranges, which fontTools takes
    # where they are shorter, FreeType reads them with 27,000 seeks for every size that is opened.
    cffLib.packCharset = cffLib.packCharset0
    options = subset.Options(
        layout_features=LAYOUT_FEATURES,
        notdef_outline=True,
        name_IDs=["*"],
        drop_tables=UNUSED_TABLES,
        desubroutinize=True,
    )  # FreeType keeps a list of all subroutines for every size: a megabyte each
    with _open(recipe.source, recipe.face) as font:
        subsetter = subset.Subsetter(options)
        public = {c for c in _glyphs(font) if not _is_in(c, PRIVATE_USE)}
        subsetter.populate(unicodes=recipe.wanted(public))
        subsetter.subset(font)
        _put_back_private_use(font)
        unfinished = FONTS_DIR / f".{result}.{os.getpid()}"
        font.save(unfinished)
    unfinished.replace(FONTS_DIR / result)
    return f"{result}: {(FONTS_DIR / result).stat().st_size // 1024} KiB"


def _put_back_private_use(font: TTFont) -> None:
    """Map a character's former code points to its glyph."""
    glyphs = _glyphs(font)
    former = {before: glyphs[now] for before, now in LATER.items() if now in glyphs}
    for table in font["cmap"].tables:
        if table.isUnicode() and table.format in (4, 12):
            table.cmap.update(former)


def _characters(path: Path, face: str = "") -> set[int]:
    with _open(path, face) as font:
        return set(_glyphs(font))


def _glyphs(font: TTFont) -> dict[int, str]:
    """A glyph's name for each character."""
    found = font.getBestCmap()
    assert found is not None, "no font that we take lacks a table of Unicode"
    return found


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
