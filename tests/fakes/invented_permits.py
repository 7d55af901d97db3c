"""Invented people's permits for the chip's tests, and a central that signs (with the published test keys)."""

from __future__ import annotations

from datetime import date

from assets import ASSETS
from drivers.permit_chip import apdu
from drivers.permit_chip.commands import select_path, unsigned_update
from drivers.permit_file.field_codec import FieldValue
from drivers.permit_file.permit_file import PermitFile, ProtectedWrite
from drivers.permit_file.reader import load_permit_file
from drivers.simulators import chip_keys
from drivers.simulators.virtual_chip import VirtualChip

PERMITS = ASSETS / "permits"
REFERENCE = load_permit_file(PERMITS / "reference.toml")
SSSE = load_permit_file(PERMITS / "ssse.toml")
KEYS = chip_keys.load_test_keys()

FIELDS: dict[str, FieldValue] = {
    "chip_serial": "8600310000000A01",
    "region": "310000",
    "permit_number": "310000202300000018",
    "id_number": "341399198803140028",
    "holder_name": "林玉珍",
    "sex": "2",
    "ethnicity": "01",
    "birth": date(1988, 3, 14),
    "issued_on": date(2023, 5, 6),
    "address": "上海市浦东新区示范路88弄6号402室",
    "issuing_authority": "上海市公安局浦东分局",
    "category": "standard",
    "valid_from": date(2024, 5, 7),
    "valid_to": date(2025, 5, 6),
    "endorsement_count": 1,
}
UPDATE: dict[str, FieldValue] = {
    "address": "上海市浦东新区样例路1号",
    "issuing_authority": "上海市公安局浦东分局",
    "category": "long",
    "valid_from": date(2025, 5, 7),
    "valid_to": date(2026, 5, 6),
    "endorsement_count": 2,
}


def fields_of(permit: PermitFile) -> dict[str, FieldValue]:
    """The invented values of exactly this permit file's fields."""
    return {field.name: FIELDS[field.name] for field in permit.fields}


def reference_chip(**changes: FieldValue) -> VirtualChip:
    return VirtualChip(REFERENCE, fields_of(REFERENCE) | changes, KEYS)


def ssse_chip(**changes: FieldValue) -> VirtualChip:
    return VirtualChip(SSSE, fields_of(SSSE) | changes, KEYS)


def serial() -> bytes:
    return bytes.fromhex(str(FIELDS["chip_serial"]))


def signed(permit: PermitFile, write: ProtectedWrite, challenge: bytes) -> bytes:
    """The update command with the MAC that central would compute."""
    message = unsigned_update(permit, write)
    key = chip_keys.chip_key(permit.mac, KEYS, serial())
    return message + chip_keys.mac(permit.mac, key, challenge, message)


def path_to(permit: PermitFile, write: ProtectedWrite) -> tuple[bytes, ...]:
    """The SELECTs that lead from anywhere to the file of a write."""
    return (apdu.select_application(permit.aid), *select_path(permit, permit.file(write.file)))
