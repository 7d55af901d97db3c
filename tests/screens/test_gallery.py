"""The gallery: what it draws, and that a browser shows all of it on the page, with no network and no script."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from kiosk.texts.words import SOURCE_LANGUAGE
from screens.authoring.gallery import one_of_each
from screens.authoring.gallery_page import ALL, PARTS, write_page
from screens.authoring.looks import PALETTES, SIZES, TEXTS, Picture, looks
from screens.authoring.samples import LANGUAGES, samples
from tests.screens.chromium import NEEDS_CHROMIUM, Chromium
from tests.screens.window import ROOT

pytestmark = [pytest.mark.screen, pytest.mark.slow]

SCREENS = {"welcome": "welcome", "welcome_beijing": "welcome", "confirm": "confirm"}
WIDTHS = {size: int(size.rpartition("-")[2].partition("x")[0]) for size in SIZES}
SHOWN = """
(async () => {
    const pictures = [...document.images];
    for (const each of pictures) each.loading = "eager";
    await Promise.all(pictures.map(each => each.decode()));
    return pictures.map(each => [each.getAttribute("src"), each.naturalWidth]);
})()
"""
SEEN = '[...document.images].filter(each => each.checkVisibility()).map(each => each.getAttribute("src"))'


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture
def gallery(tmp_path: Path) -> Path:
    """Some hundred pictures, every look of three samples, each a blank sheet of its size."""
    for look in looks(SIZES, LANGUAGES, PALETTES, TEXTS):
        width, height = map(int, look.size.rpartition("-")[2].split("x"))
        for sample in SCREENS:
            path = tmp_path / Picture(look, sample).path
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("1", (width, height)).save(path)
    write_page(tmp_path, SCREENS)
    return tmp_path


def paths_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.png")}


def test_what_is_chosen_is_drawn_and_stands_on_the_page(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "screens.authoring.gallery", "--out", str(tmp_path), "--size", "panel-1280x800"]
    chosen = ["--language", "en", "--language", "ug", "--palette", "dark", "--text", "easy", "welcome", "id_card"]
    subprocess.run([*command, *chosen], cwd=ROOT, check=True)
    looked = {f"panel-1280x800/{language}/dark/easy" for language in ("en", "ug")}
    assert paths_of(tmp_path) == {f"{look}/{name}.png" for look in looked for name in ("welcome", "id_card")}
    seen = []
    for path in sorted(tmp_path.rglob("*.png")):
        with Image.open(path) as picture:
            assert picture.size == (1280, 800)
            assert len(picture.getcolors(1 << 20) or ()) > 20
            seen.append(picture.tobytes())
    assert len(set(seen)) == 4
    page = (tmp_path / "index.html").read_text("utf-8")
    assert set(re.findall(r'src="([^"]+)"', page)) == paths_of(tmp_path)
    assert "<script" not in page
    assert "http" not in page


def test_one_of_each_screen_is_enough_for_a_look() -> None:
    models = samples("en")
    chosen = one_of_each(models)
    assert {type(models[name]) for name in chosen} == {type(model) for model in models.values()}
    assert len(chosen) == len({type(model) for model in models.values()})


@NEEDS_CHROMIUM
def test_a_browser_shows_every_picture(browser: Chromium, gallery: Path) -> None:
    browser.open(gallery / "index.html")
    shown = dict(browser.value(SHOWN))
    assert set(shown) == paths_of(gallery)
    assert len(shown) > 300
    assert {path: WIDTHS[path.partition("/")[0]] for path in shown} == shown
    assert browser.complaints == []


@NEEDS_CHROMIUM
def test_a_person_chooses_what_is_seen(browser: Chromium, gallery: Path) -> None:
    browser.open(gallery / "index.html")
    chosen = [SIZES[0], SOURCE_LANGUAGE, PALETTES[0], TEXTS[0]]
    assert set(browser.value(SEEN)) == {f"{'/'.join(chosen)}/{sample}.png" for sample in SCREENS}
    for number, name in [(1, "ug"), (0, "panel-1280x800"), (2, "dark"), (3, "easy")]:
        choose(browser, PARTS[number], name)
        chosen[number] = name
        assert set(browser.value(SEEN)) == {f"{'/'.join(chosen)}/{sample}.png" for sample in SCREENS}
    for part in PARTS:
        choose(browser, part, ALL)
    assert set(browser.value(SEEN)) == paths_of(gallery)


@NEEDS_CHROMIUM
def test_a_picture_that_is_gone_is_complained_about(browser: Chromium, gallery: Path) -> None:
    next(gallery.rglob("*.png")).unlink()
    browser.open(gallery / "index.html")
    missing = browser.value(SHOWN.replace("each.decode()", "each.decode().catch(() => 0)"))
    assert [width for _, width in missing].count(0) == 1
    assert any("ERR_FILE_NOT_FOUND" in each for each in browser.complaints)
    browser.complaints.clear()


def choose(browser: Chromium, part: str, name: str) -> None:
    """Click on the label of a choice."""
    found = browser.value(
        f"[...document.querySelectorAll('label')].filter(each => each.control.name == '{part}'"
        f" && each.textContent == '{name}').map(each => each.click()).length"
    )
    assert found == 1, (part, name)
