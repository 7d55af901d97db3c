"""The contract with central: the models that both sides share, and from which the OpenAPI document is generated.

HTTPS with mutual TLS: the kiosk's identity is its client certificate, never a field. JSON. Every POST carries
`Idempotency-Key` (same key and body: the same, first answer; another body: 409) and, from the kiosk process,
`X-Kiosk-Sequence` (given when the call is journalled, kept in its retries). Errors are problem documents (RFC 9457)
with a stable `code`. Every answer, of either kind, repeats the request's `X-Kiosk-Call`: an answer that stands on the
line twice, or comes late, must not be taken for the next call's. No personal data in URLs. Times carry an offset; dates
are local dates (Asia/Shanghai).

Growth: an unknown field of an answer is ignored, an unknown field of a request is refused (422 `invalid_request`). A
word that an answer marks with `x-unknown-is-read-as` belongs to an open list: a kiosk reads a word that it does not
know as the one named there; a code that it does not know is "other". A signed grant carries a version: what may be
ignored leaves it, what must be heeded raises it, and a kiosk refuses one that is above its own. Roll-out: what an older
kiosk ignores comes in any order; a new field of a request comes to central first, then to kiosks; a new kind of answer,
a new word of a closed list and a raised grant version come to kiosks first, and central sends them to those alone whose
heartbeat tells a contract version that has them (`versions.contract`). Deprecation: what is to go is marked
`deprecated` and goes 12 months later at the earliest, when no heartbeat of 30 days told a version that needs it.

Repeats: a kiosk makes a call that got no answer, 429 or 5xx again within 28 s, with the same key and number, and queued
messages for as long as it takes; both tries may reach central at once.

The client certificate is asked for in the first handshake, or after it by TLS 1.3's post-handshake authentication (RFC
8446, section 4.6.2). Renegotiation of TLS 1.2 is not supported.

The sequence number is per kiosk, starts at 1 and rises; GETs carry none. The kiosk's own texts are found by the codes
in `kiosk.central.codes`; of what central writes, a resident is shown a review number and the name of a station.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from kiosk.central import codes
from kiosk.central import contract_values as its
from kiosk.central.contract_values import MOST_COMMANDS, MOST_KEYS, Key
from kiosk.central.reading import LeftOut, OneOf, Otherwise

CONTRACT_VERSION = "1.3.0"  # of these models and of openapi.json; README.md says what raises which number
GRANT_VERSION = 1  # of the payload of a grant; raised by what a kiosk must not ignore

IDEMPOTENCY_HEADER = "Idempotency-Key"
SEQUENCE_HEADER = "X-Kiosk-Sequence"
CALL_HEADER = "X-Kiosk-Call"
UNNUMBERED = ("/v1/heartbeat", "/v1/staff-calls")  # POSTs without that header
JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"
CALL_NAME = "^[0-9A-Za-z-]{1,64}$"  # what an `X-Kiosk-Call` may be

LONGEST_GRANT = timedelta(hours=1)
"""From a grant's `issued_at` to its `expires_at`; a kiosk believes none that lives longer."""

GRANT_MAY_BE_AHEAD = timedelta(seconds=60)
"""How far a grant's `issued_at` may be ahead of the `Date` of the answer that brings it."""

NO_OTHER_NAMES: JsonDict = {"additionalProperties": False}  # than match a pattern

ServiceName = Literal[
    "endorse",
    "change_address",
    "correct",
    "change_category",
    "change_identity",
    "lost",
    "damaged",
    "face_only",
]
Outcome = Literal["too_early", "in_window", "overdue", "reapply", "cancelled"]
Custody = Literal["with_holder", "at_mouth", "inside", "retained", "unknown"]
ResidenceYears = Literal["continuous", "counted_from_make_up", "restart"]

RefusalCode = Annotated[str, OneOf(codes.REFUSAL_CODES), Otherwise(codes.OTHER)]
SessionFailure = Annotated[str, OneOf(codes.SESSION_FAILURES), Otherwise(codes.OTHER)]
ReturnCode = Annotated[str, OneOf(codes.RETURN_CODES), Otherwise(codes.OTHER)]
RecordedState = Annotated[str, OneOf(codes.ENDORSEMENT_STATES), Otherwise(codes.OTHER)]
RelayRefusalReason = Annotated[str, OneOf(codes.RELAY_REFUSALS)]


class Model(BaseModel):
    """Strict and frozen: an unknown field is a mistake. In an answer it is ignored instead (`reading.read_answer`).
    Personal values are kept out of every repr.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Holder(Model):
    """The identity card's holder, as the card says."""

    name: its.PersonName = Field(repr=False)
    id_number: its.IdentityNumber = Field(repr=False)


class PermitContent(Model):
    """What an endorsement may rewrite."""

    address: its.Address = Field(repr=False)
    issuing_authority: its.Authority
    category: its.CategoryText
    valid_from: its.Day | None
    valid_to: its.Day | None
    endorsement_count: its.EndorsementCount


class PermitFacts(Model):
    """The permit as read from its chip."""

    permit_file: its.PermitFileName
    chip_serial: its.SerialHex
    region: its.AreaCode
    permit_number: its.PermitNumber = Field(repr=False)
    holder_number: its.NumberOfHolder = Field(repr=False)
    holder_name: its.PersonName = Field(repr=False)
    issued_on: its.Day | None
    content: PermitContent


class LocalAssessment(Model):
    """What the kiosk's rules said; central decides by its own."""

    outcome: Outcome | None
    on: its.Day
    new_valid_from: its.Day | None
    new_valid_to: its.Day | None
    residence_years: ResidenceYears | None


class EvidenceShown(Model):
    """One proof that was asked for. `verified`: as central answered; central looks it up again and believes itself."""

    key: Key
    licence_code: its.LicenceCode | None = Field(default=None, repr=False)
    verified: its.Flag


class AgentFacts(Model):
    """Who acts for the holder, by that person's own identity card."""

    kind: Literal["guardian", "close_relative", "entrusted"]
    person: Holder


class CollectionChoice(Model):
    """How the permit is had when it is decided: rewritten at a kiosk, at the counter, by post."""

    way: Literal["kiosk", "counter", "post"]


class HolderCheck(Model):
    """Who said at the kiosk that the holder stands there. `by`: the attendant's number."""

    way: Literal["none", "attendant"]
    by: its.AttendantNumber | None = None


class EndorsementRequest(Model):
    """POST /v1/endorsements. `endorsement_id` is made and journalled by the kiosk and is also the idempotency key.

    `holder`: the permit's holder. `new_category`: the category asked for, None to keep the permit's.
    """

    endorsement_id: UUID
    service: ServiceName
    holder: Holder
    permit: PermitFacts
    declarations: tuple[Key, ...] = Field(max_length=MOST_KEYS)  # what the holder declared, e.g. "address_changed"
    assessment: LocalAssessment
    evidence: tuple[EvidenceShown, ...] = Field(default=(), max_length=MOST_KEYS)
    agent: AgentFacts | None = None
    new_category: Key | None = None
    holder_check: HolderCheck | None = None


class SignedGrant(Model):
    """A grant as signed bytes: `payload` is the base64 of the JSON of `GrantPayload`; the signature is over exactly the
    decoded bytes. `algorithm`: "ed25519" or "sm2-sm3"; `key_id` names central's public key at the kiosk."""

    payload: its.Base64 = Field(repr=False)
    algorithm: Literal["ed25519", "sm2-sm3"]
    key_id: its.KeyId
    signature: its.SignatureBase64


class GrantPayload(Model):
    """What is signed. `version`: a field that may be ignored leaves it as it is, one that must be heeded raises it."""

    version: int = Field(default=GRANT_VERSION, ge=1, le=65535)
    endorsement_id: UUID
    permit_number: its.PermitNumber = Field(repr=False)
    chip_serial: its.SerialHex
    content: PermitContent
    residence_years: Annotated[ResidenceYears | None, Otherwise(None)]
    issued_at: its.Moment
    expires_at: its.Moment
    face_only: its.Flag = False


class Granted(Model):
    state: Literal["granted"] = "granted"
    endorsement_id: UUID
    grant: SignedGrant


class Pending(Model):
    """A person will review: come back later."""

    state: Literal["pending"] = "pending"
    endorsement_id: UUID
    review_number: its.ReviewNumber
    expected_on: its.Day | None


_RETAINS: JsonDict = {
    "if": {"properties": {"retain": {"const": True}}, "required": ["retain"]},
    "then": {"properties": {"code": {"enum": list(codes.RETAINING_CODES)}}},
}


class Refused(Model):
    """A proper no. `retain`: the permit is kept; a kiosk does so only with a code of `RETAINING_CODES`."""

    model_config = ConfigDict(json_schema_extra=_RETAINS)

    state: Literal["refused"] = "refused"
    endorsement_id: UUID
    code: RefusalCode
    retain: its.Flag = False


class AlreadyCurrent(Model):
    """Central's record already holds the term that was asked for, and so does the permit."""

    state: Literal["already_current"] = "already_current"
    endorsement_id: UUID
    valid_to: its.Day


EndorsementAnswer = Annotated[Granted | Pending | Refused | AlreadyCurrent, Field(discriminator="state")]


class EndorsementState(Model):
    """GET /v1/endorsements/{id}: the present state, for a lost reply."""

    endorsement_id: UUID
    state: Annotated[
        Literal[
            "granted",
            "pending",
            "refused",
            "already_current",
            "cancelled",
            "written",
            "face_pending",
            "unchanged",
            "unknown",
            "expired",
        ],
        Otherwise("unknown"),
    ]
    answer: EndorsementAnswer  # the first answer, so that a lost grant is had again


class CancellationRequest(Model):
    """POST /v1/endorsements/{id}/cancellation: an unused grant is given back. `reason` is a stable code.

    `decided_at`: when the kiosk decided it, however late it is sent; a grant that was made later is left alone.
    """

    reason: its.Code
    decided_at: its.Moment | None = None


class ChipSessionRequest(Model):
    """POST /v1/endorsements/{id}/chip-session."""

    atr: its.AtrHex
    chip_serial: its.SerialHex


class ChipCommand(Model):
    """One command for the chip; `expect`: status words that let the batch go on."""

    apdu: its.ApduHex = Field(repr=False)
    expect: tuple[its.StatusWord, ...] = Field(default=("9000",), max_length=16)


class ChipBatch(Model):
    """A started batch never reaches the chip again; asked twice, central returns the same batch.

    Numbers rise by one from 1 through all chip sessions of one endorsement, so a number names one batch for ever.
    """

    number: its.BatchNumber
    commands: tuple[ChipCommand, ...] = Field(max_length=MOST_COMMANDS)


class ChipAnswer(Model):
    data: its.AnswerHex = Field(repr=False)
    sw: its.StatusWord


class RelayRefusal(Model):
    """The kiosk sent nothing of the batch to the chip: its command `index`, counted from 0, is not one that the permit
    file foresees. `reason`: which rule of the relay it breaks.
    """

    index: its.CommandIndex
    reason: RelayRefusalReason


_NOTHING_SENT: JsonDict = {
    "if": {"properties": {"refused": {"not": {"type": "null"}}}, "required": ["refused"]},
    "then": {"properties": {"answers": {"maxItems": 0}}},
}


class ChipBatchAnswers(Model):
    """POST …/chip-session/{sid}/responses: answers in order; shorter than the batch where it stopped.

    The status word that stopped it is the last answer; a link lost in the middle leaves only what came before.
    `refused`: nothing was sent, and so there is no answer; central composes another batch, or ends the session.
    """

    model_config = ConfigDict(json_schema_extra=_NOTHING_SENT)

    batch: its.BatchNumber
    answers: tuple[ChipAnswer, ...] = Field(max_length=MOST_COMMANDS)
    refused: RelayRefusal | None = None

    @model_validator(mode="after")
    def _has_no_answer_where_nothing_was_sent(self) -> Self:
        if self.refused is not None and self.answers:
            raise ValueError("nothing was sent, so nothing answered")
        return self


_ONE_STEP: JsonDict = {
    "if": {"properties": {"verdict": {"enum": ["written", "failed"]}}, "required": ["verdict"]},
    "then": {"properties": {"batch": {"type": "null"}}},
    "else": {"properties": {"batch": {"not": {"type": "null"}}, "failure": {"type": "null"}}, "required": ["batch"]},
}


class ChipSessionStep(Model):
    """Either the next batch, or the verdict: "written" (chip holds the granted content) or "failed"; never both, never
    neither.

    "failed" means that this session ends; `failure` says what is known of the chip.
    """

    model_config = ConfigDict(json_schema_extra=_ONE_STEP)

    session_id: UUID
    batch: ChipBatch | None = None
    verdict: Literal["written", "failed"] | None = None
    failure: SessionFailure | None = None

    @model_validator(mode="after")
    def _is_one_step(self) -> Self:
        if (self.batch is None) == (self.verdict is None):
            raise ValueError("either a batch or a verdict")
        if self.batch is not None and self.failure is not None:
            raise ValueError("a failure belongs to a verdict")
        return self


class StageTime(Model):
    name: Key
    seconds: its.Seconds


class CompletionRequest(Model):
    """POST /v1/endorsements/{id}/completion: whatever happened. Nothing personal in it; may be sent days later.

    `stages`: kiosks of contract 1.1 and before sent an empty list; none is sent any more, and nothing is read from it.
    """

    chip: Literal["old", "new", "unknown"]
    face: Literal["old", "new", "pending"]
    custody: Custody
    receipt_printed: its.Flag
    stages: tuple[StageTime, ...] = Field(
        default=(), max_length=MOST_KEYS, exclude=True, json_schema_extra={"deprecated": True}
    )
    finished_at: its.Moment


class Recorded(Model):
    """Central took note; `state` is the endorsement's state now."""

    endorsement_id: UUID
    state: RecordedState


class PendingRewritesRequest(Model):
    """POST /v1/permits/pending-rewrites: is there work decided elsewhere for this permit?

    `inquiry_id` is the kiosk's, journalled before it asks: until the answer has come, a cancellation or a completion
    under it is one of the grant that the answer brought, or would have brought.
    """

    inquiry_id: UUID
    holder: Holder
    permit: PermitFacts


class PendingRewrite(Model):
    """`rewrite`: chip and face by this grant; `face_only`: the chip is current, the face is not. The grant's own word
    (`face_only`) is the same, or the kiosk believes neither.
    """

    kind: Literal["rewrite", "face_only"]
    grant: SignedGrant


class PendingRewritesAnswer(Model):
    """`work` null: nothing is open for this permit."""

    work: PendingRewrite | None


class EvidenceRequest(Model):
    """POST /v1/evidence: one proof of the region file's `key`. `licence_code` None: by central's own records.

    `permit` None where there is none to be read (lost). `agent`: who acts for the holder, where somebody does.
    """

    evidence_id: UUID
    service: ServiceName
    key: Key
    holder: Holder
    permit: PermitFacts | None
    licence_code: its.LicenceCode | None = Field(default=None, repr=False)
    agent: AgentFacts | None = None


class EvidenceAnswer(Model):
    """`verified` counts for this holder and permit until the end of the day; `needs_person`: show it at a counter."""

    evidence_id: UUID
    key: Key
    result: Annotated[Literal["verified", "not_verified", "needs_person"], Otherwise("needs_person")]


class ApplicationRequest(Model):
    """POST /v1/applications: a service that a person reviews. `application_id` is the visit's endorsement id, made and
    journalled by the kiosk, and also the idempotency key. `permit` None: lost, so the holder's record is looked up.
    """

    application_id: UUID
    service: ServiceName
    holder: Holder
    permit: PermitFacts | None
    declarations: tuple[Key, ...] = Field(default=(), max_length=MOST_KEYS)
    evidence: tuple[EvidenceShown, ...] = Field(default=(), max_length=MOST_KEYS)
    agent: AgentFacts | None = None
    new_category: Key | None = None
    telephone: its.Telephone | None = Field(default=None, repr=False)
    collection: CollectionChoice | None = None
    assessment: LocalAssessment
    holder_check: HolderCheck | None = None


class ApplicationReceived(Model):
    """Taken in: `received_on` counts as "today" for the new dates; `expected_on` None: no date is promised."""

    state: Literal["received"] = "received"
    application_id: UUID
    review_number: its.ReviewNumber
    received_on: its.Day
    expected_on: its.Day | None


ApplicationAnswer = Annotated[ApplicationReceived | Refused, Field(discriminator="state")]


class ApplicationSearch(Model):
    """POST /v1/applications/search: everything of this holder; with `permit`, of this permit alone."""

    holder: Holder
    permit: PermitFacts | None


class ApplicationProgress(Model):
    """Where an application stands. `stage` (key of the region file) was decided last, with `stage_result`; both None
    while nothing is. `return_code`: why it came back. `station`, `ready_from`: where and from when it can be had,
    once made. `at_kiosk`: it waits at any kiosk of the region as a pending rewrite. `may_choose_collection`: now.
    """

    application_id: UUID
    review_number: its.ReviewNumber
    service: Key
    received_on: its.Day
    expected_on: its.Day | None
    state: Literal["in_review", "returned", "approved", "made", "collected"]
    stage: Key | None
    stage_result: Key | None
    return_code: ReturnCode | None
    collection: CollectionChoice | None
    may_choose_collection: its.Flag
    station: its.Station | None
    ready_from: its.Day | None
    at_kiosk: its.Flag


MOST_FOUND = 100


class ApplicationsFound(Model):
    """Newest first. A kiosk leaves out an application whose state it does not know."""

    applications: Annotated[tuple[ApplicationProgress, ...], LeftOut()] = Field(max_length=MOST_FOUND)


class DeviceState(Model):
    """A device by the name of its port, and how it is: "ok", or the code of its fault."""

    device: Key
    state: its.FaultCode


class JournalHead(Model):
    """The last link of the kiosk's journal: its number, and the hash over everything up to it, in lower-case hex."""

    number: its.Number
    algorithm: Literal["sha256", "sm3"]
    head: its.JournalHash


class QueueState(Model):
    """What waits at the kiosk to be told to central; `oldest_at`: since when, None where nothing waits."""

    length: its.Number
    oldest_at: its.Moment | None = None


class HeartbeatRequest(Model):
    """POST /v1/heartbeat: how the kiosk is. Nothing personal in it, and no `X-Kiosk-Sequence` with it.

    `state`: of the machine, by its name in the state diagram. `fault`: the code that keeps it out of service.
    `versions`, `counters`: by name, e.g. "kiosk", "region_file"; "visits".
    """

    sent_at: its.Moment
    state: its.StateName
    custody: Custody
    fault: its.FaultCode | None = None
    versions: dict[Key, its.VersionText] = Field(default={}, max_length=MOST_KEYS, json_schema_extra=NO_OTHER_NAMES)
    devices: tuple[DeviceState, ...] = Field(default=(), max_length=MOST_KEYS)
    journal: JournalHead
    queue: QueueState
    counters: dict[Key, its.Number] = Field(default={}, max_length=64, json_schema_extra=NO_OTHER_NAMES)


class Command(Model):
    """What central wants done, by its kind."""

    kind: Key


class HeartbeatAnswer(Model):
    """`time`: central's clock; the kiosk holds its own against it.

    `journal`: the furthest head that central knew before this call; a kiosk whose journal holds another link at that
    number, or ends before it, has lost or changed records. `commands`: reserved, none yet; a kiosk ignores a kind that
    it does not know.
    """

    time: its.Moment
    journal: JournalHead | None
    commands: tuple[Command, ...] = Field(default=(), max_length=MOST_KEYS)


class StaffCallRequest(Model):
    """POST /v1/staff-calls: somebody at the kiosk asks for staff, now. Nothing personal in it, and no
    `X-Kiosk-Sequence` with it: a kiosk gives a call up that was not taken within ten minutes.

    `state`: of the machine, by its name in the state diagram, which tells the page. `fault`: what that page is about.
    """

    called_at: its.Moment
    state: its.StateName
    custody: Custody
    fault: its.FaultCode | None = None


class StaffCallTaken(Model):
    """Central has the call and answers for passing it on. `received_at`: by central's clock."""

    received_at: its.Moment


class Problem(BaseModel):
    """RFC 9457. `code` is stable; the kiosk never shows `title` or `detail` to a resident. The document bounds what
    central sends; whoever reads takes more, because proxies write such documents too, and bounds the whole answer.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    type: its.ProblemText = "about:blank"
    title: its.ProblemText
    status: its.ProblemStatus
    code: its.ProblemCode
    detail: its.ProblemText | None = None
