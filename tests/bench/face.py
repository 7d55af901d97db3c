"""The face on the slow line: how many of the raster's characters are sent, and that they are sent while the chip is
written.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from assets import ASSETS
from drivers.permit_file.permit_file import PermitFile
from drivers.permit_file.reader import load_permit_files
from drivers.permit_unit.face import draw_face
from drivers.permit_unit.star_tcp300.device_file import StarDeviceFile, load_device_file
from drivers.permit_unit.star_tcp300.raster import image_blocks
from drivers.simulators.residents import PermitData, load_residents
from drivers.typeface import Typeface
from kiosk.demo.floor import busy_of
from kiosk.domain.documents import PermitContent
from kiosk.domain.personal import Personal
from kiosk.services.face import face_values
from kiosk.workflow import states as s
from tests.bench.figures import Figure, Result
from tests.lobby.windowless import Windowless, simulation_for

DEMO = ("lin-yuzhen", "lin-yuzhen-shanghai")
UNIT_FILE = ASSETS / "devices" / "star-tcp300.toml"
TODAY = date(2026, 11, 22)
LIMIT, WORST_LIMIT = 0.25, 0.4
# Every character of the fields that a chip has room for, each with some twenty strokes.
FULL_ADDRESS = "疆藏赣黔霸螺濮麓馨巍"
FULL_AUTHORITY = "藏疆警赣巍麓黔"


def measure(quick: bool) -> Result:
    """Counting takes no time, so `quick` changes nothing of it."""
    unit, files = load_device_file(UNIT_FILE), {file.name: file for file in load_permit_files(ASSETS / "permits")}
    typeface = Typeface.load(ASSETS / "fonts")

    def characters(content: PermitContent, permit_file: PermitFile) -> int:
        assert permit_file.face is not None
        raster = draw_face(permit_file.face, face_values(content), typeface)
        return sum(block.characters for block in image_blocks(raster, unit.image_characters_per_block))

    permits = [p for p in load_residents(today=TODAY).permits.values() if p.chip == "permit"]
    sent = {permit.id: characters(_renewed(permit), files[permit.permit_file]) for permit in permits}
    full = max(characters(content, file) for file in files.values() if file.face for content in _full(file))
    whole = full_raster(unit)
    all_of_it = f"the whole raster of {unit.width_dots} x {unit.height_dots} dots, two characters a byte"
    worst = max(sent, key=lambda permit: sent[permit])
    overlap, details = overlapping(quick)
    figures = (
        Figure("face: the demo's permit", sent[DEMO[1]], "characters", all_of_it, whole, "ratio", LIMIT),
        Figure(
            f"face: longest of the residents ({worst})",
            sent[worst],
            "characters",
            all_of_it,
            whole,
            "ratio",
            WORST_LIMIT,
        ),
        Figure(
            "face: every field full of dense characters", full, "characters", all_of_it, whole, "ratio", WORST_LIMIT
        ),
        overlap,
    )
    return Result(figures, {"characters": sent, "full_text": full, "whole": whole, "overlap": details})


def full_raster(unit: StarDeviceFile) -> int:
    """The characters of every dot."""
    return unit.width_dots * unit.height_dots // 8 * 2


def _renewed(permit: PermitData) -> PermitContent:
    """What an endorsement writes, as far as its length counts."""
    assert permit.valid_from is not None
    assert permit.valid_to is not None
    return PermitContent(
        Personal(permit.address),
        permit.issuing_authority,
        permit.category,
        permit.valid_to,
        permit.valid_to + timedelta(days=365),
        permit.endorsement_count + 1,
    )


def _full(permit_file: PermitFile) -> Iterator[PermitContent]:
    """Address and authority as long as the chip can hold: GB 18030 takes two bytes for each of these characters."""
    room = {field.name: field.length // 2 for field in permit_file.fields}
    yield PermitContent(
        Personal((FULL_ADDRESS * 9)[: room["address"]]),
        (FULL_AUTHORITY * 9)[: room["issuing_authority"]],
        "standard",
        date(2028, 12, 28),
        date(2029, 12, 28),
        88,
    )


def overlapping(quick: bool) -> tuple[Figure, dict[str, Any]]:
    """One visit at the real speed of lines and chips: how long the unit's line still runs when the chip is done."""
    with simulation_for("face", pace=0.2 if quick else 1.0) as simulation, Windowless(simulation) as kiosk:
        simulation.rig.do("drain_activity")
        kiosk.renew(*DEMO)
        busy = busy_of(simulation.rig.do("drain_activity"))
    confirmed, chip_done = kiosk.last(s.OpeningChipSession), kiosk.last(s.RewritingFace)
    printing = next(b.began for b in busy if b.who == "permit_unit" and b.doing == "erase")
    line = [b for b in busy if b.who == "permit_unit" and b.cause == "line" and confirmed <= b.began < printing]
    chip = [b for b in busy if b.who == "permit_chip" and confirmed <= b.began <= chip_done]
    began, ended = min(b.began for b in line), max(b.ended for b in line)
    both = max(0.0, min(ended, chip_done) - max(began, confirmed))
    details = {
        "confirmed_s": 0.0,
        "face_on_the_line_s": [round(began - confirmed, 3), round(ended - confirmed, 3)],
        "chip_stage_s": [0.0, round(chip_done - confirmed, 3)],
        "chip_commands_s": [round(chip[0].began - confirmed, 3), round(chip[-1].ended - confirmed, 3)],
        "both_s": round(both, 3),
        "erasing_begins_s": round(printing - confirmed, 3),
    }
    figure = Figure(
        "face: line and chip at the same time",
        both,
        "s",
        "the chip stage, from confirmed to read back",
        chip_done - confirmed,
    )
    return figure, details
