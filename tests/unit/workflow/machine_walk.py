"""A walk over everything that can happen: the machine, beside it a permit unit that is late, fails and tells the truth,
and a ledger of what central must still be told.

The walk is the place for laws that hold always; each law that is broken becomes one sentence, with the way that led
there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from uuid import UUID

from kiosk.domain import faults
from kiosk.domain.endorsement import Custody
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.machine import step
from kiosk.workflow.transition import Site, Step
from kiosk.workflow.writing import MOST_SESSIONS
from tests.unit.workflow.machine_samples import (
    EVENTS,
    FOUND_VISIT,
    GRANT_CUT_OFF,
    NEW,
    OF_EVERY_SERVICE,
    STORIES,
    WITH_TECHNICIANS,
)

# Orders that the unit's one thread carries out one after the other.
_UNIT_ORDERS = (
    do.InspectPath,
    do.TakePermitIn,
    do.RewriteFace,
    do.EjectPermit,
    do.WatchMouth,
    do.TakePermitBack,
    do.RetainPermit,
)
_WITHDRAWN_BY_THE_NEXT = (do.WatchMouth,)
_HARMLESS_ON_AN_EMPTY_PATH = (do.InspectPath, do.TakePermitBack)
MOST_INSPECTIONS = 2  # ordered anew while one is under way: two tell as much as ten
_BEGINS = (
    do.ReadIdCard,
    do.TakePermitIn,
    do.ReadChip,
    do.AskForPendingRewrites,
    do.RequestEndorsement,
    do.Apply,
    do.ReadLicenceCode,
    do.CheckDevices,
)
UNIT_FAILED = on.DeviceFailed(faults.PERMIT_UNIT_LINK)
_NEEDS_GRANT = (do.OpenChipSession, do.RelayBatch, do.RewriteFace)


@dataclass(frozen=True, slots=True)
class OutsideFacts:
    """What is true outside the machine's state. `orders`: not yet answered, oldest first; `owed`: what central waits
    for; `story`: which of STORIES the journal holds of the time before the start.
    """

    permit_is: Custody
    story: int
    orders: tuple[type, ...] = (do.InspectPath,)
    owed: frozenset[UUID] = frozenset()
    sessions: int = 0
    relayed: frozenset[int] = frozenset()


Node = tuple[int, OutsideFacts]
"""A state, by its number, and the world around it."""


class Walk:
    """`first_way`: every reachable node, with the node and the event that first led there. `broken_laws`: each with
    the first way that broke it. A place with a code scanner is walked with the events of every service.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self._events = (
            WITH_TECHNICIANS if site.has_technicians else OF_EVERY_SERVICE if site.has_code_scanner else EVENTS
        )
        self.states: list[s.State] = []
        self.first_way: dict[Node, tuple[Node, on.Event] | None] = {}
        self.broken_laws: dict[str, str] = {}
        self._numbers: dict[s.State, int] = {}
        self._steps: list[dict[on.Event, tuple[Step, int] | None]] = []
        self._heeded: dict[int, list[tuple[on.Event, tuple[Step, int]]]] = {}

    def number_of(self, state: s.State) -> int:
        number = self._numbers.setdefault(state, len(self.states))
        if number == len(self.states):
            self.states.append(state)
            self._steps.append({})
        return number

    def step(self, number: int, event: on.Event) -> tuple[Step, int] | None:
        """The machine's step from a state, and the number of the state it leads to; asked of the machine once."""
        known = self._steps[number]
        if event not in known:
            taken = step(self.site, self.states[number], event)
            known[event] = (taken, self.number_of(taken.state)) if taken else None
        return known[event]

    def heeded(self, number: int) -> list[tuple[on.Event, tuple[Step, int]]]:
        """The events that mean something in a state, each with its step; the others change nothing in the world."""
        if number not in self._heeded:
            taken = [(event, self.step(number, event)) for event in self._events]
            self._heeded[number] = [(event, found) for event, found in taken if found is not None]
        return self._heeded[number]

    def arrows(self) -> Iterator[tuple[s.State, on.Event, Step]]:
        """Every heeded event of every reachable state."""
        for state, steps in zip(self.states, self._steps, strict=True):
            for event, taken in steps.items():
                if taken is not None:
                    yield state, event, taken[0]

    def check(self, holds: bool, law: str, node: Node, event: on.Event | None = None) -> bool:
        if not holds and law not in self.broken_laws:
            self.broken_laws[law] = self._way_to(node) + (f", {name_of(event)}" if event else "")
        return holds

    def _way_to(self, node: Node) -> str:
        names: list[str] = []
        came = self.first_way[node]
        while came is not None:
            names.append(f"{name_of(came[1])} → {type(self.states[node[0]]).__name__}")
            node, came = came[0], self.first_way[came[0]]
        return ", ".join(reversed(names)) or "at the start"


@cache
def walk(site: Site) -> Walk:
    """Breadth first from every way the program may find the world when it starts; not on from where a law is broken."""
    result = Walk(site)
    to_visit: deque[Node] = deque()
    for story, told in enumerate(_stories(site)):
        for permit_is in (Custody.WITH_HOLDER, Custody.AT_MOUTH, Custody.INSIDE):
            is_open = told.endorsement_id is not None and not told.told
            owed = frozenset({told.endorsement_id} if told.endorsement_id and is_open else ())
            relayed = frozenset(range(1, told.relayed + 1))
            node = (result.number_of(s.Recovering()), OutsideFacts(permit_is, story, owed=owed, relayed=relayed))
            result.first_way[node] = None
            to_visit.append(node)
    while to_visit:
        before = to_visit.popleft()
        for event, world, taken in _what_may_happen(result, before):
            after = (taken[1], _after(result, before, event, taken[0], world)) if taken else (before[0], world)
            if after not in result.first_way:
                result.first_way[after] = (before, event)
                if _is_lawful(result, after) and not (taken and do.EndProgram() in taken[0].effects):
                    to_visit.append(after)
    return result


def _stories(site: Site) -> tuple[s.InterruptedVisit, ...]:
    """What a restart finds is walked through at other places; with every service besides it would take too long."""
    return STORIES[:3] if site.has_technicians or site.has_code_scanner else STORIES


def _what_may_happen(result: Walk, node: Node) -> Iterator[tuple[on.Event, OutsideFacts, tuple[Step, int] | None]]:
    """Any answer at any time, however late, with the step that it makes; facts about custody only as the unit's oldest
    order brings them about.
    """
    number, world = node
    for event, taken in result.heeded(number):
        yield event, world, taken
    if not world.orders:
        return
    done = replace(world, orders=world.orders[1:])
    yield UNIT_FAILED, done, result.step(number, UNIT_FAILED)
    for event, permit_is in _answers(world):
        yield event, replace(done, permit_is=permit_is), result.step(number, event)


def _answers(world: OutsideFacts) -> Iterator[tuple[on.Event, Custody]]:
    order, permit_is = world.orders[0], world.permit_is
    if order is do.TakePermitIn:
        yield on.PermitTakenIn(), Custody.INSIDE
        yield on.PermitOutOfSight(faults.PERMIT_UNIT_LINK), Custody.INSIDE
        yield on.PermitOutOfSight(faults.PERMIT_UNIT_LINK), permit_is
        yield on.PermitNotTakenIn(), permit_is
    elif order is do.EjectPermit:
        if permit_is in (Custody.INSIDE, Custody.AT_MOUTH):
            yield on.PermitAtMouth(), Custody.AT_MOUTH
        yield on.PermitTaken(), Custody.WITH_HOLDER
    elif order is do.WatchMouth:
        yield on.PermitTaken(), Custody.WITH_HOLDER
    elif order is do.TakePermitBack:
        if permit_is is not Custody.WITH_HOLDER:
            yield on.PermitTakenIn(), Custody.INSIDE
        yield on.PermitTaken(), Custody.WITH_HOLDER
    elif order is do.RetainPermit:
        yield on.PermitRetained(), Custody.RETAINED
    elif order is do.RewriteFace:
        yield on.FaceRewritten(at_mouth=False), permit_is
        yield on.FaceRewritten(at_mouth=True), Custody.AT_MOUTH
        yield on.FaceNotRewritten(faults.PERMIT_UNIT_PROTOCOL), permit_is
        yield on.FaceNotRewritten(faults.FACE_UNPRINTABLE), permit_is
    else:
        found = Custody.WITH_HOLDER if permit_is is Custody.RETAINED else permit_is
        story = STORIES[world.story]
        yield on.PathInspected(found, story, FOUND_VISIT), found
        yield on.PathInspected(Custody.UNKNOWN, story, FOUND_VISIT), permit_is
        yield on.PathNotInspected(faults.PERMIT_JAMMED), permit_is
        # Staff took it out by hand.
        yield on.PathInspected(Custody.WITH_HOLDER, story, FOUND_VISIT), Custody.WITH_HOLDER


def _after(result: Walk, before: Node, event: on.Event, taken: Step, world: OutsideFacts) -> OutsideFacts:
    """The world after a step; laws about steps are checked here."""
    state = result.states[before[0]]

    def check(holds: bool, law: str) -> None:
        result.check(holds, law, before, event)

    visit_before, visit_after = s.visit_of(state), s.visit_of(taken.state)
    custody_before, custody_after = s.custody_of(state), s.custody_of(taken.state)
    is_over = visit_before is not None and visit_after is None
    if custody_after not in (custody_before, Custody.UNKNOWN, on.custody_told(event)):
        check(custody_before is Custody.RETAINED and visit_after is None, "custody changes only on a fact")
    if is_over:
        check(do.ClearPersonalData() in taken.effects, "a visit that is over is wiped")
    if isinstance(event, on.PersonChose) and type(state) is type(taken.state):
        check(s.awaits_person(state), "taps do not put off the end of a wait for a device")
    _check_the_end(check, state, event, taken)
    owed = _owed_by(state, event, world.owed)
    for effect in taken.effects:
        if isinstance(effect, do.RewriteFace | do.LoadFace):
            check(result.site.rewrites_face, "no face is rewritten where the unit rewrites none")
        if isinstance(effect, _NEEDS_GRANT):
            check(_is_granted(state, effect), "nothing is written without a grant")
        match effect:
            case do.OpenChipSession():
                check(world.sessions < MOST_SESSIONS, "what is half written is finished once in a visit")
                world = replace(world, sessions=world.sessions + 1)
            case do.RelayBatch():
                assert isinstance(taken.state, s.RelayingBatch)
                check(taken.state.batch not in world.relayed, "a batch is sent to the chip once")
                world = replace(world, relayed=world.relayed | {taken.state.batch})
            case (
                do.RequestEndorsement(endorsement_id=asked_for)
                | do.Apply(application_id=asked_for)
                | do.AskForPendingRewrites(inquiry_id=asked_for)
            ):
                owed |= {asked_for}
            case do.RewriteFace() if isinstance(state, s.Confirming):
                owed |= {state.grant.endorsement_id}
            case do.CancelEndorsement(endorsement_id=told):
                check(told in owed, "central is told once, and only of what it waits for")
                owed -= {told}
            case do.ReportCompletion(endorsement_id=told, custody=custody):
                is_elsewhere = custody is not Custody.WITH_HOLDER  # then it is told whatever it waits for
                was_elsewhere = STORIES[world.story].told
                is_awaited = told in owed or is_elsewhere or was_elsewhere
                check(is_awaited, "central is told once, and only of what it waits for")
                owed -= {told}
            case _:
                pass
    if custody_after in (Custody.INSIDE, Custody.RETAINED) and (is_over or isinstance(event, on.PermitRetained)):
        is_told = any(isinstance(effect, do.ReportCompletion) for effect in taken.effects)
        check(is_told or visit_before is None, "central is told of a permit that the machine keeps")
    if is_over:
        check(not owed, "central is told before the visit is over")
        # The path is empty again after a permit was kept; what was done to this permit is past.
        permit_is = Custody.WITH_HOLDER if world.permit_is is Custody.RETAINED else world.permit_is
        world = replace(world, permit_is=permit_is, sessions=0, relayed=frozenset())
    if world.relayed and isinstance(taken.state, s.Idle):
        world = replace(world, relayed=frozenset())
    if world.owed and not owed:
        world = replace(world, story=0)  # nothing is open any more
    orders = _ordered(world.orders, taken)
    is_changed = orders != world.orders or owed != world.owed
    return replace(world, owed=owed, orders=orders) if is_changed else world


def _check_the_end(check: Callable[[bool, str], None], state: s.State, event: on.Event, taken: Step) -> None:
    """Laws of a machine that is being switched off."""
    ends = do.EndProgram() in taken.effects
    if not s.is_switching_off(taken.state):
        check(not s.is_switching_off(state), "a wish to switch off is not forgotten")
        check(not ends, "the program ends only when it was asked to")
        return
    check(ends or not isinstance(taken.state, s.AtRest), "nobody is served while the machine is being switched off")
    check(not any(isinstance(effect, _BEGINS) for effect in taken.effects), "nothing new is begun before the end")
    is_overdue = isinstance(event, on.SwitchOffOverdue | on.DeadlinePassed)
    check(
        not ends or is_overdue or isinstance(taken.state, s.AtRest | s.OutOfService),
        "the program ends when the path is empty, or the unit does not move the permit, or the time is up",
    )


def _is_granted(state: s.State, effect: do.Effect) -> bool:
    """By central in this visit; after a stop by the chip itself, which holds only what was granted before."""
    match state, effect:
        case s.AwaitingHolder() | s.RecoveringFace(), do.RewriteFace(face):
            ending = state.ending
            return face.content == (ending.grant.content if isinstance(ending, s.Renewed) else NEW)
        case s.RecoveringGrant(), do.OpenChipSession(grant=grant):
            return grant == GRANT_CUT_OFF
        case _:
            return hasattr(state, "grant")


def _owed_by(before: s.State, event: on.Event, owed: frozenset[UUID]) -> frozenset[UUID]:
    """What central waits for once this answer of its own was heeded."""
    match event:
        case on.EndorsementRefused() | on.EndorsementPending() | on.PermitAlreadyCurrent() | on.ApplicationReceived():
            return owed - {before.visit.endorsement_id} if isinstance(before, s.AskingCentral | s.Applying) else owed
        case on.NoWorkFound() if isinstance(before, s.AskingPendingRewrites):
            return owed - {before.visit.id}
        case on.WorkFound(grant=grant) if isinstance(before, s.AskingPendingRewrites):
            return owed - {before.visit.id} | {grant.endorsement_id}
        case _:
            return owed


def _ordered(orders: tuple[type, ...], taken: Step) -> tuple[type, ...]:
    for effect in taken.effects:
        kind = type(effect)
        if kind is do.InspectPath and orders.count(kind) == MOST_INSPECTIONS:
            continue
        if kind in _UNIT_ORDERS:
            orders = (*(order for order in orders if order not in _WITHDRAWN_BY_THE_NEXT), kind)
    return orders


def _is_lawful(result: Walk, node: Node) -> bool:
    """Laws about where one may be."""
    state, world = result.states[node[0]], node[1]
    believed = s.custody_of(state)
    laws = [
        result.check(
            believed in (world.permit_is, Custody.UNKNOWN),
            f"the machine knows where the permit is, or that it does not know (believed {believed.value})",
            node,
        )
    ]
    if isinstance(state, s.AtRest):
        laws.append(result.check(not world.owed, "nobody is served while central waits to be told", node))
        open_orders = [order for order in world.orders if order not in _HARMLESS_ON_AN_EMPTY_PATH]
        laws.append(result.check(not open_orders, "nobody is served while the unit has an order open", node))
    return all(laws)


def name_of(event: on.Event) -> str:
    match event:
        case on.PersonChose(intent=intent):
            return f"PersonChose({intent.value})"
        case on.DeviceFailed(fault=fault):
            return f"DeviceFailed({fault.name})"
        case on.PathInspected(custody=custody):
            return f"PathInspected({custody.value})"
        case _:
            return type(event).__name__
