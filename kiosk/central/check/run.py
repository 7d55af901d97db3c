"""One run of the check: the callers, the data, and the results of calls that later checks need."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from kiosk.central import contract
from kiosk.central.check.chips import CheckedChip
from kiosk.central.check.data_file import CheckData, EndorsementCase
from kiosk.central.check.findings import NotTried
from kiosk.central.check.wire import Answer, Heard, Identity, Wire
from kiosk.central.grants import GrantKeys
from kiosk.data_files.central_address import CentralAddress


@dataclass(frozen=True, slots=True)
class Target:
    """The central under test and the means to try it. `other`: a second kiosk; `revoked`: a certificate that central
    has revoked. Checks that need a value that is None are not tried. `first_number`: the first `X-Kiosk-Sequence`.
    """

    url: str
    address: CentralAddress
    ca: Path
    kiosk: Identity
    other: Identity | None = None
    revoked: Identity | None = None
    grant_keys: GrantKeys | None = None
    data: CheckData = field(default_factory=CheckData)
    chip: CheckedChip | None = None
    first_number: int = 1


@dataclass(slots=True)
class Session:
    """A chip session under way: the endorsement, its present step, and the last report with its answer."""

    endorsement_id: UUID
    step: contract.ChipSessionStep
    reported: contract.ChipBatchAnswers | None = None
    report_key: str = ""
    report_answer: Answer | None = None
    step_before: contract.ChipSessionStep | None = None


@dataclass(slots=True)
class Run:
    """The values that checks share. `kiosk`: calls with the kiosk's certificate."""

    target: Target
    heard: Heard = field(default_factory=Heard)
    granted: contract.Granted | None = None
    granted_by: tuple[Answer, contract.EndorsementRequest] | None = None
    payload: contract.GrantPayload | None = None
    session: Session | None = None
    is_completed: bool = False
    applied: contract.ApplicationReceived | None = None
    kiosk: Wire = field(init=False)
    _others: list[Wire] = field(default_factory=list)

    def __post_init__(self) -> None:
        target = self.target
        self.kiosk = Wire(target.address, target.ca, target.kiosk, self.heard, target.first_number)

    def caller(self, identity: Identity) -> Wire:
        """A further connection."""
        return self._kept(Wire(self.target.address, self.target.ca, identity, self.heard, None))

    def stranger(self, identity: Identity | None) -> Wire:
        """A caller that is to be turned away, by central or by a proxy before it with an answer of its own."""
        return self._kept(Wire(self.target.address, self.target.ca, identity, Heard(), None))

    def _kept(self, wire: Wire) -> Wire:
        self._others.append(wire)
        return wire

    def other(self) -> Wire:
        """A second kiosk."""
        if self.target.other is None:
            raise NotTried("no certificate of a second kiosk was given (--other-certificate, --other-key)")
        return self.caller(self.target.other)

    def case(self) -> EndorsementCase:
        """The permit that is to be endorsed."""
        if self.target.data.endorsement is None:
            raise NotTried("the data names no permit to be endorsed (endorsement)")
        return self.target.data.endorsement

    def chip(self) -> CheckedChip:
        """The chip of that permit."""
        self.case()
        if self.target.chip is None:
            raise NotTried("there is no chip (--chip-keys for a simulated one, --chip for a reader)")
        return self.target.chip

    def grant(self) -> tuple[contract.Granted, contract.GrantPayload]:
        """The grant that came."""
        self.case()
        if self.granted is None or self.payload is None:
            raise NotTried("no grant came that could be believed")
        return self.granted, self.payload

    def running(self) -> Session:
        """The chip session."""
        self.chip()
        if self.session is None:
            raise NotTried("no chip session was begun")
        return self.session

    def close(self) -> None:
        """Close all connections."""
        for wire in (self.kiosk, *self._others):
            wire.close()
