"""The two documents that meet in a visit, as values."""

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
    """What a visit needs of the identity card, no more. `valid_to` None means valid for ever (长期)."""

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
    """What an endorsement may rewrite. Dates are local; None where the chip holds none."""

    address: Personal[str]
    issuing_authority: str
    category: str
    valid_from: date | None
    valid_to: date | None
    endorsement_count: int


@dataclass(frozen=True, slots=True)
class FaceJob:
    """A face to be drawn, sent ahead or rewritten: what it is to show, and by which permit file."""

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
        """This permit's face, as it is to be with `content`."""
        return FaceJob(content, self.permit_file)

    def is_of(self, holder: IdDocument) -> bool:
        """Whether identity card and permit belong to one person: equal identity numbers; a name alone decides
        nothing.
        """
        return self.holder_number == holder.number

    def is_named_as(self, holder: IdDocument) -> bool:
        """Whether the permit bears the name on the identity card (see `kiosk.domain.holder_name`). Who has changed
        their name has another one there until the permit is made anew.
        """
        return is_same_name(self.holder_name.reveal(), holder.name.reveal())
