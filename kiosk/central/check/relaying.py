"""Checks of a chip session, batch by batch, on the test permit's chip, and of reports that central does not expect."""

from __future__ import annotations

from uuid import UUID, uuid4

from drivers.permit_chip.apdu import INS_GET_CHALLENGE, INS_UPDATE_BINARY, INS_UPDATE_RECORD
from kiosk.central import contract
from kiosk.central.check import bodies
from kiosk.central.check.endorsing import grant_anew
from kiosk.central.check.findings import Check, Deviation, NotTried
from kiosk.central.check.judging import STATE, STEP, is_problem, is_same, need, read
from kiosk.central.check.run import Run, Session
from kiosk.central.check.wire import Answer

MOST_BATCHES = 24  # six protected writes and what may go wrong between them

_SESSIONS = "README: Chip sessions: what the relay lets through"
_TABLE = "README: What the reference central does"
_WRITING = (INS_UPDATE_BINARY, INS_UPDATE_RECORD)


def _other_chip(run: Run) -> None:
    granted, _ = run.grant()
    other = contract.ChipSessionRequest(atr="3B00", chip_serial="00" * 8)
    answer = run.kiosk.post(f"/v1/endorsements/{granted.endorsement_id}/chip-session", bodies.document(other))
    is_problem(answer, "chip_mismatch")


def _wrong_mac(run: Run) -> None:
    """Report that the chip refused the MAC. The chip itself is not asked."""
    _begun(run)
    session = run.running()
    step = _step(_up_to_the_write_then(run, session, contract.ChipAnswer(data="", sw="6988")))
    need(step.verdict == "failed", "goes on after a wrong MAC, of which each eats one of the chip's tries")
    need(step.failure == "mac_rejected", f"a wrong MAC is told as {step.failure}, where mac_rejected was due")
    request = run.chip().begin()
    path = f"/v1/endorsements/{session.endorsement_id}/chip-session"
    is_problem(run.kiosk.post(path, bodies.document(request)), "grant_not_live")


def _relay_refused(run: Run) -> None:
    """Report that the relay refused a batch, though it would let it through."""
    _begun(run)
    session = run.running()
    assert session.step.batch is not None
    refusal = contract.RelayRefusal(index=0, reason="select")
    report = contract.ChipBatchAnswers(batch=session.step.batch.number, answers=(), refused=refusal)
    step = _step(_told(run, session.endorsement_id, session.step.session_id, report))
    need(step.verdict != "written", "tells written, though the relay let nothing through to the chip")
    rises = step.batch is None or step.batch.number == session.step.batch.number + 1
    need(rises, "the batch after a refused one has not the next number")


def _anew(run: Run) -> None:
    run.chip()
    run.session = None
    grant_anew(run)


def _link_lost(run: Run) -> None:
    session = run.running()
    answer = _up_to_the_write_then(run, session)
    session.step = _step(answer)
    if session.step.batch is None:
        raise Deviation(f"{session.step.verdict} after the link was lost, without reading the chip again")
    need(not _writes(session.step.batch), "writes again after the link was lost, without reading the chip first")


def _no_challenge(run: Run) -> None:
    session = run.running()
    answer = _up_to_the_write_then(run, session, contract.ChipAnswer(data="", sw="6984"))
    session.step = _step(answer)
    if session.step.batch is None:
        raise Deviation(f"{session.step.verdict} after 6984, which costs nothing")
    need(not _writes(session.step.batch), "writes again after 6984, without a new challenge")
    is_asked_for = any(int(each.apdu[2:4], 16) == INS_GET_CHALLENGE for each in session.step.batch.commands)
    need(is_asked_for, "no new challenge after 6984")


def _up_to_the_write_then(run: Run, session: Session, *told: contract.ChipAnswer) -> Answer:
    """Relay batches until one writes. That one is not sent to the chip; the answers `told` are reported instead."""
    for _ in range(MOST_BATCHES):
        batch = session.step.batch
        if batch is None:
            raise Deviation(f"{session.step.verdict} before anything was written")
        is_write = _writes(batch)
        answers = told if is_write else run.chip().relay(batch)
        report = contract.ChipBatchAnswers(batch=batch.number, answers=answers)
        answer = _told(run, session.endorsement_id, session.step.session_id, report)
        if is_write:
            return answer
        session.step = _step(answer)
    raise Deviation(f"nothing is written within {MOST_BATCHES} batches")


def _begun(run: Run) -> None:
    chip, (granted, payload) = run.chip(), run.grant()
    run.session = None
    request = chip.begin()
    if request.chip_serial != payload.chip_serial:
        raise NotTried("the chip at the reader is not the one of the data")
    path, key = f"/v1/endorsements/{granted.endorsement_id}/chip-session", str(uuid4())
    answer = run.kiosk.post(path, bodies.document(request), key)
    step = _step(answer)
    if step.batch is None:
        raise Deviation(f"{answer.what}: {step.verdict} before the chip was read")
    need(not _writes(step.batch), f"{answer.what}: the first batch writes before it has read")
    is_same(answer, run.kiosk.post(path, bodies.document(request), key))
    run.session = Session(granted.endorsement_id, step)


def _begun_anew(run: Run) -> None:
    """A new session reads first, ends the one before it, and goes on with the numbers."""
    first = run.running()
    before = first.step
    chip = run.chip()
    request = chip.begin()
    answer = run.kiosk.post(f"/v1/endorsements/{first.endorsement_id}/chip-session", bodies.document(request))
    step = _step(answer)
    run.session = Session(first.endorsement_id, step)
    if step.batch is None or before.batch is None:
        raise Deviation(f"{answer.what}: {step.verdict} before the chip was read")
    need(step.session_id != before.session_id, f"{answer.what}: a new key gives the old session")
    need(step.batch.number > before.batch.number, f"{answer.what}: the number of a batch is used twice")
    late = contract.ChipBatchAnswers(batch=before.batch.number, answers=())
    is_problem(_told(run, first.endorsement_id, before.session_id, late), "session_closed")


def _wrong_reports(run: Run) -> None:
    session = run.running()
    step = session.step
    assert step.batch is not None
    unknown = contract.ChipBatchAnswers(batch=step.batch.number + 7, answers=())
    is_problem(_told(run, session.endorsement_id, step.session_id, unknown), "wrong_batch")
    good = contract.ChipAnswer(data="", sw="9000")
    odd = contract.ChipBatchAnswers(batch=step.batch.number, answers=(good,) * (len(step.batch.commands) + 1))
    is_problem(_told(run, session.endorsement_id, step.session_id, odd), "invalid_request", "wrong_batch")
    is_problem(_told(run, session.endorsement_id, uuid4(), unknown), "not_found")


def _written(run: Run) -> None:
    session, chip = run.running(), run.chip()
    for _ in range(MOST_BATCHES):
        batch = session.step.batch
        if batch is None:
            break
        if _writes(batch):
            _is_well_made(batch)
        session.reported = contract.ChipBatchAnswers(batch=batch.number, answers=chip.relay(batch))
        session.step_before, session.report_key = session.step, str(uuid4())
        session.report_answer = _told(
            run, session.endorsement_id, session.step.session_id, session.reported, session.report_key
        )
        step = _step(session.report_answer)
        need(step.session_id == session.step.session_id, f"{session.report_answer.what}: answers another session")
        rises = step.batch is None or step.batch.number == batch.number + 1
        need(rises, f"{session.report_answer.what}: batches are not numbered one after the other")
        session.step = step
    step = session.step
    if step.batch is not None:
        raise Deviation(f"no verdict after {MOST_BATCHES} batches")
    if step.verdict != "written":
        refused = [each.sw for each in (session.reported.answers if session.reported else ()) if each.sw != "9000"]
        told = f"; the chip answered {refused[-1]}" if refused else ""
        raise Deviation(f"the session failed: {step.failure}{told}")


def _is_well_made(batch: contract.ChipBatch) -> None:
    first, *others = batch.commands
    need(_is_write(first), f"batch {batch.number}: the protected write is not its first command")
    need(not any(_is_write(each) for each in others), f"batch {batch.number}: two protected writes on one challenge")


def _chip_holds_it(run: Run) -> None:
    chip = run.chip()
    _, payload = run.grant()
    if run.session is None or run.session.step.verdict != "written":
        raise NotTried('no verdict "written" came')
    held, granted = chip.content(), payload.content
    names = contract.PermitContent.model_fields
    differing = [name for name in names if _text(getattr(held, name)) != _text(getattr(granted, name))]
    need(not differing, f"told written, but the chip holds other values than granted: {', '.join(differing)}")


def _told_again(run: Run) -> None:
    """The same report gets the same step, with its key and with another. A different report of the batch is refused."""
    session = run.running()
    if session.reported is None or session.report_answer is None or session.step_before is None:
        raise NotTried("no batch was answered")
    named, session_id = session.endorsement_id, session.step_before.session_id
    is_same(session.report_answer, _told(run, named, session_id, session.reported, session.report_key))
    is_same(session.report_answer, _told(run, named, session_id, session.reported))
    less = session.reported.model_copy(update={"answers": session.reported.answers[:-1]})
    is_problem(_told(run, named, session_id, less), "wrong_batch")


def _not_given_back(run: Run) -> None:
    session = run.running()
    path = f"/v1/endorsements/{session.endorsement_id}"
    is_problem(run.kiosk.post(f"{path}/cancellation", bodies.document(bodies.cancellation())), "grant_used")
    state = read(run.kiosk.get(path), STATE).state
    need(state != "cancelled", f"GET {path.rpartition('/')[0]}/{{id}}: cancelled after a chip session")


def _told(
    run: Run, endorsement_id: UUID, session_id: UUID, report: contract.ChipBatchAnswers, key: str | None = None
) -> Answer:
    path = f"/v1/endorsements/{endorsement_id}/chip-session/{session_id}/responses"
    return run.kiosk.post(path, bodies.document(report), key)


def _step(answer: Answer) -> contract.ChipSessionStep:
    step = read(answer, STEP)
    need((step.batch is None) != (step.verdict is None), f"{answer.what}: neither a batch nor a verdict, or both")
    return step


def _writes(batch: contract.ChipBatch) -> bool:
    return any(_is_write(each) for each in batch.commands)


def _is_write(command: contract.ChipCommand) -> bool:
    return int(command.apdu[2:4], 16) in _WRITING


def _text(value: object) -> object:
    return value.rstrip(" ") if isinstance(value, str) else value  # trailing blanks do not count


CHECKS: tuple[Check[Run], ...] = (
    Check(
        "chip.other",
        "a session for another chip than the grant's is 409 chip_mismatch",
        "README: Problem documents",
        _other_chip,
    ),
    Check("chip.wrong_mac", "6988 ends session and grant: mac_rejected", _TABLE, _wrong_mac),
    Check("chip.anew_after_wrong_mac", "after that the permit is granted anew", _TABLE, _anew),
    Check(
        "chip.relay_refused",
        "a batch that the relay refused is followed by another, or by a verdict",
        _SESSIONS,
        _relay_refused,
    ),
    Check("chip.anew_after_refusal", "after that the permit is granted anew", _SESSIONS, _anew),
    Check("chip.begun", "a session begins with reading; its repeat gives the same batch", _SESSIONS, _begun),
    Check("chip.begun_anew", "a new key begins a new session and ends the other; numbers rise", _SESSIONS, _begun_anew),
    Check(
        "chip.wrong_report",
        "answers to no batch, or too many: 409 wrong_batch, 422; another session: 404",
        "openapi.json: ChipBatchAnswers",
        _wrong_reports,
    ),
    Check(
        "chip.link_lost",
        "where a write's answer was lost, the chip is read again before anything is written",
        _TABLE,
        _link_lost,
    ),
    Check("chip.no_challenge", "6984 is answered with a new challenge", _TABLE, _no_challenge),
    Check("chip.written", "the relay lets every batch through, and the chip takes the write", _SESSIONS, _written),
    Check("chip.holds_it", "what was told written is on the chip", "openapi.json: ChipSessionStep", _chip_holds_it),
    Check(
        "chip.told_again", "told the same again: the same step; told otherwise: 409 wrong_batch", _SESSIONS, _told_again
    ),
    Check(
        "cancellation.used",
        "a grant whose session was begun is not taken back: 409 grant_used",
        "openapi.json: cancellation",
        _not_given_back,
    ),
)
