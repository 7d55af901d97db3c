"""Values of a visit: its purpose, the case, the answers and proofs given in it, and its ending."""

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
    """The kind of visit."""

    SERVICE = "service"
    STATUS = "status"  # until when is my permit valid
    PROGRESS = "progress"  # how far is my application


@dataclass(frozen=True, slots=True)
class VisitPurpose:
    """What the visit is for. `service` is used only where `kind` is SERVICE; `agent`: the kind of person who acts for
    the holder, by the region file; None: the holder in person.
    """

    kind: VisitKind = VisitKind.SERVICE
    service: Service = Service.ENDORSE
    agent: str | None = None

    @property
    def needs_one_name(self) -> bool:
        """Whether identity card and permit must bear the same name: not to correct a name or to look at dates only."""
        return self.kind is VisitKind.SERVICE and self.service not in (Service.CHANGE_IDENTITY, Service.CORRECT)


class Presence(Enum):
    """Whether the holder stands at the machine."""

    HERE = "here"  # somebody touched the screen in this visit
    UNSEEN = "unseen"  # the visit was interrupted; the holder may still be there
    GONE = "gone"  # interrupted long ago, or the permit was being put away already


@dataclass(frozen=True, slots=True)
class VisitIds:
    """The random numbers for a visit that may begin with a touch. The poster of the event draws them."""

    visit: UUID
    endorsement: UUID


@dataclass(frozen=True, slots=True)
class Visit:
    """One resident, from first touch to idle. Both numbers are random and say nothing about the person.

    `endorsement_id` is also the number of the application, where one is made. `presence` decides whether a permit that
    is inside is given out at once, after a touch, or put away. `switching_off`: the machine is being switched off, so
    the visit ends as soon as it can. `before`: the screen on which the last choice was made; it does not count in
    comparisons. See `going_back`.
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
    """Identity card and permit, which have been read and belong to one person. `agent`: the identity card of the person
    who acts for the holder, if any.
    """

    holder: IdDocument
    permit: Permit
    agent: IdDocument | None = None


@dataclass(frozen=True, slots=True)
class CaseWithoutPermit:
    """A case whose permit is lost or too damaged for the unit. No permit is read; central's record takes its place."""

    holder: IdDocument
    agent: IdDocument | None = None


AnyCase = CaseWithPermit | CaseWithoutPermit


def permit_of(case: AnyCase) -> Permit | None:
    """The permit that was read; None where none was."""
    return case.permit if isinstance(case, CaseWithPermit) else None


@dataclass(frozen=True, slots=True)
class FoundPermit:
    """A permit that was inside after a stop. `permit`: as its chip was read then. Its holder's card was not read."""

    permit: Permit


WritableCase = CaseWithPermit | FoundPermit


@dataclass(frozen=True, slots=True)
class ContentHashes:
    """Keyed hashes (hex) of a chip's serial number and content, before and as granted. They are equal where only the
    face is to be rewritten.
    """

    old: str
    new: str


class PutAway(Enum):
    """What the journal knows of a permit that was to go into the bin."""

    NO = "no"  # none was, or central has been told everything about it
    ORDERED = "ordered"  # the unit's answer is missing: with an empty path it is in the bin or with staff
    KNOWN = "known"  # the unit said that it went in


@dataclass(frozen=True, slots=True)
class InterruptedVisit:
    """What the journal knows of an interrupted visit. `endorsement_id`: requested and not completed; None: none open.

    `sessions`: number of chip sessions that were ordered, so central may have composed commands; `relayed`: number of
    the last batch that was sent to the chip; `stopped_for_s`: seconds since the journal's last record; `is_abandoned`:
    the holder was known to be gone; `told`: central was told of the endorsement, but not yet where the permit stays;
    `was_inside`: the permit was last inside and not on its way to the mouth, so only a person can have taken it out.
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
    """The answers and proofs so far. `asked`: questions that were answered; `declared`: those answered with yes;
    `category`: the one chosen where there was a choice; `proofs`: those that central answered about, in order;
    `given_up`: keys of proofs that will not be shown; `is_evidence_settled`: no further proof is asked for;
    `holder_check`: who confirmed that the holder stands here; `confirmed`: codes of rules that the holder confirmed.
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
        """The keys of the proofs that central verified."""
        return frozenset(proof.key for proof in self.proofs if proof.result is EvidenceResult.VERIFIED)


@dataclass(frozen=True, slots=True)
class AssessedCase:
    """A case with its answers and the assessment by the rules. `on`: the local date of the assessment."""

    case: AnyCase
    answers: Answers
    assessment: Assessment
    on: date


@dataclass(frozen=True, slots=True)
class GrantedElsewhere:
    """A grant for this permit that central made for work decided elsewhere, before the visit requested anything."""

    case: CaseWithPermit
    grant: Grant


Proposal = AssessedCase | GrantedElsewhere
"""What a visit goes on with after the holder check."""

# How a visit ends.


@dataclass(frozen=True, slots=True)
class Renewed:
    """The chip holds the granted content."""

    case: WritableCase
    grant: Grant
    face: FaceState


@dataclass(frozen=True, slots=True)
class Declined:
    """A refusal, or the resident cancelled; nothing was changed."""

    refusal: Refusal
    permit: Permit | None = None
    assessment: Assessment | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """A person at central will decide: an application was received, or central reviews a request for an endorsement.
    `collection`: the way of collecting the permit, if one was chosen.
    """

    case: AnyCase
    service: Service
    received: ReceivedApplication
    collection: str | None


@dataclass(frozen=True, slots=True)
class Informed:
    """The holder only asked for information and got it."""

    permit: Permit


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """A fault ended the visit. `chip`, `face`: their state as far as known; `endorsement_id`: of a grant for which
    central waits for a completion.
    """

    fault: Fault
    chip: ChipState
    face: FaceState
    endorsement_id: UUID | None = None
    permit: Permit | None = None


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The program was stopped during the visit, and the holder is no longer known. `endorsement_id`: one for which
    central waits; `permit`: as its chip was read after the stop; `told`: central knows all but where the permit stays;
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
    """The number by which central is told where the permit is: the ending's own, else the visit's `endorsement_id`."""
    return endorsement_of(ending) or visit.endorsement_id
