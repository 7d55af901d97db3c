"""The two documents of a visit, identity card and residence permit, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from kiosk.domain.holder_name import is_same_name
from kiosk.domain.identity_number import IdentityNumber, PermitNumber
from kiosk.domain.personal import Personal


class IdKind(Enum):
    """The four variants of the identity card (GA/T 467 text block)."""

    CITIZEN = "citizen"
    HMT = "hmt"  # residents of Hong Kong, Macao and Taiwan (J)
    FOREIGN_2017 = "foreign_2017"  # permanent residence, 2017 (I)
    FOREIGN_2023 = "foreign_2023"  # permanent residence, 2023 (Y)


@dataclass(frozen=True, slots=True)
class IdDocument:
    """The parts of an identity card that a visit needs. `valid_to` None: valid without end (长期)."""

    kind: IdKind
    name: Personal[str]
    number: Personal[IdentityNumber]
    birth: Personal[date] | None
    address: Personal[str] | None  # citizen and HMT cards; the newest address where one is stored
    valid_from: date
    valid_to: date | None

    def is_expired(self, on: date) -> bool:
        """Whether the card is no longer valid on the local date `on` (the end date itself is still valid)."""
        return self.valid_to is not None and on > self.valid_to


@dataclass(frozen=True, slots=True)
class PermitContent:
    """The content of a permit that an endorsement may rewrite. Dates are local; None where the chip holds none."""

    address: Personal[str]
    issuing_authority: str
    category: str
    valid_from: date | None
    valid_to: date | None
    endorsement_count: int


@dataclass(frozen=True, slots=True)
class FaceJob:
    """A face to be drawn, loaded or rewritten: its content, and the permit file with its layout."""

    content: PermitContent
    permit_file: str


@dataclass(frozen=True, slots=True)
class Permit:
    """A residence permit as read from its chip. `chip_serial`: upper-case hex; `region`: 6-digit area code."""

    permit_file: str
    atr: bytes
    chip_serial: str
    region: str
    permit_number: Personal[PermitNumber]
    holder_name: Personal[str]
    holder_number: Personal[IdentityNumber]
    issued_on: date | None
    content: PermitContent

    def face(self, content: PermitContent) -> FaceJob:
        """This permit's face with `content`."""
        return FaceJob(content, self.permit_file)

    def is_of(self, holder: IdDocument) -> bool:
        """Whether identity card and permit belong to one person, by equal identity numbers; names do not count."""
        return self.holder_number == holder.number

    def is_named_as(self, holder: IdDocument) -> bool:
        """Whether the permit bears the name on the identity card (see `kiosk.domain.holder_name`). After a change of
        name it does not, until a new permit is made.
        """
        return is_same_name(self.holder_name.reveal(), holder.name.reveal())
