"""The engine runs the machine: it takes events, makes steps, journals them and then has their effects carried out.

Events come in by `post` only. Laws: one thread runs the machine. A step is on disk, with its messages to central,
before its effects begin. Every event is stamped with its visit; an event of a past visit is dropped, except facts about
custody. A person's choice is also stamped with its screen, and dropped if that is not the present one. A deadline is
set when its state is entered and cancelled when the state is left.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kiosk.domain.clock import Clock
from kiosk.domain.faults import Fault
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.audit import ContentHash, record_of
from kiosk.journal.boot import Boot
from kiosk.journal.journal import Journal, JournalFailed, NumberedCall, OutboundMessage, StepRecord
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.deadlines import deadline_of
from kiosk.workflow.machine import step
from kiosk.workflow.switching_off import SWITCH_OFF_WITHIN_S
from kiosk.workflow.transition import Site, Step

Perform = Callable[[do.Effect, UUID | None], None]
"""Carry out one effect without blocking; its outcome is stamped with the visit given second."""

OnState = Callable[[s.State], int | None]
"""Show a state that was entered. Returns the serial of its screen; None where there is no screen to touch."""

_Item = tuple[on.Event, UUID | None, int | None] | threading.Event
"""A queued item: an event with its visit and its screen, or a flag that is set when its turn comes."""

MessageOf = Callable[[do.Effect, datetime], OutboundMessage | None]
"""The message that an effect sends to central through the outbox, or None."""

CallOf = Callable[[do.Effect], NumberedCall | None]
"""The call to central that an effect makes at once, if its key is known beforehand, or None."""

Measures = dict[str, int]
"""Facts of a step by what it took."""

LONGEST_RECORDING_S = 40.0
"""Seconds after which a write to the journal counts as a hanging disk. Two threads may wait for the journal one after
the other, each for as long as another program may lock it.
"""

# Central's promises to a person. A restart would withdraw one that is not on disk, so it counts as not received.
_PROMISED = (on.ApplicationReceived, on.EndorsementPending)

# A look around while nothing happens is no news: every half minute it would fill the journal.
_LEAVES_NO_TRACE = (do.CheckDevices, do.LookAtHours, do.InspectPath)


class Engine:
    """Runs the machine. In production `run` on a thread of its own; in tests `pump` and a clock that is moved by
    hand. `look_at_clock` is called before each step, so that a clock that was set stands in the journal before what
    was done by it. `measured(before, after)`: further facts of a step, by what it took.
    """

    def __init__(
        self,
        site: Site,
        journal: Journal,
        clock: Clock,
        perform: Perform,
        on_state: OnState,
        message_of: MessageOf,
        call_of: CallOf,
        content_hash: ContentHash,
        look_at_clock: Callable[[], None] = lambda: None,
        measured: Callable[[s.State, s.State], Measures] = lambda _before, _after: {},
    ) -> None:
        self._site = site
        self._message_of = message_of
        self._call_of = call_of
        self._content_hash = content_hash
        self._look_at_clock = look_at_clock
        self._measured = measured
        self._boot = Boot(clock.monotonic)
        self._journal = journal
        self._clock = clock
        self._perform = perform
        self._on_state = on_state
        self._inbox: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._state: s.State = s.Recovering()
        self._screen: int | None = None
        self._state_since = clock.monotonic()
        self._deadline_at = 0.0
        self._off_at: float | None = None  # when the program must end; None: it is not being switched off
        self._has_ended = threading.Event()
        self._recording_since: float | None = None  # by the clock; another thread may read it
        self._untold: list[do.Effect] = []  # effects that tell central and are not on disk yet

    @property
    def state(self) -> s.State:
        return self._state

    @property
    def state_for_s(self) -> float:
        """For how many seconds the machine has been in a state of this kind, out of service for the same fault."""
        return self._clock.monotonic() - self._state_since

    @property
    def has_ended(self) -> bool:
        """Whether the machine has ended as `SwitchOffRequested` asked; it then takes no further event."""
        return self._has_ended.is_set()

    def start(self) -> None:
        """Enter the first state, which asks the unit where a permit is. Call once, before `run` or `pump`."""
        self._enter(Step(s.Recovering(), (do.InspectPath(),)))

    def post(self, event: on.Event, visit_id: UUID | None = None, screen: int | None = None) -> None:
        """Queue an event, from any thread. `visit_id`: the visit it belongs to; None: no visit. `screen`: the serial of
        the screen that a person touched; None for events that no person caused.
        """
        self._inbox.put((event, visit_id, screen))

    def stop(self) -> None:
        """Let `run` return after the events that are queued now."""
        self._inbox.put(None)

    def answers(self, within_s: float) -> bool:
        """Whether the machine's thread takes a turn within this time. Call from any other thread. A thread that waits
        for the journal, while another program locks it, counts as running.
        """
        turn = threading.Event()
        self._inbox.put(turn)
        return self.has_ended or turn.wait(within_s) or self._waits_for_journal()

    def _waits_for_journal(self) -> bool:
        since = self._recording_since
        return since is not None and self._clock.monotonic() - since <= LONGEST_RECORDING_S

    def run(self) -> None:
        """Handle events until `stop` or until the machine has ended."""
        while not self.has_ended:
            wait_s = max(self._next_at() - self._clock.monotonic(), 0.0)
            try:
                item = self._inbox.get(timeout=wait_s)
            except queue.Empty:
                self._expire()
                continue
            if item is None:
                return
            self._take(item)

    def pump(self) -> None:
        """Handle the queued events, and the deadline if it has passed; then return."""
        while not self.has_ended:
            try:
                item = self._inbox.get_nowait()
            except queue.Empty:
                if self._clock.monotonic() >= self._next_at():
                    self._expire()
                    continue
                return
            if item is not None:
                self._take(item)

    def _take(self, item: _Item) -> None:
        if isinstance(item, threading.Event):
            item.set()
            return
        event, visit_id, screen = item
        if screen is not None and screen != self._screen:
            log(LogEvent.EVENT_STALE, state=type(self._state).__name__, happened=type(event).__name__)
            return
        self._handle(event, visit_id)

    def _next_at(self) -> float:
        """The time of the next event by the clock: the state's deadline, or the end of switching off."""
        return self._deadline_at if self._off_at is None else min(self._deadline_at, self._off_at)

    def _expire(self) -> None:
        if self._off_at is not None and self._clock.monotonic() >= self._off_at:
            self._handle(on.SwitchOffOverdue(), None)
            return
        self._handle(on.DeadlinePassed(deadline_of(self._state).name), None)

    def _handle(self, event: on.Event, visit_id: UUID | None) -> None:
        self._look_at_clock()
        state = self._state
        visit = s.visit_of(state)
        present_id = visit.id if visit else None
        if visit_id is not None and visit_id != present_id and not isinstance(event, on.CUSTODY_FACTS):
            log(LogEvent.EVENT_STALE, state=type(state).__name__, happened=type(event).__name__)
            return
        next_step = step(self._site, state, event)
        if next_step is None:
            log(LogEvent.EVENT_IGNORED, level=logging.DEBUG, state=type(state).__name__, happened=type(event).__name__)
            if isinstance(event, on.DeadlinePassed):
                self._set_deadline(state)
            return
        if next_step.state == state and all(isinstance(effect, _LEAVES_NO_TRACE) for effect in next_step.effects):
            self._enter(next_step)
            return
        now = self._clock.now()
        measured = self._measured(state, next_step.state)
        self._recording_since = self._clock.monotonic()
        try:
            self._journal.append(
                self._record(now, event, next_step, measured),
                [message for _, message in self._messages(next_step, now)],
                [call for effect in next_step.effects if (call := self._call_of(effect)) is not None],
            )
        except JournalFailed as error:
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error), fault=error.fault.code)
            if isinstance(event, _PROMISED):
                self._handle(on.DeviceFailed(error.fault), visit_id)
                return
            self._enter_without_journal(now, event, next_step, measured, error.fault)
            return
        finally:
            self._recording_since = None
        late, self._untold = self._untold, []
        self._enter(next_step)
        for effect in late:
            self._perform(effect, None)

    def _record(self, now: datetime, event: on.Event, next_step: Step, measured: Measures) -> StepRecord:
        record = record_of(now, self._state, event, next_step, self._content_hash)
        return replace(record, facts={**record.facts, **measured}, moment=self._boot.moment())

    def _messages(self, next_step: Step, now: datetime) -> list[tuple[do.Effect, OutboundMessage]]:
        """The messages to central in a step, in the order of its effects."""
        return [
            (effect, message) for effect in next_step.effects if (message := self._message_of(effect, now)) is not None
        ]

    def _enter_without_journal(
        self, now: datetime, event: on.Event, next_step: Step, measured: Measures, why: Fault
    ) -> None:
        """What needs the journal is not begun. The rest happens; the journal keeps it until the disk takes it."""
        kept = Step(
            next_step.state, tuple(effect for effect in next_step.effects if not isinstance(effect, do.NeedsJournal))
        )
        for effect in next_step.effects:
            if isinstance(effect, do.NeedsJournal):
                log(LogEvent.EFFECT_WITHHELD, level=logging.CRITICAL, effect=type(effect).__name__)
        messages = self._messages(kept, now)
        self._journal.keep(self._record(now, event, kept, measured), [message for _, message in messages])
        self._untold += [effect for effect, _ in messages]
        self._enter(kept)
        if not isinstance(next_step.state, s.OutOfService):
            self.post(on.DeviceFailed(why))

    def _enter(self, next_step: Step) -> None:
        before, after = self._state, next_step.state
        self._state = after
        if (type(after), _why_closed(after, after)) != (type(before), _why_closed(before, before)):
            self._state_since = self._clock.monotonic()
        self._set_deadline(after)
        if s.is_switching_off(after) and self._off_at is None:
            self._off_at = self._clock.monotonic() + SWITCH_OFF_WITHIN_S
        visit = s.visit_of(after)
        if after != before or isinstance(after, s.Recovering):
            why = _why_closed(before, after)
            log(
                LogEvent.STEP,
                before=type(before).__name__,
                after=type(after).__name__,
                visit=str(visit.id) if visit else None,
                fault=why.code if why else None,
                part=why.part.name.lower() if why else None,
            )
        # The screen is shown before the hardware moves. It is also shown again when only the deadline was set again.
        self._screen = self._on_state(after)
        for effect in next_step.effects:
            if isinstance(effect, do.EndProgram):
                self._end()
            else:
                self._perform(effect, visit.id if visit else None)

    def _end(self) -> None:
        log(LogEvent.MACHINE_ENDS, state=type(self._state).__name__, custody=s.custody_of(self._state).value)
        self._has_ended.set()
        while not self._inbox.empty():
            item = self._inbox.get()
            if isinstance(item, threading.Event):
                item.set()  # release the thread that waits for a turn

    def _set_deadline(self, state: s.State) -> None:
        self._deadline_at = self._clock.monotonic() + deadline_of(state).seconds


def _why_closed(before: s.State, after: s.State) -> Fault | None:
    """Why the machine goes, or was, out of service; None for any other step."""
    for state in (after, before):
        if isinstance(state, s.OutOfService):
            return state.fault
    return None
