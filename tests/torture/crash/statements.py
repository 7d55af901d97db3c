"""The five statements that hold after every crash. Each function says what does not hold, one line each."""

from __future__ import annotations

import json
from collections.abc import Iterator

from drivers.simulators.permit import PermitLocation
from kiosk.central.contract import GrantPayload
from kiosk.reference_central.tables import Application, Endorsement
from tests.torture.crash.crash_harness import CrashHarness
from tests.torture.crash.resident import Seen

INSIDE = (PermitLocation.STATION, PermitLocation.PATH)
CHIP_NEW = ("written", "face_pending")
CHIP_OLD = ("cancelled", "unchanged", "refused", "already_current")
IN_REVIEW = ("pending",)
_NOTED = (*CHIP_NEW, *CHIP_OLD, *IN_REVIEW, "unknown")
_CUSTODY = {
    PermitLocation.HAND: "with_holder",
    PermitLocation.BIN: "retained",
    PermitLocation.STATION: "inside",
    PermitLocation.PATH: "inside",
}


def all_of(world: CrashHarness, permit: str, last: Seen, updates: int, writes: int) -> list[str]:
    """What does not hold. `last`: what the screen shows; `updates`: commands that wrote on the chip, of which one
    endorsement needs `writes`.
    """
    return [
        *(f"1 place: {line}" for line in _place(world, permit, last)),
        *(f"2 story: {line}" for line in _story(world, permit)),
        *(f"3 grant: {line}" for line in _grants(world, updates, writes)),
        *(f"4 disk: {line}" for line in _disk(world)),
    ]


def _place(world: CrashHarness, permit: str, last: Seen) -> Iterator[str]:
    place = world.rig.issued(permit).permit.place
    if place is PermitLocation.HAND:
        return
    if place is PermitLocation.MOUTH:
        yield f"it lies in the mouth, and the kiosk shows {last['state']}"
    if place in INSIDE and last["state"] != "OutOfService":
        yield f"it is inside, and the kiosk shows {last['state']}"
    # Out of service and aware of not knowing is true of whatever lies inside, and of what went into the bin unheard.
    true = (_CUSTODY.get(place), "unknown" if place in INSIDE or place is PermitLocation.BIN else None)
    custody = _last_custody(world)
    if custody not in true:
        yield f"it is {place.value}, and the journal says {custody}"
    report = _last_report(world)
    if report is not None and report["custody"] not in true:
        yield f"it is {place.value}, and central was told {report['custody']}"


def _last_custody(world: CrashHarness) -> str | None:
    """The journal's last word on where the permit is. `in_bin`: a restart found that it was to be retained."""
    rows = world.rows(
        "SELECT custody, facts FROM step WHERE state_after != 'Idle' OR facts LIKE '%in_bin%'"
        " ORDER BY number DESC LIMIT 1"
    )
    if not rows:
        return None
    custody, facts = rows[0]
    match json.loads(facts).get("in_bin"):
        case True:
            return "retained"
        case False:
            return "unknown"
        case _:
            return str(custody)


def _last_report(world: CrashHarness) -> dict[str, str] | None:
    rows = world.rows("SELECT body FROM message WHERE call = 'completion' ORDER BY sequence DESC LIMIT 1")
    return json.loads(rows[0][0]) if rows else None


def _story(world: CrashHarness, permit: str) -> Iterator[str]:
    issued = world.rig.issued(permit)
    chip, face = issued.chip_fields(), issued.face_shows_chip(world.setting.typeface)
    number = world.residents.permits[permit].permit_number
    rows = [row for row in world.endorsements() if row.granted is not None and row.permit_number == number]
    chip_rows = [row for row in rows if not GrantPayload.model_validate(row.granted).face_only]
    written = [row for row in chip_rows if row.state in CHIP_NEW]
    if chip == world.at_issue[permit]:
        yield from (f"the chip is old, and central says {row.state}" for row in chip_rows if row.state not in CHIP_OLD)
    elif any(_holds(chip, row) for row in chip_rows):
        if len(written) != 1:
            yield f"the chip is new, and central says {[row.state for row in chip_rows]}"
    else:
        yield f"the chip is partly new, and central says {[row.state for row in chip_rows]}"
    record = world.central.permit(number)
    if record is None:
        yield "central does not know the permit"
        return
    # A face whose print was not answered any more may be new and is told as pending; the other way round never.
    if face is not True and not record.face_pending:
        yield f"the face shows what the chip holds: {face}, and central says that nothing is pending"
    on_record = record.valid_to.isoformat() if record.valid_to else None
    if (chip["valid_to"], chip["endorsement_count"]) != (on_record, record.endorsement_count):
        yield "central's record of the permit is not what its chip holds"
    yield from _reports(world, rows)


def _holds(chip: dict[str, str | int | None], row: Endorsement) -> bool:
    content = GrantPayload.model_validate(row.granted).content
    return all(
        chip[name] == (value.isoformat() if hasattr(value, "isoformat") else value)
        for name in ("address", "issuing_authority", "category", "valid_from", "valid_to", "endorsement_count")
        for value in (getattr(content, name),)
    )


def _reports(world: CrashHarness, rows: list[Endorsement]) -> Iterator[str]:
    """Every message of the journal came to central, and was taken note of."""
    known = {str(row.endorsement_id) for row in rows}
    for call, about, settled, outcome in world.rows(
        "SELECT call, endorsement_id, settled_at, outcome FROM message WHERE body IS NOT NULL"
    ):
        if settled is None:
            yield f"{call} was not told"
        elif outcome not in _NOTED and about in known:
            yield f"central's answer to {call} was {outcome}"
    told = {str(each) for (each,) in world.rows("SELECT endorsement_id FROM message WHERE body IS NOT NULL")}
    for row in rows:
        if told.isdisjoint({str(row.endorsement_id), str(row.found_by)}):
            yield f"an endorsement that is {row.state} at central was never told the end of"


def _grants(world: CrashHarness, updates: int, writes: int) -> Iterator[str]:
    for row in world.endorsements():
        if row.live:
            yield f"a grant is left open: {row.state}"
        elif row.state not in (*CHIP_NEW, *CHIP_OLD, *IN_REVIEW, "unknown"):
            yield f"an endorsement is left {row.state}"
    if updates > writes:
        yield f"{updates} commands wrote on the chip, {writes} are an endorsement"
    with world.central.database.reading() as session:
        applications = session.query(Application).count()
    if applications > 1:
        yield f"{applications} applications were received"


def _disk(world: CrashHarness) -> Iterator[str]:
    markers = _markers(world)
    for path in [*world.state_dir.rglob("*"), world.log]:
        if path.is_file():
            content = path.read_bytes()
            yield from (f"{what} in {path.name}" for what, form in markers if form in content)


def _markers(world: CrashHarness) -> list[tuple[str, bytes]]:
    """Of everybody who may stand here, in every form in which it could be written down."""
    found = []
    for permit in world.residents.permits.values():
        if permit.holder not in world.residents.people:
            continue
        person = world.residents.people[permit.holder]
        for what, text in (
            ("the name", person.name),
            ("the number", person.number),
            ("the address", person.address),
            ("the permit's number", permit.permit_number),
            ("the permit's address", permit.address),
            ("the chip's number", permit.chip_serial),
        ):
            if text:
                found += [(f"{what} of {permit.holder}", form) for form in _forms(text)]
    return found


def _forms(text: str) -> set[bytes]:
    raws = {text.encode(encoding) for encoding in ("utf-8", "gb18030", "utf-16-le")}
    hexes = {form.encode() for raw in raws for form in (raw.hex(), raw.hex().upper())}
    return raws | hexes | {ascii(text)[1:-1].encode()}
