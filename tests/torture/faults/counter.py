"""The counter at which every cell is played: central, the kiosk's place, and what is impatient about both."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from assets import ASSETS
from drivers.permit_unit.dialects import CRT, STAR
from drivers.simulators.pcscd import PrivatePcscd
from drivers.simulators.residents import load_residents
from drivers.typeface import Typeface
from kiosk.demo.central_records import central_records
from kiosk.reference_central.residents import ResidentImport
from tests.lobby.device_files import write_device_file
from tests.lobby.direct_chips import direct_chip
from tests.lobby.kiosk_harness import CHIP_IN_UNIT, KioskHarness
from tests.lobby.running_central import TODAY, HandClock, RunningCentral, central_for_all_regions
from tests.torture.faults.certificates import make_expired

# How long the drivers wait for what does not come: at a pace of 0 devices need no time.
_IMPATIENT = {
    "id_reader": (
        "gat467",
        {
            "power_up_s": 0.1,
            "probe": 0.2,
            "status": 0.3,
            "find": 0.3,
            "select": 0.3,
            "text_and_photo": 0.3,
            "fingerprint": 0.3,
            "newest_address": 0.3,
        },
    ),
    "receipt_printer": ("escpos-80-gb18030", {"answer_timeout_s": 0.3, "print_timeout_s": 1.0}),
}
RIGHT_TIME_S = 300
_ENDS_OF_CHECKS = ('"DevicesReady"', '"DeviceFailed"')
AT_APPLICATION = "haikou-at-application"


class KioskClock(HandClock):
    """The kiosk's own: it goes with central's until somebody sets it wrong."""

    def __init__(self, right: HandClock) -> None:
        self._right = right
        self.wrong_by = timedelta()

    def reset(self) -> None:
        self._right.reset()
        self.wrong_by = timedelta()

    def monotonic(self) -> float:
        return self._right.monotonic()

    def now(self) -> datetime:
        return self._right.now() + self.wrong_by

    def jump(self, seconds: float) -> None:
        self._right.jump(seconds)


class Bystander(logging.Handler):
    """Hears every line of the log: what people will read, and the faults that were told there."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def heard_of_check(self, since: int) -> bool:
        """Whether the machine's look around ended, and changed nothing, after the first `since` lines."""
        return any(
            line.startswith("event_ignored") and any(told in line for told in _ENDS_OF_CHECKS)
            for line in self.lines[since:]
        )

    def faults(self, since: int) -> set[str]:
        """Codes of the catalogue's faults that were logged after the first `since` lines."""
        told = (json.loads(line.partition(" ")[2]) for line in self.lines[since:] if '"fault"' in line)
        return {str(fields["fault"]) for fields in told}


class FaultHarness(KioskHarness):
    """A harness in which one can wait for whatever comes next; its kiosk's clock may be set wrong."""

    clock: KioskClock

    def shows_more_than(self, seen: int, within_s: float) -> bool:
        """Whether a state came after the first `seen` ones."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.states) > seen, within_s)

    def line_leads_to(self, far_end: tuple[str, int] | None) -> None:
        """Every connection to central breaks, and new ones end elsewhere."""
        self.cable.lead_to(far_end)

    def line_leads_to_central(self) -> None:
        address = urlsplit(self.central.url)
        self.cable.lead_to((address.hostname or "", address.port or 0))


class Counter:
    """Central, running once; a place for each cell. `with Counter() as counter: with counter.opened(…) as place: …`."""

    def __init__(self, pcscd: PrivatePcscd | None = None) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="faults-"))
        self.pcscd = pcscd
        self._clock = HandClock()
        central = central_for_all_regions(self.directory, self._clock.now, pilots=("xuchang",))
        make_expired(self.directory)
        self.authority = RunningCentral(central, self.directory, self._clock)
        self._typeface = Typeface.load(ASSETS / "fonts")
        self._everybody = load_residents(today=TODAY)
        self._files = {key: self._impatient(*how) for key, how in _IMPATIENT.items()}

    def __enter__(self) -> Self:
        self.authority.central.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.authority.central.stop()
        shutil.rmtree(self.directory)

    @contextmanager
    def opened(
        self, permits: tuple[str, ...], site: Mapping[str, Any], over_pcsc: bool = False, unit: str = STAR
    ) -> Iterator[FaultHarness]:
        """A place with an empty record at central, whose kiosk has not been started; closed afterwards. A
        CRT-591-M powers the chip itself.
        """
        self.authority.forget()
        central = self.authority.central
        residents = replace(self._everybody, permits={name: self._everybody.permits[name] for name in permits})
        central.seed(ResidentImport.model_validate(record) for record in central_records(residents))
        directory = Path(tempfile.mkdtemp(prefix="cell-", dir=self.directory))
        chip = CHIP_IN_UNIT if unit == CRT else direct_chip()
        if over_pcsc:
            assert self.pcscd is not None
            chip = (f"pcsc://{self.pcscd.reader_name}", self.pcscd.vpcd_url)
        files = {**self._files, **site.get("files", {})}
        if site.get("region") == AT_APPLICATION:
            site = {**site, "region": self._haikou_asks_at_once()}
        place = FaultHarness(
            directory,
            self.authority,
            residents,
            self._typeface,
            chip,
            site={"right_time_s": RIGHT_TIME_S, **site, "files": files},
            unit=unit,
        )
        place.clock = KioskClock(self._clock)
        try:
            yield place
        finally:
            central.clear_faults()
            place.stop()
            shutil.rmtree(directory)

    def _haikou_asks_at_once(self) -> str:
        """No region here lets one choose between several ways at the application; one like Haikou would."""
        text = (ASSETS / "regions" / "haikou.toml").read_text(encoding="utf-8")
        path = self.directory / f"{AT_APPLICATION}.toml"
        path.write_text(text.replace('chosen = "when_made"', 'chosen = "at_application"'), encoding="utf-8")
        return str(path)

    def _impatient(self, name: str, seconds: Mapping[str, float]) -> str:
        return str(write_device_file(self.directory / f"{name}.toml", name, seconds))
