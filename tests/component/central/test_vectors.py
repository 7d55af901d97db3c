"""The contract's test vectors: current, and found right by other programs than those that made them."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as some

from drivers.permit_chip import allow_list, apdu
from drivers.permit_chip.records import RelayCommand
from drivers.permit_file.reader import load_permit_file
from drivers.simulators.chip_keys import MasterKeys, chip_key, mac
from kiosk.central import contract
from kiosk.central.grants import load_grant_keys, verify_grant
from kiosk.domain.holder_name import canonical_name, is_same_name
from kiosk.domain.personal import Personal
from kiosk.reference_central.vectors import DOCUMENT, vectors_text
from tests.lobby.central_rig import PERMITS
from tests.second_central.names import compared, is_one_name

VECTORS: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
GRANTS = {each["algorithm"]: each for each in VECTORS["grants"]}
MACS = {f"{each['algorithm']}, {each['name']}": each for each in VECTORS["chip_macs"]}
NAMES = VECTORS["names"]["pairs"]

# SubjectPublicKeyInfo of an SM2 key up to the point (GM/T 0009; RFC 5480's id-ecPublicKey with 1.2.156.10197.1.301).
SM2_PUBLIC_KEY = bytes.fromhex("3059301306072A8648CE3D020106082A811CCF5501822D034200")


def test_the_checked_in_vectors_are_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == vectors_text(), "run: python -m kiosk central vectors"


@pytest.mark.parametrize("algorithm", GRANTS)
def test_a_kiosk_believes_the_grants(algorithm: str, tmp_path: Path) -> None:
    vector = GRANTS[algorithm]
    (tmp_path / "keys.toml").write_text(vector["grant_keys_toml"], encoding="utf-8")
    payload = contract.GrantPayload.model_validate_json(vector["payload_utf8"])
    grant = verify_grant(
        contract.SignedGrant.model_validate(vector["signed_grant"]),
        load_grant_keys(tmp_path / "keys.toml"),
        now=payload.issued_at,
        permit_number=Personal(payload.permit_number),
        chip_serial=payload.chip_serial,
    )
    assert grant.endorsement_id == payload.endorsement_id


@pytest.mark.parametrize("algorithm", GRANTS)
def test_a_signed_grant_is_made_of_what_the_vector_says(algorithm: str) -> None:
    vector = GRANTS[algorithm]
    signed = vector["signed_grant"]
    assert base64.b64decode(signed["payload"], validate=True) == vector["payload_utf8"].encode()
    assert base64.b64decode(signed["signature"], validate=True).hex().upper() == vector["signature"]


@pytest.mark.parametrize("spoilt", [False, True])
def test_openssl_believes_the_ed25519_signature_and_no_other(tmp_path: Path, spoilt: bool) -> None:
    vector = GRANTS["ed25519"]
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(vector["public_key"]))
    key = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    signature = bytes.fromhex(vector["signature"])
    assert openssl_verifies(tmp_path, key, signature, vector, spoilt=spoilt) is not spoilt


@pytest.mark.parametrize("spoilt", [False, True])
def test_openssl_believes_the_sm2_signature_and_no_other(tmp_path: Path, spoilt: bool) -> None:
    """OpenSSL wants the signature in DER; the contract has r and s side by side."""
    vector = GRANTS["sm2-sm3"]
    signature = bytes.fromhex(vector["signature"])
    assert len(signature) == 64
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    key = SM2_PUBLIC_KEY + bytes.fromhex(vector["public_key"])
    options = ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]
    assert openssl_verifies(tmp_path, key, encode_dss_signature(r, s), vector, *options, spoilt=spoilt) is not spoilt


def test_the_names_have_pairs_of_both_kinds_for_the_steps_of_the_rule() -> None:
    assert {each["step"] for each in NAMES if each["is_one_name"]} == {1, 2, 3, 4, 5, 6, 7}
    assert {each["step"] for each in NAMES if not each["is_one_name"]} == {1, 3, 5, 6, 7}


@pytest.mark.parametrize("compare", [is_same_name, is_one_name], ids=["the kiosk's", "written from the document"])
@pytest.mark.parametrize("pair", NAMES, ids=[f"{at}" for at in range(len(NAMES))])
def test_names_are_one_or_two_as_the_vector_says(pair: dict[str, Any], compare: Callable[[str, str], bool]) -> None:
    assert compare(pair["one"], pair["other"]) is pair["is_one_name"]
    assert compare(pair["other"], pair["one"]) is pair["is_one_name"]


@settings(deadline=None)
@given(
    some.text(
        some.one_of(some.characters(exclude_categories=["Cs"]), some.sampled_from(" .·•\u200b林'-\0")), max_size=12
    )
)
def test_the_document_says_the_whole_rule(name: str) -> None:
    """What was written from the section of the document alone makes the same text of any name as the kiosk does."""
    assert compared(name) == canonical_name(name)


def openssl_verifies(
    directory: Path, key: bytes, signature: bytes, vector: dict[str, Any], *options: str, spoilt: bool
) -> bool:
    message = vector["payload_utf8"].replace("standard", "standart" if spoilt else "standard")
    for name, content in (("key.der", key), ("signature", signature), ("message", message.encode())):
        (directory / name).write_bytes(content)
    told = subprocess.run(
        [
            "openssl",
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            "key.der",
            "-keyform",
            "DER",
            "-rawin",
            "-in",
            "message",
            "-sigfile",
            "signature",
            *options,
        ],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.stdout.strip() in ("Signature Verified Successfully", "Signature Verification Failure"), told
    return told.returncode == 0


@pytest.mark.parametrize("name", MACS)
def test_a_chip_would_take_the_command(name: str) -> None:
    """By the virtual chip's own derivation and MAC, which share nothing with central's."""
    vector = MACS[name]
    algorithm, serial = vector["algorithm"], bytes.fromhex(vector["chip_serial"])
    master = bytes.fromhex(vector["master_key"])
    key = chip_key(algorithm, MasterKeys(tdes=master, sm4=master), serial)
    assert key.hex().upper() == vector["chip_key"]
    made = mac(algorithm, key, bytes.fromhex(vector["challenge"]), bytes.fromhex(vector["authenticated"]))
    assert made.hex().upper() == vector["mac"]
    assert vector["authenticated"] + vector["mac"] == vector["apdu"]
    assert bytes(apdu.parse(bytes.fromhex(vector["apdu"]))).hex().upper() == vector["apdu"]


@pytest.mark.parametrize("name", [name for name, each in MACS.items() if each["algorithm"] == "sm4"])
def test_openssl_computes_the_same_mac_with_sm4(name: str) -> None:
    vector = MACS[name]
    message = bytes.fromhex(vector["authenticated"]) + b"\x80"
    told = subprocess.run(
        ["openssl", "enc", "-sm4-cbc", "-nopad", "-K", vector["chip_key"], "-iv", vector["challenge"].ljust(32, "0")],
        input=message + bytes(-len(message) % 16),
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert told.stdout[-16:-12].hex().upper() == vector["mac"]


def test_the_relay_lets_the_updates_of_the_permit_files_through() -> None:
    for name in ("reference", "ssse"):
        permit = load_permit_file(PERMITS / f"{name}.toml")
        updates = [bytes.fromhex(each["apdu"]) for each in MACS.values() if each["name"].startswith(f"{name}: ")]
        assert len(updates) == len(permit.writes)
        for write, update in zip(permit.writes, updates, strict=True):
            path = permit.file(write.file).path
            allow_list.check_batch(permit, [RelayCommand(update)], path or ())
