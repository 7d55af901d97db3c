"""Verifies grants at the kiosk: signed by central, for this permit and this chip, and not expired."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from kiosk.central import contract, signatures
from kiosk.central.reading import Unknown, read_answer
from kiosk.data_files.reader import DataFileError, read_toml
from kiosk.domain.documents import PermitContent
from kiosk.domain.endorsement import Grant, ResidenceYears
from kiosk.domain.identity_number import PermitNumber
from kiosk.domain.personal import Personal
from kiosk.domain.text_kinds import can_be_confirmed

MAX_PAYLOAD_BYTES = 4096

M = TypeVar("M")


class GrantFlaw(Enum):
    """Why a grant is rejected."""

    UNSIGNED = "unsigned"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    GARBAGE = "garbage"
    NEWER_VERSION = "newer_version"  # it has content that this kiosk does not know and must not ignore
    EXPIRED = "expired"
    NOT_YET = "not_yet"  # issued later than central's present time
    LIVES_TOO_LONG = "lives_too_long"
    OTHER_KIND = "other_kind"  # for the face alone where chip and face were announced, or the reverse
    OTHER_CHIP = "other_chip"
    OTHER_PERMIT = "other_permit"


class GrantRejected(Exception):
    """A grant that must not be used; `flaw` says why. Carries nothing of the grant's content."""

    def __init__(self, flaw: GrantFlaw) -> None:
        super().__init__(f"grant rejected: {flaw.value}")
        self.flaw = flaw


class GrantKeyFileError(DataFileError):
    """A file of central's public keys that cannot be used."""


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
    document = read_toml(path, GrantKeyFileError)
    if "grants" in document:
        raise GrantKeyFileError(
            [
                f"{path.name}: grants: these are central's PRIVATE keys, which belong to central alone; a kiosk gets "
                "[keys.<key id>] with algorithm and public (make-authority: grant_public_keys.toml)"
            ]
        )
    entries: Any = document.get("keys")
    if not isinstance(entries, dict) or not entries:
        raise GrantKeyFileError([f"{path.name}: keys: at least one table [keys.<key id>] is needed"])
    for key_id, entry in entries.items():
        if isinstance(entry, dict) and "private" in entry:
            mistakes.append(f"{path.name}: keys.{key_id}: a PRIVATE key, which belongs to central alone; take it out")
            continue
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
    told_at: datetime | None = None,
    permit_number: Personal[PermitNumber],
    chip_serial: str,
    unknown: Unknown | None = None,
) -> Grant:
    """The grant in `signed`, if central signed it for exactly this permit and chip, it has not expired at `now`
    (aware), and its lifetime is at most `contract.LONGEST_GRANT`. `told_at`: central's time when it sent the grant,
    with which `issued_at` is compared, since the kiosk's own clock may be some minutes off; None: `now`.

    The signature is checked over the payload's bytes as they were sent, before they are parsed, so unknown fields do no
    harm. `unknown` counts them. Raises `GrantRejected`.
    """
    payload = _signed_bytes(signed, keys)
    version = _read(_VERSION, payload, Unknown()).version
    if version > contract.GRANT_VERSION:
        raise GrantRejected(GrantFlaw.NEWER_VERSION)
    grant = _read(_GRANT, payload, unknown or Unknown())
    if Personal(grant.permit_number) != permit_number:
        raise GrantRejected(GrantFlaw.OTHER_PERMIT)
    if grant.chip_serial != chip_serial:
        raise GrantRejected(GrantFlaw.OTHER_CHIP)
    if now >= grant.expires_at:
        raise GrantRejected(GrantFlaw.EXPIRED)
    if grant.issued_at > (told_at or now) + contract.GRANT_MAY_BE_AHEAD:
        raise GrantRejected(GrantFlaw.NOT_YET)
    if grant.expires_at - grant.issued_at > contract.LONGEST_GRANT:
        raise GrantRejected(GrantFlaw.LIVES_TOO_LONG)
    if not (grant.face_only or _has_term(grant.content)) or not shows_its_texts(grant.content):
        raise GrantRejected(GrantFlaw.GARBAGE)
    return Grant(
        endorsement_id=grant.endorsement_id,
        permit_number=Personal(grant.permit_number),
        chip_serial=grant.chip_serial,
        content=domain_content(grant.content),
        residence_years=None if grant.residence_years is None else ResidenceYears(grant.residence_years),
        expires_at=grant.expires_at,
        face_only=grant.face_only,
    )


class _Versioned(BaseModel):
    """The version of a payload. All versions have this field but the first, which lacks it."""

    version: int = 1


_VERSION = TypeAdapter(_Versioned)
_GRANT = TypeAdapter(contract.GrantPayload)


def _read(adapter: TypeAdapter[M], payload: bytes, unknown: Unknown) -> M:
    try:
        return read_answer(adapter, payload, unknown)
    except ValidationError:
        pass
    raise GrantRejected(GrantFlaw.GARBAGE)


def _has_term(content: contract.PermitContent) -> bool:
    """Whether `content` has the dates of the new term, which a holder must compare with the old ones."""
    return content.valid_from is not None and content.valid_to is not None and content.valid_from <= content.valid_to


def shows_its_texts(content: contract.PermitContent) -> bool:
    """Whether a holder can see all texts that are to be written. A grant of other content is garbage."""
    return all(map(can_be_confirmed, (content.address, content.issuing_authority, content.category)))


def domain_content(content: contract.PermitContent) -> PermitContent:
    """The contract's permit content as the kiosk's own value. Trailing blanks of texts are removed: databases pad
    columns with them, and a chip cannot tell them from its own padding.
    """
    return PermitContent(
        address=Personal(content.address.rstrip(" ")),
        issuing_authority=content.issuing_authority.rstrip(" "),
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
