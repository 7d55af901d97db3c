"""`python -m kiosk service-mode make-card-authority | issue-card`, and that the configuration takes what they make."""

from __future__ import annotations

import resource
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from assets import ASSETS
from kiosk.__main__ import main
from kiosk.config.service_cards import ServiceCardSettings
from kiosk.config.settings import ConfigError, load_config
from kiosk.domain.clock import SHANGHAI
from kiosk.services.service_card_certificates import judged
from tests.component.commands.test_service_mode_command import TABLE, entry
from tests.lobby.production_site import GOOD, written

SLOT = 'card_slot = "pcsc://Some Reader 01 00"\n'
AUTHORITY = 'card_authority = "cards/card-authority.pem"\n'


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """The folder of an operator's service authority."""
    folder = tmp_path / "cards"
    assert main(["service-mode", "make-card-authority", str(folder)]) == 0
    return folder


def configured(folder: Path, more: str) -> ServiceCardSettings | None:
    (folder / "technicians.toml").write_text(entry(), "utf-8")
    return load_config(written(folder, f"{GOOD}{TABLE}{more}"), ASSETS).service_mode.service_cards


def mistakes_of(folder: Path, more: str) -> str:
    with pytest.raises(ConfigError) as refused:
        configured(folder, more)
    return "\n".join(refused.value.mistakes)


def issued(cards: Path, *more: str, number: str = "17") -> int:
    return main(["service-mode", "issue-card", number, str(cards), *more])


def request_of(path: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> Path:
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, SHA256())
    path.write_bytes(request.public_bytes(Encoding.PEM))
    return path


def test_an_authority_is_made_once_and_its_key_is_for_its_owner_alone(
    cards: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = {path.name: path.read_bytes() for path in cards.iterdir()}
    assert set(made) == {"card-authority.pem", "card-authority.key"}
    assert (cards / "card-authority.key").stat().st_mode & 0o777 == 0o600
    assert main(["service-mode", "make-card-authority", str(cards)]) == 2
    assert "card-authority.key: File exists" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in cards.iterdir()} == made


def test_a_simulated_card_has_a_key_and_a_certificate_that_a_kiosk_accepts(
    cards: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "card.pem"
    assert issued(cards, "--simulated", "--out", str(file)) == 0
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    key = load_pem_private_key(file.read_bytes(), None)
    assert key.public_key() == certificate.public_key()
    assert file.stat().st_mode & 0o777 == 0o600
    found = configured(tmp_path, SLOT + AUTHORITY)
    assert found is not None
    assert found.slot == "pcsc://Some Reader 01 00"
    says = judged(certificate.public_bytes(Encoding.DER), found.authorities, found.revoked, datetime.now(SHANGHAI))
    assert says.number == "17"
    assert f"serial number {says.serial}" in capsys.readouterr().out
    revoked = configured(tmp_path, f'{SLOT}{AUTHORITY}revoked_cards = ["{says.serial}"]\n')
    assert revoked is not None
    assert revoked.revoked == {says.serial}


def test_a_real_card_gets_its_certificate_by_its_request_and_no_key_is_written(cards: Path, tmp_path: Path) -> None:
    key, file = ec.generate_private_key(ec.SECP256R1()), tmp_path / "card.pem"
    request = request_of(tmp_path / "card.csr", key)
    assert issued(cards, "--request", str(request), "--out", str(file)) == 0
    assert x509.load_pem_x509_certificate(file.read_bytes()).public_key() == key.public_key()
    assert b"PRIVATE" not in file.read_bytes()


def test_without_a_request_the_steps_are_told(cards: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert issued(cards) == 0
    assert f"issue-card 17 {cards} --request card.csr" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("number", "two digits"),
        ("no out", "--out"),
        ("no authority", "card-authority.pem: cannot be read"),
        ("another key", "not that of the authority's certificate"),
        ("RSA", "P-256"),
        ("another curve", "P-256"),
        ("no request", "is no certificate request"),
        ("signed by another", "is not signed by its own key"),
        ("there already", "File exists"),
    ],
)
def test_what_cannot_be_issued_is_one_line_and_writes_nothing(
    what: str, why: str, cards: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, request = tmp_path / "card.pem", request_of(tmp_path / "card.csr", ec.generate_private_key(ec.SECP256R1()))
    number, more = "17", ["--out", str(out)]
    match what:
        case "number":
            number = "7"
        case "no out":
            more = []
        case "no authority":
            cards = tmp_path / "elsewhere"
        case "another key":
            assert main(["service-mode", "make-card-authority", str(tmp_path / "others")]) == 0
            (tmp_path / "others" / "card-authority.key").replace(cards / "card-authority.key")
        case "RSA":
            request = request_of(request, rsa.generate_private_key(65537, 2048))
        case "another curve":
            request = request_of(request, ec.generate_private_key(ec.SECP384R1()))
        case "no request":
            request.write_bytes((cards / "card-authority.pem").read_bytes())
        case "signed by another":
            der = bytearray(x509.load_pem_x509_csr(request.read_bytes()).public_bytes(Encoding.DER))
            at = der.index(bytes.fromhex("034200")) + 3  # the public key, for another point of the curve
            other = ec.generate_private_key(ec.SECP256R1()).public_key()
            numbers = other.public_numbers()
            der[at : at + 65] = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
            request.write_bytes(x509.load_der_x509_csr(bytes(der)).public_bytes(Encoding.PEM))
        case "there already":
            out.write_bytes(b"kept")
    capsys.readouterr()
    assert issued(cards, "--request", str(request), *more, number=number) == 2
    told = capsys.readouterr().err
    assert why in told
    assert len(told.splitlines()) == 1
    assert (out.read_bytes() == b"kept") if what == "there already" else not out.exists()


def test_no_part_of_an_authority_is_left_where_it_does_not_fit(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, hard))  # the key fits, the certificate does not
    try:
        assert main(["service-mode", "make-card-authority", str(tmp_path / "cards")]) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((tmp_path / "cards").iterdir()) == []


@pytest.mark.parametrize(
    ("more", "mistake"),
    [
        (SLOT, "service_mode.card_authority: is missing"),
        (AUTHORITY, "service_mode.card_slot: is missing"),
        ('revoked_cards = ["00"]\n', "service_mode.card_slot: is missing"),
        ('card_slot = "tcp://h:1"\n' + AUTHORITY, "'tcp://h:1'; pcsc://READER NAME is wanted"),
        ('card_slot = "sim://service_card?port=4711"\n' + AUTHORITY, "pcsc://READER NAME is wanted"),
        ('card_slot = "pcsc://"\n' + AUTHORITY, "expected pcsc://READER NAME"),
        ('card_slot = "pcsc://Some Coupler 00 00"\n' + AUTHORITY, "is the slot of permit_chip too"),
        (SLOT + 'card_authority = "nowhere.pem"\n', "nowhere.pem: cannot be read"),
        (SLOT + 'card_authority = "card.pem"\n', "card.pem is not made for signing certificates"),
        (SLOT + AUTHORITY + 'revoked_cards = ["lost"]\n', "has 'lost'"),
        (SLOT + AUTHORITY + "revoked_cards = 17\n", "a list of serial numbers"),
    ],
)
def test_a_mistake_about_cards_is_told_with_its_key(more: str, mistake: str, cards: Path, tmp_path: Path) -> None:
    assert issued(cards, "--simulated", "--out", str(tmp_path / "card.pem")) == 0
    assert mistake in mistakes_of(tmp_path, more)


def test_a_reader_for_cards_without_technicians_is_a_mistake(cards: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"service_mode\.technicians: is missing"):
        load_config(written(tmp_path, f"{GOOD}\n[service_mode]\n{SLOT}{AUTHORITY}"), ASSETS)
