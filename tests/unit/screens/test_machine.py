"""Where the parts of a machine are: what the screen file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets import ASSETS
from screens.authoring.gallery import SIZES
from screens.shell.machine import PART_MM, Machine, Part
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
