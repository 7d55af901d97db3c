"""The rendering of pictures and icons: PNG files of the size that their names say, in the colours of a theme."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from screens.authoring.render_pictures import (
    IMAGES_DIR,
    PICTURES_DIR,
    PictureError,
    Rendering,
    coloured,
    make_room,
    render,
    renderings,
    size_of,
)
from screens.style.picture_colours import BY_THEME

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">{}</svg>'


def source(folder: Path, inside: str) -> Path:
    path = folder / "square.svg"
    path.write_text(SQUARE.replace("{}", inside), "utf-8")
    return path


def colours_in(path: Path) -> set[str]:
    with Image.open(path) as image:
        seen = image.convert("RGBA")
        pixels = set(zip(*[iter(seen.tobytes())] * 4, strict=True))
    return {f"#{red:02X}{green:02X}{blue:02X}" for red, green, blue, alpha in pixels if alpha == 255}


@pytest.mark.parametrize("theme", BY_THEME)
def test_a_picture_has_the_colours_of_its_theme_and_the_size_that_its_name_says(theme: str, tmp_path: Path) -> None:
    drawn = source(tmp_path, '<rect width="40" height="20" fill="{accent}"/>')
    rendering = Rendering(drawn, theme, 80, 40, tmp_path)
    rendering.result.parent.mkdir()
    render(rendering)
    assert rendering.result.relative_to(tmp_path).as_posix() == f"{theme}/square.80x40.png"
    assert colours_in(rendering.result) == {BY_THEME[theme].accent}
    with Image.open(rendering.result) as image:
        assert image.size == (80, 40)
    assert [path.name for path in rendering.result.parent.iterdir()] == ["square.80x40.png"]


def test_a_part_is_the_same_in_every_picture(tmp_path: Path) -> None:
    drawn = source(tmp_path, '<use href="#sign_good" width="20" height="20"/>')
    rendering = Rendering(drawn, "counter", 200, 100, tmp_path)
    rendering.result.parent.mkdir()
    render(rendering)
    assert {BY_THEME["counter"].good, BY_THEME["counter"].on_sign} <= colours_in(rendering.result)


def test_an_icon_is_white(tmp_path: Path) -> None:
    drawn = source(tmp_path, '<rect width="40" height="20" fill="currentColor"/>')
    rendering = Rendering(drawn, "", 24, 12, tmp_path)
    rendering.result.parent.mkdir()
    render(rendering)
    assert colours_in(rendering.result) == {"#FFFFFF"}


def test_a_colour_that_no_theme_has_is_told_with_the_picture(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"square\.svg: no theme has a colour 'acccent'"):
        coloured(source(tmp_path, '<rect width="4" height="2" fill="{acccent}"/>'), "counter")


@pytest.mark.parametrize("text", ["", "<svg", '<svg xmlns="http://www.w3.org/2000/svg"/>', '<svg viewBox="wide"/>'])
def test_what_is_no_drawing_is_told_with_its_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "torn.svg"
    path.write_text(text, "utf-8")
    with pytest.raises(PictureError, match=r"torn\.svg: is no drawing"):
        size_of(path)


def test_what_is_newer_than_its_source_is_current(tmp_path: Path) -> None:
    drawn = source(tmp_path, '<rect width="40" height="20" fill="{accent}"/>')
    rendering = Rendering(drawn, "counter", 80, 40, tmp_path)
    rendering.result.parent.mkdir()
    assert not rendering.is_current()
    render(rendering)
    assert rendering.is_current()
    later = rendering.result.stat().st_mtime + 1
    os.utime(drawn, (later, later))
    assert not rendering.is_current()


def test_what_no_source_has_any_more_is_removed(tmp_path: Path) -> None:
    wanted = {tmp_path / "counter" / name for name in ("house.40x20.png", "boat.40x20.png")}
    make_room(wanted)
    for name in ("house.40x20.png", "barn.40x20.png"):
        (tmp_path / "counter" / name).touch()
    make_room(wanted)
    assert [path.name for path in (tmp_path / "counter").iterdir()] == ["house.40x20.png"]


def test_everything_is_rendered_before_it_ships() -> None:
    wanted = {rendering.result for rendering in renderings()}
    there = {path for path in IMAGES_DIR.glob("*/*") if path.is_file()}
    assert there == wanted
    assert len(wanted) > len(list(PICTURES_DIR.glob("*.svg"))) * len(BY_THEME)
