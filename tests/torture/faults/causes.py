"""All that can go wrong: the simulators' own lists, what people do to devices, and the world around the kiosk."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from drivers.simulators.code_scanner_sim import CodeScannerSim
from drivers.simulators.id_reader_sim import IdReaderSim
from drivers.simulators.permit_unit_crt_sim import CrtUnitSim
from drivers.simulators.permit_unit_sim import PermitUnitSim
from drivers.simulators.receipt_printer_sim import ReceiptPrinterSim
from drivers.simulators.virtual_chip import VirtualChip
from kiosk.reference_central.wire_faults import FAULT_NAMES
from tests.lobby.kiosk_harness import KioskHarness
from tests.torture.faults.certificates import ExpiredEnd
from tests.torture.faults.counter import Counter, FaultHarness

SLOW_S = 0.5  # within every patience
LATE_S = 2.5  # beyond it: the kiosk has gone on when the answer comes

Heal = Callable[[], None]
Strike = Callable[[FaultHarness, Counter], Heal]
"""Let it go wrong from now on; what it returns puts it right."""


@dataclass(frozen=True)
class Cause:
    """One column of the table. `over_pcsc`: the chip is reached through a real pcscd; `hides_grant`: central says that
    it granted nothing when it did.
    """

    part: str
    name: str
    strike: Strike
    over_pcsc: bool = False
    hides_grant: bool = False

    @property
    def key(self) -> str:
        return f"{self.part}/{self.name}"


_SIMULATORS = {
    "id_reader": IdReaderSim.fault_names,
    "permit_unit": PermitUnitSim.fault_names,
    "permit_chip": VirtualChip.fault_names,
    "receipt_printer": ReceiptPrinterSim.fault_names,
    "code_scanner": CodeScannerSim.fault_names,
}
# The guidance lights are left out: the machine asks nothing of them. Theirs: tests/flows/test_guidance_lights.py.
_WITH_PLUG = ("id_reader", "permit_unit", "code_scanner", "receipt_printer")


def _of_device(device: str, name: str) -> Strike:
    def strike(place: FaultHarness, _: Counter) -> Heal:
        place.rig.fault(device, name)
        return lambda: _mend(place, device, name)

    return strike


def _mend(place: KioskHarness, device: str, name: str) -> None:
    if name == "late" and device in _WITH_PLUG:
        place.rig.fault(device, "unplugged")  # what is still to be said is not said
    place.rig.clear_faults(device)


def _unplugged_for_a_moment(device: str) -> Strike:
    def strike(place: FaultHarness, _: Counter) -> Heal:
        place.rig.fault(device, "unplugged")
        place.rig.clear_faults(device)
        return lambda: None

    return strike


def _cover_opened(place: FaultHarness, _: Counter) -> Heal:
    place.rig.open_cover("permit_unit")
    return lambda: place.rig.close_cover("permit_unit")


def _of_central(name: str) -> Strike:
    def strike(place: FaultHarness, _: Counter) -> Heal:
        place.central.set_fault(name, after_s=LATE_S if name == "late" else SLOW_S)

        def heal() -> None:
            place.central.clear_faults()
            if name in ("hang", "late"):
                place.cable.pull()  # or the kiosk would wait for its own time-out

        return heal

    return strike


def _line_cut(place: FaultHarness, _: Counter) -> Heal:
    place.line_leads_to(None)
    return place.line_leads_to_central


def _expired(*, of_central: bool) -> Strike:
    def strike(place: FaultHarness, counter: Counter) -> Heal:
        end = ExpiredEnd(counter.directory, of_central=of_central)
        place.line_leads_to(end.address)

        def heal() -> None:
            place.line_leads_to_central()
            end.close()

        return heal

    return strike


def _clock_wrong_by(error: timedelta) -> Strike:
    def strike(place: FaultHarness, _: Counter) -> Heal:
        place.clock.wrong_by = error

        def heal() -> None:
            place.clock.wrong_by = timedelta()

        return heal

    return strike


def _disk_full(place: FaultHarness, _: Counter) -> Heal:
    """No row can be added to the journal any more, and none changed."""
    journal = place.config.state_dir / "journal.db"
    _execute(
        journal,
        [
            f"CREATE TRIGGER full_{table}_{order} BEFORE {order} ON {table} BEGIN SELECT RAISE(FAIL, 'disk full'); END"
            for table in ("step", "message")
            for order in ("INSERT", "UPDATE")
        ],
    )
    return lambda: _execute(
        journal,
        [f"DROP TRIGGER full_{table}_{order}" for table in ("step", "message") for order in ("INSERT", "UPDATE")],
    )


def _execute(journal: object, statements: list[str]) -> None:
    with closing(sqlite3.connect(str(journal), isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        for statement in statements:
            db.execute(statement)
        db.execute("COMMIT")


def _pcscd_killed(_: FaultHarness, counter: Counter) -> Heal:
    assert counter.pcscd is not None
    counter.pcscd.kill()
    return counter.pcscd.start


def _pcscd_restarted(_: FaultHarness, counter: Counter) -> Heal:
    assert counter.pcscd is not None
    counter.pcscd.restart()
    return lambda: None


def _pcscd_hangs(_: FaultHarness, counter: Counter) -> Heal:
    assert counter.pcscd is not None
    counter.pcscd.freeze()
    return counter.pcscd.thaw


def _of_simulator(device: str, names: Iterable[str]) -> Iterator[Cause]:
    for name in names:
        yield Cause(device, name, _of_device(device, name))
    if device in _WITH_PLUG:
        yield Cause(device, "unplugged_and_back", _unplugged_for_a_moment(device))


def _causes() -> Iterator[Cause]:
    for device, names in _SIMULATORS.items():
        yield from _of_simulator(device, names)
    yield Cause("permit_unit", "cover_opened", _cover_opened)
    for name in FAULT_NAMES:
        yield Cause("central", name, _of_central(name), hides_grant=name in ("refuse", "says_already_current"))
    yield Cause("central", "line_cut", _line_cut)
    yield Cause("certificate", "central_expired", _expired(of_central=True))
    yield Cause("certificate", "kiosk_expired", _expired(of_central=False))
    yield Cause("clock", "a_day_ahead", _clock_wrong_by(timedelta(days=1)))
    yield Cause("clock", "at_1970", _clock_wrong_by(-timedelta(days=56 * 365)))
    yield Cause("disk", "full", _disk_full)
    yield Cause("pcscd", "killed", _pcscd_killed, over_pcsc=True)
    yield Cause("pcscd", "restarted", _pcscd_restarted, over_pcsc=True)
    yield Cause("pcscd", "hangs", _pcscd_hangs, over_pcsc=True)


CAUSES: dict[str, Cause] = {cause.key: cause for cause in _causes()}
"""By part and name, in the order of the table."""
CRT_CAUSES: dict[str, Cause] = {cause.key: cause for cause in _of_simulator("permit_unit", CrtUnitSim.fault_names)}
"""What can go wrong with a CRT-591-M; it has no cover."""
