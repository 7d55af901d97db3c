"""Commands to a PIV card and its answers, in the forms of NIST SP 800-73-4."""

from __future__ import annotations

import gzip

import pytest

from drivers.errors import UnexpectedReply
from drivers.service_card import piv

DIGEST = bytes(range(32))
CERTIFICATE = bytes(300)


def data_object(certificate: bytes, form: bytes = b"\x71\x01\x00") -> bytes:
    """As a card gives it (part 1, table 14): 53, 70, 71, FE."""
    inner = b"\x70\x82" + len(certificate).to_bytes(2, "big") + certificate + form + b"\xfe\x00"
    return b"\x53\x82" + len(inner).to_bytes(2, "big") + inner


def test_the_commands_are_those_of_the_standard() -> None:
    assert piv.select().hex().upper() == "00A404000BA00000030800001000010000"
    assert piv.get_certificate().hex().upper() == "00CB3FFF055C035FC10100"
    assert piv.authenticate(DIGEST).hex().upper() == f"0087119E267C2482008120{DIGEST.hex().upper()}00"


def test_only_a_digest_is_signed() -> None:
    with pytest.raises(ValueError, match="31 bytes"):
        piv.authenticate(bytes(31))


@pytest.mark.parametrize(
    ("answer", "certificate"),
    [
        (data_object(CERTIFICATE), CERTIFICATE),
        (data_object(CERTIFICATE, b""), CERTIFICATE),
        (data_object(gzip.compress(CERTIFICATE), b"\x71\x01\x01"), CERTIFICATE),
        (bytes.fromhex("5309700430010203710100"), bytes.fromhex("30010203")),
    ],
    ids=["plain", "no form told", "compressed", "short lengths"],
)
def test_a_certificate_is_taken_out_of_its_object(answer: bytes, certificate: bytes) -> None:
    assert piv.certificate_of(answer) == certificate


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x53",
        b"\x53\x84\x00\x00\x00\x01",
        b"\x53\x82\x01",
        b"\x53\x03\x70\x05\x01",
        b"\x53\x04\x70\x00\x70\x00",
        b"\x53\x02\xfe\x00",
        b"\x7c\x02\x70\x00",
        data_object(CERTIFICATE, b"\x71\x01\x02"),
        data_object(CERTIFICATE, b"\x71\x01\x01"),
        data_object(gzip.compress(CERTIFICATE)[:-9], b"\x71\x01\x01"),
        data_object(gzip.compress(bytes(10**6)), b"\x71\x01\x01"),
    ],
    ids=[
        "nothing",
        "tag",
        "length of 4",
        "cut length",
        "cut",
        "twice",
        "none",
        "other",
        "form",
        "no gzip",
        "cut gzip",
        "bomb",
    ],
)
def test_an_answer_without_a_whole_certificate_is_refused(answer: bytes) -> None:
    with pytest.raises(UnexpectedReply):
        piv.certificate_of(answer)


def test_every_beginning_of_an_answer_is_refused_and_the_whole_is_not() -> None:
    whole = data_object(CERTIFICATE)
    for length in range(len(whole)):
        with pytest.raises(UnexpectedReply):
            piv.certificate_of(whole[:length])
    assert piv.certificate_of(whole) == CERTIFICATE


def test_a_signature_is_taken_out_of_its_template() -> None:
    assert piv.signature_of(bytes.fromhex("7C0482023001")) == bytes.fromhex("3001")
    for wrong in ("", "7C00", "7C0481023001", "8202", "7C0582023001"):
        with pytest.raises(UnexpectedReply):
            piv.signature_of(bytes.fromhex(wrong))
