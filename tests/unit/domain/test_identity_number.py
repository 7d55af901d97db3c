"""Numbers of persons and permits: one canonical form, whoever wrote it, and the check of GB 11643 on that form."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kiosk.central import contract
from kiosk.domain.identity_number import (
    canonical_number,
    check_character,
    identity_number,
    is_valid_number,
    permit_number,
)
from kiosk.reference_central.residents import EvidenceImport, ResidentImport

# Invented; its check character is the one for ten.
X = "34139919880314001X"
BLANKS = ("", " ", "\u3000", "\0", "\u00a0", "\ufeff", "\t \0")


def in_full_width(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@pytest.mark.parametrize(
    "written",
    [
        X,
        X.lower(),
        in_full_width(X),
        in_full_width(X.lower()),
        X[:-1] + "\u2169",
        X[:-1] + "\u2179",
        f" {X}",
        f"{X}\0\0",
        f"\u3000{X.lower()}\u3000 ",
        f"\ufeff{X}",
    ],
)
def test_one_number_has_one_form_however_it_is_written(written: str) -> None:
    assert identity_number(written) == X
    assert permit_number(written) == X
    assert is_valid_number(identity_number(written))


@given(some.integers(0, 10**17 - 1), some.sampled_from(BLANKS), some.sampled_from(BLANKS))
def test_the_canonical_form_keeps_every_digit_and_is_its_own_canonical_form(
    number: int, before: str, behind: str
) -> None:
    first = f"{number:017d}"
    whole = first + check_character(first)
    for written in (whole, whole.lower(), in_full_width(whole.lower())):
        assert canonical_number(before + written + behind) == whole
    assert canonical_number(whole) == whole


@given(some.text())
def test_any_text_has_a_canonical_form_that_is_its_own(text: str) -> None:
    assert canonical_number(canonical_number(text)) == canonical_number(text)


@pytest.mark.parametrize(
    "wrong",
    [
        X[:-1] + "0",
        X[:-1],
        f"{X}1",
        "34139919880230001X",
        f"{X[:6]} {X[6:]}",
        X[:-1] + "\u0425",
        "",
        "x",
        "٣٤١٣٩٩١٩٨٨٠٣١٤٠٠١X",
    ],
)
def test_a_number_that_is_none_stays_none(wrong: str) -> None:
    assert not is_valid_number(identity_number(wrong))


# 17 digits and the character that GB 11643 demands of them, reckoned by hand from its weights.
@pytest.mark.parametrize(("first", "check"), [("11010519491231002", "X"), ("44052418800101001", "4")])
def test_the_two_examples_in_gb_11643_have_their_check_characters(first: str, check: str) -> None:
    assert check_character(first) == check
    assert is_valid_number(identity_number(first + check.lower()))


HOLDER = {"name": "林玉珍", "id_number": f" {X.lower()}"}
FACTS = {
    "permit_file": "reference",
    "chip_serial": "8600310000000001",
    "region": "310000",
    "permit_number": "３１００００２０１９０００１００１ｘ",
    "holder_number": in_full_width(X.lower()),
    "holder_name": "林玉珍",
    "issued_on": None,
    "content": {
        "address": "",
        "issuing_authority": "",
        "category": "standard",
        "valid_from": None,
        "valid_to": None,
        "endorsement_count": 0,
    },
}


def test_every_message_of_the_contract_has_its_numbers_in_the_canonical_form() -> None:
    facts = contract.PermitFacts.model_validate(FACTS)
    assert (facts.holder_number, facts.permit_number) == (X, "31000020190001001X")
    agent = contract.AgentFacts.model_validate({"kind": "guardian", "person": HOLDER})
    assert agent.person.id_number == X
    search = contract.ApplicationSearch.model_validate({"holder": HOLDER, "permit": FACTS})
    assert search.holder.id_number == X
    grant = contract.GrantPayload.model_validate(
        {
            "endorsement_id": "00000000-0000-4000-8000-000000000001",
            "permit_number": "31000020190001001x",
            "chip_serial": "8600310000000001",
            "content": FACTS["content"],
            "residence_years": None,
            "issued_at": "2026-11-22T10:00:00+08:00",
            "expires_at": "2026-11-22T10:30:00+08:00",
        }
    )
    assert grant.permit_number == "31000020190001001X"


def test_centrals_own_records_have_their_numbers_in_the_canonical_form() -> None:
    record = ResidentImport.model_validate(
        {
            "holder": HOLDER,
            "permit_number": " 31000020190001001x",
            "chip_serial": "8600310000000001",
            "region": "310000",
            "content": FACTS["content"],
            "evidence": [{"key": "deed", "licence_code": " aB-1 ", "agent_number": X.lower()}],
        }
    )
    assert (record.holder.id_number, record.permit_number) == (X, "31000020190001001X")
    [proof] = record.evidence
    # A licence code is its issuer's: blanks around it are the scanner's, capital and small letters are not alike.
    assert (proof.licence_code, proof.agent_number) == ("aB-1", X)
    with pytest.raises(ValueError, match="licence_code"):
        EvidenceImport.model_validate({"key": "deed", "licence_code": "  "})


def test_a_number_of_another_length_or_kind_is_refused_by_the_contract_without_being_quoted() -> None:
    for wrong in (X[:14], X + "1", 341399198803140010, None):
        with pytest.raises(ValueError, match="id_number") as refusal:
            contract.Holder.model_validate({"name": "林玉珍", "id_number": wrong})
        assert str(wrong) not in str(refusal.value) or wrong is None


def test_a_birthday_that_was_none_makes_a_number_invalid() -> None:
    assert date(2000, 2, 29)
    first = "31010120010229001"
    assert not is_valid_number(identity_number(first + check_character(first)))
