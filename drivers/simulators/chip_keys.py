"""The virtual chip's keys and MAC, by the public description (PBOC 2.0 and 3.0). Nothing is shared with central's
implementation, so that each checks the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from drivers.device_file import DeviceFileError, FileTable
from drivers.permit_file.permit_file import MacAlgorithm

TEST_KEYS = Path(__file__).parent / "data" / "test_keys.toml"
KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The two master keys, 16 bytes each, that every chip's own key is derived from."""

    tdes: bytes = field(repr=False)
    sm4: bytes = field(repr=False)


def load_test_keys(path: Path = TEST_KEYS) -> MasterKeys:
    """The clearly marked test keys. Raises `DeviceFileError`."""
    top = FileTable.of_file(path)
    chip = top.table("chip")
    tdes, sm4 = chip.text("tdes_master"), chip.text("sm4_master")
    top.finish()
    try:
        keys = MasterKeys(bytes.fromhex(tdes), bytes.fromhex(sm4))
    except ValueError as error:
        raise DeviceFileError([f"{path.name}: chip: keys must be hex digits"]) from error
    if len(keys.tdes) != KEY_BYTES or len(keys.sm4) != KEY_BYTES:
        raise DeviceFileError([f"{path.name}: chip: keys must have {KEY_BYTES} bytes"])
    return keys


def chip_key(algorithm: MacAlgorithm, keys: MasterKeys, serial: bytes) -> bytes:
    """The 16-byte key of the chip with this 8-byte serial number."""
    inverted = bytes(byte ^ 0xFF for byte in serial)
    if algorithm == "tdes":
        return _tdes_block(keys.tdes, serial) + _tdes_block(keys.tdes, inverted)
    encryptor = Cipher(SM4(keys.sm4), modes.ECB()).encryptor()
    return encryptor.update(serial + inverted) + encryptor.finalize()


def mac(algorithm: MacAlgorithm, key: bytes, challenge: bytes, message: bytes) -> bytes:
    """The 4-byte MAC over a command's header, Lc and data, with the chip's 4-byte challenge."""
    if algorithm == "sm4":
        padded = _padded(message, 16)
        encryptor = Cipher(SM4(key), modes.CBC(challenge.ljust(16, b"\0"))).encryptor()
        return (encryptor.update(padded) + encryptor.finalize())[-16:-12]
    left, right = key[:8], key[8:]
    chained = challenge.ljust(8, b"\0")
    padded = _padded(message, 8)
    for start in range(0, len(padded), 8):
        block = bytes(one ^ other for one, other in zip(chained, padded[start : start + 8], strict=True))
        chained = _tdes_block(left + left, block)  # two equal halves: single DES
    return _tdes_block(left + left, _tdes_block_back(right + right, chained))[:4]


def _padded(message: bytes, block: int) -> bytes:
    marked = message + b"\x80"
    return marked + bytes(-len(marked) % block)


def _tdes_block(key: bytes, block: bytes) -> bytes:
    encryptor = Cipher(TripleDES(key + key[:8]), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def _tdes_block_back(key: bytes, block: bytes) -> bytes:
    decryptor = Cipher(TripleDES(key + key[:8]), modes.ECB()).decryptor()
    return decryptor.update(block) + decryptor.finalize()
