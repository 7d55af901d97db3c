"""The virtual chip's MAC and key derivation against published vectors, and against another implementation of SM4."""

from __future__ import annotations

from pathlib import Path

import gmalg
import pytest

from drivers.device_file import DeviceFileError
from drivers.simulators.chip_keys import MasterKeys, chip_key, load_test_keys, mac

# ICAO 9303-11, appendix D.3, worked example of basic access control: ISO/IEC 9797-1 MAC algorithm 3 with padding
# method 2, which is the PBOC construction with an initial value of zero.
ICAO_KEY = bytes.fromhex("7962D9ECE03D1ACD4C76089DCE131543")
ICAO_MESSAGE = bytes.fromhex("72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2")
ICAO_MAC = bytes.fromhex("5F1448EEA8AD90A7")

# The textbook DES example (K, P, C), and its complement, which DES encrypts to the complement.
DES_KEY, DES_PLAIN, DES_CIPHER = (
    bytes.fromhex(h) for h in ("133457799BBCDFF1", "0123456789ABCDEF", "85E813540F0AB405")
)
# GB/T 32907, appendix A.1.
SM4_KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
SM4_CIPHER = bytes.fromhex("681EDF34D206965E86B3E94F536E4246")


def _complement(raw: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in raw)


def test_the_3des_mac_is_the_published_one() -> None:
    assert mac("tdes", ICAO_KEY, bytes(4), ICAO_MESSAGE) == ICAO_MAC[:4]


def test_the_challenge_is_the_left_half_of_the_initial_value() -> None:
    challenge = bytes.fromhex("A1B2C3D4")
    first = bytes(one ^ other for one, other in zip(ICAO_MESSAGE[:4], challenge, strict=True))
    assert mac("tdes", ICAO_KEY, challenge, first + ICAO_MESSAGE[4:]) == ICAO_MAC[:4]


def test_a_3des_chip_key_is_the_master_over_the_serial_and_over_its_complement() -> None:
    straight = chip_key("tdes", MasterKeys(DES_KEY * 2, bytes(16)), DES_PLAIN)
    complementary = chip_key("tdes", MasterKeys(_complement(DES_KEY) * 2, bytes(16)), DES_PLAIN)
    assert straight[:8] == DES_CIPHER
    assert complementary[8:] == _complement(DES_CIPHER)


def test_an_sm4_chip_key_is_the_master_over_serial_and_complement_in_one_block() -> None:
    # The published plaintext is 0123…EF followed by its complement.
    assert chip_key("sm4", MasterKeys(bytes(16), SM4_KEY), SM4_KEY[:8]) == SM4_CIPHER


@pytest.mark.parametrize("length", [1, 5, 15, 16, 17, 31, 32, 89])
def test_the_sm4_mac_agrees_with_a_chain_made_by_hand(length: int) -> None:
    message, challenge = bytes(range(length)), bytes.fromhex("A1B2C3D4")
    padded = message + b"\x80"
    padded += bytes(-len(padded) % 16)
    block, cipher = challenge + bytes(12), gmalg.SM4(SM4_KEY)
    for start in range(0, len(padded), 16):
        block = cipher.encrypt(bytes(a ^ b for a, b in zip(block, padded[start : start + 16], strict=True)))
    assert mac("sm4", SM4_KEY, challenge, message) == block[:4]


def test_the_test_keys_say_that_they_are_test_keys() -> None:
    keys = load_test_keys()
    assert keys.tdes == b"TEST KEY TDES-01"
    assert keys.sm4 == b"TEST KEY SM4--01"
    assert "TEST" not in repr(keys)


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        ('[chip]\ntdes_master = "00"\nsm4_master = "00"\n', "16 bytes"),
        ('[chip]\ntdes_master = "zz"\nsm4_master = "00"\n', "hex digits"),
        ('[chip]\ntdes_master = "00"\n', "sm4_master"),
    ],
)
def test_a_key_file_that_cannot_be_used_is_refused(tmp_path: Path, content: str, mistake: str) -> None:
    (tmp_path / "keys.toml").write_text(content)
    with pytest.raises(DeviceFileError, match=mistake):
        load_test_keys(tmp_path / "keys.toml")
