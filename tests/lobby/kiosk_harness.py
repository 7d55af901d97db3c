"""The kiosk itself without its window, simulated devices and a central over HTTPS, all in one process.

A test plays the resident: it waits for a state, does what the screen asks for with hands or finger, and looks in the
end at the permit, at central's record and at the journal. Every screen that is shown is written out in all languages.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from assets import ASSETS
from drivers.permit_unit.dialects import CRT, STAR
from drivers.simulators.issued_permits import IssuedPermit
from drivers.simulators.permit import PermitLocation
from drivers.simulators.residents import Residents
from drivers.simulators.rig import Rig
from drivers.typeface import Typeface
from kiosk.app.kiosk import Kiosk
from kiosk.app.site import about
from kiosk.central import contract
from kiosk.central.client import CentralClient
from kiosk.config.settings import Config, load_config
from kiosk.demo.configuration import simulated_site, write_configuration
from kiosk.domain.identity_number import IdentityNumber
from kiosk.presentation.models.resident import ScreenModel
from kiosk.presentation.pages import page_of
from kiosk.presentation.present import present
from kiosk.texts.translation import Translation
from kiosk.texts.words import Citation, LocalText, Text, Words
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.deadlines import deadline_of
from kiosk.workflow.intents import Intent
from kiosk.workflow.visits import VisitIds
from tests.fakes.cable import Cable
from tests.lobby.device_files import write_device_file
from tests.lobby.running_central import RunningCentral
from tests.waiting import LIMIT_S, eventually

LANGUAGES = ("zh-Hans", "en")
WITHIN_S = LIMIT_S
CHIP_IN_UNIT = ("unit://permit_unit", "unit://permit_unit")
IMPATIENCE = {
    STAR: {"ack": 0.5, "answer": 0.5, "transport": 1.0, "erase_and_print": 2.0},
    CRT: {"answer": 0.5, "transport": 1.0, "initialise": 1.0, "chip": 2.0, "entry_poll": 0.02},
}
FACE_REFRESHED_AT = {
    "zh-Hans": "福州路一九九号一层",
    "en": "199 Fuzhou Road, ground floor",
    "ug": "فۇجۇ يولى 199-نومۇر، 1-قەۋەت",
}
"""Where a site whose unit rewrites no faces sends people."""

S = TypeVar("S")


@dataclass(frozen=True)
class JournalStep:
    """A row of the journal, as far as tests look at it."""

    before: str
    event: str
    after: str
    custody: str
    effects: tuple[str, ...]
    facts: dict[str, Any]


@cache
def _translation(language: str) -> Translation:
    return Translation.load(ASSETS / "locale", language).with_technicians_texts(ASSETS / "locale")


class KioskHarness:
    """A kiosk without its window, its devices and a line to central; stop it when done.

    `chip`: the coupler as the kiosk and as the devices' side name it, `CHIP_IN_UNIT` where the permit unit powers
    chips itself. `site`: what its configuration says otherwise: `region`, `pilot`, `scanner` (False: it has none),
    `lights` (True: it has guidance lights), `right_time_s`, `files` (other files than the usual), `settings` (further
    keys), `tables` (further tables), `central_at` (the URL of what stands between the kiosk and central). `unit`: the
    permit unit's dialect.
    """

    def __init__(
        self,
        directory: Path,
        authority: RunningCentral,
        residents: Residents,
        typeface: Typeface,
        chip: tuple[str, str],
        printer: str = "escpos-80-gb18030",
        site: Mapping[str, Any] = MappingProxyType({}),
        unit: str = STAR,
    ) -> None:
        self.authority = authority
        self.central = authority.central
        self.clock = authority.clock
        self.residents = residents
        self._typeface = typeface
        self._directory = directory
        self._unit = unit
        chip_url, chip_side = chip
        self.rig = Rig(
            directory, residents, 0.0, chip_side, typeface, ASSETS / "devices" / f"{printer}.toml", unit=unit
        )
        self.at_issue = {name: permit.chip_fields() for name, permit in self._permits()}
        self._translations = [_translation(language) for language in LANGUAGES]
        self._changed = threading.Condition()
        self.states: list[s.State] = []
        self._seen = 0
        self.mistakes: list[str] = []
        self._cut_at: Callable[[s.State], bool] | None = None
        self._meanwhile: Callable[[s.State], None] = lambda state: None
        address = urlsplit(site.get("central_at", self.central.url))
        self.cable = Cable(address.hostname or "", address.port or 0)
        self.config = self._config({**self.rig.start(), "permit_chip": chip_url}, printer, site)
        self._about: Any = None
        self.kiosk: Kiosk | None = None
        self.client = CentralClient(
            self.central.url,
            ca=authority.tls_dir / "ca.pem",
            certificate=authority.tls_dir / "kiosk.pem",
            key=authority.tls_dir / "kiosk.key",
        )

    def _permits(self) -> Iterator[tuple[str, IssuedPermit]]:
        return ((name, self.rig.issued(name)) for name in self.residents.permits)

    def _config(self, urls: dict[str, str], printer: str, site: Mapping[str, Any]) -> Config:
        lacking = {"guidance_lights": not site.get("lights", False), "code_scanner": not site.get("scanner", True)}
        devices = {name: url for name, url in urls.items() if not lacking.get(name, False)}
        tables = simulated_site(devices, f"https://127.0.0.1:{self.cable.port}", self.authority.tls_dir)
        tables[""] |= {
            # Central's Date is that of the machine, the clock here is moved by hand.
            "right_time_s": site.get("right_time_s", 10**9),
            "pilot": site.get("pilot", False),
            **site.get("settings", {}),
        }
        tables["files"] = {
            "region": site.get("region", "shanghai"),
            "receipt_printer": printer,
            "permit_unit": self._impatient_unit(),
            **site.get("files", {}),
        }
        if self._unit == CRT:
            tables["face_refreshed_at"] = dict(FACE_REFRESHED_AT)
        tables |= site.get("tables", {})
        return load_config(write_configuration(self._directory / "kiosk.toml", tables), ASSETS)

    def _impatient_unit(self) -> str:
        """The unit's file, but for how long the driver waits for an answer: at a pace of 0 the unit needs no time."""
        return write_device_file(self._directory / "unit.toml", self._unit, IMPATIENCE[self._unit]).name

    # -- power ---------------------------------------------------------------------------------------------------------

    def start_kiosk(self, job_clock: Callable[[], float] = time.monotonic) -> None:
        self.kiosk = Kiosk(self.config, self._show, self.clock, job_clock=job_clock)
        self._about = about(self.config, self.kiosk.region)
        self.authority.central.register_kiosk(f"kiosk-1={self.kiosk.region.area_prefixes[0].ljust(6, '0')}")
        self.kiosk.start()

    def stop_kiosk(self) -> None:
        if self.kiosk is not None:
            self.kiosk.stop()
            self.kiosk = None

    def cut_power_at(self, kind: type[s.State], where: Callable[[Any], bool] = lambda _: True) -> None:
        """Let the machine end when it enters this state: the step is in the journal, what it orders is never begun."""
        self._cut_at = lambda state: isinstance(state, kind) and where(state)

    def at_every_state(self, act: Callable[[s.State], None]) -> None:
        """Do something to the world when a state is entered, before what it orders begins."""
        self._meanwhile = act

    def loses_power(self) -> None:
        """Wait for the cut, and leave what was running where it is."""
        kiosk = self.running
        assert kiosk.failed.wait(WITHIN_S), f"power was not cut; the machine went {self.way()}"
        self._cut_at = None
        self.stop_kiosk()

    def stop(self) -> None:
        self.cable.pull()
        self.stop_kiosk()
        self.cable.close()
        self.client.close()
        self.rig.stop()

    @property
    def running(self) -> Kiosk:
        assert self.kiosk is not None
        return self.kiosk

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _show(self, state: s.State) -> None:
        self._write_out(state)
        self._meanwhile(state)
        with self._changed:
            self.states.append(state)
            self._changed.notify_all()
        if self._cut_at is not None and self._cut_at(state):
            raise SystemExit

    def _write_out(self, state: s.State) -> None:
        try:
            model = page_of(self._about, state)
            for translation in self._translations:
                for words in _words_of(model):
                    text = translation.cited(words) if isinstance(words, Citation) else translation.words(words)
                    if not text.strip():
                        self.mistakes.append(f"{type(state).__name__} in {translation.language}: {words} is empty")
        except (KeyError, ValueError, IndexError, AssertionError, AttributeError, TypeError) as error:
            self.mistakes.append(f"{type(state).__name__}: {type(error).__name__} {error}")

    @property
    def state(self) -> s.State:
        with self._changed:
            return self.states[-1]

    def screen(self) -> ScreenModel:
        """What a resident sees now."""
        state = self.state
        assert not isinstance(state, s.InServiceMode)
        return present(self._about, state)

    def says(self, language: str, words: Words) -> str:
        """These words as somebody reads them."""
        return next(each for each in self._translations if each.language == language).words(words)

    def way(self) -> list[str]:
        with self._changed:
            return [type(state).__name__ for state in self.states]

    def sees(self, kind: type[S], where: Callable[[S], bool] = lambda _: True, within_s: float = WITHIN_S) -> S:
        """Wait for the next state of this kind, skipping others."""
        state = self._awaits(lambda state: isinstance(state, kind) and where(state), kind.__name__, within_s)
        assert isinstance(state, kind)
        return state

    def sees_next(self) -> s.State:
        """Wait for the next state, whatever it is."""
        return self._awaits(lambda _: True, "state", WITHIN_S)

    def _awaits(self, is_wanted: Callable[[s.State], bool], name: str, within_s: float) -> s.State:
        deadline = time.monotonic() + within_s
        with self._changed:
            while True:
                for number in range(self._seen, len(self.states)):
                    state = self.states[number]
                    if is_wanted(state):
                        self._seen = number + 1
                        return state
                left_s = deadline - time.monotonic()
                assert left_s > 0, f"no {name}; the machine went {self.way()[self._seen :]} of {self.way()}"
                self._changed.wait(left_s)

    # -- the resident --------------------------------------------------------------------------------------------------

    def begins(self, language: str = "zh-Hans", choosing: bool = False) -> None:
        if language != LANGUAGES[0]:
            self.running.engine.post(on.PersonChose(Intent.CHOOSE_LANGUAGE, language))
        intent = Intent.OTHER_SERVICES if choosing else Intent.START
        self.running.engine.post(on.PersonChose(intent, ids=VisitIds(uuid4(), uuid4())))

    def chooses(self, intent: Intent, choice: str = "") -> None:
        visit = s.visit_of(self.state)
        self.running.engine.post(on.PersonChose(intent, choice), visit.id if visit else None)

    def asks_for_permit(self) -> None:
        """Touch the screen that asks, after a stop, whether somebody waits for the permit inside."""
        self.sees(s.AwaitingHolder)
        self.chooses(Intent.CANCEL)

    def takes_permit(self) -> None:
        eventually(self.rig.take_permit)

    def shows_licence(self, licence: str) -> None:
        """Hold the phone before the scanner until the code is read: what it saw before it was asked is forgotten."""
        seen = len(self.states)

        def is_read() -> bool:
            self.rig.show_licence_code(licence)
            with self._changed:
                return self._changed.wait_for(lambda: len(self.states) > seen, 0.5)

        eventually(is_read)

    def plays(self, steps: Sequence[PlayStep]) -> Any:
        """Wait for each screen and do what belongs to it; the last state."""
        state: s.State | None = None
        for number, (kind, act) in enumerate(steps):
            stands = number == 0 and bool(self.states) and isinstance(self.state, kind)
            state = self.state if stands else self.sees(kind)
            act(self)
        return state

    def answers(self, steps: Sequence[PlayStep]) -> Any:
        """The same, where the first screen stands already."""
        steps[0][1](self)
        return self.plays(steps[1:])

    # -- time ----------------------------------------------------------------------------------------------------------

    def lets_pass(self, seconds: float | None = None) -> None:
        """Let time pass, by default as much as the present state gives; the machine notices at once."""
        self.clock.jump(deadline_of(self.state).seconds + 1.0 if seconds is None else seconds)
        assert self.running.engine.answers(WITHIN_S)

    def hears_central(self) -> None:
        """Let an idle machine look around, and with that learn central's time; who comes before waits for it."""
        self.lets_pass()
        eventually(lambda: self.running.clock.is_heard)

    def is_open_again(self) -> None:
        """Wait until a machine that was closed looks again and finds everything well, with nothing inside. How many
        looks that takes depends on what was asked already when it was mended.
        """

        def is_idle() -> bool:
            if isinstance(self.state, s.OutOfService):
                self.lets_pass()
            return isinstance(self.state, s.Idle)

        eventually(is_idle)

    # -- what became of it ---------------------------------------------------------------------------------------------

    @property
    def endorsement_id(self) -> UUID:
        """That of the latest visit's own request."""
        with self._changed:
            visits = [visit for state in self.states if (visit := s.visit_of(state)) is not None]
        return visits[-1].endorsement_id

    def where_is(self, permit: str) -> PermitLocation:
        return self.rig.issued(permit).permit.place

    def chip(self, permit: str) -> dict[str, str | int | None]:
        return self.rig.issued(permit).chip_fields()

    def face_shows_chip(self, permit: str) -> bool | None:
        return self.rig.issued(permit).face_shows_chip(self._typeface)

    def face_cycles(self, permit: str) -> tuple[int, int]:
        """(erasures, prints) since it was issued."""
        issued = self.rig.issued(permit)
        return issued.face.erasures, issued.face.prints - issued.prints_at_issue

    def updates(self) -> int:
        """How many UPDATE commands reached any chip, since the last call."""
        return sum(busy["doing"] in ("command D6", "command DC") for busy in self.rig.drain_activity())

    def is_untouched(self, permit: str) -> bool:
        return self.chip(permit) == self.at_issue[permit] and self.face_cycles(permit) == (0, 0)

    def receipts(self) -> list[str]:
        return self.rig.receipt_texts()

    def approves(self, number: str, stage: str | None = None) -> str:
        """An officer lets the next stage of an application pass; what it is then."""
        with self.central.database.writing() as session:
            return self.central.reviewing.approve(session, number, self.clock.now(), stage).state

    def applications(self, person: str) -> tuple[contract.ApplicationProgress, ...]:
        """What central has of this person's applications, as a kiosk is told."""
        holder = self.residents.people[person]
        search = contract.ApplicationSearch(
            holder=contract.Holder(name=holder.name, id_number=IdentityNumber(holder.number)), permit=None
        )
        return self.client.search_applications(search, key=str(uuid4()), sequence=None).applications

    def central_state(self, endorsement_id: UUID | None = None) -> str:
        """Central's word on an endorsement, once it has been told everything."""
        self.central_is_told()
        return self.client.endorsement_state(endorsement_id or self.endorsement_id).state

    def central_is_told(self, within_s: float = WITHIN_S) -> None:
        """Wait until nothing is in the outbox."""
        eventually(lambda: self.running.journal.queue().length == 0, within_s)

    def journal(self) -> list[JournalStep]:
        with closing(sqlite3.connect(f"file:{self.config.state_dir / 'journal.db'}?mode=ro", uri=True)) as db:
            rows = db.execute(
                "SELECT state_before, event, state_after, custody, effects, facts FROM step ORDER BY number"
            ).fetchall()
        return [
            JournalStep(before, event, after, custody, tuple(json.loads(effects)), json.loads(facts))
            for before, event, after, custody, effects, facts in rows
        ]

    def ordered(self) -> list[str]:
        """Every effect of the journal, in order."""
        return [effect for step in self.journal() for effect in step.effects]


PlayStep = tuple[type[s.State], Callable[[KioskHarness], None]]


def _words_of(value: object) -> Iterator[Text | LocalText | Citation]:
    match value:
        case Text() | LocalText() | Citation():
            yield value
        case tuple():
            for each in value:
                yield from _words_of(each)
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from _words_of(getattr(value, field.name))
        case _:
            return
