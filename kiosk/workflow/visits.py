"""What a visit is for, whose papers it is about, what was said and shown in it, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, assert_never
from uuid import UUID

from kiosk.domain.applications import EvidenceResult, Proof, ReceivedApplication
from kiosk.domain.documents import IdDocument, Permit
from kiosk.domain.endorsement import ChipState, Drawable, FaceState, Grant, Refusal, Service
from kiosk.domain.faults import Fault
from kiosk.domain.holder_check import UNCHECKED, HolderCheck
from kiosk.policy.assessment import Assessment

if TYPE_CHECKING:
    from kiosk.workflow.states import InVisit


class VisitKind(Enum):
    """What somebody came for."""

    SERVICE = "service"
    STATUS = "status"  # until when is my permit valid
    PROGRESS = "progress"  # how far is my application


@dataclass(frozen=True, slots=True)
class VisitPurpose:
    """What the visit is for. `service` has a meaning for a SERVICE; `agent`: who acts for the holder, by the kinds of
    the region file; None: the holder in person.
    """

    kind: VisitKind = VisitKind.SERVICE
    service: Service = Service.ENDORSE
    agent: str | None = None

    @property
    def needs_one_name(self) -> bool:
        """Whether identity card and permit must bear one name; not where a name may be what is to be put right, or
        only dates are looked at.
        """
        return self.kind is VisitKind.SERVICE and self.service not in (Service.CHANGE_IDENTITY, Service.CORRECT)


class Presence(Enum):
    """Whether the holder stands at the machine."""

    HERE = "here"  # touched the screen in this visit
    UNSEEN = "unseen"  # the visit was cut off; who it was may still stand there
    GONE = "gone"  # cut off long ago, or the permit was being put away already


@dataclass(frozen=True, slots=True)
class VisitIds:
    """The random numbers of a visit that has not begun; whoever tells the machine of a touch draws them."""

    visit: UUID
    endorsement: UUID


@dataclass(frozen=True, slots=True)
class Visit:
    """One resident, from first touch to idle. Both numbers are random and say nothing about the person.

    `endorsement_id` is also the number of the application, where one is made. `presence`: decides whether a permit
    that is inside is given out, asked after, or put away. `switching_off`: the machine is being switched off, so the
    visit comes to its end as soon as it can. `before`: the screen on which the last choice was made; two visits are
    the same wherever their holders came from. See `going_back`.
    """

    id: UUID
    endorsement_id: UUID  # made before it is needed, so that it is journalled before central hears of it
    language: str
    purpose: VisitPurpose = VisitPurpose()
    presence: Presence = Presence.HERE
    switching_off: bool = False
    before: InVisit | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CaseWithPermit:
    """Identity card and permit have been read and belong to one person. `agent`: who acts for that person, if
    somebody does.
    """

    holder: IdDocument
    permit: Permit
    agent: IdDocument | None = None


@dataclass(frozen=True, slots=True)
class CaseWithoutPermit:
    """The permit is lost, or too damaged to go through the unit: none is read, central's record stands for it."""

    holder: IdDocument
    agent: IdDocument | None = None


AnyCase = CaseWithPermit | CaseWithoutPermit


def permit_of(case: AnyCase) -> Permit | None:
    """The permit that was read; None where none was."""
    return case.permit if isinstance(case, CaseWithPermit) else None


@dataclass(frozen=True, slots=True)
class FoundPermit:
    """A permit that was inside after a stop: `permit` as its chip was read then; its holder's card was not read."""

    permit: Permit


WritableCase = CaseWithPermit | FoundPermit


@dataclass(frozen=True, slots=True)
class ContentHashes:
    """Keyed hashes (hex) of a chip's serial number and content: as it was before, and as central granted it. They are
    equal where only the face is to be rewritten.
    """

    old: str
    new: str


class PutAway(Enum):
    """What the journal knows of a permit that was to go into the bin."""

    NO = "no"  # it was not, or all has been told of it
    ORDERED = "ordered"  # the unit's answer is missing: if the path is empty it is in the bin, or staff have it
    KNOWN = "known"  # the unit said that it went in


@dataclass(frozen=True, slots=True)
class InterruptedVisit:
    """What the journal knows of a visit that was cut off. `endorsement_id`: asked for and not completed; None: nothing
    open.

    `sessions`: chip sessions that were ordered, so central may have composed commands; `relayed`: number of the last
    batch that was sent to the chip; `stopped_for_s`: since the journal's last record; `is_abandoned`: the holder was
    known to be gone; `told`: central was told of the endorsement already, but not yet of where the permit is to stay;
    `was_inside`: the permit was inside last, and not on its way to the mouth: only a hand can have taken it out.
    """

    endorsement_id: UUID | None
    sessions: int
    chip: ChipState
    face: FaceState
    stopped_for_s: float
    hashes: ContentHashes | None = None
    relayed: int = 0
    is_abandoned: bool = False
    put_away: PutAway = PutAway.NO
    told: bool = False
    was_inside: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said and shown so far. `asked`: questions that were answered; `declared`: those with yes; `category`:
    the one chosen where there was a choice; `proofs`: each that central gave its word on, in order; `given_up`: what
    will not be shown; `is_evidence_settled`: nothing further is asked for; `holder_check`: who said that the holder is
    who stands here; `confirmed`: codes of rules that the holder had to confirm, and did.
    """

    asked: tuple[str, ...] = ()
    declared: frozenset[str] = frozenset()
    category: str | None = None
    proofs: tuple[Proof, ...] = ()
    given_up: frozenset[str] = frozenset()
    is_evidence_settled: bool = False
    holder_check: HolderCheck = UNCHECKED
    confirmed: frozenset[str] = frozenset()

    @property
    def verified(self) -> frozenset[str]:
        """What central said yes to."""
        return frozenset(proof.key for proof in self.proofs if proof.result is EvidenceResult.VERIFIED)


@dataclass(frozen=True, slots=True)
class AssessedCase:
    """A case, what was said in it, and what the rules say of it. `on`: the local date that they were asked about."""

    case: AnyCase
    answers: Answers
    assessment: Assessment
    on: date


@dataclass(frozen=True, slots=True)
class GrantedElsewhere:
    """Work that central decided elsewhere, and granted for this permit before anything was asked."""

    case: CaseWithPermit
    grant: Grant


Proposal = AssessedCase | GrantedElsewhere
"""What a visit goes on with once it is clear who stands here."""

# How a visit ends: what is to be told, recorded and reported.


@dataclass(frozen=True, slots=True)
class Renewed:
    """The chip holds the granted content."""

    case: WritableCase
    grant: Grant
    face: FaceState


@dataclass(frozen=True, slots=True)
class Declined:
    """A proper no, or the resident's own; nothing was changed."""

    refusal: Refusal
    permit: Permit | None = None
    assessment: Assessment | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """A person at central will decide: an application that was taken in, or a request for an endorsement that central
    wants reviewed. `collection`: the way that was chosen, if it was.
    """

    case: AnyCase
    service: Service
    received: ReceivedApplication
    collection: str | None


@dataclass(frozen=True, slots=True)
class Informed:
    """The holder only asked, and was told."""

    permit: Permit


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """A fault ended the visit. `chip`, `face`: what is known; `endorsement_id`: granted, so central waits for a
    completion.
    """

    fault: Fault
    chip: ChipState
    face: FaceState
    endorsement_id: UUID | None = None
    permit: Permit | None = None


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The program was stopped in mid-visit; who it was is not known any more. `endorsement_id`: central waits for
    it; `permit`: as its chip was read after the stop; `told`: central knows all but where the permit is to stay;
    `drawable`: see `Grant`, as far as the face was tried.
    """

    endorsement_id: UUID | None
    session_opened: bool
    chip: ChipState
    face: FaceState
    permit: Permit | None = None
    told: bool = False
    drawable: Drawable = Drawable.WHOLE


Ending = Renewed | Declined | Applied | Informed | BrokenOff | Interrupted


def endorsement_of(ending: Ending) -> UUID | None:
    """The endorsement or application that central has on record; None where nothing was granted or received."""
    match ending:
        case Renewed(grant=grant):
            return grant.endorsement_id
        case Applied(received=received):
            return received.application_id
        case BrokenOff(endorsement_id=endorsement_id) | Interrupted(endorsement_id=endorsement_id):
            return endorsement_id
        case Declined() | Informed():
            return None
        case _:
            assert_never(ending)


def reference_of(visit: Visit, ending: Ending) -> UUID:
    """By which number central is told where the permit is: its own, or that which the visit would have asked with."""
    return endorsement_of(ending) or visit.endorsement_id
