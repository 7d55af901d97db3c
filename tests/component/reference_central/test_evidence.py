"""Proofs over HTTPS: central looks them up itself, and what it found counts for that holder, permit and day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kiosk.central import contract
from kiosk.central.client import CentralRefusedCall
from kiosk.domain.identity_number import IdentityNumber
from kiosk.reference_central.server import ReferenceCentral
from tests.lobby.central_rig import (
    MORNING,
    REGIONS,
    Kiosk,
    MovableClock,
    Resident,
    client_of,
    resident,
    settings,
    shown,
)

XINJIANG = "650100"
WHOLE, PARTS = "contract_and_insurance", ("work_contract_one_year", "social_insurance_six_months")
NEW_HOME = "上海市徐汇区样板路15号1203室"
LEASE = {"key": "registered_lease", "address": NEW_HOME}
MOVED = ("address_changed",)
MOTHER = contract.Holder(name="吴景舒", id_number=IdentityNumber("320899198901160242"))


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module")
def central(directory: Path, clock: MovableClock, database_url: str) -> Iterator[ReferenceCentral]:
    with ReferenceCentral(settings(directory, clock, regions=(REGIONS,), database=database_url)) as central:
        yield central


@pytest.fixture
def kiosk(central: ReferenceCentral, directory: Path, clock: MovableClock) -> Iterator[Kiosk]:
    clock.now = MORNING
    with client_of(central, directory) as client:
        yield Kiosk(client, directory, clock)


def with_proofs(central: ReferenceCentral, *proofs: Mapping[str, object], **changes: Any) -> Resident:
    who = resident(evidence=proofs, **changes)
    central.seed([who.record])
    return who


def test_a_proof_on_record_is_verified_without_a_code(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = with_proofs(central, LEASE)
    assert kiosk.prove(who, "registered_lease") == "verified"
    assert kiosk.prove(who, "home_proof") == "verified"  # the group that it belongs to
    assert kiosk.prove(who, "title_deed") == "not_verified"


def test_a_proof_of_several_parts_is_verified_once_all_of_them_are(central: ReferenceCentral, kiosk: Kiosk) -> None:
    parts = [{"key": key} for key in PARTS]
    assert kiosk.prove(with_proofs(central, *parts[:1], region=XINJIANG), WHOLE) == "not_verified"
    assert kiosk.prove(with_proofs(central, *parts, region=XINJIANG), WHOLE) == "verified"


def test_a_licence_code_is_good_for_its_holder_its_proof_and_its_time(
    central: ReferenceCentral, kiosk: Kiosk, clock: MovableClock
) -> None:
    code = {"licence_code": "SSB-7731-0042", "valid_until": MORNING + timedelta(minutes=5)}
    who = with_proofs(central, LEASE | code)
    other = with_proofs(central)
    assert kiosk.prove(who, "registered_lease") == "not_verified"
    assert kiosk.prove(who, "registered_lease", licence_code="SSB-7731-0042") == "verified"
    assert kiosk.prove(who, "title_deed", licence_code="SSB-7731-0042") == "not_verified"
    assert kiosk.prove(who, "registered_lease", licence_code="SSB-0000-0000") == "not_verified"
    assert kiosk.prove(other, "registered_lease", licence_code="SSB-7731-0042") == "not_verified"
    clock.pass_time(timedelta(minutes=5))
    assert kiosk.prove(who, "registered_lease", licence_code="SSB-7731-0042") == "not_verified"


def test_what_central_cannot_verify_needs_a_person(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = with_proofs(central, LEASE | {"result": "needs_person"})
    assert kiosk.prove(who, "registered_lease") == "needs_person"
    assert kiosk.prove(who, "permit") == "needs_person"
    assert kiosk.prove(who, "no_such_proof") == "needs_person"


def test_nothing_is_verified_for_a_permit_that_is_not_the_holders(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who, other = with_proofs(central, LEASE), with_proofs(central, LEASE)
    assert kiosk.prove(who, "registered_lease", permit=other.facts) == "not_verified"
    assert kiosk.prove(resident(), "registered_lease") == "not_verified"


def test_a_proof_is_asked_for_once_and_its_id_is_used_up(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = with_proofs(central, LEASE)
    request = contract.EvidenceRequest(
        evidence_id=uuid4(),
        service="endorse",
        key="registered_lease",
        holder=who.record.holder,
        permit=who.facts,
        licence_code=None,
    )
    first = kiosk.client.verify_evidence(request, key="evidence-key-1", sequence=1)
    assert kiosk.client.verify_evidence(request, key="evidence-key-1", sequence=1) == first
    with pytest.raises(CentralRefusedCall, match="409 idempotency_conflict"):
        kiosk.client.verify_evidence(request, key="evidence-key-2", sequence=2)


# ---- A changed address


def test_a_verified_new_address_is_granted_at_once_as_the_proof_says(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = with_proofs(central, LEASE | {"issuing_authority": "上海市公安局徐汇分局"})
    assert kiosk.prove(who, "registered_lease") == "verified"
    answer = kiosk.request(who, declarations=MOVED, evidence=shown("registered_lease"))
    assert isinstance(answer, contract.Granted)
    grant = kiosk.verified(who, answer.grant)
    assert grant.content.address.reveal() == NEW_HOME
    assert grant.content.issuing_authority == "上海市公安局徐汇分局"
    assert grant.content.valid_to == date(2027, 12, 4)
    chip = who.chip()
    assert kiosk.write(who, answer.endorsement_id, chip).verdict == "written"
    assert chip.written_fields()["address"] == NEW_HOME


def code_of(answer: contract.EndorsementAnswer) -> str:
    assert isinstance(answer, contract.Refused), answer
    return answer.code


def test_central_does_not_believe_what_the_kiosk_calls_verified(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = with_proofs(central, LEASE)
    told = shown("registered_lease")
    assert code_of(kiosk.request(who, declarations=MOVED, evidence=told)) == "address_changed"
    kiosk.prove(who, "title_deed")
    assert code_of(kiosk.request(who, declarations=MOVED, evidence=shown("title_deed"))) == "address_changed"


def test_a_proof_counts_on_its_day_only(central: ReferenceCentral, kiosk: Kiosk, clock: MovableClock) -> None:
    who = with_proofs(central, LEASE)
    kiosk.prove(who, "registered_lease")
    clock.pass_time(timedelta(days=1))
    answer = kiosk.request(who, declarations=MOVED, evidence=shown("registered_lease"))
    assert code_of(answer) == "address_changed"


def test_an_address_that_the_register_knows_otherwise_is_not_settled_here(
    central: ReferenceCentral, kiosk: Kiosk
) -> None:
    elsewhere = with_proofs(central, LEASE, address_on_record="上海市宝山区模型路9号甲")
    kiosk.prove(elsewhere, "registered_lease")
    answer = kiosk.request(elsewhere, declarations=MOVED, evidence=shown("registered_lease"))
    assert code_of(answer) == "address_changed"
    agreeing = with_proofs(central, {"key": "registered_lease"}, address_on_record=NEW_HOME)
    kiosk.prove(agreeing, "registered_lease")
    answer = kiosk.request(agreeing, declarations=MOVED, evidence=shown("registered_lease"))
    assert isinstance(answer, contract.Granted)
    assert kiosk.verified(agreeing, answer.grant).content.address.reveal() == NEW_HOME


def test_a_home_with_a_relative_wants_proof_of_kinship_too(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = with_proofs(central, LEASE, {"key": "kinship_proof"})
    declared = (*MOVED, "relatives_home")
    kiosk.prove(who, "registered_lease")
    one = shown("registered_lease")
    assert code_of(kiosk.request(who, declarations=declared, evidence=one)) == "address_changed"
    kiosk.prove(who, "kinship_proof")
    both = shown("registered_lease", "kinship_proof")
    assert isinstance(kiosk.request(who, declarations=declared, evidence=both), contract.Granted)


# ---- Somebody acts for the holder


def child(central: ReferenceCentral, *proofs: Mapping[str, object]) -> Resident:
    """A holder of ten."""
    return with_proofs(central, *proofs, holder={"name": "吴桐桐", "id_number": f"32089920160512{next(_numbers):04d}"})


_numbers = iter(range(1000, 9999))
GUARDIAN = contract.AgentFacts(kind="guardian", person=MOTHER)
GUARDIANSHIP = (
    {"key": "agent_id_card", "agent_number": MOTHER.id_number},
    {"key": "guardianship_proof", "agent_number": MOTHER.id_number},
)
PROOFS_OF_GUARDIAN = shown("agent_id_card", "guardianship_proof")


def test_a_guardian_whose_proofs_central_knows_is_served_at_once(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = child(central, *GUARDIANSHIP)
    for key in ("agent_id_card", "guardianship_proof"):
        assert kiosk.prove(who, key, agent=GUARDIAN) == "verified"
    answer = kiosk.request(who, agent=GUARDIAN, evidence=PROOFS_OF_GUARDIAN)
    assert isinstance(answer, contract.Granted)


def test_a_child_alone_and_a_guardian_without_proof_go_to_the_counter(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = child(central, *GUARDIANSHIP)
    assert code_of(kiosk.request(who)) == "counter_only"
    assert code_of(kiosk.request(who, agent=GUARDIAN, evidence=PROOFS_OF_GUARDIAN)) == "counter_only"


def test_a_proof_of_guardianship_is_good_for_that_guardian_only(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = child(central, *GUARDIANSHIP)
    stranger = contract.AgentFacts(
        kind="guardian", person=contract.Holder(name="别的人", id_number=IdentityNumber("320899198901160099"))
    )
    assert kiosk.prove(who, "guardianship_proof", agent=stranger) == "not_verified"
    assert kiosk.prove(who, "guardianship_proof") == "not_verified"
    for key in ("agent_id_card", "guardianship_proof"):
        kiosk.prove(who, key, agent=GUARDIAN)
    assert code_of(kiosk.request(who, agent=stranger, evidence=PROOFS_OF_GUARDIAN)) == "counter_only"


def test_a_relative_may_not_act_for_a_holder_who_can_come(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = with_proofs(central, *GUARDIANSHIP)
    relative = contract.AgentFacts(kind="close_relative", person=MOTHER)
    assert code_of(kiosk.request(who, agent=relative)) == "counter_only"


def test_proofs_are_kept_out_of_every_repr() -> None:
    request = contract.EvidenceRequest(
        evidence_id=uuid4(),
        service="endorse",
        key="lease",
        holder=MOTHER,
        permit=None,
        licence_code="SSB-SECRET",
        agent=GUARDIAN,
    )
    told = contract.EvidenceShown(key="lease", licence_code="SSB-SECRET", verified=False)
    printed = repr(request) + repr(told)
    assert "SECRET" not in printed
    assert MOTHER.name not in printed
