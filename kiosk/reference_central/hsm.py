"""The interface of central's hardware security module, and a software replacement for it.

The chip MAC is over one complete command that central itself composes. No call authenticates bytes of another party.
Diversification and MAC as in PBOC 2.0 (3DES) and PBOC 3.0 (SM4); see `chip_mac`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from kiosk.central import signatures
from kiosk.data_files.reader import DataFileError, read_toml

MAC_LENGTH = 4
MAX_COMMAND_DATA = 251  # Lc is one byte and counts the MAC


class KeyFileError(DataFileError):
    """Key files that cannot be used. No mistake repeats a key."""


@dataclass(frozen=True, slots=True)
class HsmSignature:
    """A signature, with its algorithm and key id."""

    algorithm: str
    key_id: str
    signature: bytes


class Hsm(Protocol):
    """Keys never leave it. `algorithm` of a chip MAC: "tdes" or "sm4", as the permit file says."""

    def chip_mac(self, algorithm: str, factor: bytes, challenge: bytes, header: bytes, data: bytes) -> bytes:
        """The 4-byte MAC of the command `header` (CLA INS P1 P2) with `data`, by the chip's own key.

        `factor`: the chip's 8-byte diversification factor; `challenge`: the 4 bytes the chip gave last.
        """

    def sign(self, payload: bytes) -> HsmSignature:
        """Sign a grant with the key in use."""

    def public_keys(self) -> Mapping[str, tuple[str, bytes]]:
        """Algorithm and public key by key id, for the kiosks."""


@dataclass(frozen=True, slots=True)
class _SigningKey:
    algorithm: str
    private: bytes = field(repr=False)


class SoftwareHsm:
    """An HSM with keys from files, in memory, for test keys only. In production a PKCS#11 module replaces it."""

    def __init__(self, chip_keys: Mapping[str, bytes], signing_keys: Mapping[str, _SigningKey], in_use: str) -> None:
        self._chip_keys = dict(chip_keys)
        self._signing_keys = dict(signing_keys)
        self._in_use = in_use
        key = self._signing_keys[in_use]
        self._sign = signatures.signer(key.algorithm, key.private)

    @classmethod
    def from_files(cls, *paths: Path) -> SoftwareHsm:
        """Read TOML files, together holding `[chip]` tdes_master and sm4_master (32 hex digits each), `[grants]`
        in_use = "<key id>", and `[grants.keys.<key id>]` algorithm and private (hex). Raises `KeyFileError`.
        """
        tables: dict[str, Any] = {}
        for path in paths:
            tables |= read_toml(path, KeyFileError)
        mistakes: list[str] = []
        chip_keys = _chip_keys(_table(tables, "chip"), mistakes)
        grants = _table(tables, "grants")
        signing_keys = _signing_keys(_table(grants, "keys"), mistakes)
        in_use = str(grants.get("in_use", ""))
        if in_use not in signing_keys:
            mistakes.append("grants.in_use: names no key of [grants.keys]")
        if mistakes:
            names = ", ".join(path.name for path in paths)
            raise KeyFileError([f"{names}: {mistake}" for mistake in mistakes])
        return cls(chip_keys, signing_keys, in_use)

    def chip_mac(self, algorithm: str, factor: bytes, challenge: bytes, header: bytes, data: bytes) -> bytes:
        """See `Hsm.chip_mac`."""
        if len(header) != 4 or len(data) > MAX_COMMAND_DATA or len(challenge) != 4 or len(factor) != 8:
            raise ValueError("not a command that can carry a MAC")
        authenticated = header + bytes([len(data) + MAC_LENGTH]) + data
        key = diversified_key(algorithm, self._chip_keys[algorithm], factor)
        return chip_mac(algorithm, key, challenge, authenticated)

    def sign(self, payload: bytes) -> HsmSignature:
        """See `Hsm.sign`."""
        key = self._signing_keys[self._in_use]
        return HsmSignature(key.algorithm, self._in_use, self._sign(payload))

    def public_keys(self) -> Mapping[str, tuple[str, bytes]]:
        """See `Hsm.public_keys`."""
        return {
            key_id: (key.algorithm, signatures.public_key_of(key.algorithm, key.private))
            for key_id, key in self._signing_keys.items()
        }


def diversified_key(algorithm: str, master: bytes, factor: bytes) -> bytes:
    """One chip's key: 3DES E(master, factor) ‖ E(master, NOT factor); SM4 E(master, factor ‖ NOT factor)."""
    both = factor + bytes(byte ^ 0xFF for byte in factor)
    if algorithm == "tdes":
        return _encrypt(_two_key_tdes(master), both)
    return _encrypt(SM4(master), both)


def chip_mac(algorithm: str, key: bytes, challenge: bytes, authenticated: bytes) -> bytes:
    """The leftmost 4 bytes of the CBC-MAC over `authenticated` with the challenge as initial value.

    3DES: single DES with the left half of the key, the last block with both halves (retail MAC); SM4: CBC throughout.
    Padding 80 00…, a whole block where the data fill theirs.
    """
    if algorithm == "tdes":
        initial = challenge + bytes(4)
        padded = _padded(authenticated, 8)
        chained = initial
        left = TripleDES(key[:8] * 3)
        for at in range(0, len(padded) - 8, 8):
            chained = _encrypt(left, _xor(chained, padded[at : at + 8]))
        return _encrypt(_two_key_tdes(key), _xor(chained, padded[-8:]))[:MAC_LENGTH]
    initial = challenge + bytes(12)
    encryptor = Cipher(SM4(key), modes.CBC(initial)).encryptor()
    return (encryptor.update(_padded(authenticated, 16)) + encryptor.finalize())[-16:][:MAC_LENGTH]


def _two_key_tdes(key: bytes) -> TripleDES:
    return TripleDES(key + key[:8])


def _encrypt(cipher: TripleDES | SM4, data: bytes) -> bytes:
    encryptor = Cipher(cipher, modes.ECB()).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def _padded(data: bytes, block: int) -> bytes:
    return data + b"\x80" + bytes(-(len(data) + 1) % block)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _table(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A sub-table; an empty one where there is none."""
    found = values.get(name)
    return found if isinstance(found, dict) else {}


def _chip_keys(table: Mapping[str, Any], mistakes: list[str]) -> dict[str, bytes]:
    keys = {}
    for algorithm in ("tdes", "sm4"):
        name = f"{algorithm}_master"
        try:
            keys[algorithm] = bytes.fromhex(table[name])
        except (KeyError, TypeError, ValueError):
            mistakes.append(f"chip.{name}: 32 hex digits are needed")
            continue
        if len(keys[algorithm]) != 16:
            mistakes.append(f"chip.{name}: 32 hex digits are needed")
    return keys


def _signing_keys(table: Mapping[str, Any], mistakes: list[str]) -> dict[str, _SigningKey]:
    keys = {}
    for key_id, entry in table.items():
        try:
            key = _SigningKey(str(entry["algorithm"]), bytes.fromhex(entry["private"]))
            signatures.public_key_of(key.algorithm, key.private)
        except (KeyError, TypeError, ValueError):
            mistakes.append(f"grants.keys.{key_id}: a known algorithm and a private key in hex are needed")
            continue
        keys[key_id] = key
    return keys
