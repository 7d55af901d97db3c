"""Which kiosk may ask what: central's table, walked call by call with kiosks of every kind, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from kiosk.central import contract
from kiosk.central.client import CentralRefusedCall
from kiosk.reference_central import access
from kiosk.reference_central.access import MAY_ASK, TOLD_OTHERWISE, Asked, Relation
from kiosk.reference_central.authority import issue_client
from kiosk.reference_central.kiosks import retire
from kiosk.reference_central.openapi_document import openapi_document
from kiosk.reference_central.server import ReferenceCentral
from kiosk.reference_central.tables import CompletionRow
from tests.architecture.source import ROOT
from tests.component.reference_central.review.rig import HAIKOU, MONDAY, approve
from tests.lobby.central_rig import ATR, REGIONS, Kiosk, MovableClock, Resident, client_of, resident, settings

FIRST, BESIDE, FOREIGN, AREALESS = "kiosk-1", "kiosk-beside", "kiosk-foreign", "kiosk-arealess"
STANDING = (f"{FIRST}=460106", f"{BESIDE}=460105", f"{FOREIGN}=310115", AREALESS)
REVOKED, RETIRED, UNKNOWN = "kiosk-revoked", "kiosk-retired", "kiosk-unknown"

TO_PERMIT = {
    FIRST: Relation.REGION,
    BESIDE: Relation.REGION,
    FOREIGN: Relation.FOREIGN,
    AREALESS: Relation.AREALESS,
}
TO_APPLICATION = TO_PERMIT | {FIRST: Relation.OWN}
TO_ENDORSEMENT = {
    FIRST: Relation.HAD,
    BESIDE: Relation.OWN,
    FOREIGN: Relation.OTHER,
    AREALESS: Relation.OTHER,
}
TO_ITSELF = dict.fromkeys(TO_PERMIT, Relation.OWN)


@dataclass
class Things:
    """A person in Haikou whose application was taken in by the first kiosk, approved, and handed out to it first and
    then to the kiosk beside it, which is in the middle of a chip session.
    """

    who: Resident
    application_id: UUID
    session_id: UUID


Ask = Callable[[Kiosk, Things], str]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    clock = MovableClock()
    clock.now = MONDAY
    return clock


@pytest.fixture(scope="module")
def central(directory: Path, clock: MovableClock, database_url: str) -> Iterator[ReferenceCentral]:
    chosen = settings(directory, clock, regions=(REGIONS,), kiosks=(*STANDING, REVOKED, RETIRED), database=database_url)
    for name in (BESIDE, FOREIGN, AREALESS, REVOKED, RETIRED, UNKNOWN):
        issue_client(directory, name)
    with ReferenceCentral(chosen) as central:
        central.revoke_certificate(directory / f"{REVOKED}.pem")
        with central.database.writing() as session:
            retire(session, RETIRED, clock())
        yield central


@pytest.fixture
def kiosks(central: ReferenceCentral, directory: Path, clock: MovableClock) -> Iterator[dict[str, Kiosk]]:
    with ExitStack() as stack:
        stems = {FIRST: "kiosk"}
        yield {
            name: Kiosk(stack.enter_context(client_of(central, directory, stems.get(name, name))), directory, clock)
            for name in (FIRST, BESIDE, FOREIGN, AREALESS, REVOKED, RETIRED, UNKNOWN)
        }


@pytest.fixture
def things(central: ReferenceCentral, clock: MovableClock, kiosks: dict[str, Kiosk]) -> Things:
    who = resident(region=HAIKOU)
    central.seed([who.record])
    taken = kiosks[FIRST].applied(who)
    while approve(central, taken.review_number) == "in_review":
        pass
    assert kiosks[FIRST].pending(who).work is not None
    clock.pass_time(timedelta(minutes=11))  # the first kiosk's grant runs out
    assert kiosks[BESIDE].pending(who).work is not None
    session = kiosks[BESIDE].begin(taken.application_id, who.record.chip_serial)
    return Things(who, taken.application_id, session.session_id)


def endorsements(kiosk: Kiosk, things: Things) -> str:
    answer = kiosk.request(things.who)
    return f"refused: {answer.code}" if isinstance(answer, contract.Refused) else answer.state


def pending_rewrites(kiosk: Kiosk, things: Things) -> str:
    other = resident(region=HAIKOU)
    recorded = other.record.content.model_copy(update={"endorsement_count": 3})
    CENTRAL[0].seed([other.record.model_copy(update={"content": recorded})])
    work = kiosk.pending(other).work
    return "no work" if work is None else work.kind


def application_by_permit(kiosk: Kiosk, things: Things) -> str:
    answer = kiosk.apply(things.who)
    return f"refused: {answer.code}" if isinstance(answer, contract.Refused) else answer.state


def application_by_holder(kiosk: Kiosk, things: Things) -> str:
    answer = kiosk.apply(things.who, service="lost", permit=None)
    return f"refused: {answer.code}" if isinstance(answer, contract.Refused) else answer.state


def evidence_by_permit(kiosk: Kiosk, things: Things) -> str:
    return kiosk.prove(proving(), "employment_proof")


def evidence_by_holder(kiosk: Kiosk, things: Things) -> str:
    return kiosk.prove(proving(), "employment_proof", permit=None, service="lost")


def proving() -> Resident:
    who = resident(region=HAIKOU, evidence=[{"key": "employment_proof"}])
    CENTRAL[0].seed([who.record])
    return who


def search(kiosk: Kiosk, things: Things, permit: contract.PermitFacts | None = None) -> str:
    body = contract.ApplicationSearch(holder=things.who.record.holder, permit=permit)
    found = kiosk.client.search_applications(body, key=str(uuid4()), sequence=None).applications
    return f"{len(found)} found" if found else "nothing found"


def search_by_permit(kiosk: Kiosk, things: Things) -> str:
    return search(kiosk, things, things.who.facts)


def collection(kiosk: Kiosk, things: Things) -> str:
    return told(lambda: kiosk.choose(things.application_id, "kiosk").state)


def state(kiosk: Kiosk, things: Things) -> str:
    return told(lambda: kiosk.client.endorsement_state(things.application_id).state)


def cancellation(kiosk: Kiosk, things: Things) -> str:
    body = contract.CancellationRequest(reason="interrupted")
    return told(lambda: kiosk.client.cancel(things.application_id, body, key=str(uuid4()), sequence=None).state)


def chip_session(kiosk: Kiosk, things: Things) -> str:
    body = contract.ChipSessionRequest(atr=ATR, chip_serial="00")
    return told(
        lambda: str(
            kiosk.client.start_chip_session(things.application_id, body, key=str(uuid4()), sequence=None).session_id
        )
    )


def responses(kiosk: Kiosk, things: Things) -> str:
    body = contract.ChipBatchAnswers(batch=99, answers=())
    return told(
        lambda: str(
            kiosk.client.report_chip_answers(
                things.application_id, things.session_id, body, key=str(uuid4()), sequence=None
            ).session_id
        )
    )


def completion(kiosk: Kiosk, things: Things) -> str:
    return told(lambda: kiosk.complete(things.application_id, "old", "old"))


def heartbeat(kiosk: Kiosk, things: Things) -> str:
    return "heard" if kiosk.beat(1).time else "never"


def staff_call(kiosk: Kiosk, things: Things) -> str:
    body = contract.StaffCallRequest(called_at=kiosk.clock(), state="Idle", custody="with_holder")
    return "heard" if kiosk.client.call_staff(body, key=str(uuid4())).received_at else "never"


CALLS: list[tuple[Asked, Ask, dict[str, Relation]]] = [
    (Asked.ENDORSEMENTS, endorsements, TO_PERMIT),
    (Asked.PENDING_REWRITES, pending_rewrites, TO_PERMIT),
    (Asked.APPLICATION_BY_PERMIT, application_by_permit, TO_PERMIT),
    (Asked.APPLICATION_BY_HOLDER, application_by_holder, TO_PERMIT),
    (Asked.EVIDENCE_BY_PERMIT, evidence_by_permit, TO_PERMIT),
    (Asked.EVIDENCE_BY_HOLDER, evidence_by_holder, TO_PERMIT),
    (Asked.SEARCH, search, TO_APPLICATION),
    (Asked.SEARCH, search_by_permit, TO_APPLICATION),
    (Asked.COLLECTION, collection, TO_APPLICATION),
    (Asked.STATE, state, TO_ENDORSEMENT),
    (Asked.CANCELLATION, cancellation, TO_ENDORSEMENT),
    (Asked.CHIP_SESSION, chip_session, TO_ENDORSEMENT),
    (Asked.RESPONSES, responses, TO_ENDORSEMENT),
    (Asked.COMPLETION, completion, TO_ENDORSEMENT),
    (Asked.HEARTBEAT, heartbeat, TO_ITSELF),
    (Asked.STAFF_CALL, staff_call, TO_ITSELF),
]
NAMES = [ask.__name__ for _, ask, _ in CALLS]
CENTRAL: list[ReferenceCentral] = []


@pytest.fixture(autouse=True)
def known_central(central: ReferenceCentral) -> Iterator[None]:
    CENTRAL[:] = [central]
    yield
    CENTRAL.clear()


def told(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except CentralRefusedCall as refused:
        return f"{refused.status} {refused.code}"


@pytest.mark.parametrize("kiosk", [FOREIGN, AREALESS, FIRST, BESIDE])
@pytest.mark.parametrize(("asked", "ask", "relations"), CALLS, ids=NAMES)
def test_a_kiosk_is_answered_as_the_table_says(
    kiosks: dict[str, Kiosk], things: Things, asked: Asked, ask: Ask, relations: dict[str, Relation], kiosk: str
) -> None:
    answer = ask(kiosks[kiosk], things)
    if relations[kiosk] in MAY_ASK[asked]:
        assert answer != TOLD_OTHERWISE[asked]
    else:
        assert answer == TOLD_OTHERWISE[asked]


@pytest.mark.parametrize(
    ("kiosk", "code"),
    [(REVOKED, "certificate_revoked"), (RETIRED, "unknown_kiosk"), (UNKNOWN, "unknown_kiosk")],
)
@pytest.mark.parametrize(("asked", "ask", "relations"), CALLS, ids=NAMES)
def test_a_kiosk_that_is_revoked_retired_or_not_registered_is_answered_nothing(
    kiosks: dict[str, Kiosk],
    things: Things,
    asked: Asked,
    ask: Ask,
    relations: dict[str, Relation],
    kiosk: str,
    code: str,
) -> None:
    assert told(lambda: ask(kiosks[kiosk], things)) == f"403 {code}"


def test_every_call_of_the_document_is_in_the_table() -> None:
    calls = {asked.value.partition(",")[0] for asked in MAY_ASK}
    assert set(MAY_ASK) == set(Asked) == {asked for asked, _, _ in CALLS} == set(TOLD_OTHERWISE)
    assert calls == {
        f"{method.upper()} {path}" for path, methods in openapi_document()["paths"].items() for method in methods
    }


def test_the_readme_shows_the_table() -> None:
    assert access.markdown() in (ROOT / "kiosk" / "central" / "README.md").read_text(encoding="utf-8")


NEVER_HAD = Things(resident(region=HAIKOU), UUID(int=77), UUID(int=78))


@pytest.mark.parametrize("kiosk", [FIRST, FOREIGN, AREALESS])
@pytest.mark.parametrize("ask", [state, chip_session, responses, collection])
def test_what_central_never_had_is_not_found_as_if_it_were_anothers(
    kiosks: dict[str, Kiosk], ask: Ask, kiosk: str
) -> None:
    nothing = Things(NEVER_HAD.who, uuid4(), uuid4())
    assert ask(kiosks[kiosk], nothing) == "404 not_found"


def test_what_is_said_of_what_central_never_had_is_kept_for_the_kiosk_that_said_it(kiosks: dict[str, Kiosk]) -> None:
    nothing = Things(NEVER_HAD.who, uuid4(), uuid4())
    assert cancellation(kiosks[FIRST], nothing) == "cancelled"
    assert completion(kiosks[FIRST], nothing) == "cancelled"
    for other in (BESIDE, FOREIGN, AREALESS):
        assert cancellation(kiosks[other], nothing) == completion(kiosks[other], nothing) == "404 not_found"


@pytest.mark.parametrize("ask", [cancellation, completion])
def test_a_kiosk_that_speaks_of_more_than_it_can_have_done_is_stopped_and_others_are_not(
    central: ReferenceCentral,
    kiosks: dict[str, Kiosk],
    clock: MovableClock,
    ask: Ask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(access, "MOST_UNASKED", 5)
    clock.pass_time(access.UNASKED_WITHIN)
    said = [ask(kiosks[FOREIGN], Things(NEVER_HAD.who, uuid4(), uuid4())) for _ in range(6)]
    assert said[5] == "429 too_many"
    assert "429 too_many" not in said[:5]
    assert ask(kiosks[BESIDE], Things(NEVER_HAD.who, uuid4(), uuid4())) != "429 too_many"
    clock.pass_time(access.UNASKED_WITHIN)
    assert ask(kiosks[FOREIGN], Things(NEVER_HAD.who, uuid4(), uuid4())) != "429 too_many"


@pytest.mark.parametrize("kiosk", [FIRST, BESIDE])
def test_reports_of_one_endorsement_are_bounded(
    central: ReferenceCentral, kiosks: dict[str, Kiosk], things: Things, clock: MovableClock, kiosk: str
) -> None:
    assert completion(kiosks[kiosk], things) != "429 too_many"
    with central.database.writing() as session:
        for _ in range(access.MOST_REPORTS - 1):
            session.add(
                CompletionRow(
                    completion_id=uuid4(),
                    endorsement_id=things.application_id,
                    report="{}",
                    applied=False,
                    finished_at=clock(),
                    received_at=clock(),
                )
            )
    assert completion(kiosks[kiosk], things) == "429 too_many"


def test_a_search_with_a_permit_whose_chip_is_another_finds_nothing(kiosks: dict[str, Kiosk], things: Things) -> None:
    facts = things.who.facts.model_copy(update={"chip_serial": "8600000000000000"})
    assert search(kiosks[BESIDE], things, facts) == "nothing found"
    assert search(kiosks[BESIDE], things, things.who.facts) == "1 found"


def test_a_kiosk_without_an_area_finds_by_name_and_number_what_it_took_in_itself_and_nothing_else(
    central: ReferenceCentral, kiosks: dict[str, Kiosk], things: Things
) -> None:
    assert search(kiosks[AREALESS], things) == "nothing found"
    who = resident(region=HAIKOU)
    central.seed([who.record])
    kiosks[AREALESS].applied(who)
    assert search(kiosks[AREALESS], Things(who, uuid4(), uuid4())) == "1 found"
