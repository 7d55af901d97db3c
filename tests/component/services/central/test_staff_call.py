"""A resident calls staff, over HTTPS: once, truly told, and never late."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.central.client import CallTimes, CentralClient
from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.domain.faults import PERMIT_JAMMED
from kiosk.domain.staff_call import CallState
from kiosk.reference_central import kiosks
from kiosk.reference_central.server import ReferenceCentral
from kiosk.services.central.staff_call import CentralStaffCall
from kiosk.services.staff_calls import GIVEN_UP_AFTER_S, ONCE_WITHIN_S, StaffCall, StaffCalls
from kiosk.workflow import states as s
from tests.lobby.central_rig import MovableClock, client_of, settings
from tests.unit.workflow.machine_samples import VISIT

HAND = MovableClock()
JAMMED = s.ShowingOutcome(VISIT, s.BrokenOff(PERMIT_JAMMED, ChipState.OLD, FaceState.OLD), Custody.INSIDE)


class Clock:
    """Central's clock, as the kiosk looks at it."""

    def now(self) -> datetime:
        return HAND()

    def monotonic(self) -> float:
        return HAND().timestamp()


@dataclass
class Lobby:
    """Whoever calls, and the thread that delivers, which has its turn when the test says so."""

    central: ReferenceCentral
    client: CentralClient
    waiting: list[StaffCall] = field(default_factory=list)
    told: list[CallState] = field(default_factory=list)
    at_pause: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        self.at: s.State = JAMMED
        self.staff = StaffCalls(Clock(), self.waiting.append, self._changed)
        self.service = CentralStaffCall(self.client, Clock(), self._pause, self.staff.note)

    def _changed(self) -> None:
        last = self.staff.last_call(self.at)
        assert last is not None
        self.told.append(last.state)

    def _pause(self, seconds: float) -> bool:
        HAND.pass_time(timedelta(seconds=seconds))
        return self.at_pause()

    def calls(self, state: s.State = JAMMED) -> None:
        self.at = state
        self.staff.call(state)
        while self.waiting:
            self.service.deliver(self.waiting.pop(0))

    def at_central(self) -> list[tuple[object, ...]]:
        return [
            tuple(line[name] for name in ("kiosk", "state", "custody", "fault")) for line in self.central.staff_calls()
        ]


@pytest.fixture(scope="module")
def central(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ReferenceCentral, Path]]:
    directory = tmp_path_factory.mktemp("central")
    with ReferenceCentral(settings(directory, HAND)) as running:
        yield running, directory


@pytest.fixture
def lobby(central: tuple[ReferenceCentral, Path]) -> Iterator[Lobby]:
    running, directory = central
    HAND.pass_time(timedelta(days=1))
    with client_of(running, directory, times=CallTimes(5.0, 0.5, 0.5, 1.0)) as client:
        yield Lobby(running, client)
    running.clear_faults()


def test_central_hears_where_staff_are_wanted_and_why_and_nothing_of_whom(lobby: Lobby) -> None:
    lobby.calls()
    assert lobby.at_central() == [("kiosk-1", "Explaining", "inside", PERMIT_JAMMED.code)]
    assert lobby.told == [CallState.UNDER_WAY, CallState.CALLED]


def test_a_call_takes_no_number_that_could_be_missed(lobby: Lobby) -> None:
    before = lobby.central.sequences("kiosk-1")
    lobby.calls()
    assert lobby.central.sequences("kiosk-1") == before


def test_who_calls_again_within_two_minutes_has_called_already(lobby: Lobby) -> None:
    lobby.calls()
    lobby.calls()
    assert len(lobby.at_central()) == 1
    HAND.pass_time(timedelta(seconds=ONCE_WITHIN_S))
    lobby.calls(s.Idle("zh-Hans"))
    assert [state for _, state, _, _ in lobby.at_central()] == ["Idle", "Explaining"]


@pytest.mark.parametrize("fault", ["hang", "refuse_connection", "garbage_json", "wrong_type", "http_500"])
def test_a_call_that_central_does_not_take_is_told_so_and_tried_again(lobby: Lobby, fault: str) -> None:
    lobby.central.set_fault(fault, calls=1)
    lobby.calls()
    assert lobby.told == [CallState.UNDER_WAY, CallState.KEPT, CallState.CALLED]
    assert len(lobby.at_central()) == 1


def test_a_call_whose_answer_was_lost_comes_once(lobby: Lobby) -> None:
    lobby.central.set_fault("drop_connection_after_commit", calls=1)
    lobby.calls()
    assert lobby.told == [CallState.UNDER_WAY, CallState.KEPT, CallState.CALLED]
    assert len(lobby.at_central()) == 1


def test_a_call_is_given_up_after_ten_minutes_and_never_comes_late(lobby: Lobby) -> None:
    lobby.central.set_fault("refuse_connection")
    called_at = HAND()
    lobby.calls()
    assert lobby.told == [CallState.UNDER_WAY, CallState.KEPT, CallState.FAILED]
    assert timedelta(minutes=9) < HAND() - called_at <= timedelta(seconds=GIVEN_UP_AFTER_S)
    lobby.central.clear_faults()
    assert lobby.at_central() == []


def test_another_call_takes_the_place_of_one_that_waits(lobby: Lobby) -> None:
    lobby.central.set_fault("refuse_connection", calls=1)
    lobby.at_pause = lambda: True
    lobby.calls()
    HAND.pass_time(timedelta(seconds=ONCE_WITHIN_S))
    lobby.calls(s.Idle("zh-Hans"))
    assert lobby.told == [CallState.UNDER_WAY, CallState.KEPT, CallState.UNDER_WAY, CallState.CALLED]
    assert [state for _, state, _, _ in lobby.at_central()] == ["Idle"]


def test_a_kiosk_that_central_does_not_know_keeps_trying_and_the_resident_is_told(
    central: tuple[ReferenceCentral, Path], lobby: Lobby
) -> None:
    running, _ = central
    with running.database.writing() as session:
        kiosks.retire(session, "kiosk-1", HAND())

    def registered() -> bool:
        running.register_kiosk("kiosk-1")
        return False

    lobby.at_pause = registered
    lobby.calls()
    assert lobby.told == [CallState.UNDER_WAY, CallState.KEPT, CallState.CALLED]


def test_what_became_of_a_call_is_forgotten_with_it(lobby: Lobby) -> None:
    lobby.calls()
    assert lobby.staff.last_call(JAMMED) is not None
    HAND.pass_time(timedelta(seconds=GIVEN_UP_AFTER_S + 1))
    assert lobby.staff.last_call(JAMMED) is None


def test_a_permit_that_is_kept_is_told_of_though_somebody_called_a_moment_ago(lobby: Lobby) -> None:
    lobby.calls(s.Idle("zh-Hans"))
    lobby.calls(JAMMED)
    assert sorted(str(custody) for _, _, custody, _ in lobby.at_central()) == ["inside", "with_holder"]


def test_who_could_not_call_may_call_again_at_once(lobby: Lobby) -> None:
    lobby.staff.call(JAMMED)
    lobby.waiting.clear()
    lobby.staff.give_up()
    lobby.calls()
    assert lobby.told == [CallState.UNDER_WAY, CallState.FAILED, CallState.UNDER_WAY, CallState.CALLED]


def test_who_comes_next_is_not_told_that_they_have_called(lobby: Lobby) -> None:
    lobby.calls()
    another = replace(JAMMED, visit=replace(VISIT, id=UUID(int=0xA2)))
    assert lobby.staff.last_call(JAMMED) is not None
    assert lobby.staff.last_call(s.OutOfService(PERMIT_JAMMED, Custody.INSIDE)) is not None
    assert lobby.staff.last_call(another) is None
    assert lobby.staff.last_call(s.Idle("zh-Hans")) is None


def test_a_thread_that_ended_leaves_nobody_waiting(lobby: Lobby) -> None:
    lobby.staff.call(JAMMED)
    lobby.staff.give_up()
    assert lobby.told == [CallState.UNDER_WAY, CallState.FAILED]
    lobby.staff.give_up()
    assert lobby.told == [CallState.UNDER_WAY, CallState.FAILED]


def test_the_log_says_how_a_call_ended_that_something_else_cut_off(
    lobby: Lobby, caplog: pytest.LogCaptureFixture
) -> None:
    lobby.central.set_fault("refuse_connection")
    lobby.at_pause = lambda: True
    lobby.calls()
    assert [line for line in caplog.messages if "staff_called" in line][-1].endswith('"became": "failed"}')
