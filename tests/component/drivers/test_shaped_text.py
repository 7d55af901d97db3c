"""Uyghur as dots: held against Pango's pictures, and with Chinese in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from assets import ASSETS
from drivers.shaped_text import FACES, JOINING_EM, MISSING, ShapedText
from drivers.typeface import Typeface
from kiosk.texts.translation import Translation

FONTS_DIR = (ASSETS / "fonts").resolve()
SIZES_PX = (37, 30, 50, 46, 26)
"""Pango sets letters on quarters of a dot, Pillow on 64ths: at one size or another all fall alike. Other letters, or in
another order, fall alike at none."""
ALIKE = 0.002
NAMES = {"Regular": "UKIJ Ekran", "Bold": "UKIJ Tuz Tom"}
CONFIGURATION = f"""<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{FONTS_DIR}</dir>
<cachedir prefix="cwd">cache</cachedir></fontconfig>"""
SENTENCES = (
    "ئۆزگەرمىدى، يەنە كۈچكە ئىگە",
    "2027-يىلى 3-ئاينىڭ 9-كۈنى",
    "2026-يىلى 11-ئاينىڭ 30-كۈنىدىن 2027-يىلى 11-ئاينىڭ 30-كۈنىگىچە",
    "ھۆججەت تاپشۇرۇۋېلىندى",
    "نومۇر: \u2068SH-0412-7735\u2069 نى ئېيتىپ بېرىڭ",
    "\u20682027-03-09\u2069 دىن باشلاپ",
    "بەرگەن ئورگان (ئۆزگەردى) 100%",
    "مەسلىھەت تېلېفونى: \u20680374-5110114\u2069",
    "60 سېكۇنت قالدى",
    "پوچتا ھەققى 23.50 يۈەن.",
    "سۈرەت: 358×441 پىكسېل، 350 dpi، 24 بىتلىق رەڭ",
    "«باشقا ئىشلار» نى بېسىڭ؛ بولمىسا كۆزنەككە بېرىڭ",
    "ئولتۇراق يىل سانى ئۈزۈلمەيدۇ!",
    "قايسى ئىشنى بېجىرىسىز؟",
    "\u200f\u20682026-03-09\u2069 — \u20682027-03-09\u2069",
    "خىزمەت كۈنى \u206808:30—16:30\u2069، شەنبە \u206808:30—11:30\u2069",
    "ھەممە ھاۋا ھەر كۈنى ھۆل، تاغ ئېڭىز، ڭ ھ ە ې ۇ",
    "جۇڭخۇا خەلق جۇمھۇرىيىتى",
    "ۋىۋىسكا، ژۇرنال، ئېغىز، خەۋپسىز، فوندى، چېسلا",
    "تور ئادرېسى: \u2068https://kiosk.example/r/7735\u2069",
    "ئۇ يەردە A4 قەغەز، Wi-Fi ۋە SMS بار (3 خىل)",
    "ھېساب: 1، 2، 3 … 10 - 4 = 6",
)


@pytest.fixture(scope="module")
def pango_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("pango-view") is None:
        pytest.skip("pango-view is not installed (Debian: pango1.0-tools)")
    folder = tmp_path_factory.mktemp("pango")
    (folder / "fonts.conf").write_text(CONFIGURATION, "utf-8")
    return folder


def drawn_by_pango(folder: Path, text: str, font: str, size_px: int) -> Image.Image:
    """With places between the dots, as Raqm sets letters; Pango alone would set each on a whole dot."""
    options = ["--pixels", "--hinting=full", "--subpixel-positions", "--antialias=gray", "--margin=8", "--rtl"]
    subprocess.run(
        [
            "pango-view",
            "-q",
            *options,
            "--language=ug",
            f"--font={font} {size_px}px",
            "--output=it.png",
            f"--text={text}",
        ],
        cwd=folder,
        env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")},
        check=True,
    )
    with Image.open(folder / "it.png") as picture:
        return picture.convert("L")


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of their inks, 0 to 1, where they lie best on each other."""
    inks = [each.crop(ImageChops.invert(each).getbbox()) for each in (one, other)]
    width, height = (max(sizes) + 2 for sizes in zip(*(ink.size for ink in inks), strict=True))

    def at(ink: Image.Image, x: int, y: int) -> Image.Image:
        sheet = Image.new("L", (width, height), 255)
        sheet.paste(ink, (x, y))
        return sheet

    laid = [ImageChops.difference(at(inks[0], 1, 1), at(inks[1], x, y)) for x in range(3) for y in range(3)]
    return float(min(ImageStat.Stat(each).mean[0] for each in laid)) / 255


def looks_alike(folder: Path, ours: str, theirs: str, weight: str) -> bool:
    face = ShapedText((FONTS_DIR / FACES[weight], FONTS_DIR / f"NotoSansSC-{weight}.otf"))
    return any(
        difference(face.draw(ours, px), drawn_by_pango(folder, theirs, NAMES[weight], round(px * JOINING_EM))) <= ALIKE
        for px in SIZES_PX
    )


@pytest.mark.parametrize("weight", list(FACES))
@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_looks_as_pango_draws_it(pango_folder: Path, sentence: str, weight: str) -> None:
    assert looks_alike(pango_folder, sentence, sentence, weight)


@pytest.mark.parametrize(
    "other", ["2027-يىلى 9-ئاينىڭ 3-كۈنى", "2027-ىيلى 3-ئاينىڭ 9-كۈنى", "2027-يىلى 3-ئاينىك 9-كۈنى"]
)
def test_another_order_or_letter_would_be_seen(pango_folder: Path, other: str) -> None:
    assert not looks_alike(pango_folder, other, "2027-يىلى 3-ئاينىڭ 9-كۈنى", "Regular")


@pytest.fixture(scope="module")
def typeface() -> Typeface:
    return Typeface.load(FONTS_DIR)


def columns_with_ink(picture: Image.Image) -> list[int]:
    inverted = ImageChops.invert(picture)
    return [x for x in range(picture.width) if inverted.crop((x, 0, x + 1, picture.height)).getbbox()]


def test_chinese_in_a_sentence_is_drawn_as_chinese_is(typeface: Typeface) -> None:
    whole = typeface.draw("ئورنى: \u2068上海\u2069.", 48)
    before, chinese = typeface.draw("ئورنى: ", 48), typeface.draw("上海", 48)
    x = whole.width - before.width - chinese.width
    there = whole.crop((x, 0, x + chinese.width, whole.height))
    assert difference(there, chinese) <= 0.01
    assert min(columns_with_ink(whole)) < x


def test_a_rare_character_and_one_that_nobody_has(typeface: Typeface) -> None:
    assert typeface.draw("ئۇ \u2068𪚥\u2069", 48).tobytes() != typeface.draw(f"ئۇ \u2068{MISSING}\u2069", 48).tobytes()
    gone = typeface.draw("ئۇ \u2068\U0002ebf0\u2069", 48)
    assert gone.tobytes() == typeface.draw(f"ئۇ \u2068{MISSING}\u2069", 48).tobytes()


def test_the_width_is_that_of_the_picture(typeface: Typeface) -> None:
    for sentence in SENTENCES:
        assert typeface.width(sentence, 24) == typeface.draw(sentence, 24).width


@settings(deadline=None, max_examples=200)
@given(
    text=st.text(
        alphabet="ئۇيغۇرچە ھڭې上海弄𪚥12-.:(a\u2066\u2067\u2068\u2069\u200f\ufe0f\u0301\u200d\n\u2028", max_size=20
    )
)
def test_any_such_text_can_be_drawn_measured_and_wrapped(typeface: Typeface, text: str) -> None:
    assert typeface.draw(text, 24).height == 31
    assert typeface.width(text, 24) >= 0
    typeface.wrap(text, 24, 100)


def test_no_character_of_the_texts_is_missing() -> None:
    texts = Translation.load(ASSETS / "locale", "ug").texts.values()
    for weight in ("Regular", "Bold"):
        assert Typeface.load(FONTS_DIR, weight).missing("".join(texts)) == ""


def test_where_there_is_no_uyghur_nothing_is_read_for_it() -> None:
    program = (
        "from assets import ASSETS; from drivers.typeface import Typeface\n"
        "face = Typeface.load(ASSETS / 'fonts'); face.draw('居住证 2027', 24)\n"
        "print('UKIJ' in open('/proc/self/maps').read(), face._shaped._fonts, face._shaped._maps)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ASSETS.parent
    )
    assert answer.stdout == "False {} {}\n"
