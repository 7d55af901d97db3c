"""Colours that can be read, and sizes that can be touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets import ASSETS
from screens.authoring.gallery import SIZES
from screens.shell.screen_file import ScreenFileError, load_screen_file
from screens.style.fonts import BOLD, REGULAR, Fonts
from screens.style.theme import COUNTER, PALETTES, PRIMARY_MM, SECONDARY_MM, Palette, Theme, colour, contrast

AAA = 7.0  # WCAG 2.1, 1.4.6
RING = 4.5  # more than WCAG 2.1, 1.4.11, asks for: it is looked for from a wheelchair's distance too


@pytest.mark.parametrize(("ink", "ground"), COUNTER.text_pairs())
def test_what_is_written_can_be_read(ink: str, ground: str) -> None:
    assert contrast(getattr(COUNTER, ink), getattr(COUNTER, ground)) >= AAA


@pytest.mark.parametrize("palette", PALETTES)
def test_the_ring_around_what_keys_mean_is_seen_on_every_ground(palette: Palette) -> None:
    on = {ground: contrast(palette.focus, getattr(palette, ground)) for ground in palette.grounds()}
    assert {ground: ratio for ground, ratio in on.items() if ratio < RING} == {}


def test_black_on_white_has_the_highest_contrast_there_is() -> None:
    assert contrast(colour("#000000"), colour("#FFFFFF")) == pytest.approx(21.0)
    assert contrast(colour("#777777"), colour("#FFFFFF")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_touched_is_as_large_as_a_finger_needs(size: str) -> None:
    screen = load_screen_file(ASSETS / "screens" / f"{size}.toml")
    theme = Theme.of(screen)
    assert theme.primary * screen.mm_per_pixel >= PRIMARY_MM
    assert theme.secondary * screen.mm_per_pixel >= SECONDARY_MM


def test_a_screen_file_with_mistakes_names_every_one(tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(
        '[display]\nwidth_px = "wide"\nheight_px = 800\nmm_per_pixel = 0.2\nfullscreen = false\nborderless = 1\n'
        'colour = 3\n[touch]\ninput = "pointer"\n',
        "utf-8",
    )
    with pytest.raises(ScreenFileError) as caught:
        load_screen_file(path)
    assert caught.value.mistakes == [
        "odd.toml: unknown key display.colour",
        "odd.toml: display.show_cursor is missing",
        "odd.toml: display.width_px must be a whole number from 320 to 7680, not 'wide'",
        "odd.toml: display.borderless must be true or false, not 1",
        "odd.toml: table [text] is missing",
    ]


def test_a_touchscreen_that_is_read_directly_needs_its_device(tmp_path: Path) -> None:
    text = (ASSETS / "screens" / f"{SIZES[0]}.toml").read_text("utf-8").replace('input = "pointer"', 'input = "mtdev"')
    (tmp_path / "kiosk.toml").write_text(text, "utf-8")
    with pytest.raises(ScreenFileError, match=r"kiosk\.toml: touch\.device is needed for mtdev"):
        load_screen_file(tmp_path / "kiosk.toml")


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "torn.toml").write_text("[display", "utf-8")
    with pytest.raises(ScreenFileError, match=r"torn\.toml: "):
        load_screen_file(tmp_path / "torn.toml")


def test_everyday_text_is_one_run_of_the_main_font() -> None:
    assert Fonts(ASSETS / "fonts").runs("居住证 2027-03-09，OK") == [("", "居住证 2027-03-09，OK")]


@pytest.mark.parametrize("sign", ["\U0002ebf0", "\ue5f0", "\x00", "\x85", "\u2028", "\u2029", "\ud800"])
def test_what_no_font_has_is_shown_as_a_missing_character(sign: str) -> None:
    assert Fonts(ASSETS / "fonts").runs(f"王{sign}明") == [("", "王〓明")]


def test_a_private_use_character_of_gbk_is_in_the_main_font_or_a_fallback() -> None:
    assert "〓" not in "".join(piece for _, piece in Fonts(ASSETS / "fonts").runs("\ue81e\ue816\ue863"))


def test_a_variation_selector_stays_with_its_character() -> None:
    assert Fonts(ASSETS / "fonts").runs("葛\U000e0100飾") == [("", "葛\U000e0100飾")]


def test_characters_that_the_main_font_lacks_come_from_the_fallbacks() -> None:
    fonts = Fonts(ASSETS / "fonts")
    assert [(Path(font).name, piece) for font, piece in fonts.runs("王𠮷𪚥明㐂")] == [
        ("", "王𠮷"),
        ("HanaMinA.ttf", "𪚥"),
        ("", "明㐂"),
    ]


def test_missing_fonts_are_named_with_what_to_do(tmp_path: Path) -> None:
    fonts = Fonts(tmp_path)
    assert fonts.missing[0].startswith("NotoSansSC-Regular.otf: is missing or damaged")
    assert [line.endswith("`python -m screens.authoring.font_build` makes it") for line in fonts.missing] == [
        True,
        True,
    ]
    assert (fonts.regular, fonts.have_chinese) == ("Roboto", False)
    assert fonts.runs("Out of service") == [("", "Out of service")]


def test_another_font_with_chinese_characters_stands_in_for_the_main_one(tmp_path: Path) -> None:
    (tmp_path / "HanaMinA.ttf").symlink_to(ASSETS / "fonts" / "HanaMinA.ttf")
    (tmp_path / REGULAR).write_bytes(b"no font")
    fonts = Fonts(tmp_path)
    assert (Path(fonts.regular).name, fonts.have_chinese, len(fonts.missing)) == ("HanaMinA.ttf", True, 2)


@pytest.mark.parametrize("name", [REGULAR, BOLD])
def test_all_figures_are_of_one_width(name: str) -> None:
    from fontTools.ttLib import TTFont

    with TTFont(ASSETS / "fonts" / name, lazy=True) as font:
        names, widths = font.getBestCmap(), font["hmtx"]
        assert names is not None
        assert len({widths[names[ord(figure)]][0] for figure in "0123456789"}) == 1
