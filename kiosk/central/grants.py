"""Grants at the kiosk: believed only when signed by central, for this permit, for this chip, and still in time."""

from __future__ import annotations

import base64
import binascii
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from kiosk.central import contract, signatures
from kiosk.domain.documents import PermitContent
from kiosk.domain.endorsement import Grant, ResidenceYears
from kiosk.domain.identity_number import PermitNumber
from kiosk.domain.personal import Personal
from kiosk.policy.readable_line import readable_line

MAX_PAYLOAD_BYTES = 4096


class GrantFlaw(Enum):
    """Why a grant is not believed."""

    UNSIGNED = "unsigned"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    GARBAGE = "garbage"
    EXPIRED = "expired"
    OTHER_CHIP = "other_chip"
    OTHER_PERMIT = "other_permit"


class GrantRejected(Exception):
    """A grant that must not be used; `flaw` says why. Carries nothing of the grant's content."""

    def __init__(self, flaw: GrantFlaw) -> None:
        super().__init__(f"grant rejected: {flaw.value}")
        self.flaw = flaw


class GrantKeyFileError(ValueError):
    """A file of central's public keys that cannot be used; `mistakes`: one readable line each."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = [readable_line(mistake) for mistake in mistakes]
        super().__init__("; ".join(self.mistakes))


@dataclass(frozen=True, slots=True)
class GrantKey:
    """One public key of central. `public`: 32 bytes (ed25519) or 65 bytes (sm2-sm3)."""

    algorithm: str
    public: bytes = field(repr=False)

    def __post_init__(self) -> None:
        signatures.check_public_key(self.algorithm, self.public)


GrantKeys = Mapping[str, GrantKey]


def load_grant_keys(path: Path) -> GrantKeys:
    """Central's public keys from a TOML file: `[keys.<key id>]` with `algorithm` and `public` (hex).

    Raises `GrantKeyFileError` naming every mistake.
    """
    mistakes: list[str] = []
    keys: dict[str, GrantKey] = {}
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise GrantKeyFileError([f"{path.name}: cannot be read: {type(error).__name__}"]) from error
    entries = tables.get("keys")
    if not isinstance(entries, dict) or not entries:
        raise GrantKeyFileError([f"{path.name}: keys: at least one table [keys.<key id>] is needed"])
    for key_id, entry in entries.items():
        try:
            keys[key_id] = GrantKey(str(entry["algorithm"]), bytes.fromhex(entry["public"]))
        except KeyError as error:
            mistakes.append(f"{path.name}: keys.{key_id}: {error.args[0]} is missing")
        except (TypeError, ValueError) as error:
            mistakes.append(f"{path.name}: keys.{key_id}: {error}")
    if mistakes:
        raise GrantKeyFileError(mistakes)
    return MappingProxyType(keys)


def verify_grant(
    signed: contract.SignedGrant,
    keys: GrantKeys,
    *,
    now: datetime,
    permit_number: Personal[PermitNumber],
    chip_serial: str,
) -> Grant:
    """The grant inside, if central signed it for exactly this permit and chip and it has not expired at `now` (aware).

    The signature is checked over the decoded payload before anything in it is read. Raises `GrantRejected`.
    """
    payload = _signed_bytes(signed, keys)
    try:
        grant = contract.GrantPayload.model_validate_json(payload)
    except ValidationError:
        grant = None
    if grant is None:
        raise GrantRejected(GrantFlaw.GARBAGE)
    if Personal(grant.permit_number) != permit_number:
        raise GrantRejected(GrantFlaw.OTHER_PERMIT)
    if grant.chip_serial != chip_serial:
        raise GrantRejected(GrantFlaw.OTHER_CHIP)
    if now >= grant.expires_at:
        raise GrantRejected(GrantFlaw.EXPIRED)
    return Grant(
        endorsement_id=grant.endorsement_id,
        permit_number=Personal(grant.permit_number),
        chip_serial=grant.chip_serial,
        content=domain_content(grant.content),
        residence_years=None if grant.residence_years is None else ResidenceYears(grant.residence_years),
        expires_at=grant.expires_at,
        face_only=grant.face_only,
    )


def domain_content(content: contract.PermitContent) -> PermitContent:
    """The contract's permit content as the kiosk's own value."""
    return PermitContent(
        address=Personal(content.address),
        issuing_authority=content.issuing_authority,
        category=content.category,
        valid_from=content.valid_from,
        valid_to=content.valid_to,
        endorsement_count=content.endorsement_count,
    )


def contract_content(content: PermitContent) -> contract.PermitContent:
    """The kiosk's permit content as the contract's model."""
    return contract.PermitContent(
        address=content.address.reveal(),
        issuing_authority=content.issuing_authority,
        category=content.category,
        valid_from=content.valid_from,
        valid_to=content.valid_to,
        endorsement_count=content.endorsement_count,
    )


def _signed_bytes(signed: contract.SignedGrant, keys: GrantKeys) -> bytes:
    if not signed.signature:
        raise GrantRejected(GrantFlaw.UNSIGNED)
    key = keys.get(signed.key_id)
    if key is None or key.algorithm != signed.algorithm:
        raise GrantRejected(GrantFlaw.UNKNOWN_KEY)
    payload = _decoded(signed.payload, GrantFlaw.GARBAGE)
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise GrantRejected(GrantFlaw.GARBAGE)
    signature = _decoded(signed.signature, GrantFlaw.BAD_SIGNATURE)
    if not signatures.verify(key.algorithm, key.public, payload, signature):
        raise GrantRejected(GrantFlaw.BAD_SIGNATURE)
    return payload


def _decoded(text: str, flaw: GrantFlaw) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        pass
    raise GrantRejected(flaw)
