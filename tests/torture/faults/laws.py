"""The five statements that hold after every cell, each as a sentence where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import UUID

from sqlalchemy import select

from drivers.simulators.permit import PermitLocation
from kiosk.reference_central.tables import Endorsement
from tests.lobby.kiosk_harness import KioskHarness

_CHIP_NEW = ("written", "face_pending")
IN_ONE_WRITE = "reference"  # the permit file whose content is one protected write


@dataclass(frozen=True)
class Before:
    """What the permit was when the visit began: its chip's fields, whether its face showed them, and what had been
    asked of central for it by then.
    """

    chip: dict[str, str | int | None]
    face_shows_chip: bool | None
    asked: frozenset[UUID]

    @classmethod
    def of(cls, place: KioskHarness, permit: str) -> Self:
        asked = frozenset(row.endorsement_id for row in _endorsements(place, permit))
        return cls(place.chip(permit), place.face_shows_chip(permit), asked)


def broken_laws(place: KioskHarness, permit: str, before: Before, said: list[str], hides_grant: bool) -> list[str]:
    """`said`: every line of the log; `hides_grant`: central said that there was none, so it runs out by itself. Asked
    when central has been told everything and nobody is on a visit.
    """
    return [
        *_permit_is_somewhere(place, permit),
        *_one_story(place, permit, before),
        *_no_grant_is_used_twice(place),
        *(() if hides_grant else _no_grant_is_open(place)),
        *_nothing_personal(place, permit, said),
        *(f"a screen could not be written: {text}" for text in place.mistakes),
    ]


def _permit_is_somewhere(place: KioskHarness, permit: str) -> Iterator[str]:
    where = place.where_is(permit)
    if where not in (PermitLocation.HAND, PermitLocation.BIN):
        yield f"the permit is {where.value} when the kiosk is open again"


def _one_story(place: KioskHarness, permit: str, before: Before) -> Iterator[str]:
    chip, shows = place.chip(permit), place.face_shows_chip(permit)
    is_new = chip != before.chip
    count, count_was = chip.get("endorsement_count"), place.at_issue[permit].get("endorsement_count")
    states = {
        row.endorsement_id: row.state
        for row in _endorsements(place, permit)
        if row.granted is not None and row.endorsement_id not in before.asked
    }
    told_new = [state for state in states.values() if state in _CHIP_NEW]
    unsure = "unknown" in states.values()
    if is_new and not unsure and count != int(count_was or 0) + 1:
        yield f"the chip counts {count} endorsements after {count_was}: not one visit's work"
    if is_new and not told_new and not unsure:
        yield f"the chip is new, and central has {sorted(states.values())}"
    if not is_new and told_new:
        yield f"the chip is old, and central has {told_new}"
    record = place.central.permit(place.residents.permits[permit].permit_number)
    assert record is not None
    if told_new and (record.endorsement_count, str(record.valid_to)) != (count, chip.get("valid_to")):
        yield f"central's record says {record.endorsement_count}, {record.valid_to}; the chip {count}, {chip}"
    if told_new and not record.face_pending and not shows:
        yield "central takes the face for new, and it does not show what the chip holds"
    if not is_new and shows != before.face_shows_chip:
        yield "the chip is old and the face is not as it was"
    if place.where_is(permit) is PermitLocation.BIN:
        for row in _endorsements(place, permit):
            custodies = [told.custody for told in place.central.completions(row.endorsement_id)]
            is_told = not custodies or custodies[-1] in ("retained", "unknown")  # unknown: its answer was lost
            if row.granted is not None and not is_told and row.state != "cancelled":
                yield f"the permit is in the bin, and central was told {custodies}"


def _endorsements(place: KioskHarness, permit: str) -> list[Endorsement]:
    number = place.residents.permits[permit].permit_number
    with place.central.database.reading() as session:
        return list(session.scalars(select(Endorsement).where(Endorsement.permit_number == number)))


def _no_grant_is_open(place: KioskHarness) -> Iterator[str]:
    with place.central.database.reading() as session:
        for row in session.scalars(select(Endorsement).where(Endorsement.live)):
            yield f"a grant is left open ({row.state})"


def _no_grant_is_used_twice(place: KioskHarness) -> Iterator[str]:
    with place.central.database.reading() as session:
        for row in session.scalars(select(Endorsement)):
            if row.permit_file == IN_ONE_WRITE and row.writes_composed > 1:
                yield f"central composed {row.writes_composed} writes for one grant"


def _nothing_personal(place: KioskHarness, permit: str, said: list[str]) -> Iterator[str]:
    data = place.residents.permits[permit]
    holder = place.residents.holder_of(data)
    markers = [holder.name, holder.number, holder.address, data.permit_number, data.address, data.chip_serial]
    found = ["\n".join(said).encode()] + [path.read_bytes() for path in _files(place.config.state_dir)]
    for content in found:
        for marker in markers:
            for form in (marker.encode(), ascii(marker)[1:-1].encode(), marker.encode("gb18030")):
                if form in content:
                    yield "something personal is on disk or in the log"


def _files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]
