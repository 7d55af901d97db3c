"""A complete simulated site: devices, pcscd, reference central and the kiosk, each in a process of its own.

They communicate over the real protocols. A part that the machine lacks is replaced, and the replacement is reported.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.orm import Session

from assets import ASSETS
from drivers.permit_unit.base import Capabilities
from drivers.permit_unit.dialects import CRT, STAR, load_unit_file
from drivers.simulators.control import RigClient
from drivers.simulators.pcscd import PrivatePcscd
from drivers.simulators.residents import DEFAULT as RESIDENTS
from drivers.simulators.residents import Residents, load_residents
from kiosk.central.client import CentralClient
from kiosk.demo.automation_client import AutomationClient
from kiosk.demo.central_records import central_records
from kiosk.demo.configuration import simulated_site, write_configuration
from kiosk.demo.display import Display, open_display
from kiosk.demo.processes import DidNotStart, Process
from kiosk.demo.scenarios import FACES_AT
from kiosk.domain.clock import SHANGHAI, SystemClock
from kiosk.domain.devices import CODE_SCANNER, DEVICES, ID_READER, IN_UNIT, PERMIT_CHIP, PERMIT_UNIT, RECEIPT_PRINTER
from kiosk.policy.region_file import load_region
from kiosk.reference_central.authority import GRANT_KEYS, issue_client, make_authority
from kiosk.reference_central.clock import system_clock
from kiosk.reference_central.database import Database
from kiosk.reference_central.kiosks import register
from kiosk.reference_central.opening import to_make
from kiosk.reference_central.residents import ResidentImport, seed
from kiosk.texts.translation import languages_in
from screens.shell.screen_file import load_screen_file

ROOT = Path(__file__).resolve().parents[2]
TEST_KEYS = ROOT / "drivers" / "simulators" / "data" / "test_keys.toml"
START_S = 120.0
OPTIONAL = tuple(device for device in DEVICES if device.is_optional)
KIOSK = "kiosk-1"
CHIP_IN_UNIT = f"{IN_UNIT}://permit_unit"
UNIT_WIRES = {
    STAR: "Star TCP300 dialect over a pseudo-terminal",
    CRT: "Creator CRT-591-M dialect over a pseudo-terminal",
}
WRITING_USUALLY_S = {STAR: 12, CRT: 4}


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the place is to be. `pace`: 1.0 devices take real times, 0.0 none. `hidden`: never on the machine's
    display. `display_px`: how large a hidden one is; None: as `screen` is. `pilot`: the kiosks take part in their
    region's pilot. `scanner`: they have a code scanner, and whatever else is optional. `speaks`: their screens can be
    read aloud. `kiosks`: those that central knows; they stand before the same devices, so only one is open at a time.
    `units`: the permit unit's dialect by kiosk, where not the Star's; it is exchanged when its kiosk is opened.
    """

    region: str = "shanghai"
    languages: tuple[str, ...] = languages_in(ASSETS / "locale")
    screen: str = "portrait-1080x1920"
    display_px: tuple[int, int] | None = None
    pace: float = 1.0
    hidden: bool = False
    direct_chip: bool = False
    pilot: bool = False
    scanner: bool = False
    speaks: bool = False
    kiosks: tuple[str, ...] = (KIOSK,)
    units: Mapping[str, str] = field(default_factory=dict)
    central_fault: str | None = None
    residents: Path = RESIDENTS
    today: date = field(default_factory=lambda: Simulation.today())

    def unit_of(self, kiosk: str) -> str:
        return self.units.get(kiosk, STAR)

    def can(self, kiosk: str) -> Capabilities:
        """What the kiosk's permit unit can do."""
        return load_unit_file(ASSETS / "devices" / f"{self.unit_of(kiosk)}.toml").capabilities

    def each(self, word: Callable[[str], str]) -> str:
        """One word for all kiosks, or one for each where they differ."""
        words = {kiosk: word(kiosk) for kiosk in self.kiosks}
        if len(set(words.values())) == 1:
            return words[self.kiosks[0]]
        return "; ".join(f"{kiosk}: {words[kiosk]}" for kiosk in self.kiosks)


class Simulation:
    """Starts everything on entering and ends everything on leaving. `state_dir` keeps journal and central's
    database.
    """

    def __init__(self, wishes: Wishes, state_dir: Path) -> None:
        self.wishes = wishes
        self.state_dir = state_dir.resolve()
        self._stack = ExitStack()
        self.wires: dict[str, str] = {}
        self.notes: list[str] = []
        self._unit = STAR  # which one the rig has at present

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _start(self) -> None:
        shutil.rmtree(self.state_dir, ignore_errors=True)
        self.state_dir.mkdir(parents=True)
        # Unix sockets allow a hundred characters of path, so they are in a short directory of their own.
        self.run_dir = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="qzk-")))
        self.residents: Residents = load_residents(self.wishes.residents, self.wishes.today)
        self._chip_url, chip_side, self.chip_environment = self._start_coupler()
        # Each takes a second or two of a processor, so they start in parallel.
        rig = self._start_rig(chip_side)
        central = self._start_central()
        self._start_display()
        self.rig = self._connect_rig(rig)
        self.central_url: str = json.loads(central.first_line(START_S))["url"]
        self.config_file = self._config_of(KIOSK)
        self.automation_socket = self.run_dir / "automation"
        self._of_kiosks = self._stack.enter_context(ExitStack())
        for kiosk in self.wishes.kiosks:
            self._write_config(kiosk)

    # -- the parts -------------------------------------------------------------------------------------------------

    def _start_display(self) -> None:
        screen_file = load_screen_file(ASSETS / "screens" / f"{self.wishes.screen}.toml")
        width_px, height_px = self.wishes.display_px or (screen_file.width_px, screen_file.height_px)
        self.display: Display = open_display(
            self._stack, self.state_dir, width_px, height_px, hidden=self.wishes.hidden
        )
        self.wires["screen"] = self.display.described()

    def _start_coupler(self) -> tuple[str, str, Mapping[str, str]]:
        """The chip's URL for the kiosk, the other side's for the rig, and what clients need in their environment."""
        carrier, url, chip_side, environment = self._coupler()
        self.wires[PERMIT_CHIP.name] = self.wishes.each(
            lambda kiosk: "contacts of the permit unit" if self.wishes.can(kiosk).chip_by_unit else carrier
        )
        return url, chip_side, environment

    def _coupler(self) -> tuple[str, str, str, Mapping[str, str]]:
        """The link between chip and kiosk in words, and the results of `_start_coupler`."""
        self.pcscd: PrivatePcscd | None = None
        if all(self.wishes.can(kiosk).chip_by_unit for kiosk in self.wishes.kiosks):
            return "", CHIP_IN_UNIT, CHIP_IN_UNIT, {}
        why_not = "asked for" if self.wishes.direct_chip else PrivatePcscd.why_not()
        if why_not is None:
            pcscd = self._stack.enter_context(PrivatePcscd(self.run_dir / "pcscd"))
            self.pcscd = pcscd
            carrier = "virtual chip behind pcscd, vpcd and pyscard"
            return carrier, f"pcsc://{pcscd.reader_name}", pcscd.vpcd_url, pcscd.environment
        self.notes.append(f"No pcscd here ({why_not}): the virtual chip hangs directly on the kiosk.")
        port = _free_port()
        carrier = "substitute: virtual chip without pcscd"
        return carrier, f"sim://{PERMIT_CHIP.name}?port={port}", f"direct://127.0.0.1:{port}", {}

    def _start_rig(self, chip_side: str) -> Process:
        self.control_socket = self.run_dir / "rig"
        return self._stack.enter_context(
            Process.of_python(
                "the simulated devices",
                [
                    "-m",
                    "drivers",
                    "simulate",
                    "--run-dir",
                    str(self.run_dir),
                    "--control",
                    str(self.control_socket),
                    "--pace",
                    str(self.wishes.pace),
                    "--today",
                    self.wishes.today.isoformat(),
                    "--vpcd",
                    chip_side,
                    "--residents",
                    str(self.wishes.residents),
                ],
                self.state_dir / "rig.log",
            )
        )

    def _connect_rig(self, rig: Process) -> RigClient:
        self.urls: dict[str, str] = json.loads(rig.first_line(START_S))["urls"]
        self.wires[ID_READER.name] = "GA/T 467 frames over a pseudo-terminal"
        if self.wishes.scanner:
            self.wires |= {device.name: "its own protocol over a pseudo-terminal" for device in OPTIONAL}
            self.wires[CODE_SCANNER.name] = "lines of text over a pseudo-terminal"
        self.wires[PERMIT_UNIT.name] = self.wishes.each(lambda kiosk: UNIT_WIRES[self.wishes.unit_of(kiosk)])
        self.wires[RECEIPT_PRINTER.name] = "ESC/POS from python-escpos over TCP"
        return self._stack.enter_context(RigClient(self.control_socket))

    def _start_central(self) -> Process:
        self.tls_dir = self.state_dir / "tls"
        make_authority(self.tls_dir)
        self.central_database = database = f"sqlite:///{self.state_dir / 'central.db'}"
        self._area = load_region(ASSETS / "regions" / f"{self.wishes.region}.toml").area_prefixes[0].ljust(6, "0")
        records = [ResidentImport.model_validate(record) for record in central_records(self.residents)]
        with closing(to_make(database)) as made, made.writing() as session:
            seed(session, records, system_clock())
            for kiosk in self.wishes.kiosks:
                self._register(session, kiosk)
        pilots = ["--pilot", self.wishes.region] if self.wishes.pilot else []
        faulty = ["--fault", self.wishes.central_fault] if self.wishes.central_fault else []
        self.wires["central"] = "HTTPS with mutual TLS to the reference central, a process of its own"
        return self._stack.enter_context(
            Process.of_python(
                "central",
                [
                    "-m",
                    "kiosk",
                    "central",
                    "serve",
                    "--database",
                    database,
                    "--port",
                    "0",
                    "--tls-dir",
                    str(self.tls_dir),
                    "--keys",
                    str(self.tls_dir / GRANT_KEYS),
                    str(TEST_KEYS),
                    "--region",
                    str(ASSETS / "regions"),
                    "--permits",
                    str(ASSETS / "permits"),
                    *pilots,
                    *faulty,
                ],
                self.state_dir / "central.log",
            )
        )

    def _register(self, session: Session, kiosk: str) -> None:
        """Issue a kiosk's certificate, and register it at central with its area."""
        if kiosk != KIOSK:
            issue_client(self.tls_dir, kiosk, _stem(kiosk))
        register(session, f"{kiosk}={self._area}", system_clock())

    def _config_of(self, kiosk: str) -> Path:
        return self.state_dir / f"{_stem(kiosk)}.toml"

    def _write_config(self, kiosk: str, screen: str = "") -> None:
        stem, unit, can = _stem(kiosk), self.wishes.unit_of(kiosk), self.wishes.can(kiosk)
        devices = self._device_urls(CHIP_IN_UNIT if can.chip_by_unit else self._chip_url)
        tables = simulated_site(devices, self.central_url, kiosk=kiosk, stem=stem)
        tables[""] |= {
            "languages": list(self.wishes.languages),
            "automation_socket": str(self.automation_socket),
            "writing_usually_s": WRITING_USUALLY_S[unit],
            "writing_usually_learned": False,  # what a demo shows does not depend on what was played before
            "pilot": self.wishes.pilot,
        }
        screen = screen or self.wishes.screen
        tables["files"] = {"region": self.wishes.region, "screen": screen, PERMIT_UNIT.name: unit}
        if self.wishes.speaks:
            tables["sound"] = {}
        if not can.rewrites_face:
            tables["face_refreshed_at"] = dict(FACES_AT)
        write_configuration(self._config_of(kiosk), tables)

    def _device_urls(self, chip_url: str) -> dict[str, str]:
        """The URLs of the devices in the rig that this kiosk has."""
        lacking = set() if self.wishes.scanner else {device.name for device in OPTIONAL}
        return {
            **{device: url for device, url in self.urls.items() if device not in lacking},
            PERMIT_CHIP.name: chip_url,
        }

    def journal_of(self, kiosk: str) -> Path:
        """The path of a kiosk's journal, which exists once the kiosk has started."""
        return self.state_dir / _stem(kiosk) / "journal.db"

    def log_of(self, kiosk: str) -> Path:
        """The path of a kiosk's log, which exists once the kiosk was started."""
        return self.state_dir / f"{_stem(kiosk)}.log"

    @staticmethod
    def today() -> date:
        """The date in Shanghai, by which every region's rules apply."""
        return SystemClock().now().astimezone(SHANGHAI).date()

    # -- what a demo does with it ------------------------------------------------------------------------------------

    def let_in(self, kiosk: str, screen: str = "") -> Path:
        """Let one more kiosk stand before the same devices, known to central; its configuration. `screen`: which it
        has, if not the wished one.
        """
        with closing(Database(self.central_database)) as database, database.writing() as session:
            self._register(session, kiosk)
        self._write_config(kiosk, screen)
        return self._config_of(kiosk)

    def end_kiosks(self) -> None:
        """End every open kiosk, and close the connections to its window and to central."""
        self._of_kiosks.close()

    def start_kiosk(self, kiosk: str = KIOSK) -> Process:
        """Start a kiosk with its permit unit; it ends with the simulation, or earlier by `Process.end`."""
        if self.wishes.unit_of(kiosk) != self._unit:
            self._unit = self.wishes.unit_of(kiosk)
            self.rig.do("exchange_unit", unit=self._unit, contacts=not self.wishes.can(kiosk).chip_by_unit)
        environment = {
            **self.display.environment,
            **self.chip_environment,
            "KIVY_HOME": str(self.state_dir / "kivy"),
            "KIOSK_LOG_FORM": "plain",  # the report reads times out of the log
        }
        return self._of_kiosks.enter_context(
            Process.of_python(
                "the kiosk",
                ["-m", "kiosk", "run", "--config", str(self._config_of(kiosk))],
                self.log_of(kiosk),
                environment,
            )
        )

    def automation(self, kiosk: Process) -> AutomationClient:
        """Watch the kiosk's window. Raises `DidNotStart` with the kiosk's last output."""
        try:
            return self._of_kiosks.enter_context(AutomationClient(self.automation_socket, START_S))
        except Exception as error:
            raise DidNotStart(f"the kiosk's window did not open: {kiosk.last_words()}") from error

    def central_client(self, kiosk: str = KIOSK) -> CentralClient:
        """A connection to central with a kiosk's own certificate."""
        stem = _stem(kiosk)
        return self._of_kiosks.enter_context(
            CentralClient(
                self.central_url,
                ca=self.tls_dir / "ca.pem",
                certificate=self.tls_dir / f"{stem}.pem",
                key=self.tls_dir / f"{stem}.key",
            )
        )


def _stem(kiosk: str) -> str:
    """The stem of a kiosk's file names."""
    return "kiosk" if kiosk == KIOSK else kiosk


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
