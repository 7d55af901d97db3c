"""The composition root: configuration → transports → devices → services → engine → application.

The only module that may import everybody. What the first screen does not need is imported by the desk that needs it,
on its
own thread, after the first screen stands.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from kiosk.config import SIMULATED, Config
from kiosk.faults import WORKER_DIED
from kiosk.log_events import LogEvent, log
from kiosk.policy.region import Region
from kiosk.policy.region_file import load_region
from kiosk.presenter import About, present
from kiosk.runtime.clock import Clock, SystemClock
from kiosk.runtime.engine import Engine
from kiosk.runtime.journal import Journal, OutboundMessage
from kiosk.runtime.watchdog import Watchdog, notify
from kiosk.runtime.workers import Worker
from kiosk.screen_models import Intent, Words
from kiosk.services.performing import Desk, Performer
from kiosk.services.rules import RulesService
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.transition import Site

if TYPE_CHECKING:
    from drivers.permit_unit.base import FaceRaster, PermitUnit
    from drivers.permit_unit.star_tcp300.device_file import StarDeviceFile
    from drivers.transport.base import Coupler
    from kiosk.central.client import CentralClient
    from kiosk.domain.documents import PermitContent
    from kiosk.services.central import CentralService
    from kiosk.services.chip import ChipService
    from kiosk.services.face import FaceDrawing
    from kiosk.services.id_card import IdCardService
    from kiosk.services.outbox import OutboxService
    from kiosk.services.permit import PermitService
    from kiosk.services.receipt import ReceiptService
    from screens.screen_file import ScreenFile

VERSION = "0.1.0"


class Kiosk:
    """Everything of one kiosk but the window: the machine, its journal, and a desk for each device.

    `show(state)` is called on the machine's thread for every state that is entered.
    """

    def __init__(self, config: Config, show: Callable[[s.State], None], clock: Clock | None = None) -> None:
        self.config = config
        self.clock = clock or SystemClock()
        self.region = load_region(config.files.region)
        self._unit_file = _load_unit_file(config)
        self.journal = Journal(config.state_dir / "journal.db", self.clock.now)
        self._desks: list[Desk[Any]] = []
        performer = Performer()
        site = Site(
            region_prefixes=self.region.area_prefixes,
            has_retain_bin=self._unit_file.capabilities.has_retain_bin,
            rewrites_face=self._unit_file.capabilities.rewrites_face,
            default_language=config.languages[0],
            languages=config.languages,
        )
        self.engine = Engine(site, self.journal, self.clock, performer.perform, show, _message_of)
        performer.connect(self.engine.post)
        self._give_out(performer)
        self._thread = threading.Thread(target=self._run, name="machine", daemon=True)
        self.failed = threading.Event()

    def _give_out(self, performer: Performer) -> None:
        id_card = self._desk("id_reader", self._build_id_card)
        permit = self._desk("permit_unit", self._build_permit)
        chip = self._desk("permit_chip", self._build_chip)
        receipt = self._desk("receipt_printer", self._build_receipt)
        central = self._desk("central", self._build_central)
        outbox = self._desk("outbox", self._build_outbox)
        performer.give(id_card, (do.ReadIdCard, do.StopIdReader))
        performer.give(permit, (
            do.InspectPath, do.TakePermitIn, do.StopTakingIn, do.LoadFace, do.RewriteFace, do.EjectPermit,
            do.WatchMouth, do.TakePermitBack, do.RetainPermit, do.Wipe))
        performer.give(chip, (do.ReadChip, do.RelayBatch, do.ReadBackChip, do.Wipe))
        performer.give(receipt, (do.PrintReceipt, do.Wipe))
        performer.give(central, (
            do.AskForPendingRewrites, do.RequestEndorsement, do.OpenChipSession, do.SendChipAnswers))
        performer.give(outbox, (do.CancelEndorsement, do.ReportCompletion))
        performer.do_at_once(do.Assess, RulesService(self.region, self.clock).carry_out)
        performer.do_at_once(do.CheckDevices, _checker(id_card, permit))
        self._central, self._outbox = central, outbox

    def _desk(self, name: str, build: Callable[[], Any]) -> Desk[Any]:
        desk: Desk[Any] = Desk(Worker(name, self._worker_died), build)
        self._desks.append(desk)
        return desk

    def start(self) -> None:
        """Start the threads; the machine asks at once where a permit is."""
        for desk in self._desks:
            desk.worker.start()
        self._thread.start()

    def warm_up(self) -> None:
        """Build what the first visit will need, and send what central is still owed; call when the screen stands."""
        self._central.submit(lambda service: None)
        self._outbox.submit(lambda service: service.forward())

    def is_well(self) -> bool:
        """Whether the machine takes its turns and every worker lives."""
        return all(desk.worker.is_alive() for desk in self._desks) and self.engine.answers(within_s=5.0)

    def stop(self) -> None:
        """End the machine, release every device, close the journal."""
        self.engine.stop()
        if self._thread.is_alive():
            self._thread.join(10.0)
        for desk in self._desks:
            desk.close()
        self.journal.close()

    def _run(self) -> None:
        try:
            self.engine.start()
            self.engine.run()
        except BaseException:
            self.failed.set()
            raise

    def _worker_died(self, _: str, __: BaseException) -> None:
        self.engine.post(on.DeviceFailed(WORKER_DIED))

    # -- each builds one service, on its own thread, when it is first needed -----------------------------------------

    def _build_id_card(self) -> IdCardService:
        from drivers.id_reader.device import IdReader
        from drivers.id_reader.reader_file import IdReaderFile
        from drivers.transport.urls import bytes_opener
        from kiosk.services.id_card import IdCardService

        reader_file = IdReaderFile.load(self.config.files.id_reader)
        reader = IdReader(bytes_opener(self.config.devices.id_reader, "id_reader"), reader_file)
        return IdCardService(reader, self._worker("id_reader"), self.clock, reader_file.poll_interval_s)

    def _build_permit(self) -> PermitService:
        from kiosk.services.permit import PermitService

        return PermitService(
            self._permit_unit(), self._worker("permit_unit"), self.journal, self._draw_face, self.config.languages[0])

    def _permit_unit(self) -> PermitUnit:
        from drivers.permit_unit.star_tcp300.device import StarTcp300
        from drivers.transport.urls import open_bytes

        return StarTcp300(lambda: open_bytes(self.config.devices.permit_unit, "permit_unit"), self._unit_file)

    def _draw_face(self, content: PermitContent, permit_file: str) -> FaceRaster:
        return self._face_drawing.draw(content, permit_file)

    @cached_property
    def _face_drawing(self) -> FaceDrawing:
        from drivers.permit_chip.permit_file_reader import load_permit_file
        from drivers.typeface import Typeface
        from kiosk.services.face import FaceDrawing

        files = [load_permit_file(path) for path in self.config.files.permits]
        layouts = {file.name: file.face for file in files if file.face is not None}
        return FaceDrawing(layouts, Typeface.load(self.config.assets_dir / "fonts"))

    def _build_chip(self) -> ChipService:
        from drivers.permit_chip.chip import PermitChip
        from drivers.permit_chip.permit_file_reader import load_permit_file
        from kiosk.services.chip import ChipService

        permit_files = [load_permit_file(path) for path in self.config.files.permits]
        coupler = _open_coupler(self.config.devices.permit_chip)
        return ChipService(PermitChip(coupler, permit_files), coupler)

    def _build_receipt(self) -> ReceiptService:
        from drivers.receipt_printer.device import ReceiptPrinter
        from drivers.receipt_printer.device_file import load
        from drivers.transport.urls import open_bytes
        from drivers.typeface import Typeface
        from kiosk.services.receipt import ReceiptService
        from kiosk.services.receipt_text import ReceiptText

        printer = ReceiptPrinter(
            lambda: open_bytes(self.config.devices.receipt_printer, "receipt_printer"),
            load(self.config.files.receipt_printer), Typeface.load(self.config.assets_dir / "fonts"))
        text = ReceiptText(
            self.region, self._translate, self.config.receipt_link, self.config.kiosk_name, self.clock)
        return ReceiptService(printer, text.compose)

    def _translate(self, language: str, words: Words) -> str:
        from screens.translation import Translation

        return Translation.load(self.config.assets_dir / "locale", language).words(words)

    def _build_central(self) -> CentralService:
        from kiosk.central.grants import load_grant_keys
        from kiosk.services.central import CentralService

        keys = load_grant_keys(self.config.central.grant_keys)
        return CentralService(self._central_client(), keys, self.journal, self.clock)

    def _build_outbox(self) -> OutboxService:
        from kiosk.services.outbox import OutboxService

        return OutboxService(self._central_client(), self._worker("outbox"), self.journal)

    def _central_client(self) -> CentralClient:
        from kiosk.central.client import CentralClient

        access = self.config.central
        return CentralClient(access.url, ca=access.ca, certificate=access.certificate, key=access.key)

    def _worker(self, name: str) -> Worker:
        return next(desk.worker for desk in self._desks if desk.worker.name == name)


def _load_unit_file(config: Config) -> StarDeviceFile:
    from drivers.permit_unit.star_tcp300.device_file import load_device_file

    return load_device_file(config.files.permit_unit)


def _checker(id_card: Desk[Any], permit: Desk[Any]) -> Callable[[Any, Any], None]:
    def carry_out(effect: do.CheckDevices, post: Callable[[on.Event], None]) -> None:
        from kiosk.services.checking import DeviceCheck

        DeviceCheck(id_card, permit).carry_out(effect, post)

    return carry_out


def _message_of(effect: do.Effect, now: datetime) -> OutboundMessage | None:
    if not isinstance(effect, do.CancelEndorsement | do.ReportCompletion):
        return None
    from kiosk.services.outbox import message_of

    return message_of(effect, now)


def _open_coupler(url: str) -> Coupler:
    parts = urlsplit(url)
    if parts.scheme == SIMULATED:
        from drivers.simulators.direct_link import DirectCoupler

        return DirectCoupler(port=int(parse_qs(parts.query)["port"][0]))
    from drivers.transport.urls import open_coupler

    return open_coupler(url)


def about(config: Config, region: Region) -> About:
    """What the screens say of this place."""
    return About(region, config.languages, config.simulation, config.receipt_link, config.writing_usually_s)


def load_screen(config: Config) -> ScreenFile:
    """The screen file, checked. Raises `ScreenFileError`."""
    from dataclasses import replace

    from screens.screen_file import load_screen_file

    return replace(load_screen_file(config.files.screen), fullscreen=config.fullscreen)


def run_window(config: Config) -> int:
    """Open the window and serve until it is closed. 0, or 1 if the machine ended by itself (systemd starts it anew)."""
    from screens import kivy_setup

    os.environ.setdefault("KIVY_HOME", str(config.state_dir / "kivy"))
    screen_file = load_screen(config)
    window = _Window(config)
    kivy_setup.prepare(screen_file)
    window.kiosk.start()    # the devices wake up while Kivy is imported
    from screens.app import KioskApp

    app = KioskApp(
        dispatch=window.dispatch,
        first=present(window.about, s.Recovering()),
        screen_file=screen_file,
        assets_dir=config.assets_dir,
        witness_socket=config.witness_socket,
    )
    window.open(app)
    return 1 if window.kiosk.failed.is_set() else 0


class _Window:
    """Between the machine and the application: states become models, intents become events."""

    def __init__(self, config: Config) -> None:
        self._lock = threading.Lock()
        self._app: Any = None
        self._state: s.State = s.Recovering()
        self._warm = False
        self.kiosk = Kiosk(config, self.show)
        self.about = about(config, self.kiosk.region)

    def open(self, app: Any) -> None:
        """Run the application until it is left."""
        watchdog = Watchdog(self.kiosk.is_well)
        log(LogEvent.STARTED, version=VERSION, site=self.kiosk.config.site, region=self.kiosk.region.code)
        with self._lock:
            self._app = app
            app.show(present(self.about, self._state))
        notify("READY=1")
        watchdog.start()
        try:
            app.run()
        finally:
            notify("STOPPING=1")
            watchdog.stop()
            self.kiosk.stop()
            log(LogEvent.STOPPED)

    def show(self, state: s.State) -> None:
        with self._lock:
            self._state = state
            if self._app is not None:
                self._app.show(present(self.about, state))
        if isinstance(state, s.Idle) and not self._warm:
            self._warm = True
            self.kiosk.warm_up()

    def dispatch(self, intent: Intent, choice: str) -> None:
        """An intent belongs to the visit whose screen the person touched."""
        state = self._state
        if intent is Intent.START:
            if isinstance(state, s.Idle):
                self.kiosk.engine.post(on.VisitBegan(s.Visit(uuid4(), uuid4(), state.language)))
            return
        visit = s.visit_of(state)
        visit_id: UUID | None = visit.id if visit else None
        self.kiosk.engine.post(on.PersonChose(intent, choice), visit_id)


def complain(mistakes: list[str]) -> int:
    """One readable line each on standard error; exit status 2."""
    for mistake in mistakes:
        print(mistake, file=sys.stderr)
    return 2
