"""The composition root: configuration → transports → devices → services → engine → application.

The only module that may import all others. What the first screen does not need is imported later, by the thread that
needs it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kiosk.app.couplers import open_coupler
from kiosk.app.effect_routes import call_of, canceller, message_of, standing_fault
from kiosk.app.ending import release_all
from kiosk.app.lesser_devices import LESSER, LesserDevices
from kiosk.app.service_factory import ServiceFactory
from kiosk.app.site import about, site_of
from kiosk.app.site_work import route_site_work
from kiosk.app.staff_calling import STAFF_CALL, staff_calls
from kiosk.app.start_failure import print_mistakes
from kiosk.config.capabilities_check import load_fitting_unit
from kiosk.config.settings import Config
from kiosk.domain.clock import Clock
from kiosk.domain.devices import GUIDANCE_LIGHTS, ID_READER, PERMIT_CHIP, PERMIT_UNIT, RECEIPT_PRINTER
from kiosk.domain.distribution import Distribution
from kiosk.domain.faults import CONFIGURATION, WORKER_DIED, Fault
from kiosk.domain.holder_check import CheckWay
from kiosk.domain.staff_call import CallWay
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.audit import ContentHash
from kiosk.journal.content_hash import content_hash_by_key_file
from kiosk.journal.names import stored_name
from kiosk.journal.standing import open_journal
from kiosk.journal.state_lock import StateLock
from kiosk.policy.region import Region
from kiosk.policy.region_file import load_region
from kiosk.runtime.clock_notes import ClockNotes, watched
from kiosk.runtime.crew import Crew
from kiosk.runtime.engine import Engine
from kiosk.runtime.memory import Outstanding
from kiosk.runtime.visit_tally import VisitTally
from kiosk.runtime.workers import Worker
from kiosk.runtime.writing_times import WritingTimes
from kiosk.services.device_check import DeviceCheck, JournalLook
from kiosk.services.device_health import CENTRAL, DeviceHealth
from kiosk.services.effect_dispatch import EffectDispatcher, ServiceThread, on_thread, unless
from kiosk.services.guidance_lights import Guide
from kiosk.services.job_times import BACKGROUND
from kiosk.services.journal_guard import JournalGuard
from kiosk.services.opening_hours import OpeningHoursService, hours_by
from kiosk.services.part_tests import Look, PartTests
from kiosk.services.rules import RulesService
from kiosk.services.service_state import NAME, ServiceState
from kiosk.services.slot_watch import SlotWatch
from kiosk.services.staff_calls import StaffCalls
from kiosk.texts.words import Words
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.transition import Site

_TECHNICIAN_ACCESS, _SERVICE_CARD = "technician_access", "service_card"
_DONE_WITHOUT = LESSER | {STAFF_CALL, _TECHNICIAN_ACCESS, _SERVICE_CARD}
"""Names of the threads without which visits go on."""

if TYPE_CHECKING:
    from drivers.permit_unit.dialects import UnitFile
    from kiosk.texts.translation import Translation


class Kiosk:
    """Everything of one kiosk but the window: the machine, its journal, and a service thread for each device.

    `on_state(state)` is called on the machine's thread for every state that is entered and returns the serial of its
    screen, if there is one to touch. `broken()` is called if that thread ends by an exception, after which the program
    must be restarted; `ended()` when the machine has reached the end that `switch_off` asks for. `job_clock`: a clock
    in seconds that measures the workers' jobs. `lock`: the lock on the state directory, if it is held already.
    `surroundings_changed()`: as `changed` of `LesserDevices`. `reads_large()`: whether the person at the machine has
    chosen large text.
    """

    def __init__(
        self,
        config: Config,
        on_state: Callable[[s.State], int | None],
        clock: Clock | None = None,
        broken: Callable[[], None] = lambda: None,
        job_clock: Callable[[], float] = time.monotonic,
        lock: StateLock | None = None,
        ended: Callable[[], None] = lambda: None,
        surroundings_changed: Callable[[], None] = lambda: None,
        reads_large: Callable[[], bool] = lambda: False,
    ) -> None:
        self.config = config
        self._broken = broken
        self._ended = ended
        self.clock = watched(clock, config.right_time_s)
        self.region, self._unit_file, content_hash = self.read_files(config)
        self.journal = open_journal(config.state_dir / "journal.db", self.clock.now, config.journal.hash, lock)
        self._guard = JournalGuard(self.journal, self._close_at_once)
        self.health = DeviceHealth()
        self.visits = VisitTally()
        self._threads: list[ServiceThread[Any]] = []
        self._job_clock = job_clock
        self._workers: list[Worker] = []  # those that were started
        self._crew = Crew(self._workers, job_clock, _DONE_WITHOUT)
        self._guide: Guide | None = None
        self.staff: StaffCalls | None = None  # None where no staff can be called
        dispatcher = EffectDispatcher()
        self.writing_times = WritingTimes(
            config.writing_usually_s,
            self.clock.monotonic,
            rewrites_face=self._unit_file.capabilities.rewrites_face,
            learns=config.writing_usually_learned,
        )
        notes = ClockNotes(self.clock, self.journal).write
        self.engine = Engine(
            self._site(),
            self.journal,
            self.clock,
            dispatcher.perform,
            partial(self._entered, on_state),
            message_of,
            call_of,
            content_hash,
            notes,
            self.writing_times.measured,
        )
        dispatcher.connect(self._tell)
        self._translations: dict[str, Translation] = {}
        self._factory = ServiceFactory(
            config,
            about(config, self.region),
            self._unit_file,
            self.journal,
            self.clock,
            open_coupler,
            self._translate,
            content_hash,
            reads_large,
        )
        self._route_effects(dispatcher, surroundings_changed)
        self._thread = threading.Thread(target=self._run, name="machine", daemon=True)
        self.failed = threading.Event()

    @staticmethod
    def read_files(config: Config) -> tuple[Region, UnitFile, ContentHash]:
        """Read the files that are needed before anything is built. Raises `DataFileError` where one has a mistake."""
        return load_region(config.files.region), load_fitting_unit(config), content_hash_by_key_file(config.central.key)

    def _site(self) -> Site:
        return site_of(self.config, self.region, self._unit_file.capabilities)

    def _route_effects(self, dispatcher: EffectDispatcher, surroundings_changed: Callable[[], None]) -> None:
        id_card = self._service_thread(ID_READER.name, self._factory.id_card)
        # A chip reader in the unit is on the unit's line, which only one thread may use. It works if the unit does.
        in_unit = self.config.devices.chip_is_in_unit()
        permit = self._service_thread(
            PERMIT_UNIT.name, lambda worker: self._factory.permit(worker, None if in_unit else SlotWatch(self._chip))
        )
        chip = self._service_thread(PERMIT_CHIP.name, self._factory.chip, permit if in_unit else None)
        central = self._service_thread("central", self._factory.central)
        outbox = self._service_thread("outbox", self._factory.outbox)
        dispatcher.route(id_card, (do.ReadIdCard, do.StopIdReader))
        lesser = {
            device: self._service_thread(device.name, build)
            for device, build in self._factory.lesser(self.health).items()
            if self.config.devices[device]
        }
        self.lesser = LesserDevices(lesser, self._crew, self.health, surroundings_changed)
        self.lesser.route(dispatcher)
        if self.config.holder_check.rule.without_face is CheckWay.ATTENDANT:
            dispatcher.route(self._service_thread("holder_check", self._factory.holder_check), (do.CheckAttendant,))
        service_state = ServiceState(self.config.state_dir / NAME, self.health, surroundings_changed)
        if self.config.service_mode.technicians:
            access = self._service_thread(_TECHNICIAN_ACCESS, self._factory.technician_access)
            dispatcher.route(access, (do.CheckTechnician, do.CheckUnlockCode))
            beside = partial(self._service_thread, _TECHNICIAN_ACCESS, beside=access)
            route_site_work(dispatcher, beside, service_state, self.journal, self.clock)
        if self.config.service_mode.service_cards is not None:
            service_cards = self._service_thread(_SERVICE_CARD, self._factory.service_card)
            dispatcher.route(service_cards, (do.AwaitServiceCard, do.StopServiceCard))
        if self.config.attendant_call is CallWay.CENTRAL:
            calling = self._service_thread(STAFF_CALL, lambda worker: self._factory.staff_call(worker, staff.note))
            staff = self.staff = staff_calls(calling, self._crew, self.clock, surroundings_changed)
        dispatcher.handle_inline(
            do.TakePermitIn, unless(lambda: self._crew.fault, on_thread(permit), on.PermitNotTakenIn())
        )
        dispatcher.route(
            permit,
            (
                do.InspectPath,
                do.StopTakingIn,
                do.DrawFace,
                do.LoadFace,
                do.RewriteFace,
                do.EjectPermit,
                do.WatchMouth,
                do.TakePermitBack,
                do.RetainPermit,
                do.ClearPersonalData,
            ),
        )
        dispatcher.route(chip, (do.ReadChip, do.RelayBatch, do.ReadBackChip, do.ExamineChip, do.ClearPersonalData))
        dispatcher.route(
            central,
            (
                do.AskForPendingRewrites,
                do.RequestEndorsement,
                do.RecallEndorsement,
                do.OpenChipSession,
                do.SendChipAnswers,
                do.VerifyEvidence,
                do.Apply,
                do.SearchApplications,
                do.ChooseCollection,
            ),
        )
        dispatcher.route(outbox, (do.ReportCompletion,))
        dispatcher.handle_inline(do.CancelEndorsement, canceller(central, outbox))
        rules = RulesService(self.region, self.clock, pilot=self.config.pilot)
        dispatcher.handle_inline(do.Assess, rules.assess)
        dispatcher.handle_inline(do.LookAhead, rules.look_ahead)
        if self.config.hours is not None:
            hours = hours_by(self.config.hours, self.region.holidays)
            dispatcher.handle_inline(do.LookAtHours, OpeningHoursService(hours, self.clock).look)
        heartbeat = self._heartbeat = self._service_thread(
            "heartbeat",
            lambda worker: self._factory.heartbeat(worker, lambda: self.engine.state, self._guard, self.health),
        )
        standing = standing_fault(lambda: self._crew.fault, self._guard, heartbeat, service_state.fault)
        journal = self._journal_look = self._service_thread("journal", lambda _: JournalLook(self._guard))
        check = DeviceCheck(id_card, permit, chip, central, journal, self.health, standing, surroundings_changed)
        dispatcher.handle_inline(do.CheckDevices, check.carry_out)
        parts = {ID_READER.name: id_card, PERMIT_UNIT.name: permit, PERMIT_CHIP.name: chip, CENTRAL: central}
        looks: dict[str, Look] = {name: partial(check.look, name) for name in parts} | self.lesser.looks()
        parts |= {device.name: thread for device, thread in lesser.items()}
        dispatcher.handle_inline(do.TestPart, PartTests(parts, looks, self.health, surroundings_changed).carry_out)
        self._permit, self._chip, self._central, self._outbox = permit, chip, central, outbox
        self._receipt = lesser[RECEIPT_PRINTER]
        if (lights := lesser.get(GUIDANCE_LIGHTS)) is not None:
            self._guide = Guide(lights, lambda: self._crew.trouble_of(GUIDANCE_LIGHTS.name))

    def _service_thread(
        self, name: str, build: Callable[[Worker], Any], beside: ServiceThread[Any] | None = None
    ) -> ServiceThread[Any]:
        """A service thread with a worker of its own, or with that of `beside`."""
        worker = Worker(name, self._worker_died, self._job_clock) if beside is None else beside.worker
        thread: ServiceThread[Any] = ServiceThread(worker, build, partial(self._unusable, name))
        self._threads.append(thread)
        return thread

    def start(self) -> None:
        """Start every service thread and the machine, which asks at once where a permit is."""
        self.start_for_first_screen()
        self._start_rest()

    def start_for_first_screen(self) -> None:
        """Start only the machine and the permit unit's thread. Orders to the others wait for `warm_up`."""
        self._start_thread(self._permit)
        self._thread.start()

    def _start_rest(self) -> None:
        for thread in self._threads:
            self._start_thread(thread)

    def _start_thread(self, thread: ServiceThread[Any]) -> None:
        if thread.worker not in self._workers:
            thread.worker.start()
            self._workers.append(thread.worker)

    def warm_up(self, warm: Callable[[], None] = lambda: None) -> None:
        """Start the other threads, build what the first visit needs, and send the messages that wait for central. Call
        once the first screen is shown. `warm()` is called on a worker's thread when all this is built.
        """
        self._start_rest()
        outstanding = Outstanding(("central", "chip", "receipt", "face"), warm)
        self._permit.submit(lambda _: self._factory.warm_up_face(), "warm up")
        self._journal_look.submit(lambda _: self.writing_times.recall(self.journal.path), "recall", BACKGROUND.seconds)
        parts: tuple[tuple[str, ServiceThread[Any]], ...] = (
            ("central", self._central),
            ("chip", self._chip),
            ("receipt", self._receipt),
            ("face", self._permit),
        )
        for part, thread in parts:
            thread.submit(outstanding.ticker(part), "warm up")
        self.lesser.claim()
        self._outbox.submit(lambda service: service.forward(), "forward", BACKGROUND.seconds)
        self._heartbeat.submit(lambda service: service.begin(), "heartbeat", BACKGROUND.seconds)

    def _entered(self, on_state: Callable[[s.State], int | None], state: s.State) -> int | None:
        """Show the screen of `state` first, then the guidance lights for it, and count what ended."""
        serial = on_state(state)
        self.visits.entered(state)
        if self._guide is not None:
            self._guide.entered(state)
        return serial

    def _tell(self, event: on.Event, visit_id: UUID | None) -> None:
        self.health.observe(event, stored_name(self.engine.state))
        self.engine.post(event, visit_id)

    def _translate(self, language: str, words: Words) -> str:
        from kiosk.texts.translation import Translation

        if language not in self._translations:
            self._translations[language] = Translation.load(self.config.assets_dir / "locale", language)
        return self._translations[language].words(words)

    @property
    def journal_fault(self) -> Fault | None:
        """The fault of a broken journal; None while no break is known."""
        return self._guard.fault

    @property
    def versions(self) -> Mapping[str, str]:
        """What runs here, by name, as central is told it; nothing before the first heartbeat."""
        return self._factory.versions

    def unknown_counts(self) -> Mapping[str, int]:
        """How often central's answers held what this kiosk does not know, by name."""
        return self._factory.unknown_counts()

    def central_calls(self) -> Mapping[tuple[str, str], Distribution]:
        """How long exchanges with central took, by call and outcome."""
        return self._factory.central_calls()

    def look_after_workers(self) -> None:
        """See `Crew.look_after`. Call at short intervals, from one thread."""
        self._crew.look_after(self.engine)
        self.lesser.look_after()
        if self.staff is not None and self._crew.trouble_of(STAFF_CALL) is not None:
            self.staff.give_up()

    def ails(self) -> str | None:
        """What hangs so that only a restart helps; None if all is well. See `Crew.ails`."""
        return self._crew.ails(self.engine)

    def is_well(self) -> bool:
        """Whether no restart is needed now: the machine and all workers run, or a visit must end first."""
        return self.ails() is None

    def switch_off(self, why: str) -> None:
        """Ask the machine to end, for the reason `why`. For any thread; `ended()` is called later."""
        log(LogEvent.SWITCH_OFF_ASKED, why=why)
        self.engine.post(on.SwitchOffRequested(why))

    def stop(self) -> None:
        """Stop the machine in whatever state it is, release every device, close the journal."""
        self.engine.stop()
        if self._thread.is_alive():
            self._thread.join(10.0)
        release_all(self._threads)
        self.journal.close()

    def _run(self) -> None:
        try:
            self.engine.start()
            self.engine.run()
        except BaseException:
            self.failed.set()
            self._broken()
            raise
        if self.engine.has_ended:
            self._ended()

    def _close_at_once(self, fault: Fault) -> None:
        """Serve nobody any more because of `fault`, after the present visit has ended."""
        if isinstance(self.engine.state, s.AtRest):
            self.engine.post(on.DeviceFailed(fault))

    def _worker_died(self, name: str, _: BaseException) -> None:
        if name not in _DONE_WITHOUT:
            self.engine.post(on.DeviceFailed(WORKER_DIED))

    def _unusable(self, name: str, mistakes: Sequence[str]) -> None:
        print_mistakes(mistakes)
        if name in LESSER:
            self.health.note(name, CONFIGURATION)
        elif name not in _DONE_WITHOUT:
            self.engine.post(on.DeviceFailed(CONFIGURATION))
