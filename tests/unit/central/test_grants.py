"""Grants at the kiosk: what is believed, and what is not."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kiosk.central import contract, signatures
from kiosk.central.grants import (
    GrantFlaw,
    GrantKey,
    GrantKeyFileError,
    GrantRejected,
    domain_content,
    load_grant_keys,
    verify_grant,
)
from kiosk.central.reading import Unknown
from kiosk.domain.endorsement import ResidenceYears
from kiosk.domain.identity_number import PermitNumber
from kiosk.domain.personal import Personal
from kiosk.reference_central.authority import GRANT_KEYS, GRANT_PUBLIC_KEYS, make_authority
from kiosk.services.central.messages import contract_content

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NUMBER = Personal(PermitNumber("310000201900010017"))
SERIAL = "8600310000000001"
ADDRESS = "上海市浦东新区示范路88弄6号402室"
PRIVATE = {algorithm: signatures.new_private_key(algorithm) for algorithm in signatures.ALGORITHMS}
KEYS = {
    f"test-{algorithm}": GrantKey(algorithm, signatures.public_key_of(algorithm, private))
    for algorithm, private in PRIVATE.items()
}


def payload(**changes: object) -> dict[str, Any]:
    values: dict[str, Any] = {
        "endorsement_id": "6a1f0c1e-6f0e-4d0a-9d4e-2b6f1f0a7c11",
        "permit_number": NUMBER.reveal(),
        "chip_serial": SERIAL,
        "content": {
            "address": ADDRESS,
            "issuing_authority": "上海市公安局浦东分局",
            "category": "standard",
            "valid_from": "2026-12-04",
            "valid_to": "2027-12-04",
            "endorsement_count": 3,
        },
        "residence_years": "continuous",
        "issued_at": "2026-11-22T10:00:00+08:00",
        "expires_at": "2026-11-22T10:10:00+08:00",
        "face_only": False,
    }
    return values | changes


def signed(algorithm: str = "ed25519", raw: bytes | None = None, **changes: object) -> contract.SignedGrant:
    message = json.dumps(payload(**changes)).encode() if raw is None else raw
    return contract.SignedGrant.model_validate(
        {
            "payload": base64.b64encode(message).decode(),
            "algorithm": algorithm,
            "key_id": f"test-{algorithm}",
            "signature": base64.b64encode(signatures.signer(algorithm, PRIVATE[algorithm])(message)).decode(),
        }
    )


def flaw_of(grant: contract.SignedGrant, now: datetime = NOW) -> GrantFlaw:
    with pytest.raises(GrantRejected) as caught:
        verify_grant(grant, KEYS, now=now, permit_number=NUMBER, chip_serial=SERIAL)
    assert ADDRESS not in str(caught.value)
    return caught.value.flaw


@pytest.mark.parametrize("algorithm", signatures.ALGORITHMS)
def test_a_grant_for_this_permit_is_believed(algorithm: str) -> None:
    grant = verify_grant(signed(algorithm), KEYS, now=NOW, permit_number=NUMBER, chip_serial=SERIAL)
    assert grant.endorsement_id == UUID("6a1f0c1e-6f0e-4d0a-9d4e-2b6f1f0a7c11")
    assert grant.content.address == Personal(ADDRESS)
    assert (grant.content.valid_from, grant.content.valid_to) == (date(2026, 12, 4), date(2027, 12, 4))
    assert grant.residence_years is ResidenceYears.CONTINUOUS
    assert grant.expires_at == datetime(2026, 11, 22, 2, 10, tzinfo=UTC)
    assert ADDRESS not in repr(grant)


def test_an_unsigned_grant_is_rejected() -> None:
    assert flaw_of(signed().model_copy(update={"signature": ""})) is GrantFlaw.UNSIGNED


@pytest.mark.parametrize("change", [{"key_id": "nobody"}, {"algorithm": "sm2-sm3"}])
def test_a_key_that_the_kiosk_does_not_hold_for_this_algorithm_is_rejected(change: dict[str, str]) -> None:
    assert flaw_of(signed().model_copy(update=change)) is GrantFlaw.UNKNOWN_KEY


@pytest.mark.parametrize("signature", ["AAAA", "*", base64.b64encode(bytes(64)).decode()])
def test_a_wrong_signature_is_rejected(signature: str) -> None:
    assert flaw_of(signed().model_copy(update={"signature": signature})) is GrantFlaw.BAD_SIGNATURE


def test_a_changed_payload_is_rejected_before_it_is_read() -> None:
    other = base64.b64encode(b'{"not": "read"}').decode()
    assert flaw_of(signed().model_copy(update={"payload": other})) is GrantFlaw.BAD_SIGNATURE


def test_a_payload_that_is_no_base64_is_garbage() -> None:
    assert flaw_of(signed().model_copy(update={"payload": "***"})) is GrantFlaw.GARBAGE


WITHOUT_CHIP = json.dumps({key: value for key, value in payload().items() if key != "chip_serial"}).encode()
TOO_LONG = b" " * 5000 + json.dumps(payload()).encode()


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"{", WITHOUT_CHIP, TOO_LONG])
def test_signed_bytes_that_are_no_grant_are_garbage(raw: bytes) -> None:
    assert flaw_of(signed(raw=raw)) is GrantFlaw.GARBAGE


@pytest.mark.parametrize(("seconds", "is_believed"), [(0, True), (599, True), (600, False), (601, False)])
def test_a_grant_is_believed_until_the_moment_it_expires(seconds: int, is_believed: bool) -> None:
    now = NOW + timedelta(seconds=seconds)
    if is_believed:
        assert verify_grant(signed(), KEYS, now=now, permit_number=NUMBER, chip_serial=SERIAL).chip_serial == SERIAL
    else:
        assert flaw_of(signed(), now) is GrantFlaw.EXPIRED


@pytest.mark.parametrize(("ahead_s", "is_believed"), [(0, True), (60, True), (61, False), (86_400, False)])
def test_a_grant_that_is_issued_later_than_centrals_clock_says_is_rejected(ahead_s: int, is_believed: bool) -> None:
    issued_at = NOW + timedelta(seconds=ahead_s)
    later = signed(issued_at=issued_at.isoformat(), expires_at=(issued_at + timedelta(minutes=10)).isoformat())
    if is_believed:
        assert verify_grant(later, KEYS, now=NOW, permit_number=NUMBER, chip_serial=SERIAL).chip_serial == SERIAL
    else:
        assert flaw_of(later) is GrantFlaw.NOT_YET


def test_centrals_own_clock_decides_whether_a_grant_is_issued_too_early_and_not_the_kiosks() -> None:
    behind = NOW - timedelta(minutes=5)
    assert flaw_of(signed(), behind) is GrantFlaw.NOT_YET
    verify_grant(signed(), KEYS, now=behind, told_at=NOW, permit_number=NUMBER, chip_serial=SERIAL)


@pytest.mark.parametrize(("life_s", "is_believed"), [(1, True), (3600, True), (3601, False), (86_400, False)])
def test_a_grant_that_lives_for_more_than_an_hour_is_rejected(life_s: int, is_believed: bool) -> None:
    long = signed(expires_at=(NOW + timedelta(seconds=life_s)).isoformat())
    if is_believed:
        assert verify_grant(long, KEYS, now=NOW, permit_number=NUMBER, chip_serial=SERIAL).chip_serial == SERIAL
    else:
        assert flaw_of(long) is GrantFlaw.LIVES_TOO_LONG


def test_a_file_of_centrals_private_keys_is_refused_in_one_line_without_a_key(tmp_path: Path) -> None:
    make_authority(tmp_path)
    private = tmp_path / GRANT_KEYS
    assert GRANT_KEYS != GRANT_PUBLIC_KEYS
    with pytest.raises(GrantKeyFileError) as caught:
        load_grant_keys(private)
    (mistake,) = caught.value.mistakes
    assert "PRIVATE" in mistake
    assert GRANT_PUBLIC_KEYS in mistake
    assert not re.search("[0-9a-f]{64}", mistake)


def test_one_private_key_among_public_ones_is_refused_without_the_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text('[keys.a]\nalgorithm = "ed25519"\nprivate = "' + "ab" * 32 + '"\n', encoding="utf-8")
    with pytest.raises(GrantKeyFileError) as caught:
        load_grant_keys(path)
    assert caught.value.mistakes == ["keys.toml: keys.a: a PRIVATE key, which belongs to central alone; take it out"]


def test_a_grant_for_another_chip_is_rejected() -> None:
    assert flaw_of(signed(chip_serial="8600310000000002")) is GrantFlaw.OTHER_CHIP


def test_a_grant_for_another_permit_is_rejected() -> None:
    assert flaw_of(signed(permit_number="310000201900010025")) is GrantFlaw.OTHER_PERMIT


@pytest.mark.parametrize(
    "term",
    [
        {"valid_from": None},
        {"valid_to": None},
        {"valid_from": None, "valid_to": None},
        {"valid_from": "2027-12-05", "valid_to": "2027-12-04"},
    ],
)
def test_a_grant_to_rewrite_a_permit_without_a_term_is_garbage(term: dict[str, str | None]) -> None:
    content = {**payload()["content"], **term}
    assert flaw_of(signed(content=content)) is GrantFlaw.GARBAGE


@pytest.mark.parametrize(
    "change",
    [
        {"address": ADDRESS + "\n" * 24},
        {"address": f"{ADDRESS}\u2029"},
        {"address": "上海市\0浦东新区"},
        {"address": "\u202e" + ADDRESS},
        {"address": "上海市\ufffd"},
        {"address": "路" * 81},
        {"issuing_authority": "上海市公安局\0"},
        {"issuing_authority": "局" * 41},
        {"category": "standard\n"},
    ],
)
@pytest.mark.parametrize("face_only", [False, True])
def test_a_grant_whose_texts_are_no_lines_is_garbage(change: dict[str, str], face_only: bool) -> None:
    content = {**payload()["content"], **change}
    assert flaw_of(signed(content=content, face_only=face_only)) is GrantFlaw.GARBAGE


@pytest.mark.parametrize("key", ["address", "issuing_authority", "category"])
@pytest.mark.parametrize(
    "text", ["", "   ", "\u3000", "\u200b\u200b", "\u200d", "\ufe0f", "\u3164", "\u2800", "\u00ad"], ids=ascii
)
@pytest.mark.parametrize("face_only", [False, True])
def test_a_grant_with_a_text_that_shows_nothing_is_garbage(key: str, text: str, face_only: bool) -> None:
    content = {**payload()["content"], key: text}
    assert flaw_of(signed(content=content, face_only=face_only)) is GrantFlaw.GARBAGE


@pytest.mark.parametrize(
    "hidden", ["\u00ad", "\u200b", "\u2060", "\ufeff", "\u3164", "\U000e0001", "\U000e0041"], ids=ascii
)
def test_a_grant_with_an_address_that_hides_a_character_is_garbage(hidden: str) -> None:
    content = {**payload()["content"], "address": f"{ADDRESS[:4]}{hidden}{ADDRESS[4:]}"}
    assert flaw_of(signed(content=content)) is GrantFlaw.GARBAGE


@pytest.mark.parametrize(
    "address",
    [
        "葛\U000e0100城路1号",
        "ئۈرۈم\u200cچى",
        "\u200fئۈرۈمچى",
        "㎏\ufe0e路",
        "𠮷𪚥路 2 号",
        "\ue815路",
        "e\u0301",
    ],
    ids=ascii,
)
def test_an_address_may_hold_what_changes_how_its_neighbours_look(address: str) -> None:
    content = {**payload()["content"], "address": address}
    grant = verify_grant(signed(content=content), KEYS, now=NOW, permit_number=NUMBER, chip_serial=SERIAL)
    assert grant.content.address == Personal(address)


def test_a_grant_for_the_face_alone_says_what_the_chip_holds_even_without_a_term() -> None:
    content = {**payload()["content"], "valid_from": None, "valid_to": None}
    grant = verify_grant(
        signed(content=content, face_only=True), KEYS, now=NOW, permit_number=NUMBER, chip_serial=SERIAL
    )
    assert (grant.content.valid_from, grant.content.valid_to) == (None, None)


def test_blanks_at_the_end_of_a_text_are_no_part_of_it() -> None:
    content = {**payload()["content"], "address": ADDRESS + "   ", "issuing_authority": "上海市公安局浦东分局  "}
    grant = verify_grant(signed(content=content), KEYS, now=NOW, permit_number=NUMBER, chip_serial=SERIAL)
    assert (grant.content.address, grant.content.issuing_authority) == (Personal(ADDRESS), "上海市公安局浦东分局")


def test_content_survives_the_way_to_the_kiosk_and_back() -> None:
    content = contract.PermitContent.model_validate(payload()["content"])
    assert contract_content(domain_content(content)) == content


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "at least one table"),
        ("[keys.a]\nalgorithm = 'ed25519'\n", "keys.a: public is missing"),
        ("[keys.a]\nalgorithm = 'ed25519'\npublic = 'zz'\n", "keys.a: "),
        ("[keys.a]\nalgorithm = 'ed25519'\npublic = '00'\n", "keys.a: "),
        ("[keys.a]\nalgorithm = 'md5'\npublic = '00'\n", "unknown signature algorithm"),
        ("keys = 1\n", "at least one table"),
        ("[[", "is not TOML"),
    ],
)
def test_a_key_file_with_a_mistake_names_it(tmp_path: Path, text: str, mistake: str) -> None:
    path = tmp_path / "central.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GrantKeyFileError, match=mistake):
        load_grant_keys(path)


@pytest.mark.parametrize("algorithm", signatures.ALGORITHMS)
def test_what_is_not_known_inside_a_signed_grant_is_counted_and_spoils_nothing(algorithm: str) -> None:
    unknown = Unknown()
    content = {**payload()["content"], "postcode": "200120"}
    grant = verify_grant(
        signed(algorithm, content=content, printed_by={"line": 3}, residence_years="doubled"),
        KEYS,
        now=NOW,
        permit_number=NUMBER,
        chip_serial=SERIAL,
        unknown=unknown,
    )
    assert (grant.chip_serial, grant.content.address, grant.residence_years) == (SERIAL, Personal(ADDRESS), None)
    assert unknown.counts() == {"unknown_fields": 2, "unknown_values": 1}


def test_a_grant_of_a_central_that_gives_no_version_is_believed() -> None:
    raw = {key: value for key, value in payload().items() if key != "version"}
    assert (
        verify_grant(
            signed(raw=json.dumps(raw).encode()), KEYS, now=NOW, permit_number=NUMBER, chip_serial=SERIAL
        ).chip_serial
        == SERIAL
    )


def test_a_grant_whose_version_says_that_it_holds_what_must_be_heeded_is_rejected() -> None:
    raw = json.dumps({"version": 2, "written_in_another_way": True}).encode()
    assert flaw_of(signed(raw=raw)) is GrantFlaw.NEWER_VERSION
