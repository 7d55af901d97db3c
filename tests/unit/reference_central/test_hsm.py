"""Central's own MAC and diversification against published examples and the chip's own arithmetic."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.permit_file.permit_file import MacAlgorithm
from drivers.simulators import chip_keys
from kiosk.reference_central.hsm import KeyFileError, SoftwareHsm, chip_mac, diversified_key

# ICAO 9303-11, appendix D: ISO/IEC 9797-1 MAC algorithm 3 with padding method 2, initial value zero.
ICAO_KEY = bytes.fromhex("7962D9ECE03D1ACD4C76089DCE131543")
ICAO_MESSAGE = bytes.fromhex("72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2")
ICAO_MAC = bytes.fromhex("5F1448EEA8AD90A7")

# GB/T 32907, appendix A, example 1; its plaintext is a factor followed by its complement.
SM4_KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
SM4_CIPHER = bytes.fromhex("681EDF34D206965E86B3E94F536E4246")

CHALLENGE = bytes.fromhex("A1B2C3D4")
SERIAL = bytes.fromhex("8600310000000001")
KEYS = chip_keys.MasterKeys(b"TEST KEY TDES-01", b"TEST KEY SM4--01")

GRANTS = '[grants]\nin_use = "a"\n[grants.keys.a]\nalgorithm = "ed25519"\nprivate = "' + "11" * 32 + '"\n'
CHIP = '[chip]\ntdes_master = "' + "22" * 16 + '"\nsm4_master = "' + "33" * 16 + '"\n'


def test_the_3des_mac_is_the_published_retail_mac() -> None:
    assert chip_mac("tdes", ICAO_KEY, bytes(4), ICAO_MESSAGE) == ICAO_MAC[:4]


def test_the_challenge_is_the_left_part_of_the_initial_value() -> None:
    changed = bytes(a ^ b for a, b in zip(ICAO_MESSAGE[:4], CHALLENGE, strict=True)) + ICAO_MESSAGE[4:]
    assert chip_mac("tdes", ICAO_KEY, CHALLENGE, changed) == ICAO_MAC[:4]


def test_an_sm4_key_is_diversified_by_the_factor_and_its_complement_in_one_block() -> None:
    assert diversified_key("sm4", SM4_KEY, SM4_KEY[:8]) == SM4_CIPHER


@pytest.mark.parametrize("algorithm", ["tdes", "sm4"])
@pytest.mark.parametrize("length", [*range(1, 34), 131])
def test_central_and_the_chip_agree_although_they_share_no_code(algorithm: MacAlgorithm, length: int) -> None:
    message = bytes(range(length))
    key = diversified_key(algorithm, getattr(KEYS, algorithm), SERIAL)
    assert key == chip_keys.chip_key(algorithm, KEYS, SERIAL)
    assert chip_mac(algorithm, key, CHALLENGE, message) == chip_keys.mac(algorithm, key, CHALLENGE, message)


@pytest.mark.parametrize("algorithm", ["tdes", "sm4"])
def test_the_mac_of_a_command_covers_its_header_and_a_length_that_counts_the_mac(
    tmp_path: Path, algorithm: str
) -> None:
    hsm = loaded(tmp_path, CHIP + GRANTS)
    header, data = bytes.fromhex("04D68200"), bytes(131)
    key = diversified_key(algorithm, bytes([0x22 if algorithm == "tdes" else 0x33]) * 16, SERIAL)
    expected = chip_mac(algorithm, key, CHALLENGE, header + bytes([135]) + data)
    assert hsm.chip_mac(algorithm, SERIAL, CHALLENGE, header, data) == expected


@pytest.mark.parametrize(
    ("factor", "challenge", "header", "data"),
    [
        (SERIAL[:7], CHALLENGE, bytes(4), b"1"),
        (SERIAL, CHALLENGE[:3], bytes(4), b"1"),
        (SERIAL, CHALLENGE, bytes(5), b"1"),
        (SERIAL, CHALLENGE, bytes(4), bytes(252)),
    ],
)
def test_what_is_no_command_gets_no_mac(
    tmp_path: Path, factor: bytes, challenge: bytes, header: bytes, data: bytes
) -> None:
    with pytest.raises(ValueError, match="not a command"):
        loaded(tmp_path, CHIP + GRANTS).chip_mac("tdes", factor, challenge, header, data)


def test_keys_come_from_several_files_and_never_from_a_repr(tmp_path: Path) -> None:
    first, second = tmp_path / "chip.toml", tmp_path / "grants.toml"
    first.write_text(CHIP)
    second.write_text(GRANTS)
    hsm = SoftwareHsm.from_files(first, second)
    assert hsm.sign(b"grant").key_id == "a"
    assert set(hsm.public_keys()) == {"a"}
    assert "22" * 16 not in repr(hsm) + repr(vars(hsm)["_signing_keys"])


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (GRANTS, "chip.tdes_master: 32 hex digits"),
        (CHIP.replace("33" * 16, "33") + GRANTS, "chip.sm4_master: 32 hex digits"),
        (CHIP, "grants.in_use"),
        (CHIP + GRANTS.replace("ed25519", "rsa"), "grants.keys.a"),
        (CHIP + GRANTS.replace('in_use = "a"', 'in_use = "b"'), "grants.in_use"),
        ("chip = [", "is not TOML"),
    ],
)
def test_key_files_with_a_mistake_name_it_and_no_key(tmp_path: Path, text: str, mistake: str) -> None:
    with pytest.raises(KeyFileError, match=mistake) as caught:
        loaded(tmp_path, text)
    assert "33" * 16 not in str(caught.value)


def loaded(directory: Path, text: str) -> SoftwareHsm:
    path = directory / "keys.toml"
    path.write_text(text)
    return SoftwareHsm.from_files(path)
