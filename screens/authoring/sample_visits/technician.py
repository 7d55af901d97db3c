"""The technician's screens as the presenter makes them, of an invented machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kiosk.control.snapshot import ClockNow, Found, JournalNow, Snapshot, StateNow, Waiting
from kiosk.domain.clock import SHANGHAI
from kiosk.domain.faults import CATALOGUE, CERTIFICATE_ENDS, PAPER_OUT, PERMIT_JAMMED, PERMIT_UNACCOUNTED, Fault
from kiosk.domain.personal import Personal
from kiosk.domain.retained import KeptPermit
from kiosk.domain.service_state import CLOSED_FOR, ClosingReason
from kiosk.domain.technician import LANGUAGES, Role, Technician
from kiosk.presentation.models.technician import TechnicianScreenModel
from kiosk.presentation.technician.present import present_service_mode
from kiosk.workflow import states as s
from kiosk.workflow.technician import tasks as t
from screens.authoring.sample_visits.places import Place, region_of

__all__ = ["LANGUAGES", "technician_samples"]

_WITH_SERVICE_CARDS = "sign_in_card"
"""The beginning of the names of what is seen where there is a reader for service cards."""
_WHO = Technician("17", "E. Sample", Role.ENGINEER)
_STAFF = replace(_WHO, role=Role.SITE_STAFF)
_PARTS = ("id_reader", "permit_unit", "permit_chip", "receipt_printer", "code_scanner", "guidance_lights")
_BESIDE = ("central", "certificates", "journal", "display", "bin", "service_state")


def technician_samples(language: str) -> dict[str, TechnicianScreenModel]:
    """Models by a name of their own; the screen's name comes first. `language`: of `LANGUAGES`."""
    about = Place(region_of("shanghai")).about()
    with_service_cards = replace(about, has_service_cards=True)
    return {
        name: present_service_mode(
            with_service_cards if name.startswith(_WITH_SERVICE_CARDS) else about,
            s.InServiceMode(task, language),
            machine,
        )
        for name, task, machine in _tasks()
    }


def _tasks() -> Iterator[tuple[str, t.Task, Snapshot | None]]:
    well, troubled = machine({}), machine(_TROUBLES)
    problem = t.SignInProblem
    yield "sign_in", t.EnteringNumber(), None
    yield "sign_in_wrong", t.EnteringNumber(problem.WRONG), None
    yield "sign_in_wait", t.EnteringNumber(problem.WAIT, 480), None
    yield "sign_in_locked", t.EnteringNumber(problem.LOCKED), None
    yield "sign_in_card", t.EnteringNumber(), None
    yield "sign_in_card_refused", t.EnteringNumber(problem.SERVICE_CARD_NOT_PROVEN), None
    yield "sign_in_card_reader_gone", t.EnteringNumber(problem.SERVICE_CARD_READER_GONE), None
    yield "sign_in_card_pin", t.EnteringPin("17", None), None
    yield "sign_in_pin", t.EnteringPin("17", Personal("123456")), None
    yield "sign_in_checking", t.CheckingTechnician(), None
    yield "sign_in_unlock", t.EnteringUnlockCode(problem.UNLOCK_REFUSED), None
    yield "overview", t.ShowingOverview(_WHO), well
    yield "overview_unknown", t.ShowingOverview(_WHO), None
    yield "overview_troubled", t.ShowingOverview(_WHO), troubled
    yield "overview_troubles_only", t.ShowingOverview(_WHO, t.View.BY_TROUBLE), troubled
    yield "part", t.ShowingPart(_WHO, "receipt_printer"), well
    yield "part_jammed", t.ShowingPart(_WHO, "permit_unit"), troubled
    yield "part_testing", t.TestingPart(_WHO, "receipt_printer", "print"), well
    record = t.TestRecord("receipt_printer", "print", t.Outcome.ASKED)
    yield "part_judging", t.JudgingTest(_WHO, record), well
    passed = t.TestRecord("guidance_lights", "walk", t.Outcome.PASSED)
    yield "part_passed", t.ShowingPart(_WHO, "guidance_lights", passed), well
    failed = t.TestRecord("receipt_printer", "status", t.Outcome.FAILED, PAPER_OUT)
    yield "part_failed", t.ShowingPart(_WHO, "receipt_printer", failed), troubled
    yield from _site_work()
    for fault in CATALOGUE.values():
        part = fault.part.name.lower()
        about_it = part if part in (*_PARTS, *_BESIDE) else "journal"
        yield f"part_with_{fault.code}", t.ShowingPart(_WHO, about_it), machine({about_it: fault})


def _site_work() -> Iterator[tuple[str, t.Task, Snapshot | None]]:
    well, unaccounted = machine({}), machine({"bin": PERMIT_UNACCOUNTED})
    yield "part_service_state", t.ShowingServiceState(_WHO), well
    for fault in CLOSED_FOR.values():
        yield f"part_service_state_{fault.name}", t.ShowingServiceState(_WHO), machine({"service_state": fault})
    yield "part_service_state_failed", t.ShowingServiceState(_WHO, failed=True), well
    yield "part_service_state_changing", t.ChangingServiceState(_WHO, ClosingReason.PAPER), well
    yield "part_service_state_to_an_auditor", t.ShowingServiceState(replace(_WHO, role=Role.AUDITOR)), well
    at = datetime(2026, 3, 7, 16, 42, tzinfo=SHANGHAI)
    kept = tuple(KeptPermit(at, UUID(int=(0xA1B2C3D4 + 7919 * n) << 96), is_certain=n % 3 != 1) for n in range(16))
    yield "part_bin_listing", t.ListingBin(_STAFF), well
    yield "part_bin_empty", t.ShowingBin(_STAFF, ()), well
    yield "part_bin", t.ShowingBin(_STAFF, kept[:1]), well
    yield "part_bin_uncertain", t.ShowingBin(_STAFF, kept, t.BinResult.NOT_PRINTED), unaccounted
    yield "part_bin_printing", t.PrintingHandOver(_STAFF, kept), unaccounted
    yield "part_bin_printed", t.ShowingBin(_STAFF, kept, t.BinResult.PRINTED), unaccounted
    yield "part_bin_question", t.AskingIfEmptied(_STAFF, kept), unaccounted
    yield "part_bin_noting", t.NotingEmptied(_STAFF, kept), unaccounted
    yield "part_bin_emptied", t.ShowingBin(_STAFF, (), t.BinResult.EMPTIED), well
    yield "part_bin_failed", t.ShowingBin(_STAFF, None, t.BinResult.FAILED), well


_TROUBLES = {"permit_unit": PERMIT_JAMMED, "receipt_printer": PAPER_OUT, "certificates": CERTIFICATE_ENDS}


def machine(faults: dict[str, Fault]) -> Snapshot:
    """A machine that has every part, these of them with a fault."""
    needed = ("id_reader", "permit_unit", "permit_chip", "central", "certificates", "journal")
    found = tuple(
        Found(name, name in needed, name != "display", faults.get(name), since_s=4000.0, looked_at_s=12.0)
        for name in (*_PARTS, *_BESIDE)
    )
    return Snapshot(
        taken_at="2026-03-09T10:00:00+08:00",
        version="0.9.0",
        process=4711,
        uptime_s=500_000.0,
        site="production",
        region="310000",
        state=StateNow("InServiceMode", 30.0, "with_holder", serves=False, in_visit=False),
        found=found,
        journal=JournalNow(1.0, 81_234, None, Waiting(2, 40.0, None), retained=3, to_be_looked_for=0),
        clock=ClockNow(0.4, is_confirmed=True, is_in_doubt=False, jumps=0),
        certificate_days={"kiosk": 212},
    )
