"""A reference central over real HTTPS, invented residents, and a relay that plays the kiosk before a virtual chip."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from assets import ASSETS
from drivers.permit_chip import allow_list
from drivers.permit_chip.chip import exchange
from drivers.permit_chip.records import RelayCommand
from drivers.permit_file.permit_file import PermitFile
from drivers.permit_file.reader import load_permit_file
from drivers.simulators.chip_keys import TEST_KEYS, load_test_keys
from drivers.simulators.virtual_chip import Protocol, VirtualChip
from drivers.transport.base import ApduAnswer
from kiosk.central import contract
from kiosk.central.client import CallTimes, CentralClient
from kiosk.central.grants import load_grant_keys, verify_grant
from kiosk.domain.endorsement import Grant
from kiosk.domain.personal import Personal
from kiosk.reference_central.authority import GRANT_KEYS, GRANT_PUBLIC_KEYS, issue_client, make_authority
from kiosk.reference_central.residents import ResidentImport
from kiosk.reference_central.server import ReferenceCentral
from kiosk.reference_central.settings import CentralSettings
from tests.waiting import LIMIT_S

REGIONS = ASSETS / "regions"
SHANGHAI = REGIONS / "shanghai.toml"
PERMITS = ASSETS / "permits"
MORNING = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 10 o'clock in China
TODAY = date(2026, 11, 22)
ATR = "3B6000005149414E5A48552D53494D"

_numbers = itertools.count(1)


class MovableClock:
    """Central's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, span: timedelta) -> None:
        self.now += span


@dataclass(frozen=True)
class Resident:
    """One invented person with one permit, as central's record and the kiosk's reading see them."""

    record: ResidentImport
    on_chip: contract.PermitContent
    birth: date = date(1988, 3, 14)

    @property
    def facts(self) -> contract.PermitFacts:
        return contract.PermitFacts(
            permit_file=self.record.permit_file,
            chip_serial=self.record.chip_serial,
            region=self.record.region,
            permit_number=self.record.permit_number,
            holder_number=self.record.holder.id_number,
            holder_name=self.record.holder.name,
            issued_on=self.record.issued_on,
            content=self.on_chip,
        )

    def chip(self, protocol: Protocol = "t0") -> VirtualChip:
        """This permit's chip, with power on."""
        layout = permit_file(self.record.permit_file)
        values = {
            "chip_serial": self.record.chip_serial,
            "region": self.record.region,
            "permit_number": self.record.permit_number,
            "id_number": self.record.holder.id_number,
            "holder_name": self.record.holder.name,
            "sex": "2",
            "ethnicity": "01",
            "birth": self.birth,
            "issued_on": self.record.issued_on,
            **self.on_chip.model_dump(),
        }
        chip = VirtualChip(layout, {f.name: values[f.name] for f in layout.fields}, load_test_keys(), protocol=protocol)
        chip.power_on()
        return chip


def permit_file(name: str) -> PermitFile:
    return load_permit_file(PERMITS / f"{name}.toml")


def content(valid_to: date = date(2026, 12, 4), count: int = 2) -> contract.PermitContent:
    return contract.PermitContent(
        address="上海市浦东新区示范路88弄6号402室",
        issuing_authority="上海市公安局浦东分局",
        category="standard",
        valid_from=valid_to.replace(year=valid_to.year - 1),
        valid_to=valid_to,
        endorsement_count=count,
    )


def resident(
    recorded: contract.PermitContent | None = None,
    on_chip: contract.PermitContent | None = None,
    **changes: Any,
) -> Resident:
    """Somebody whom no other test knows, in the window unless told otherwise."""
    number = next(_numbers)
    recorded = recorded or content()
    values = {
        "holder": {"name": "林玉珍", "id_number": f"3413991988031{number:05d}"},
        "permit_number": f"3100002019{number:08d}",
        "chip_serial": f"86003100{number:08d}",
        "permit_file": "reference",
        "region": "310000",
        "issued_on": date(2023, 12, 4),
        "content": recorded,
    }
    record = ResidentImport.model_validate(values | changes)
    return Resident(record, on_chip or recorded)


def settings(
    directory: Path, clock: Callable[[], datetime], in_use: str = "ed25519", **changes: Any
) -> CentralSettings:
    make_authority(directory, "kiosk-1", in_use)
    values: dict[str, Any] = {
        "database": f"sqlite:///{directory / 'central.db'}",
        "tls_dir": directory,
        "keys": (directory / GRANT_KEYS, TEST_KEYS),
        "regions": (SHANGHAI,),
        "permits": (PERMITS,),
        "kiosks": ("kiosk-1",),
        "clock": clock,
    }
    return CentralSettings(**(values | changes))


@contextmanager
def client_of(
    central: ReferenceCentral, directory: Path, stem: str = "kiosk", times: CallTimes | None = None
) -> Iterator[CentralClient]:
    with CentralClient(
        central.url,
        ca=directory / "ca.pem",
        certificate=directory / f"{stem}.pem",
        key=directory / f"{stem}.key",
        times=times or CallTimes(),
    ) as client:
        yield client


def asked_by_many_kiosks_at_once(
    central: ReferenceCentral, directory: Path, ask: Callable[[CentralClient], str]
) -> list[str]:
    """What four kiosks are told that ask in the same moment, sorted."""
    names = [f"kiosk-many-{number}" for number in range(4)]
    for name in names:
        issue_client(directory, name)
        central.register_kiosk(name)
    together = threading.Barrier(len(names))

    def ask_together(name: str) -> str:
        with client_of(central, directory, name) as client:
            together.wait(10)
            return ask(client)

    with ThreadPoolExecutor(len(names)) as pool:
        return sorted(future.result(LIMIT_S) for future in [pool.submit(ask_together, name) for name in names])


@dataclass
class Kiosk:
    """What a kiosk does with central, step by step, with keys and numbers of its own."""

    client: CentralClient
    directory: Path
    clock: Callable[[], datetime]
    sequence: int = 0
    selected: allow_list.Selection = None
    batches: list[contract.ChipBatch] = field(default_factory=list)

    def numbered(self) -> int:
        self.sequence += 1
        return self.sequence

    def request(
        self, who: Resident, endorsement_id: UUID | None = None, **changes: object
    ) -> contract.EndorsementAnswer:
        return self.client.request_endorsement(request(who, endorsement_id, **changes), sequence=self.numbered())

    def granted(self, who: Resident) -> contract.Granted:
        answer = self.request(who)
        assert isinstance(answer, contract.Granted), answer
        return answer

    def verified(self, who: Resident, signed: contract.SignedGrant) -> Grant:
        return verify_grant(
            signed,
            load_grant_keys(self.directory / GRANT_PUBLIC_KEYS),
            now=self.clock(),
            permit_number=Personal(who.record.permit_number),
            chip_serial=who.record.chip_serial,
        )

    def begin(self, endorsement_id: UUID, serial: str) -> contract.ChipSessionStep:
        body = contract.ChipSessionRequest(atr=ATR, chip_serial=serial)
        return self.client.start_chip_session(endorsement_id, body, key=str(uuid4()), sequence=self.numbered())

    def tell(
        self, endorsement_id: UUID, step: contract.ChipSessionStep, answers: list[contract.ChipAnswer]
    ) -> contract.ChipSessionStep:
        assert step.batch is not None
        body = contract.ChipBatchAnswers(batch=step.batch.number, answers=tuple(answers))
        return self.client.report_chip_answers(
            endorsement_id, step.session_id, body, key=str(uuid4()), sequence=self.numbered()
        )

    def relay(self, who: Resident, chip: VirtualChip, batch: contract.ChipBatch | None) -> list[contract.ChipAnswer]:
        """Send a batch, as the relay would: checked first, stopped by an unexpected status word or by silence."""
        assert batch is not None, "central has more to write"
        self.batches.append(batch)
        answers, self.selected = relayed(who, chip, batch, self.selected)
        return answers

    def write(self, who: Resident, endorsement_id: UUID, chip: VirtualChip) -> contract.ChipSessionStep:
        """A whole chip session up to its verdict."""
        self.selected = None
        step = self.begin(endorsement_id, who.record.chip_serial)
        while step.batch is not None:
            step = self.tell(endorsement_id, step, self.relay(who, chip, step.batch))
        return step

    def complete(
        self,
        endorsement_id: UUID,
        chip: str,
        face: str,
        finished_at: datetime | None = None,
        custody: str = "with_holder",
    ) -> str:
        body = contract.CompletionRequest.model_validate(
            {
                "chip": chip,
                "face": face,
                "custody": custody,
                "receipt_printed": True,
                "finished_at": finished_at or self.clock(),
            }
        )
        return self.client.report_completion(endorsement_id, body, key=str(uuid4()), sequence=self.numbered()).state

    def pending(self, who: Resident, inquiry_id: UUID | None = None) -> contract.PendingRewritesAnswer:
        body = contract.PendingRewritesRequest(
            inquiry_id=inquiry_id or uuid4(), holder=who.record.holder, permit=who.facts
        )
        return self.client.pending_rewrites(body, key=str(uuid4()), sequence=self.numbered())

    def beat(self, records: int) -> contract.HeartbeatAnswer:
        """One heartbeat of an idle kiosk whose journal has that many records."""
        journal = contract.JournalHead(number=records, algorithm="sha256", head=f"{records:064x}")
        body = contract.HeartbeatRequest(
            sent_at=self.clock(),
            state="Idle",
            custody="with_holder",
            journal=journal,
            queue=contract.QueueState(length=0),
        )
        return self.client.heartbeat(body, key=str(uuid4()))

    def prove(self, who: Resident, key: str, **changes: object) -> str:
        body = {
            "evidence_id": uuid4(),
            "service": "endorse",
            "key": key,
            "holder": who.record.holder,
            "permit": who.facts,
        }
        request = contract.EvidenceRequest.model_validate(body | changes)
        return self.client.verify_evidence(request, key=str(uuid4()), sequence=self.numbered()).result

    def apply(self, who: Resident, **changes: object) -> contract.ApplicationAnswer:
        return self.client.apply(application(who, **changes), sequence=self.numbered())

    def applied(self, who: Resident, **changes: object) -> contract.ApplicationReceived:
        answer = self.apply(who, **changes)
        assert isinstance(answer, contract.ApplicationReceived), answer
        return answer

    def progress(self, who: Resident, permit: contract.PermitFacts | None = None) -> contract.ApplicationProgress:
        """Of the newest application."""
        body = contract.ApplicationSearch(holder=who.record.holder, permit=permit)
        found = self.client.search_applications(body, key=str(uuid4()), sequence=self.numbered())
        return found.applications[0]

    def choose(self, application_id: UUID, way: str) -> contract.ApplicationProgress:
        body = contract.CollectionChoice.model_validate({"way": way})
        return self.client.choose_collection(application_id, body, key=str(uuid4()), sequence=self.numbered())


def relayed(
    who: Resident, chip: VirtualChip, batch: contract.ChipBatch, selected: allow_list.Selection
) -> tuple[list[contract.ChipAnswer], allow_list.Selection]:
    """What the chip answers to a batch, and which file is selected then."""
    layout = permit_file(who.record.permit_file)
    commands = [RelayCommand(bytes.fromhex(c.apdu), tuple(int(sw, 16) for sw in c.expect)) for c in batch.commands]
    allow_list.check_batch(layout, commands, selected)
    answers: list[contract.ChipAnswer] = []
    for command in commands:
        try:
            answer = exchange(_Contacts(chip), command.apdu)
        except ChipWentSilent:
            break
        answers.append(contract.ChipAnswer(data=answer.data.hex().upper(), sw=f"{answer.sw:04X}"))
        selected = allow_list.selection_after(layout, command.apdu, selected)
        if answer.sw not in command.expect:
            break
    return answers, selected


def request(who: Resident, endorsement_id: UUID | None = None, **changes: object) -> contract.EndorsementRequest:
    assessment = contract.LocalAssessment(
        outcome="in_window", on=TODAY, new_valid_from=None, new_valid_to=None, residence_years=None
    )
    values: dict[str, object] = {
        "endorsement_id": endorsement_id or uuid4(),
        "service": "endorse",
        "holder": who.record.holder,
        "permit": who.facts,
        "declarations": (),
        "assessment": assessment,
    }
    return contract.EndorsementRequest.model_validate(values | changes)


def application(who: Resident, **changes: object) -> contract.ApplicationRequest:
    assessment = contract.LocalAssessment(
        outcome="in_window", on=TODAY, new_valid_from=None, new_valid_to=None, residence_years=None
    )
    values: dict[str, object] = {
        "application_id": uuid4(),
        "service": "endorse",
        "holder": who.record.holder,
        "permit": who.facts,
        "assessment": assessment,
    }
    return contract.ApplicationRequest.model_validate(values | changes)


def shown(*keys: str) -> tuple[contract.EvidenceShown, ...]:
    return tuple(contract.EvidenceShown(key=key, verified=True) for key in keys)


class ChipWentSilent(Exception):
    """No answer at all."""


class _Contacts:
    def __init__(self, chip: VirtualChip) -> None:
        self._chip = chip

    def transmit(self, apdu: bytes) -> ApduAnswer:
        answer = self._chip.command(apdu)
        if not answer:
            raise ChipWentSilent
        return ApduAnswer(answer[:-2], int.from_bytes(answer[-2:], "big"))
