"""The device files of both dialects."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.device_file import DeviceFileError
from drivers.permit_unit.base import Capabilities
from drivers.permit_unit.dialects import load_unit_file, open_unit_with_contacts
from drivers.permit_unit.star_tcp300.device_file import load_device_file
from drivers.transport.urls import open_bytes
from tests.lobby.unit_bench import CRT_FILE, STAR_FILE


def changed(tmp_path: Path, shipped: Path, before: str, after: str) -> Path:
    text = shipped.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path


def test_the_file_that_is_shipped_says_what_the_dialect_can_do() -> None:
    device_file = load_device_file(STAR_FILE)
    assert (device_file.name, device_file.baud) == ("Star TCP300II", 38400)
    assert (device_file.width_dots, device_file.height_dots) == (480, 320)
    assert device_file.image_characters_per_block == 1000
    assert device_file.capabilities == Capabilities(
        rewrites_face=True, has_retain_bin=True, chip_by_pcsc=True, chip_by_unit=False, gives_out_with_print=True
    )


@pytest.mark.parametrize(
    ("shipped", "before", "after", "mistake"),
    [
        (STAR_FILE, 'dialect = "star-tcp300"', 'dialect = "other"', "dialect: must be one of star-tcp300"),
        (STAR_FILE, "baud = 38400", "baud = 300", "baud: must be a whole number from 1200 to 115200, not 300"),
        (STAR_FILE, "erase_and_print = 60.0", "", "timeouts_s.erase_and_print: is missing"),
        (STAR_FILE, "height_dots = 320", "height_dots = 316", "raster.height_dots: must be a multiple of 8, not 316"),
        (
            STAR_FILE,
            "image_characters_per_block = 1000",
            "image_characters_per_block = 2000",
            "raster.image_characters_per_block: must be a whole number from 80 to 1010",
        ),
        (STAR_FILE, "chip_by_unit = false", "chip_by_unit = true", "capabilities.chip_by_unit: must be false"),
        (STAR_FILE, "resends = 3", "resents = 3", "protocol.resents: is not a key of this table"),
        (CRT_FILE, "chip_by_unit = true", "chip_by_unit = 1", "capabilities.chip_by_unit: must be true or false"),
        (CRT_FILE, 'position = "contacts"', 'position = "air"', "chip.position: must be one of contacts, antenna"),
        (CRT_FILE, '"path"', '"middle"', "sensors.order: 'middle' is none of gate, path, station, ignored"),
        (CRT_FILE, '"station"', '"ignored"', "sensors.order: station is missing"),
        (CRT_FILE, "capacity = 20", "capacity = 1", "bin.capacity: must be a whole number from 2 to 999, not 1"),
        (CRT_FILE, "entry_poll = 0.1", "entry_poll = 9", "protocol.entry_poll: must be seconds"),
        (CRT_FILE, "resends = 3", "resents = 3", "protocol.resents: is not a key of this table"),
    ],
)
def test_a_mistake_is_one_line_that_names_file_and_key(
    tmp_path: Path, shipped: Path, before: str, after: str, mistake: str
) -> None:
    with pytest.raises(DeviceFileError) as caught:
        load_unit_file(changed(tmp_path, shipped, before, after))
    assert any(line.startswith(f"mine.toml: {mistake}") for line in caught.value.mistakes), caught.value.mistakes


def test_a_unit_whose_chip_nothing_reaches_is_a_mistake(tmp_path: Path) -> None:
    path = changed(tmp_path, CRT_FILE, "chip_by_unit = true", "chip_by_unit = false")
    unit_file = load_unit_file(path)
    _, contacts = open_unit_with_contacts(unit_file, lambda: open_bytes("tcp://127.0.0.1:9"))
    assert contacts is None
    path.write_text(path.read_text("utf-8").replace("chip_by_pcsc = true", "chip_by_pcsc = false"), "utf-8")
    with pytest.raises(DeviceFileError, match="nothing else reaches the chip"):
        load_unit_file(path)


def test_a_dialect_that_nobody_speaks_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(DeviceFileError, match=r"must be one of star-tcp300, crt-591-m, not 'other'"):
        load_unit_file(changed(tmp_path, CRT_FILE, 'dialect = "crt-591-m"', 'dialect = "other"'))
