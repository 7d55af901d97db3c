"""Where the parts of a machine are: what the screen file says, and how it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.texts.translation import Translation
from screens.authoring.gallery import SIZES
from screens.shell.machine import PART_MM, PLACES, UNSAID, Machine, Part
from screens.shell.screen_file import ScreenFile, ScreenFileError, load_screen_file

UPRIGHT = SIZES[0]


def loaded(folder: Path, machine: str) -> ScreenFile:
    """The shipped file of the upright display with another table of the machine."""
    display, _, _ = (ASSETS / "screens" / f"{UPRIGHT}.toml").read_text("utf-8").partition("[machine]")
    path = folder / "kiosk.toml"
    path.write_text(display + machine, "utf-8")
    return load_screen_file(path)


def mistakes_of(folder: Path, machine: str) -> list[str]:
    with pytest.raises(ScreenFileError) as told:
        loaded(folder, machine)
    return told.value.mistakes


def place(x_mm: int, y_mm: int) -> str:
    return Machine(270.0, 480.0, (Part("permit_slot", x_mm, y_mm),)).place_of("permit_slot")


@pytest.mark.parametrize(
    ("x_mm", "y_mm", "key"),
    [
        (30, -90, "place.below_left"),
        (135, -90, "place.below"),
        (220, -90, "place.below_right"),
        (400, -90, "place.below_right"),
        (-60, 200, "place.left"),
        (330, 200, "place.right"),
        (30, 520, "place.above_left"),
        (135, 520, "place.above"),
        (220, 520, "place.above_right"),
        (135, 0, "place.below"),
        (135, 480, "place.above"),
    ],
)
def test_a_place_is_told_as_it_is_seen_from_the_display(x_mm: int, y_mm: int, key: str) -> None:
    assert place(x_mm, y_mm) == key


def test_a_part_of_which_nobody_has_said_where_it_is_is_on_the_machine() -> None:
    assert Machine(270.0, 480.0).place_of("id_reader") == UNSAID


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_every_place_has_words(language: str) -> None:
    texts = Translation.load(ASSETS / "locale", language).texts
    assert {*PLACES.values(), UNSAID} == {key for key in texts if key.startswith("place.")}


@pytest.mark.parametrize("size", SIZES)
def test_a_shipped_screen_file_says_where_every_part_is(size: str) -> None:
    machine = load_screen_file(ASSETS / "screens" / f"{size}.toml").machine
    assert machine is not None
    assert {part.name for part in machine.parts} == set(PART_MM)


def test_a_front_goes_around_the_display_and_its_parts() -> None:
    front = Machine(200.0, 100.0, (Part("id_reader", 300, -80),)).front
    assert (front.left, front.bottom, front.right, front.top) == (-30, -80 - 35 - 30, 300 + 50 + 30, 130)


def test_a_machine_need_not_be_told(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").machine is None
    machine = loaded(tmp_path, "[machine]\npermit_slot = [200, -80]\n").machine
    assert machine is not None
    assert machine.parts == (Part("permit_slot", 200, -80),)


def test_a_display_that_is_turned_is_another_one_and_nobody_knows_what_is_around_it() -> None:
    file = load_screen_file(ASSETS / "screens" / f"{UPRIGHT}.toml")
    assert file.fitted_to(540, 960).machine == file.machine
    assert file.fitted_to(1920, 1080).machine is None


@pytest.mark.parametrize(
    "spot",
    ["5", "[5]", "[5, 6, 7]", '["left", 5]', "[5, 5000]", "[-2001, 5]", "[0.5, 5]", "[true, 5]", "[nan, 5]", "{}"],
)
def test_a_place_that_is_no_place_is_one_readable_mistake(spot: str, tmp_path: Path) -> None:
    [mistake] = mistakes_of(tmp_path, f"[machine]\nid_reader = {spot}\n")
    wanted = "kiosk.toml: machine.id_reader must be two whole numbers from -2000 to 4000, to the right and up, not "
    assert mistake.startswith(wanted)


@pytest.mark.parametrize(
    ("machine", "mistake"),
    [
        ("[machine]\nid_scanner = [5, -80]\n", "unknown key machine.id_scanner"),
        ("[machine]\nid_reader = [100, 200]\n", "machine.id_reader lies on the display"),
        (
            "[machine]\nid_reader = [100, -80]\npermit_slot = [105, -85]\n",
            "machine.id_reader and machine.permit_slot are at one place",
        ),
    ],
)
def test_what_cannot_be_so_is_one_readable_mistake(machine: str, mistake: str, tmp_path: Path) -> None:
    assert mistakes_of(tmp_path, machine) == [f"kiosk.toml: {mistake}"]


def test_a_machine_that_is_no_table_is_told(tmp_path: Path) -> None:
    text = (ASSETS / "screens" / f"{UPRIGHT}.toml").read_text("utf-8").partition("[machine]")[0]
    (tmp_path / "kiosk.toml").write_text(f"machine = 3\n{text}", "utf-8")
    with pytest.raises(ScreenFileError, match=r"kiosk\.toml: table \[machine\] is missing"):
        load_screen_file(tmp_path / "kiosk.toml")
