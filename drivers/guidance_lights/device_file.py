"""The device file of a board of guidance lights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from drivers.device_file import FileTable
from drivers.guidance_lights.base import Colour, Light, Rate
from drivers.guidance_lights.modbus_rtu import HIGHEST_COIL, HIGHEST_UNIT, LOWEST_UNIT

DIALECTS = ("modbus-rtu",)
SHORTEST_FLASH_S = 0.2
"""The shortest time on, and off, of a flash: three flashes a second may harm people (WCAG 2.1, 2.3.1)."""

Outputs = Mapping[Colour | None, int]
"""The coil of each colour of one light; under None that of a light with one fixed colour."""


@dataclass(frozen=True, slots=True)
class GuidanceLightsFile:
    """One board. `first_coil`: the coil of the output that is printed 1, of `output_count`; `outputs`: coils by light,
    for lights that exist; `flash_s`: seconds for which a flashing light is on, and then off; empty: it is steady
    instead; `quiet_s`: seconds of silence between two frames; `resends`: how often a command is repeated.
    """

    model: str
    unit_address: int
    output_count: int
    first_coil: int
    outputs: Mapping[Light, Outputs]
    flash_s: Mapping[Rate, float]
    answer_s: float
    quiet_s: float
    resends: int

    @classmethod
    def load(cls, path: Path) -> GuidanceLightsFile:
        """Read a device file. Raises `DeviceFileError` with every mistake in it."""
        table = FileTable.of_file(path)
        table.text("kind", one_of=("guidance-lights",))
        table.text("dialect", one_of=DIALECTS)
        count, first_coil = table.whole("outputs", 1, 256), table.whole("first_coil", 0, HIGHEST_COIL - 255)
        loaded = cls(
            model=table.text("model"),
            unit_address=table.whole("unit_address", LOWEST_UNIT, HIGHEST_UNIT),
            output_count=count,
            first_coil=first_coil,
            outputs=_outputs(table, count, first_coil),
            flash_s=_flash_s(table.table("flash")),
            answer_s=table.seconds("answer_s", high=5.0),
            quiet_s=table.seconds("quiet_s", high=0.1),
            resends=table.whole("resends", 0, 10),
        )
        table.finish()
        return loaded

    @property
    def coils(self) -> tuple[int, ...]:
        """Every output that a light has, in order."""
        return tuple(sorted(coil for outputs in self.outputs.values() for coil in outputs.values()))

    def coil_of(self, light: Light, colour: Colour) -> int | None:
        """The output of a light in this colour, or in the colour that it has; None where there is no such light."""
        outputs = self.outputs.get(light, {})
        return outputs.get(colour, next(iter(outputs.values()), None))


def _flash_s(table: FileTable) -> dict[Rate, float]:
    if table.text("by", one_of=("driver", "none")) == "none":
        return {}
    flash_s = {}
    for rate in (Rate.SLOW, Rate.MEDIUM):
        key = f"{rate.value}_s"
        flash_s[rate] = table.seconds(key, high=5.0)
        if flash_s[rate] < SHORTEST_FLASH_S:
            table.complain(key, f"must be {SHORTEST_FLASH_S:g} or more: fast flashes may harm people")
    return flash_s


def _outputs(top: FileTable, count: int, first_coil: int) -> dict[Light, Outputs]:
    """The coils by light. Outputs are numbered from 1 in the file, as printed on the board."""
    lights = top.table("lights")
    taken: dict[int, str] = {}
    found: dict[Light, Outputs] = {}
    for light in Light:
        if not lights.has(light.value):
            continue
        table = lights.table(light.value)
        colours: list[Colour | None] = [colour for colour in Colour if table.has(colour.value)]
        coils: dict[Colour | None, int] = {}
        for colour in colours or [None]:
            key = "output" if colour is None else colour.value
            number = table.whole(key, 1, count)
            coils[colour] = first_coil + number - 1
            if table.is_flawed(key):
                continue  # noted already: it names no output of this board
            if number in taken:
                table.complain(key, f"is the output of {taken[number]} too")
            taken[number] = light.value
        found[light] = coils
    if not found:
        top.complain("lights", f"names none; there are {', '.join(light.value for light in Light)}")
    return found
