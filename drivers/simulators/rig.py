"""The bench rig: every simulated device with all residents and permits, and the actions that move them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from assets import ASSETS
from drivers.code_scanner.device_file import CodeScannerFile
from drivers.guidance_lights.device_file import GuidanceLightsFile
from drivers.permit_file.reader import load_permit_files
from drivers.permit_unit.dialects import CRT, STAR
from drivers.receipt_printer import device_file
from drivers.simulators.activity import ActivityLog
from drivers.simulators.chip_keys import load_test_keys
from drivers.simulators.code_scanner_sim import CodeScannerSim
from drivers.simulators.guidance_lights_sim import GuidanceLightsSim
from drivers.simulators.id_reader_sim import IdReaderSim
from drivers.simulators.issued_permits import IssuedPermit, issue
from drivers.simulators.permit import PermitLocation
from drivers.simulators.permit_unit_crt_sim import CrtUnitSim
from drivers.simulators.permit_unit_sim import PermitUnitSim
from drivers.simulators.receipt_printer_sim import ReceiptPrinterSim
from drivers.simulators.residents import Residents
from drivers.simulators.service_card_sim import ServiceCardSim
from drivers.simulators.virtual_chip import VirtualChip
from drivers.simulators.vpcd_link import VpcdHost
from drivers.typeface import Typeface

PRINTER_FILE = ASSETS / "devices" / "escpos-80-gb18030.toml"
SCANNER_FILE = ASSETS / "devices" / "code-scanner-serial.toml"
LIGHTS_FILE = ASSETS / "devices" / "modbus-relay-8.toml"
UNITS: dict[str, type[PermitUnitSim] | type[CrtUnitSim]] = {STAR: PermitUnitSim, CRT: CrtUnitSim}
"""The simulator of each dialect of permit unit."""
CHIP_IN_UNIT = "unit"
"""The URL scheme for chips that the permit unit itself powers, without a separate coupler."""


class Faulty(Protocol):
    """The faults that every simulator has, including the chips as one device."""

    fault_names: tuple[str, ...]

    def set_fault(self, name: str) -> None: ...

    def clear_faults(self) -> None: ...


class _AllChips:
    """The chips of all permits as one device. A fault affects the chip at the station."""

    fault_names: tuple[str, ...] = VirtualChip.fault_names

    def __init__(self, chips: Sequence[VirtualChip]) -> None:
        self._chips = chips

    def set_fault(self, name: str) -> None:
        for chip in self._chips:
            chip.set_fault(name)

    def clear_faults(self) -> None:
        for chip in self._chips:
            chip.clear_faults()


class Rig:
    """Six simulators, and the cards, permits and licences for them.

    `vpcd_url` is the chip side of a coupler: `PrivatePcscd.vpcd_url`, `tcp://host:port` of vpcd, `DirectCoupler.url`,
    or `unit://permit_unit` where the unit reads chips itself. `unit`: the permit unit's dialect. `pace` 1.0 takes real
    times, 0.0 none. `service_cards`: the chip side of the technician's slot, and the folder of cards; None: there is no
    such slot. Actions may be used from any thread; they raise ValueError where a person could not do it.
    """

    def __init__(
        self,
        run_dir: Path,
        residents: Residents,
        pace: float,
        vpcd_url: str,
        typeface: Typeface,
        printer_file: Path = PRINTER_FILE,
        scanner_file: Path = SCANNER_FILE,
        unit: str = STAR,
        service_cards: tuple[str, Path] | None = None,
    ) -> None:
        self.activity = ActivityLog()
        self._run_dir, self._pace = run_dir, pace
        self._residents = residents
        self._typeface = typeface
        self._lock = threading.RLock()
        permit_files = {permit_file.name: permit_file for permit_file in load_permit_files(ASSETS / "permits")}
        self._issued = issue(residents, permit_files, load_test_keys(), typeface)
        self.id_reader = IdReaderSim(self.activity, pace, run_dir)
        self.permit_unit: PermitUnitSim | CrtUnitSim = UNITS[unit](self.activity, pace, run_dir)
        self.receipt_printer = ReceiptPrinterSim(self.activity, pace, device_file.load(printer_file), typeface)
        self.code_scanner = CodeScannerSim(self.activity, pace, run_dir, CodeScannerFile.load(scanner_file))
        self.guidance_lights = GuidanceLightsSim(self.activity, pace, run_dir, GuidanceLightsFile.load(LIGHTS_FILE))
        self.contacts: VpcdHost | None = None
        if vpcd_url.partition("://")[0] != CHIP_IN_UNIT:
            self.contacts = VpcdHost(vpcd_url, self.activity, pace)
            for issued in self._issued.values():
                self.contacts.attach(issued.permit)
        self._devices: dict[str, Faulty] = {
            "id_reader": self.id_reader,
            "permit_unit": self.permit_unit,
            "permit_chip": _AllChips([issued.chip for issued in self._issued.values() if issued.chip is not None]),
            "receipt_printer": self.receipt_printer,
            "code_scanner": self.code_scanner,
            "guidance_lights": self.guidance_lights,
        }
        self.service_card: ServiceCardSim | None = None
        if service_cards is not None:
            self.service_card = ServiceCardSim(service_cards[0], self.activity, pace, service_cards[1])
            self._devices["service_card"] = self.service_card
        self._faults: dict[str, list[str]] = {device: [] for device in self._devices}
        self._covers_open: set[str] = set()
        self._lying: str | None = None
        self.urls: dict[str, str] = {}

    def start(self) -> dict[str, str]:
        """Power everything on; returns the URLs by device (the permit chip is reached through its coupler)."""
        if self.contacts is not None:
            self.contacts.start()
        if self.service_card is not None:
            self.service_card.start()
        self.urls = {
            "id_reader": self.id_reader.start(),
            "permit_unit": self.permit_unit.start(),
            "receipt_printer": self.receipt_printer.start(),
            "code_scanner": self.code_scanner.start(),
            "guidance_lights": self.guidance_lights.start(),
        }
        return self.urls

    def stop(self) -> None:
        """Power everything off; may be called twice."""
        self.guidance_lights.stop()
        self.code_scanner.stop()
        self.receipt_printer.stop()
        self.permit_unit.stop()
        self.id_reader.stop()
        if self.contacts is not None:
            self.contacts.stop()
        if self.service_card is not None:
            self.service_card.stop()

    def exchange_unit(self, unit: str, contacts: bool) -> str:
        """Replace the permit unit by another kiosk's; returns its URL. `contacts`: whether the coupler reaches chips in
        it; False where the unit powers them itself. Raises ValueError while a permit is in the old unit.
        """
        if unit not in UNITS:
            raise ValueError(f"there is no permit unit {unit!r}; there are {', '.join(UNITS)}")
        with self._lock:
            if self.permit_unit.permit is not None or self.permit_unit.bin:
                raise ValueError("a permit is in the mouth, inside or in the bin of the unit that is there")
            self.permit_unit.stop()
            self.permit_unit = self._devices["permit_unit"] = UNITS[unit](self.activity, self._pace, self._run_dir)
            self._faults["permit_unit"].clear()
            self._covers_open.discard("permit_unit")
            self.urls["permit_unit"] = self.permit_unit.start()
        if self.contacts is not None:
            self.contacts.stop()
            if contacts:
                self.contacts.start()
        return self.urls["permit_unit"]

    # -- actions ---------------------------------------------------------------------------------------------------

    def lay_id_card(self, person_id: str) -> None:
        """Lay a person's identity card on the reader, in place of any other."""
        if person_id not in self._residents.people:
            raise ValueError(f"nobody here is called {person_id!r}")
        with self._lock:
            self.id_reader.lay_down(self._residents.people[person_id])
            self._lying = person_id

    def lift_id_card(self) -> None:
        """Take the identity card off the reader."""
        with self._lock:
            self.id_reader.lift()
            self._lying = None

    def show_code(self, text: str) -> None:
        """Hold any code before the code scanner."""
        self.code_scanner.show_code(text)

    def show_licence_code(self, licence_id: str) -> None:
        """Hold the phone with an electronic licence before the code scanner."""
        if licence_id not in self._residents.licences:
            raise ValueError(f"there is no licence {licence_id!r}")
        self.code_scanner.show_code(self._residents.licences[licence_id].code)

    def offer_permit(self, permit_id: str) -> None:
        """Put a permit into the mouth of the permit unit."""
        self.permit_unit.offer(self.issued(permit_id).permit)

    def withdraw_permit(self) -> bool:
        """Pull an offered permit back; False if the unit has it already or none was offered."""
        return self.permit_unit.withdraw()

    def take_permit(self) -> str | None:
        """Take the permit that the unit holds out; its id, or None if there is none within reach."""
        taken = self.permit_unit.take()
        return None if taken is None else taken.name

    def insert_service_card(self, service_card: str) -> None:
        """Put a technician's card into the slot for it, in place of any other."""
        self._service_card_slot().insert(service_card)

    def pull_service_card(self) -> str | None:
        """Pull the technician's card out; its name, or None if there was none."""
        return self._service_card_slot().pull()

    def service_cards(self) -> list[str]:
        """The names of the technicians' cards; none where there is no slot for them."""
        return [] if self.service_card is None else list(self.service_card.service_cards)

    def _service_card_slot(self) -> ServiceCardSim:
        if self.service_card is None:
            raise ValueError("there is no slot for service cards")
        return self.service_card

    def free_jam(self) -> str | None:
        """Open the unit and pull the permit out, as staff does; its id, or None if there was none."""
        freed = self.permit_unit.free_jam()
        with self._lock:
            self._faults["permit_unit"] = [name for name in self._faults["permit_unit"] if not name.startswith("jam_")]
        return None if freed is None else freed.name

    def empty_bin(self) -> list[str]:
        """Take the retained permits out of the bin and into the hand; their ids."""
        taken = self.permit_unit.empty_bin()
        for permit in taken:
            permit.move_to(PermitLocation.HAND)
        return [permit.name for permit in taken]

    def open_cover(self, device: str) -> None:
        """Open the cover of the permit unit or of the receipt printer."""
        self._with_cover(device).open_cover()
        with self._lock:
            self._covers_open.add(device)

    def close_cover(self, device: str) -> None:
        """Close it again."""
        self._with_cover(device).close_cover()
        with self._lock:
            self._covers_open.discard(device)

    def _with_cover(self, device: str) -> PermitUnitSim | CrtUnitSim | ReceiptPrinterSim:
        match device:
            case "permit_unit":
                return self.permit_unit
            case "receipt_printer":
                return self.receipt_printer
            case _:
                raise ValueError(f"{device!r} has no cover; permit_unit and receipt_printer have")

    def load_paper(self) -> None:
        """Put a new roll into the receipt printer."""
        self.receipt_printer.load_paper()
        with self._lock:
            self._faults["receipt_printer"] = [
                name for name in self._faults["receipt_printer"] if not name.startswith("paper_")
            ]

    def tear_off_receipt(self) -> None:
        """Take the receipt that hangs out of the printer."""
        self.receipt_printer.tear_off()

    # -- faults ----------------------------------------------------------------------------------------------------

    @property
    def fault_names(self) -> dict[str, tuple[str, ...]]:
        """The possible faults by device."""
        return {device: simulator.fault_names for device, simulator in self._devices.items()}

    def fault(self, device: str, name: str) -> None:
        """Set a fault. Raises ValueError for an unknown device or fault."""
        self._device(device).set_fault(name)
        with self._lock:
            if name not in self._faults[device]:
                self._faults[device].append(name)

    def clear_faults(self, device: str | None = None) -> None:
        """End the faults of one device, or of all."""
        for name in [device] if device is not None else list(self._devices):
            self._device(name).clear_faults()
            with self._lock:
                self._faults[name].clear()

    def _device(self, name: str) -> Faulty:
        if name not in self._devices:
            raise ValueError(f"there is no device {name!r}; there are {', '.join(self._devices)}")
        return self._devices[name]

    # -- what people see -------------------------------------------------------------------------------------------

    def issued(self, permit_id: str) -> IssuedPermit:
        """A permit by its id. Raises ValueError."""
        if permit_id not in self._issued:
            raise ValueError(f"there is no permit {permit_id!r}")
        return self._issued[permit_id]

    def state(self) -> dict[str, Any]:
        """The state of the rig for JSON; the people are invented."""
        with self._lock:
            faults = {device: list(names) for device, names in self._faults.items()}
            lying, covers = self._lying, sorted(self._covers_open)
        held = self.permit_unit.permit
        return {
            "id_card_lying": lying,
            "permit_in_unit": None if held is None else held.name,
            "bin": [permit.name for permit in self.permit_unit.bin],
            "covers_open": covers,
            "faults": faults,
            "receipts": len(self.receipt_printer.printouts),
            "receipt_hanging": self.receipt_printer.receipt_is_hanging,
            "lights": sorted(light.value for light in self.guidance_lights.lit),
            "service_card": None if self.service_card is None else self.service_card.inserted,
            "permits": {issued.id: self._permit_state(issued) for issued in self._issued.values()},
        }

    def _permit_state(self, issued: IssuedPermit) -> dict[str, Any]:
        return {
            "holder": issued.data.holder,
            "kind": issued.data.chip,
            "place": issued.permit.place.value,
            "chip": issued.chip_fields(),
            "face_shows_chip": issued.face_shows_chip(self._typeface),
            "face_erasures": issued.face.erasures,
            "face_prints": issued.face.prints - issued.prints_at_issue,
        }

    def people(self) -> dict[str, str]:
        """Names by id, in the data file's order."""
        return {person.id: person.name for person in self._residents.people.values()}

    def licences(self) -> dict[str, str]:
        """The title and holder of each electronic licence, by id, in the data file's order."""
        return {
            licence.id: f"{licence.title} · {self._residents.people[licence.holder].name}"
            for licence in self._residents.licences.values()
        }

    def save_receipt(self, path: Path, number: int = -1) -> None:
        """Write the picture of a receipt (PNG); counted from 0, the last by default. Raises ValueError."""
        printouts = self.receipt_printer.printouts
        if not -len(printouts) <= number < len(printouts):
            raise ValueError(f"there is no receipt {number}; {len(printouts)} were printed")
        printouts[number].picture().save(path, format="PNG")

    def receipt_texts(self) -> list[str]:
        """The words of every receipt and what its codes hold, oldest first (what was sent as dots is not in them)."""
        return ["\n".join((printout.text, *printout.codes)) for printout in self.receipt_printer.printouts]

    def save_face(self, permit_id: str, path: Path) -> None:
        """Write the picture of a whole permit (PNG)."""
        self.issued(permit_id).picture(self._typeface).save(path, format="PNG")

    def drain_activity(self) -> list[dict[str, Any]]:
        """When devices and lines were busy since the last call: who, cause, doing, began, ended (monotonic seconds)."""
        return [asdict(busy) for busy in self.activity.drain()]
