"""Builds each service from the configuration.

Imports are inside the functions: each function is called on the thread of its own service when that is first needed, so
the first screen does not wait for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

from kiosk.config.settings import Config
from kiosk.domain.devices import (
    CODE_SCANNER,
    GUIDANCE_LIGHTS,
    ID_READER,
    PERMIT_CHIP,
    PERMIT_UNIT,
    RECEIPT_PRINTER,
    Device,
)
from kiosk.domain.distribution import Distribution
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.audit import ContentHash
from kiosk.journal.boot import Boot
from kiosk.journal.journal import Journal
from kiosk.presentation.context import PresentationContext
from kiosk.runtime.clock_watch import WatchedClock
from kiosk.runtime.workers import Worker
from kiosk.services.proven_service_card import ProvenServiceCard
from kiosk.texts.words import Words

if TYPE_CHECKING:
    from drivers.permit_unit.base import PermitUnit
    from drivers.permit_unit.dialects import UnitFile
    from drivers.receipt_printer.document import ReceiptDocument
    from drivers.transport.base import Coupler
    from kiosk.central.call_tally import CallTally
    from kiosk.central.client import CentralClient
    from kiosk.central.reading import Unknown
    from kiosk.domain.documents import FaceJob
    from kiosk.domain.endorsement import Drawable
    from kiosk.domain.staff_call import CallState
    from kiosk.services.central.heartbeat import HeartbeatService
    from kiosk.services.central.outbox import OutboxService
    from kiosk.services.central.requests import CentralService
    from kiosk.services.central.staff_call import CentralStaffCall
    from kiosk.services.chip import ChipService
    from kiosk.services.code_scanner import CodeScannerService
    from kiosk.services.device_health import DeviceHealth
    from kiosk.services.effect_dispatch import Service
    from kiosk.services.face import FaceDrawing
    from kiosk.services.guidance_lights import GuidanceLightsService
    from kiosk.services.holder_check import AttendantService
    from kiosk.services.id_card import IdCardService
    from kiosk.services.journal_guard import JournalGuard
    from kiosk.services.permit import PermitService
    from kiosk.services.receipt import ReceiptService
    from kiosk.services.service_card import ServiceCardService
    from kiosk.services.slot_watch import SlotWatch
    from kiosk.services.staff_calls import StaffCall
    from kiosk.services.technician_access import TechnicianAccess
    from kiosk.workflow.effects import PrintHandOverList
    from kiosk.workflow.states import State


class ServiceFactory:
    """Builds the services of one kiosk. `open_coupler`: opens a coupler by URL, simulated ones included. `translate`:
    (language, words) → text; `content_hash`: hashes what a chip holds.
    """

    def __init__(
        self,
        config: Config,
        about: PresentationContext,
        unit_file: UnitFile,
        journal: Journal,
        clock: WatchedClock,
        open_coupler: Callable[[str], Coupler],
        translate: Callable[[str, Words], str],
        content_hash: ContentHash,
        reads_large: Callable[[], bool],
    ) -> None:
        self._config = config
        self._about = about
        self._region = about.region
        self._unit_file = unit_file
        self._journal = journal
        self._clock = clock
        self._open_coupler = open_coupler
        self._translate = translate
        self._content_hash = content_hash
        self._reads_large = reads_large
        self._proven_service_card = ProvenServiceCard()
        self.versions: Mapping[str, str] = {}  # as central is told them, once they are known

    def id_card(self, worker: Worker) -> IdCardService:
        from drivers.id_reader.device import IdReader
        from drivers.id_reader.reader_file import IdReaderFile
        from drivers.transport.urls import bytes_opener
        from kiosk.services.id_card import IdCardService

        reader_file = IdReaderFile.load(self._config.files.devices[ID_READER])
        reader = IdReader(bytes_opener(self._config.devices[ID_READER], ID_READER.name), reader_file)
        return IdCardService(reader, worker, self._clock, reader_file.poll_interval_s)

    def permit(self, worker: Worker, slot: SlotWatch | None) -> PermitService:
        from kiosk.services.permit import PermitService

        return PermitService(
            self._permit_unit[0],
            worker,
            self._journal,
            self._clock,
            lambda: self.face_drawing,
            self._config.languages[0],
            self._unit_file.bin_capacity,
            slot,
        )

    @cached_property
    def _permit_unit(self) -> tuple[PermitUnit, Coupler | None]:
        """The unit, and its own chip reader if it has one. Both are used on the unit's thread."""
        from drivers.permit_unit.dialects import open_unit_with_contacts
        from drivers.transport.urls import open_bytes

        return open_unit_with_contacts(
            self._unit_file, lambda: open_bytes(self._config.devices[PERMIT_UNIT], PERMIT_UNIT.name)
        )

    def _coupler(self) -> Coupler:
        if not self._config.devices.chip_is_in_unit():
            return self._open_coupler(self._config.devices[PERMIT_CHIP])
        _, contacts = self._permit_unit
        if contacts is None:
            raise ValueError(f"{self._unit_file.name} has no chip reader of its own")
        return contacts

    def _drawable(self, face: FaceJob) -> Drawable:
        if self._unit_file.capabilities.rewrites_face:
            return self.face_drawing.drawable(face)
        return self.face_drawing.readable(face.content)

    @cached_property
    def face_drawing(self) -> FaceDrawing:
        """Layouts and fonts of the face. The first call takes half a second to load fonts."""
        from drivers.permit_file.reader import load_permit_file
        from drivers.typeface import Typeface
        from kiosk.services.face import FaceDrawing

        files = [load_permit_file(path) for path in self._config.files.permits]
        layouts = {file.name: file.face for file in files if file.face is not None}
        return FaceDrawing(layouts, Typeface.load(self._config.assets_dir / "fonts"))

    def warm_up_face(self) -> None:
        """Load the fonts of the face before the first visit needs them."""
        _ = self.face_drawing

    def chip(self, worker: Worker) -> ChipService:
        from drivers.permit_chip.chip import PermitChip
        from drivers.permit_file.reader import load_permit_file
        from kiosk.services.chip import ChipService
        from kiosk.services.pcscd_restart import PcscdRestart

        permit_files = [load_permit_file(path) for path in self._config.files.permits]
        coupler = self._coupler()
        restart = PcscdRestart(self._config.pcscd_restart_file)
        return ChipService(PermitChip(coupler, permit_files), coupler, self._content_hash, worker, restart)

    def receipt(self, worker: Worker) -> ReceiptService:
        from drivers.receipt_printer.device import ReceiptPrinter
        from drivers.receipt_printer.device_file import load
        from drivers.transport.urls import open_bytes
        from drivers.typeface import Typeface
        from kiosk.papers.hand_over import hand_over_list
        from kiosk.papers.receipt_text import ReceiptText
        from kiosk.papers.slip_text import SlipText
        from kiosk.papers.slips import Slips
        from kiosk.papers.test_print import test_print
        from kiosk.services.receipt import ReceiptService
        from kiosk.texts.translation import Translation

        printer = ReceiptPrinter(
            lambda: open_bytes(self._config.devices[RECEIPT_PRINTER], RECEIPT_PRINTER.name),
            load(self._config.files.devices[RECEIPT_PRINTER]),
            Typeface.load(self._config.assets_dir / "fonts"),
        )
        site = (self._region, self._translate, self._config.receipt_link, self._config.kiosk_name, self._clock)
        text = ReceiptText(*site, self._config.face_refreshed_at, self._reads_large)
        slips = SlipText(*site, self._reads_large)

        def compose_test() -> ReceiptDocument:
            return test_print(self._config.kiosk_name, self._clock.now(), self._config.receipt_link)

        def compose_hand_over(effect: PrintHandOverList) -> ReceiptDocument:
            texts = Translation.whatever_technicians_read(self._config.assets_dir / "locale", effect.language)
            return hand_over_list(effect.permits, texts.words, self._config.kiosk_name, self._clock.now())

        slip = Slips(self._about, slips).compose
        return ReceiptService(printer, text.compose, slip, compose_test, compose_hand_over)

    def code_scanner(self, worker: Worker) -> CodeScannerService:
        from drivers.code_scanner.device import LineScanner
        from drivers.code_scanner.device_file import CodeScannerFile
        from drivers.transport.urls import open_bytes
        from kiosk.services.code_scanner import CodeScannerService

        scanner = LineScanner(
            lambda: open_bytes(self._config.devices[CODE_SCANNER], CODE_SCANNER.name),
            CodeScannerFile.load(self._config.files.devices[CODE_SCANNER]),
        )
        return CodeScannerService(scanner, worker)

    def guidance_lights(self, health: DeviceHealth, worker: Worker) -> GuidanceLightsService:
        from drivers.guidance_lights.device import ModbusLights
        from drivers.guidance_lights.device_file import GuidanceLightsFile
        from drivers.transport.urls import open_bytes
        from kiosk.services.guidance_lights import GuidanceLightsService

        lights = ModbusLights(
            lambda: open_bytes(self._config.devices[GUIDANCE_LIGHTS], GUIDANCE_LIGHTS.name),
            GuidanceLightsFile.load(self._config.files.devices[GUIDANCE_LIGHTS]),
        )
        return GuidanceLightsService(lights, worker, health)

    def lesser(self, health: DeviceHealth) -> Mapping[Device, Callable[[Worker], Service]]:
        """The builder of each service that visits can do without."""
        return {
            RECEIPT_PRINTER: self.receipt,
            CODE_SCANNER: self.code_scanner,
            GUIDANCE_LIGHTS: partial(self.guidance_lights, health),
        }

    def holder_check(self, worker: Worker) -> AttendantService:
        from kiosk.services.holder_check import AttendantService

        return AttendantService(
            self._config.holder_check.attendants,
            self._config.state_dir / "attendant_tries.json",
            Boot(self._clock.monotonic),
        )

    def technician_access(self, worker: Worker) -> TechnicianAccess:
        from kiosk.services.technician_access import TechnicianAccess

        allowed = self._config.service_mode
        return TechnicianAccess(
            allowed.technicians,
            allowed.unlock_key,
            self._config.kiosk_name,
            self._config.state_dir,
            self._clock,
            lambda: self._proven_service_card.number,
        )

    def service_card(self, worker: Worker) -> ServiceCardService:
        from drivers.service_card.device import ServiceCardReader
        from kiosk.app.couplers import open_watched_slot
        from kiosk.services.service_card import ServiceCardService

        service_cards = self._config.service_mode.service_cards
        if service_cards is None:
            raise ValueError("this kiosk has no reader for service cards")
        reader = ServiceCardReader(open_watched_slot(service_cards.slot))
        return ServiceCardService(
            reader, service_cards.authorities, service_cards.revoked, worker, self._clock, self._proven_service_card
        )

    def central(self, worker: Worker) -> CentralService:
        from kiosk.central.grants import load_grant_keys
        from kiosk.services.central.requests import CentralService

        keys = load_grant_keys(self._config.central.grant_keys)
        return CentralService(self._central_client(worker), keys, self._journal, self._clock, self._drawable)

    def outbox(self, worker: Worker) -> OutboxService:
        from kiosk.services.central.outbox import OutboxService

        return OutboxService(self._central_client(worker), self._journal, self._clock, worker.pause)

    def staff_call(self, worker: Worker, note: Callable[[StaffCall, CallState], None]) -> CentralStaffCall:
        from kiosk.services.central.staff_call import CentralStaffCall

        return CentralStaffCall(self._central_client(worker), self._clock, worker.pause, note)

    def heartbeat(
        self, worker: Worker, state: Callable[[], State], guard: JournalGuard, health: DeviceHealth
    ) -> HeartbeatService:
        from kiosk.diagnostics.versions import versions_for_central
        from kiosk.policy.holiday_years import missing_years
        from kiosk.services.central.certificate_watch import CertificateWatch
        from kiosk.services.central.heartbeat import HeartbeatService, Watched

        client = self._central_client(worker)
        certificates = CertificateWatch(
            {
                "kiosk": lambda: client.own_certificate_ends_at,
                "central": lambda: client.certificate_ends_at,
                "authority": lambda: client.authority_ends_at,
            },
            self._clock.monotonic,
        )
        self.versions = versions_for_central(self._config.files)
        watched = Watched(
            state,
            self._journal,
            guard,
            health,
            self.versions,
            timedelta(days=self._config.journal.keep_days),
            self._unknown,
            partial(missing_years, self._region),
            certificates,
        )
        return HeartbeatService(client, watched, self._clock, worker.pause)

    def unknown_counts(self) -> Mapping[str, int]:
        """How often central's answers held what this kiosk does not know, by name."""
        return self._unknown.counts()

    @cached_property
    def _calls(self) -> CallTally:
        """Counts and times calls, over all connections."""
        from kiosk.central.call_tally import CallTally

        return CallTally()

    def central_calls(self) -> Mapping[tuple[str, str], Distribution]:
        """How long exchanges with central took, by call and outcome."""
        return self._calls.seconds()

    @cached_property
    def _unknown(self) -> Unknown:
        """Counts values in central's answers that this kiosk does not know, over all connections."""
        from kiosk.central.reading import Unknown

        return Unknown()

    def _central_client(self, worker: Worker) -> CentralClient:
        from kiosk.central.client import CentralClient

        access = self._config.central
        return CentralClient(
            access.url,
            ca=access.ca,
            certificate=access.certificate,
            key=access.key,
            pause=worker.pause,
            unknown=self._unknown,
            answered=lambda call, status, ms: log(LogEvent.CENTRAL_ANSWERED, call=call.value, status=status, ms=ms),
            tally=self._calls,
        )
