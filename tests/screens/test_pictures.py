"""Pictures at the window: the plan of this machine beside what is to be done; and a blank place for what is missing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from assets import ASSETS
from screens.authoring.gallery import SIZES
from screens.style.picture_colours import COUNTER
from tests.screens.conftest import OFFSCREEN
from tests.screens.window import Window
from tests.waiting import eventually

pytestmark = [pytest.mark.screen, pytest.mark.slow]

UPRIGHT = SIZES[0]
THEME = ASSETS / "images" / "counter"
PLAN, DRAWING = (30, 200, 430, 1350), (480, 200, 1050, 1350)  # where they are on the upright display's `id_card`


def copied(into: Path) -> Path:
    """The shipped assets; pictures and screen files can be changed."""
    for folder in ASSETS.iterdir():
        if folder.is_dir() and folder.name not in ("images", "screens", "__pycache__"):
            (into / folder.name).symlink_to(folder)
    shutil.copytree(ASSETS / "screens", into / "screens")
    shutil.copytree(THEME, into / "images" / THEME.name)
    shutil.copytree(ASSETS / "images" / "icons", into / "images" / "icons")
    return into


def colours_in(window: Window, box: tuple[int, int, int, int], folder: Path) -> set[str]:
    """What is seen in one part of the window."""
    path = folder / "seen.png"
    window.ask({"screenshot": str(path)})
    with Image.open(path) as image:
        pixels = set(zip(*[iter(image.crop(box).convert("RGB").tobytes())] * 3, strict=True))
    return {f"#{red:02X}{green:02X}{blue:02X}" for red, green, blue in pixels}


@pytest.fixture
def told(tmp_path: Path) -> Path:
    (tmp_path / "window").mkdir()
    (tmp_path / "assets").mkdir()
    return tmp_path


def opened(folder: Path, assets_dir: Path) -> Window:
    return Window(UPRIGHT, folder / "window", OFFSCREEN, f"assets={assets_dir}")


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def removed(path: Path) -> None:
    path.unlink()


def another_kind(path: Path) -> None:
    path.write_text("no picture", "utf-8")


SPOILT = [torn, removed, *(pytest.param(each, marks=pytest.mark.long) for each in (emptied, another_kind))]


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_picture_that_cannot_be_read_leaves_its_place_blank_and_is_told(
    spoil: Callable[[Path], None], told: Path
) -> None:
    assets_dir = copied(told / "assets")
    for path in [*assets_dir.glob("images/counter/id_card-?.*"), *assets_dir.glob("images/icons/cancel.*")]:
        spoil(path)
    with opened(told, assets_dir) as window:
        painted = window.show("id_card", "zh-Hans")
        assert "cancel" in painted["targets"]
        assert colours_in(window, DRAWING, told) == {COUNTER.ground}
        window.show("insert_permit", "zh-Hans")
        assert {COUNTER.accent, COUNTER.chip, COUNTER.hand} <= colours_in(window, DRAWING, told)
        window.ask({"touch": "cancel"})
        said = [window.intent()]
        while said[-1] != "cancel":
            said.append(window.intent())
        assert {line.rpartition("/")[0] for line in said if line and "/" in line} == {
            "cannot_read counter",
            "cannot_read icons",
        }
        assert len(said) == len(set(said))


def test_no_pictures_at_all_leave_every_screen_usable(told: Path) -> None:
    assets_dir = copied(told / "assets")
    shutil.rmtree(assets_dir / "images")
    with opened(told, assets_dir) as window:
        for name in ("welcome", "id_card", "insert_permit", "take_permit", "thank_you"):
            assert window.show(name, "zh-Hans")["screen"] == name
        assert colours_in(window, DRAWING, told) != set()


def test_the_plan_of_the_machine_shows_the_part_that_is_wanted(upright: Window, tmp_path: Path) -> None:
    upright.show("id_card", "zh-Hans")
    assert {COUNTER.accent, COUNTER.machine, COUNTER.outline} <= colours_in(upright, PLAN, tmp_path)


def test_a_picture_of_several_frames_moves(upright: Window, tmp_path: Path) -> None:
    upright.show("insert_permit", "zh-Hans")
    with_hand = COUNTER.hand in colours_in(upright, DRAWING, tmp_path)

    def is_another() -> bool:
        return (COUNTER.hand in colours_in(upright, DRAWING, tmp_path)) is not with_hand

    eventually(is_another)


def test_where_nobody_has_said_where_the_parts_are_there_is_no_plan(told: Path) -> None:
    assets_dir = copied(told / "assets")
    path = assets_dir / "screens" / f"{UPRIGHT}.toml"
    path.write_text(path.read_text("utf-8").partition("[machine]")[0], "utf-8")
    with opened(told, assets_dir) as window:
        window.show("id_card", "zh-Hans")
        assert {COUNTER.accent, COUNTER.machine} <= colours_in(window, (200, 260, 880, 1200), told)
        assert colours_in(window, (30, 260, 200, 1200), told) == {COUNTER.ground}
