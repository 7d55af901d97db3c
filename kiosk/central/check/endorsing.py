"""Checks of an endorsement up to its grant: signature, content, owner, cancellation."""

from __future__ import annotations

import base64
import binascii
import contextlib
from datetime import datetime, timedelta
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from kiosk.central import contract
from kiosk.central.check import bodies
from kiosk.central.check.data_file import PermitCase, RefusalCase
from kiosk.central.check.findings import Check, Deviation, NotTried
from kiosk.central.check.judging import ENDORSEMENT, PENDING, RECORDED, STATE, is_problem, is_same, need, read
from kiosk.central.check.run import Run
from kiosk.central.check.wire import Answer
from kiosk.central.codes import REFUSAL_CODES
from kiosk.central.contract import GRANT_MAY_BE_AHEAD, LONGEST_GRANT
from kiosk.central.grants import MAX_PAYLOAD_BYTES, GrantFlaw, GrantRejected, verify_grant
from kiosk.central.http_date import parse_http_date
from kiosk.domain.personal import Personal

_PATH = "/v1/endorsements"
_GRANT = "README: Grants"
_COMPLETION = "README: How it ended: completion → state"
_OF_SIGNATURES = (GrantFlaw.UNSIGNED, GrantFlaw.UNKNOWN_KEY, GrantFlaw.BAD_SIGNATURE)
_PAYLOAD = TypeAdapter(contract.GrantPayload)


def _asked(run: Run, case: PermitCase) -> tuple[Answer, contract.EndorsementRequest]:
    asked = bodies.endorsement(case)
    return run.kiosk.post(_PATH, bodies.document(asked), str(asked.endorsement_id)), asked


def _refused(run: Run) -> None:
    case = run.target.data.refusal
    if not isinstance(case, RefusalCase):
        raise NotTried("the data names no permit that is refused (refusal)")
    answer = read(_asked(run, case)[0], ENDORSEMENT)
    if not isinstance(answer, contract.Refused):
        raise Deviation(f"POST {_PATH}: {answer.state}, where refused was due")
    need(answer.code == case.code, f"POST {_PATH}: not refused with {case.code}")
    need(answer.retain is case.retain, f"POST {_PATH}: retain is {answer.retain}, where {case.retain} was due")


def _granted(run: Run) -> None:
    case = run.case()
    answer, asked = _asked(run, case)
    granted = read(answer, ENDORSEMENT)
    if not isinstance(granted, contract.Granted):
        code = f" {granted.code}" if isinstance(granted, contract.Refused) and granted.code in REFUSAL_CODES else ""
        raise Deviation(f"POST {_PATH}: {granted.state}{code}, where granted was due")
    need(granted.endorsement_id == asked.endorsement_id, f"POST {_PATH}: answers another endorsement_id")
    run.granted, run.granted_by, run.payload = granted, (answer, asked), None
    with contextlib.suppress(Deviation):  # reported by the check of the grant's content
        run.payload = _payload(granted.grant)


def _is_believed(run: Run) -> None:
    case = run.case()
    if run.granted is None or run.granted_by is None:
        raise NotTried("no grant came")
    payload = _payload(run.granted.grant)
    _is_of_this_permit(payload, run.granted, case)
    content = payload.content
    need(
        content.valid_from is not None and content.valid_to is not None and content.valid_from <= content.valid_to,
        "the grant lacks a date, or its dates are in the wrong order",
    )
    need(not payload.face_only, "a grant to endorse is for the face only")
    need(payload.version == contract.GRANT_VERSION, f"the grant's version is {payload.version}")
    _lives_well(payload, _date_of(run.granted_by[0]))


def _is_signed(run: Run) -> None:
    case = run.case()
    if run.granted is None:
        raise NotTried("no grant came")
    _check_signature(run, run.granted.grant, case)


def _check_signature(run: Run, signed: contract.SignedGrant, case: PermitCase) -> None:
    if run.target.grant_keys is None:
        raise NotTried("central's public keys for grants were not given (--grant-keys)")
    try:
        verify_grant(
            signed,
            run.target.grant_keys,
            now=bodies.now() if not run.granted_by else _date_of(run.granted_by[0]),
            permit_number=Personal(case.permit.permit_number),
            chip_serial=case.permit.chip_serial,
        )
    except GrantRejected as error:
        if error.flaw in _OF_SIGNATURES:  # other flaws of a grant have their own checks
            raise Deviation(f"a kiosk does not believe this grant: {error.flaw.value}") from None


def _payload(signed: contract.SignedGrant) -> contract.GrantPayload:
    try:
        payload = base64.b64decode(signed.payload, validate=True)
        need(len(payload) <= MAX_PAYLOAD_BYTES, f"the payload has more than {MAX_PAYLOAD_BYTES} bytes")
        return _PAYLOAD.validate_json(payload, extra="ignore")
    except binascii.Error:
        raise Deviation("payload is not base64 with padding (RFC 4648, section 4)") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    raise Deviation(f"the payload is not GrantPayload: {'/'.join(map(str, first['loc']))}: {first['type']}")


def _is_of_this_permit(payload: contract.GrantPayload, granted: contract.Granted, case: PermitCase) -> None:
    need(payload.endorsement_id == granted.endorsement_id, "the grant is of another endorsement than the answer")
    need(payload.permit_number == case.permit.permit_number, "the grant is of another permit")
    need(payload.chip_serial == case.permit.chip_serial, "the grant is of another chip")


def _lives_well(payload: contract.GrantPayload, central_time: datetime) -> None:
    ahead = payload.issued_at - central_time
    need(ahead <= GRANT_MAY_BE_AHEAD, f"issued_at is {ahead.total_seconds():.0f} s ahead of central's own Date")
    life = payload.expires_at - payload.issued_at
    need(
        timedelta(0) < life <= LONGEST_GRANT,
        f"the grant lives {life.total_seconds():.0f} s; at most {LONGEST_GRANT.total_seconds():.0f} s are believed",
    )
    need(payload.expires_at > central_time, "the grant had expired when it was sent")


def _date_of(answer: Answer) -> datetime:
    return parse_http_date(answer.headers.get("date", "")) or bodies.now()


def _state(run: Run) -> None:
    granted, _ = run.grant()
    state = read(run.kiosk.get(f"{_PATH}/{granted.endorsement_id}"), STATE)
    need(state.state == "granted", f"GET {_PATH}/{{id}}: {state.state}, where granted was due")
    need(state.answer == granted, f"GET {_PATH}/{{id}}: not the answer that the POST was given")


def _repeated(run: Run) -> None:
    if run.granted_by is None:
        run.case()
        raise NotTried("no grant came")
    first, asked = run.granted_by
    is_same(first, run.kiosk.post(_PATH, bodies.document(asked), str(asked.endorsement_id)))
    other = asked.model_copy(update={"declarations": ("something_else",)})
    is_problem(run.kiosk.post(_PATH, bodies.document(other), str(asked.endorsement_id)), "idempotency_conflict")


def _of_one_kiosk(run: Run) -> None:
    granted, payload = run.grant()
    other, path = run.other(), f"{_PATH}/{granted.endorsement_id}"
    is_problem(other.get(path), "not_found")
    chip = contract.ChipSessionRequest(atr="3B00", chip_serial=payload.chip_serial)
    is_problem(other.post(f"{path}/chip-session", bodies.document(chip)), "not_found")
    is_problem(other.post(f"{path}/cancellation", bodies.document(bodies.cancellation())), "not_found")
    is_problem(other.post(f"{path}/completion", bodies.document(bodies.completion("old", "old"))), "not_found")


def _one_live_grant(run: Run) -> None:
    run.grant()
    other, asked = run.other(), bodies.endorsement(run.case())
    answer = read(other.post(_PATH, bodies.document(asked), str(asked.endorsement_id)), ENDORSEMENT)
    need(
        isinstance(answer, contract.Refused) and answer.code in ("grant_in_use", "unknown_permit"),
        f"POST {_PATH} of another kiosk: {answer.state}, where refused grant_in_use was due",
    )


def _given_back(run: Run) -> None:
    granted, payload = run.grant()
    path = f"{_PATH}/{granted.endorsement_id}"
    for _ in range(2):  # cancelling twice is allowed
        recorded = read(run.kiosk.post(f"{path}/cancellation", bodies.document(bodies.cancellation())), RECORDED)
        need(recorded.state == "cancelled", f"cancellation: {recorded.state}, where cancelled was due")
    chip = contract.ChipSessionRequest(atr="3B00", chip_serial=payload.chip_serial)
    is_problem(run.kiosk.post(f"{path}/chip-session", bodies.document(chip)), "grant_not_live")
    run.granted = run.payload = run.granted_by = None


def _name_spelt_otherwise(run: Run) -> None:
    answer, asked = _asked(run, bodies.spelt_otherwise(run.case()))
    granted = read(answer, ENDORSEMENT)
    code = granted.code if isinstance(granted, contract.Refused) and granted.code in REFUSAL_CODES else ""
    need(
        isinstance(granted, contract.Granted),
        f"POST {_PATH} of the same holder, whose card spells the name otherwise: {granted.state} {code}".rstrip(),
    )
    path = f"{_PATH}/{asked.endorsement_id}/cancellation"
    read(run.kiosk.post(path, bodies.document(bodies.cancellation())), RECORDED)


def _nothing_written(run: Run) -> None:
    granted, _ = run.grant()
    path = f"{_PATH}/{granted.endorsement_id}"
    recorded = read(run.kiosk.post(f"{path}/completion", bodies.document(bodies.completion("new", "new"))), RECORDED)
    need(
        recorded.state == "unknown",
        f"completion chip=new where nothing was written: {recorded.state}, where unknown was due",
    )
    run.granted = run.payload = run.granted_by = None


def grant_anew(run: Run) -> None:
    """Ask for a grant of the same permit with a new id."""
    _granted(run)


def _waiting(run: Run) -> None:
    case = run.target.data.pending_rewrite
    if case is None:
        raise NotTried("the data names no permit with work that waits (pending_rewrite)")
    path = "/v1/permits/pending-rewrites"
    answer = run.kiosk.post(path, bodies.document(bodies.inquiry(case)))
    work = read(answer, PENDING).work
    if work is None:
        raise Deviation(f"POST {path}: no work, where {case.kind} was due")
    need(work.kind == case.kind, f"POST {path}: {work.kind}, where {case.kind} was due")
    payload = _payload(work.grant)
    need(payload.permit_number == case.permit.permit_number, "the grant is of another permit")
    need(payload.chip_serial == case.permit.chip_serial, "the grant is of another chip")
    need(payload.face_only is (work.kind == "face_only"), "kind and the grant's face_only do not say the same")
    _lives_well(payload, _date_of(answer))
    body = bodies.document(bodies.cancellation())
    recorded = read(run.kiosk.post(f"{_PATH}/{payload.endorsement_id}/cancellation", body, str(uuid4())), RECORDED)
    need(recorded.endorsement_id == payload.endorsement_id, "cancellation: answers another endorsement_id")
    if run.target.grant_keys is not None:
        _check_signature(run, work.grant, case)


CHECKS: tuple[Check[Run], ...] = (
    Check(
        "endorsement.refused",
        "a permit that central refuses is told with its code, retained or not",
        "openapi.json: Refused",
        _refused,
    ),
    Check(
        "endorsement.granted", "a permit that may be endorsed is granted", "openapi.json: EndorsementRequest", _granted
    ),
    Check(
        "grant.content",
        "a grant is of this endorsement, permit and chip, has both dates, lives an hour at most",
        _GRANT,
        _is_believed,
    ),
    Check("grant.signature", "the grant is signed over exactly the bytes of its payload", _GRANT, _is_signed),
    Check(
        "endorsement.repeated",
        "asked again with the same key: the same grant; with another body 409",
        "README: Connection",
        _repeated,
    ),
    Check("endorsement.state", "GET tells the same answer", "openapi.json: EndorsementState", _state),
    Check("endorsement.of_one_kiosk", "another kiosk is told 404 of it", "README: Whose is it?", _of_one_kiosk),
    Check(
        "endorsement.one_live_grant",
        "another kiosk gets no grant while one is live",
        "README: What the reference central does",
        _one_live_grant,
    ),
    Check(
        "cancellation.unused",
        "an unused grant is taken back, once and again",
        "openapi.json: cancellation",
        _given_back,
    ),
    Check(
        "name.spelt_otherwise",
        "the holder's name may be spelt in another way",
        "README: Names of holders",
        _name_spelt_otherwise,
    ),
    Check("cancellation.then_anew", "after that the permit is granted anew", "openapi.json: cancellation", grant_anew),
    Check(
        "completion.nothing_written",
        "a new chip is not believed where no write was handed out",
        _COMPLETION,
        _nothing_written,
    ),
    Check("completion.then_anew", "after that the permit is granted anew", _COMPLETION, grant_anew),
    Check(
        "rewrite.waiting",
        "work that waits comes with its kind and its grant, and is given back",
        "openapi.json: PendingRewritesAnswer",
        _waiting,
    ),
)
