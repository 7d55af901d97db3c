"""The device file of the Star TCP300 dialect."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.device_file import DeviceFileError
from drivers.permit_unit.base import Capabilities
from drivers.permit_unit.star_tcp300.device_file import load_device_file

SHIPPED = Path(__file__).parents[2] / "assets" / "devices" / "star-tcp300.toml"


def changed(tmp_path: Path, before: str, after: str) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path


def test_the_file_that_is_shipped_says_what_the_dialect_can_do() -> None:
    device_file = load_device_file(SHIPPED)
    assert (device_file.name, device_file.baud) == ("Star TCP300II", 38400)
    assert (device_file.width_dots, device_file.height_dots) == (480, 320)
    assert device_file.image_characters_per_block == 1000
    assert device_file.capabilities == Capabilities(
        rewrites_face=True, has_retain_bin=True, chip_by_pcsc=True, chip_by_unit=False, gives_out_with_print=True)


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ('dialect = "star-tcp300"', 'dialect = "other"', "mine.toml: dialect: must be one of star-tcp300"),
        ("baud = 38400", "baud = 300", "mine.toml: baud: must be a whole number from 1200 to 115200, not 300"),
        ("erase_and_print = 60.0", "", "mine.toml: timeouts_s.erase_and_print: is missing"),
        ("height_dots = 320", "height_dots = 316", "mine.toml: raster.height_dots: must be a multiple of 8, not 316"),
        ("image_characters_per_block = 1000", "image_characters_per_block = 2000",
         "mine.toml: raster.image_characters_per_block: must be a whole number from 80 to 1010"),
        ("chip_by_unit = false", "chip_by_unit = true", "mine.toml: capabilities.chip_by_unit: must be false"),
        ("resends = 3", "resents = 3", "mine.toml: protocol.resents: is not a key of this table"),
    ],
)
def test_a_mistake_is_one_line_that_names_file_and_key(
    tmp_path: Path, before: str, after: str, mistake: str
) -> None:
    with pytest.raises(DeviceFileError) as caught:
        load_device_file(changed(tmp_path, before, after))
    assert any(line.startswith(mistake) for line in caught.value.mistakes), caught.value.mistakes
