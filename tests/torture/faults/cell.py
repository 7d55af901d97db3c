"""One cell of the table: bring a place into a state, let something go wrong there, play on, mend it, name the end."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.simulators.permit import PermitLocation
from kiosk.domain.endorsement import Custody
from kiosk.domain.faults import CATALOGUE
from kiosk.workflow import states as s
from tests.lobby.visitor import NEIGHBOUR
from tests.torture.faults.causes import Cause, Heal
from tests.torture.faults.counter import Bystander, Counter, FaultHarness
from tests.torture.faults.laws import Before, broken_laws
from tests.torture.faults.outcome_names import Ending, Service, Whereabouts
from tests.torture.faults.resident import Resident, Way
from tests.torture.faults.traces import raised_in, work_of
from tests.waiting import LIMIT_S

PERSON_PATIENCE_S = 0.4  # real time before the clock is moved by hand: somebody has acted and nothing came of it
DEVICE_PATIENCE_S = 1.5  # the same where a device or central is at work
WELL_PATIENCE_S = 10.0
LEAVES_AFTER_S = 0.05
REPEATS_AFTER_S = 0.5
_A_DEVICE_WORKS = s.ReadingIdCard | s.ReadingAgentIdCard | s.AwaitingPermit | s.AwaitingRemoval | s.ReadingLicenceCode
PCSCD_PATIENCE_S = 8.0  # it polls its slots, and a service waits four seconds for a chip to be found
CHECK_WITHIN_S = 5.0  # what the machine's own look around takes at most where devices are silent
LOOK_EVERY_S = 0.01
MOST_WAITS = 30
MOST_STARTS = 3
RECHECKS = 1  # of its own, that a closed machine gets before anybody mends anything
RECHECKS_AFTER = 2
MOST_CALLS_OF_STAFF = 6
SECOND_WRITE = 3  # batch that holds it, of a permit file with several writes; the first batch reads
PATIENCE_OF_STAFF = 2  # rechecks after mending, before a permit is taken out by hand
SETTLES_WITHIN_S = LIMIT_S
GRANT_RUNS_OUT_S = 1800.0  # longer than central lets a grant be used


class NotReached(AssertionError):
    """The visit took another turn before anything was broken: on a machine that is very busy a time-out may pass."""


class DidNotEnd(AssertionError):
    """The visit, or the mending, went on for longer than any deadline explains."""


@dataclass
class Finding:
    """What a cell came to. `broken`: laws that did not hold, each a sentence; `faults`: codes that were raised."""

    row: str
    cause: str
    ending: Ending | None
    faults: tuple[str, ...]
    broken: tuple[str, ...]
    way: tuple[str, ...]
    took_s: float


@dataclass
class Scene:
    """One cell while it is played. `is_under_way`: the visit in which something is to go wrong has begun."""

    counter: Counter
    way: Way
    cause: Cause | None
    place: FaultHarness
    bystander: Bystander
    heal: Heal | None = None
    reached: bool = False
    is_under_way: bool = False
    waits: int = 0
    handled: int = 0
    began: int = 0
    heard: int = 0
    before: Before = field(init=False)

    def __post_init__(self) -> None:
        self.before = Before.of(self.place, self.way.visitor.permit)

    def _at_state(self, state: s.State) -> None:
        way = self.way
        if way.broken_before is not None and isinstance(state, way.broken_at) and not self.reached:
            self.place.rig.fault(*way.broken_before)
        if way.central_silent_at is not None and not self.reached:
            if isinstance(state, way.central_silent_at):
                self.place.central.set_fault("refuse_connection")
            else:
                self.place.central.clear_faults()
        if self.reached or not isinstance(state, way.state) or not way.where(state):
            return
        self.reached = True
        if way.broken_before is not None:
            self.place.rig.clear_faults(way.broken_before[0])
        if self.cause is not None:
            self.heal = self.cause.strike(self.place, self.counter)

    def patience_s(self, state: s.State) -> float:
        """How long to wait for what comes next before the clock is moved: long as long as nothing is broken."""
        if self.way.forgets and isinstance(state, s.AwaitingRemoval):
            return LEAVES_AFTER_S
        if isinstance(state, s.OutOfHours):
            return DEVICE_PATIENCE_S  # nothing comes there but what is found broken
        if self.heal is None:
            return WELL_PATIENCE_S
        if isinstance(state, s.AwaitsPerson) and not isinstance(state, _A_DEVICE_WORKS):
            return PERSON_PATIENCE_S
        return PCSCD_PATIENCE_S if self.cause is not None and self.cause.over_pcsc else DEVICE_PATIENCE_S

    # -- play ------------------------------------------------------------------------------------------------------

    def plays(self, resident: Resident, until: Callable[[s.State], bool]) -> s.State:
        """Let the resident act on every state that comes, and time pass where none comes, until a state is shown."""
        place = self.place
        while True:
            seen = len(place.states)
            state = place.states[-1] if seen else s.Recovering()
            if seen > self.handled:
                if until(state):
                    return state
                self.handled = seen
                resident.acts(place, state)
            patience_s = REPEATS_AFTER_S if resident.may_repeat(state) else self.patience_s(state)
            if not place.shows_more_than(seen, patience_s) and not resident.repeats(place, state):
                self.waits += 1
                if self.waits > MOST_WAITS:
                    raise DidNotEnd(f"{type(state).__name__} does not end; the machine went {place.way()}")
                place.lets_pass()

    def comes_to_rest(self, resident: Resident, rechecks: int) -> s.State:
        """Play until nobody is on a visit and the machine is open, or closed through so many of its own rechecks."""
        while True:
            state = self.plays(resident, lambda state: _is_at_rest(resident, state))
            if isinstance(state, s.Idle) or rechecks == 0:
                return state
            rechecks -= 1
            self.rechecks()

    def rechecks(self) -> None:
        """Time passes until the machine looks for itself, and it gets the time to find out."""
        place, heard = self.place, len(self.bystander.lines)
        self.handled = seen = len(place.states)
        place.lets_pass()
        deadline = time.monotonic() + CHECK_WITHIN_S
        while time.monotonic() < deadline:
            latest = place.states[-1]
            has_inspected = isinstance(latest, s.OutOfService) and not latest.inspecting
            if not isinstance(latest, s.AtRest | s.OutOfService) or self.bystander.heard_of_check(heard):
                break
            if has_inspected and any(getattr(state, "inspecting", False) for state in place.states[seen:]):
                break
            place.shows_more_than(len(place.states), LOOK_EVERY_S)
        if len(place.states) == seen:
            self.handled = seen - 1  # nothing came of it: the same state once more

    def visit(self) -> Resident:
        """The visit in which it happens, before anything is mended."""
        way, place = self.way, self.place
        resident = Resident(way)
        if way.has_applied:
            self.applies()
        if way.half_written:
            self.finds_half_written()
        if way.cut_at is not None:
            self.loses_power(resident, way.cut_at)
        self.place.at_every_state(self._at_state)
        self.is_under_way = True
        if place.kiosk is None:
            place.start_kiosk()
        if way.broken_at is s.Idle and way.broken_before is not None:
            self.awaits(s.Idle)
            place.lets_pass()
        if way.state in (s.Idle, s.OutOfService) and way.broken_at is s.Idle:
            self.awaits(way.state)
            self.rechecks()
        if way.state is s.OutOfHours:
            self.awaits_closing_time()
            self.rechecks()
        self.comes_to_rest(resident, RECHECKS)
        return resident

    def applies(self) -> None:
        """On another day: an application, which was let pass and made."""
        place, way = self.place, self.way
        place.start_kiosk()
        self.comes_to_rest(Resident(Way(s.Applying, way.visitor, way.site)), 0)
        self.began = len(place.states)
        self.handled = self.began - 1
        place.rig.lift_id_card()
        applications = place.applications(way.visitor.person)
        if not applications:
            raise NotReached(f"no application came; the machine went {place.way()}")
        application = applications[0]
        place.approves(application.review_number)
        with place.central.database.writing() as session:
            place.central.reviewing.made(
                session, application.review_number, "示范派出所", place.clock.now().date(), place.clock.now()
            )

    def finds_half_written(self) -> None:
        """Earlier: the power of the chip fails in the second write, and central is silent until the permit is out. That
        kiosk is gone with all that it knew.
        """
        place, way = self.place, self.way
        chip = place.rig.issued(way.visitor.permit).chip
        assert chip is not None

        def tears(state: s.State) -> None:
            if isinstance(state, s.RelayingBatch) and state.batch == SECOND_WRITE:
                chip.tear_after(0)
                place.central.set_fault("refuse_connection")

        place.at_every_state(tears)
        place.start_kiosk()
        self.comes_to_rest(Resident(Way(s.Thanking, way.visitor, way.site)), RECHECKS)
        place.at_every_state(lambda _: None)
        place.central.clear_faults()
        place.running.warm_up()
        place.central_is_told()
        place.stop_kiosk()
        shutil.rmtree(place.config.state_dir)
        place.rig.lift_id_card()
        self.before = Before.of(place, way.visitor.permit)
        at_issue = place.at_issue[way.visitor.permit]
        changed = {name for name, value in self.before.chip.items() if value != at_issue[name]}
        if changed != {"valid_from"}:
            raise NotReached(f"the chip is new in {sorted(changed)}; the machine went {place.way()}")
        self.began = self.handled = len(place.states)
        self.heard = len(self.bystander.lines)

    def loses_power(self, resident: Resident, at: type[s.State]) -> None:
        """The power goes when the machine comes to a state, and comes back at once."""
        place = self.place
        place.cut_power_at(at, self.way.cut_where)
        place.start_kiosk()
        deadline = time.monotonic() + SETTLES_WITHIN_S
        while not place.running.failed.is_set():
            if time.monotonic() > deadline:
                raise NotReached(f"power was not cut; the machine went {place.way()}")
            seen = len(place.states)
            if seen > self.handled:
                self.handled = seen
                resident.acts(place, place.states[-1])
            place.shows_more_than(seen, 0.05)
        place.loses_power()
        self.handled = len(place.states)

    def awaits(self, kind: type[s.State]) -> None:
        """Wait until a state has come, if only for a moment."""
        deadline = time.monotonic() + SETTLES_WITHIN_S
        while not any(isinstance(state, kind) for state in self.place.states[self.began :]):
            assert time.monotonic() < deadline, f"no {kind.__name__}; the machine went {self.place.way()}"
            self.place.shows_more_than(len(self.place.states), 0.1)

    def awaits_closing_time(self) -> None:
        """Let the machine hear central's time, by which it is closed, and look at its hours then."""
        self.awaits(s.Idle)
        self.place.hears_central()
        self.place.lets_pass()
        self.awaits(s.OutOfHours)

    # -- mend ------------------------------------------------------------------------------------------------------

    def is_mended(self, resident: Resident) -> bool:
        """Put right what was wrong; staff come where the kiosk cannot help itself. Whether staff took a permit out."""
        place, by_staff = self.place, False
        if self.heal is not None:
            self.heal()
            self.heal = None
        place.rig.clear_faults()
        for call in range(MOST_CALLS_OF_STAFF):
            state = self.comes_to_rest(resident, 0)
            if isinstance(state, s.Idle):
                return by_staff
            if call >= PATIENCE_OF_STAFF and place.rig.state()["permit_in_unit"] is not None:
                by_staff = place.rig.free_jam() is not None or by_staff
            self.rechecks()
        raise DidNotEnd(f"it stays closed though everything is mended; the machine went {place.way()}")


def _is_at_rest(resident: Resident, state: s.State) -> bool:
    if isinstance(state, s.OutOfService):
        return not state.inspecting
    return isinstance(state, s.Idle) and resident.has_begun


def play(
    counter: Counter,
    row: str,
    way: Way,
    cause: Cause | None,
    played: Callable[[Scene], tuple[Ending, list[str]]] | None = None,
    kind: type[Scene] = Scene,
) -> Finding:
    """Play a cell (`cause` None: what comes of it when nothing goes wrong); from the beginning where it was not
    reached. `played`, of a scene of this `kind`: the ending and the laws that did not hold; None: as in the table of
    faults.
    """
    for _ in range(MOST_STARTS):
        finding = _play_once(counter, row, way, cause, played or _played, kind)
        if not any(law.startswith(NotReached.__name__) for law in finding.broken):
            break
    return finding


def _play_once(
    counter: Counter,
    row: str,
    way: Way,
    cause: Cause | None,
    played: Callable[[Scene], tuple[Ending, list[str]]],
    kind: type[Scene],
) -> Finding:
    began = time.monotonic()
    bystander = Bystander()
    logger = logging.getLogger("kiosk")
    logger.addHandler(bystander)
    level, logger.propagate = logger.level, False
    logger.setLevel(logging.DEBUG)
    permits = tuple(dict.fromkeys((way.visitor.permit, NEIGHBOUR.permit)))
    ending: Ending | None = None
    broken: list[str] = []
    names: set[str] = set()
    way_gone: list[str] = []
    try:
        with counter.opened(permits, way.site, cause is not None and cause.over_pcsc, way.unit) as place:
            cell = kind(counter, way, cause, place, bystander)
            try:
                ending, broken = played(cell)
            except (AssertionError, ValueError) as error:  # ValueError: what hands cannot do
                broken = [f"{type(error).__name__}: {error}"]
            finally:
                if cell.heal is not None:
                    cell.heal()
                names = raised_in(place.states[cell.began :]) | bystander.faults(cell.heard)
                way_gone = place.way()
    finally:
        logger.removeHandler(bystander)
        logger.setLevel(level)
        logger.propagate = True
    return Finding(
        row,
        "" if cause is None else cause.key,
        ending,
        tuple(sorted(names & set(CATALOGUE))),
        tuple(broken),
        tuple(way_gone),
        time.monotonic() - began,
    )


def _played(cell: Scene) -> tuple[Ending, list[str]]:
    place, permit = cell.place, cell.way.visitor.permit
    resident = cell.visit()
    if not cell.reached:
        raise NotReached(f"the state was never reached; the machine went {place.way()}")
    closed = isinstance(place.state, s.OutOfService)
    by_staff = cell.is_mended(resident)
    states, whereabouts = place.states[cell.began :], _whereabouts(cell, by_staff)
    broken = (
        []
        if place.where_is(permit) in (PermitLocation.HAND, PermitLocation.BIN)
        else [f"the permit is {place.where_is(permit).value}"]
    )
    place.rig.empty_bin()
    place.rig.lift_id_card()
    broken += next_is_served(cell)
    place.central_is_told()
    paperless = any(
        isinstance(state, s.Thanking | s.ShowingApplication) and state.paper_trouble is not None for state in states
    )
    ending = Ending(
        work_of(place, permit, cell.before, states), whereabouts, Service.CLOSED if closed else Service.OPEN, paperless
    )
    hides_grant = cell.cause is not None and cell.cause.hides_grant
    broken += broken_laws(place, permit, cell.before, cell.bystander.lines, hides_grant)
    if cell.way.half_written:
        broken += _is_finished(cell)
    assert place.running.is_well(), "a part of the program has died"
    return ending, broken


def next_is_served(cell: Scene) -> list[str]:
    """Somebody else comes with a permit, which is renewed, or given back where it is another region's."""
    place = cell.place
    seen = len(place.states)
    if cell.way.visitor == NEIGHBOUR:
        return []
    resident = Resident(
        Way(
            s.Idle,
            NEIGHBOUR,
            does={
                kind: act for kind, act in cell.way.does.items() if kind in (s.ExplainingService, s.AwaitingAttendant)
            },
        )
    )
    cell.rechecks()  # half a minute at the welcome screen: a dead line is found before anybody comes
    cell.comes_to_rest(resident, RECHECKS_AFTER)
    place.rig.lift_id_card()
    passed = {type(state) for state in place.states[seen:]}
    is_renewed = place.chip(NEIGHBOUR.permit) != place.at_issue[NEIGHBOUR.permit]
    broken = []
    if s.ReadingPermit not in passed or place.where_is(NEIGHBOUR.permit) is not PermitLocation.HAND:
        broken.append(f"the next visit is not served: {[kind.__name__ for kind in passed]}")
    if "region" not in cell.way.site and not is_renewed:
        broken.append(f"the next permit is not renewed: {place.way()[seen:]}")
    return broken


def _is_finished(cell: Scene) -> list[str]:
    """The holder comes once more, and nothing is wrong any more: no half-written permit is left."""
    place, way = cell.place, cell.way
    was_valid_to = place.at_issue[way.visitor.permit]["valid_to"]
    if place.chip(way.visitor.permit)["valid_to"] != was_valid_to:
        return []
    seen = len(place.states)
    place.lets_pass(GRANT_RUNS_OUT_S)
    cell.rechecks()
    cell.comes_to_rest(Resident(Way(s.Idle, way.visitor, way.site)), RECHECKS_AFTER)
    place.rig.lift_id_card()
    if place.chip(way.visitor.permit)["valid_to"] == was_valid_to:
        return [f"the permit stays half written; the machine went {place.way()[seen:]}"]
    return []


def _whereabouts(cell: Scene, by_staff: bool) -> Whereabouts:
    states = cell.place.states[cell.began :]
    if by_staff:
        return Whereabouts.BY_STAFF
    if cell.place.where_is(cell.way.visitor.permit) is PermitLocation.BIN:
        return Whereabouts.IN_BIN
    was_closed_with_it = any(
        isinstance(state, s.OutOfService) and state.custody is not Custody.WITH_HOLDER for state in states
    )
    return Whereabouts.GIVEN_BACK if was_closed_with_it else Whereabouts.IN_HAND
