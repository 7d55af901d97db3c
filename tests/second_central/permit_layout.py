"""The chip of one permit file (`assets/permits/reference.toml`): its bytes, the commands that reach them, the MAC.

All of it stands in `drivers/permit_chip/README.md` and in the permit file.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

PERMIT_FILE = Path(__file__).parents[2] / "assets" / "permits" / "reference.toml"

_ALWAYS = "FFFFFFFF"  # "no date"


@dataclass(frozen=True)
class Layout:
    """One transparent file is read only, the other is rewritten whole by one command under MAC."""

    text: dict[str, Any]
    master: bytes

    @classmethod
    def load(cls, master: bytes) -> Layout:
        return cls(tomllib.loads(PERMIT_FILE.read_text(encoding="utf-8")), master)

    @property
    def name(self) -> str:
        return str(self.text["name"])

    def probe(self) -> list[dict[str, Any]]:
        """Select, read everything, fetch a challenge."""
        aid = bytes.fromhex(self.text["aid"])
        select = bytes((0x00, 0xA4, 0x04, 0x00, len(aid))) + aid
        return [_sent(select), *(_sent(self._read(file)) for file in self.text["files"]), _sent(_CHALLENGE)]

    def write(self, content: dict[str, Any], serial: str, challenge: bytes) -> list[dict[str, Any]]:
        """The protected write, and the reading back."""
        file = self._rewritten()
        data = self.encoded(content)
        command = bytes((0x04, 0xD6, 0x80 | file["sfi"], 0x00, len(data) + 4)) + data
        mac = _mac(_chip_key(self.master, bytes.fromhex(serial)), challenge, command)
        return [_sent(command + mac), _sent(self._read(file))]

    def encoded(self, content: dict[str, Any]) -> bytes:
        """The whole rewritten file. Raises ValueError where a text does not fit."""
        file = self._rewritten()
        data = bytearray(file["length"])
        for field in self._fields(file["name"]):
            start, length = field["offset"], field["length"]
            data[start : start + length] = self._bytes(field, content[field["name"]])
        return bytes(data)

    def content(self, data: bytes) -> dict[str, Any]:
        """What the rewritten file's bytes say."""
        return self._values(self._rewritten()["name"], data)

    def identity(self, data: bytes) -> dict[str, Any]:
        """What the first file's bytes say."""
        return self._values(self.text["files"][0]["name"], data)

    def _rewritten(self) -> dict[str, Any]:
        return next(file for file in self.text["files"] if file["update"] == "mac")

    def _fields(self, file: str) -> list[dict[str, Any]]:
        return [field for field in self.text["fields"] if field["file"] == file]

    def _read(self, file: dict[str, Any]) -> bytes:
        return bytes((0x00, 0xB0, 0x80 | file["sfi"], 0x00, file["length"]))

    def _values(self, file: str, data: bytes) -> dict[str, Any]:
        return {
            field["name"]: self._value(field, data[field["offset"] : field["offset"] + field["length"]])
            for field in self._fields(file)
        }

    def _bytes(self, field: dict[str, Any], value: Any) -> bytes:
        length = field["length"]
        match field["encoding"]:
            case "gb18030":
                text = str(value).encode("gb18030")
                if len(text) > length:
                    raise ValueError(field["name"])
                return text.ljust(length, b" ")
            case "date":
                return bytes.fromhex(_ALWAYS if value is None else str(value).replace("-", ""))
            case "code":
                return bytes((self.text["codes"][field["name"]][value],))
            case "uint":
                return int(value).to_bytes(length, "big")
        raise ValueError(field["encoding"])

    def _value(self, field: dict[str, Any], raw: bytes) -> Any:
        match field["encoding"]:
            case "gb18030" | "ascii":
                return raw.decode("gb18030").rstrip(" ")
            case "date":
                digits = raw.hex()
                return None if digits == _ALWAYS.lower() else date.fromisoformat(digits).isoformat()
            case "code":
                words = {number: word for word, number in self.text["codes"][field["name"]].items()}
                return words[raw[0]]
            case "uint":
                return int.from_bytes(raw, "big")
        return raw.hex().upper()


_CHALLENGE = bytes((0x00, 0x84, 0x00, 0x00, 0x04))


def _sent(command: bytes) -> dict[str, Any]:
    return {"apdu": command.hex().upper(), "expect": ["9000"]}


def _chip_key(master: bytes, serial: bytes) -> bytes:
    return _ecb(master + master[:8], serial + bytes(byte ^ 0xFF for byte in serial))


def _mac(key: bytes, challenge: bytes, message: bytes) -> bytes:
    """CBC with the left key, the last block with both: that is CBC over all but the last block with single DES, and
    then one EDE block.
    """
    padded = message + b"\x80"
    padded += bytes(-len(padded) % 8)
    left, both = key[:8] * 3, key + key[:8]
    chained = challenge.ljust(8, b"\0")
    for start in range(0, len(padded), 8):
        block = bytes(one ^ other for one, other in zip(chained, padded[start : start + 8], strict=True))
        chained = _ecb(both if start + 8 == len(padded) else left, block)
    return chained[:4]


def _ecb(key: bytes, data: bytes) -> bytes:
    encryptor = Cipher(TripleDES(key), modes.ECB()).encryptor()
    return encryptor.update(data) + encryptor.finalize()
