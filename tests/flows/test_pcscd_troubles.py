"""A pcscd that hangs, dies, comes back: while nobody is there, before a permit is taken in, and with one inside."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.simulators.pcscd import PrivatePcscd
from drivers.simulators.permit import PermitLocation
from drivers.transport import pcsc
from kiosk.domain.endorsement import ChipState, Custody
from kiosk.domain.faults import COUPLER_LINK, COUPLER_SILENT
from kiosk.services import chip as chip_service
from kiosk.services import slot_watch
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.fakes.pcscd_restarter import PcscdRestarter
from tests.flows.conftest import OpenPlace
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN
from tests.waiting import eventually

pytestmark = [pytest.mark.pcsc, pytest.mark.slow, pytest.mark.timeout(180)]

WITHIN_S = 60.0


@pytest.fixture
def hanging(pcscd: PrivatePcscd, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivatePcscd]:
    """A pcscd that a test may let hang; a chip's command is waited for as long as everything else."""
    monkeypatch.setattr(pcsc, "TRANSMIT_S", pcsc.ANSWER_S)
    yield pcscd
    pcscd.thaw()


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    return tmp_path / "restart-pcscd"


@pytest.fixture
def place(open_place: OpenPlace, hanging: PrivatePcscd, request_file: Path) -> KioskHarness:
    place = open_place(
        chip=(f"pcsc://{hanging.reader_name}", hanging.vpcd_url), settings={"pcscd_restart_file": str(request_file)}
    )
    place.start_kiosk()
    place.sees(s.Idle)
    return place


def _freeze_at(place: KioskHarness, pcscd: PrivatePcscd, kind: type[s.State], batch: int | None = None) -> None:
    """Let pcscd hang when this state is entered for the first time, before what it orders begins."""
    frozen: list[s.State] = []

    def freeze(state: s.State) -> None:
        if isinstance(state, kind) and batch in (None, getattr(state, "batch", None)) and not frozen:
            frozen.append(state)
            pcscd.freeze()

    place.at_every_state(freeze)


def _ends_with_the_permit_in_hand(place: KioskHarness) -> s.AwaitingRemoval:
    removal = place.sees(s.AwaitingRemoval, within_s=WITHIN_S)
    place.takes_permit()
    place.sees(s.ShowingOutcome if isinstance(removal.ending, s.BrokenOff) else s.Thanking)
    place.chooses(Intent.FINISH)
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    return removal


def _tells_the_truth(place: KioskHarness, removal: s.AwaitingRemoval) -> None:
    """Chip, what the holder is told, and central's record say the same."""
    is_new = place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert isinstance(removal.ending, s.Renewed) is is_new
    if isinstance(removal.ending, s.BrokenOff):
        assert removal.ending.chip is ChipState.OLD
    assert place.central_state() == ("written" if is_new else "unchanged")


# -- nobody is there ---------------------------------------------------------------------------------------------------


def test_while_idle_a_hanging_pcscd_closes_the_service_and_a_restart_is_asked_for_and_opens_it_again(
    place: KioskHarness, hanging: PrivatePcscd, request_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hanging.freeze()
    with caplog.at_level(logging.INFO, "kiosk"):
        place.lets_pass()
        closed = place.sees(s.OutOfService)
    assert (closed.fault, closed.custody) == (COUPLER_SILENT, Custody.WITH_HOLDER)
    assert 'pcscd_restart_asked {"asked": true, "error": null}' in caplog.text
    assert request_file.exists()
    with PcscdRestarter(hanging, request_file) as restarter:
        eventually(lambda: restarter.restarts, WITHIN_S)
    place.is_open_again()
    place.plays(LIN.renewal())
    assert place.central_state() == "written"


def test_while_idle_a_pcscd_that_is_gone_closes_the_service_until_it_is_there_again(
    place: KioskHarness, hanging: PrivatePcscd, request_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kiosk")
    hanging.stop()
    try:
        place.lets_pass()
        assert place.sees(s.OutOfService).fault is COUPLER_LINK
        assert request_file.exists()
    finally:
        hanging.start()
    place.is_open_again()
    assert place.running.health.states()["permit_chip"] == "ok"
    assert [line for line in caplog.messages if line.startswith("device_state") and '"permit_chip"' in line] == [
        'device_state {"device": "permit_chip", "before": "ok", "now": "3101"}',
        'device_state {"device": "permit_chip", "before": "3101", "now": "ok"}',
    ]


def test_while_idle_a_pcscd_that_goes_on_late_by_itself_is_asked_again_and_serves(
    place: KioskHarness, hanging: PrivatePcscd
) -> None:
    hanging.freeze()
    place.lets_pass()
    place.sees(s.OutOfService)
    for _ in range(3):  # it stays closed, and no look is waited for any more
        place.lets_pass()
        assert isinstance(place.state, s.OutOfService)
    hanging.thaw()

    def is_idle() -> bool:
        place.lets_pass()
        return isinstance(place.state, s.Idle)

    eventually(is_idle, WITHIN_S)
    place.plays(LIN.renewal())
    assert place.central_state() == "written"


def test_a_site_that_restarts_nothing_is_told_so_in_the_log(
    open_place: OpenPlace, hanging: PrivatePcscd, caplog: pytest.LogCaptureFixture
) -> None:
    place = open_place(chip=(f"pcsc://{hanging.reader_name}", hanging.vpcd_url))
    place.start_kiosk()
    place.sees(s.Idle)
    hanging.freeze()
    with caplog.at_level(logging.INFO, "kiosk"):
        place.lets_pass()
        place.sees(s.OutOfService)
    assert '"asked": false, "error": "no pcscd_restart_file in the configuration"' in caplog.text


# -- before a permit is taken in ---------------------------------------------------------------------------------------


def test_no_permit_is_taken_in_by_a_kiosk_whose_pcscd_hangs_since_it_last_looked(
    place: KioskHarness, hanging: PrivatePcscd
) -> None:
    _freeze_at(place, hanging, s.AwaitingPermit)
    # It lies in the mouth before the unit is told anything: an open gate would let it in at once.
    place.plays(LIN.through(s.AwaitingPermit))
    explaining = place.sees(s.ShowingOutcome)
    assert isinstance(explaining.ending, s.BrokenOff)
    assert (explaining.ending.fault, explaining.custody) == (COUPLER_SILENT, Custody.WITH_HOLDER)
    assert "PermitTakenIn" not in [step.event for step in place.journal()]
    assert place.rig.withdraw_permit()
    place.chooses(Intent.FINISH)
    place.sees(s.OutOfService)


def test_a_pcscd_that_is_away_for_a_moment_while_a_permit_is_awaited_ends_no_visit(
    place: KioskHarness, hanging: PrivatePcscd, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.plays(LIN.until(s.AwaitingPermit))
    every_s = slot_watch.EVERY_S
    monkeypatch.setattr(slot_watch, "EVERY_S", WITHIN_S)  # no look while it stops, which takes as long as it takes
    with caplog.at_level(logging.INFO, "kiosk"):
        hanging.stop()
        monkeypatch.setattr(slot_watch, "EVERY_S", every_s)
        eventually(lambda: '"doing": "looking at the slot"' in caplog.text, WITHIN_S)
        monkeypatch.setattr(slot_watch, "EVERY_S", WITHIN_S)
        hanging.start()
    place.answers(LIN.since(s.AwaitingPermit))
    assert place.central_state() == "written"


def test_the_mouth_closes_when_pcscd_begins_to_hang_while_a_permit_is_awaited(
    place: KioskHarness, hanging: PrivatePcscd
) -> None:
    place.plays(LIN.until(s.AwaitingPermit))
    hanging.freeze()
    explaining = place.sees(s.ShowingOutcome)
    assert isinstance(explaining.ending, s.BrokenOff)
    assert explaining.ending.fault is COUPLER_SILENT
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    place.chooses(Intent.FINISH)
    place.sees(s.OutOfService)
    assert "PermitTakenIn" not in [step.event for step in place.journal()]


def test_a_permit_that_was_taken_in_as_pcscd_began_to_hang_comes_back(
    place: KioskHarness, hanging: PrivatePcscd
) -> None:
    _freeze_at(place, hanging, s.ReadingPermit)
    place.plays(LIN.through(s.AwaitingPermit))
    removal = _ends_with_the_permit_in_hand(place)
    assert isinstance(removal.ending, s.BrokenOff)
    assert removal.ending.fault is COUPLER_SILENT
    assert place.is_untouched(LIN.permit)
    place.sees(s.OutOfService)


# -- a permit is inside ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_in_the_middle_of_the_write_pcscd_is_restarted_and_the_chip_asked_before_anything_is_retained(
    place: KioskHarness, hanging: PrivatePcscd, request_file: Path, batch: int
) -> None:
    _freeze_at(place, hanging, s.RelayingBatch, batch)
    with PcscdRestarter(hanging, request_file) as restarter:
        place.plays(LIN.through(s.Confirming))
        if batch == 1:  # the machine takes its turns while a thread waits for pcscd
            place.sees(s.RelayingBatch)
            assert place.running.engine.answers(1.0)
            assert place.running.is_well()
        removal = _ends_with_the_permit_in_hand(place)
        assert restarter.restarts <= 1
    _tells_the_truth(place, removal)
    assert "RetainPermit" not in place.ordered()
    assert place.updates() <= 1


def test_a_pcscd_that_hangs_before_the_first_command_of_the_write_keeps_no_permit_from_its_holder(
    place: KioskHarness, hanging: PrivatePcscd
) -> None:
    _freeze_at(place, hanging, s.OpeningChipSession)
    place.plays(LIN.through(s.Confirming))
    removal = _ends_with_the_permit_in_hand(place)
    assert isinstance(removal.ending, s.BrokenOff)
    assert (removal.ending.fault, removal.ending.chip) == (COUPLER_SILENT, ChipState.OLD)
    assert "ReadBackChip" not in place.ordered()
    assert place.is_untouched(LIN.permit)
    place.sees(s.OutOfService)


def test_in_the_middle_of_the_write_a_pcscd_that_goes_on_late_has_carried_out_what_it_was_sent(
    place: KioskHarness, hanging: PrivatePcscd, request_file: Path
) -> None:
    _freeze_at(place, hanging, s.RelayingBatch, 2)
    place.plays(LIN.through(s.Confirming))
    place.sees(s.ReadingChipBack, within_s=WITHIN_S)
    eventually(request_file.exists, WITHIN_S)
    hanging.thaw()
    removal = _ends_with_the_permit_in_hand(place)
    _tells_the_truth(place, removal)
    assert "RetainPermit" not in place.ordered()


def test_a_pcscd_that_hangs_at_the_reading_back_is_restarted_and_the_visit_ends_well(
    place: KioskHarness, hanging: PrivatePcscd, request_file: Path
) -> None:
    _freeze_at(place, hanging, s.ReadingChipBack)
    with PcscdRestarter(hanging, request_file) as restarter:
        place.plays(LIN.through(s.Confirming))
        removal = _ends_with_the_permit_in_hand(place)
        assert restarter.restarts == 1
    assert isinstance(removal.ending, s.Renewed)
    _tells_the_truth(place, removal)


def test_only_a_pcscd_that_does_not_come_back_in_the_stated_time_costs_the_holder_the_permit(
    place: KioskHarness, hanging: PrivatePcscd, request_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chip_service, "SLOT_BACK_S", 2.0)
    _freeze_at(place, hanging, s.ReadingChipBack)
    place.plays(LIN.through(s.Confirming))
    explaining = place.sees(s.ShowingOutcome, within_s=WITHIN_S)
    assert request_file.exists()
    assert place.where_is(LIN.permit) is PermitLocation.BIN
    assert isinstance(explaining.ending, s.BrokenOff)
    assert explaining.ending.chip is ChipState.UNKNOWN
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    place.lets_pass()
    assert place.sees(s.OutOfService).fault is COUPLER_SILENT


@pytest.mark.filterwarnings("ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning")
def test_after_a_stop_in_the_write_a_hanging_pcscd_is_restarted_before_the_chip_is_judged(
    place: KioskHarness, hanging: PrivatePcscd, request_file: Path
) -> None:
    place.cut_power_at(s.SendingChipAnswers, lambda state: state.batch == 2)
    place.plays(LIN.through(s.Confirming))
    place.loses_power()
    hanging.freeze()
    with PcscdRestarter(hanging, request_file):
        place.start_kiosk()
        place.asks_for_permit()
        removal = place.sees(s.AwaitingRemoval, within_s=WITHIN_S)
    place.takes_permit()
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert isinstance(removal.ending, s.Interrupted)
    assert removal.ending.chip is ChipState.NEW
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
