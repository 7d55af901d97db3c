"""What this central knows: permits with their holders, endorsements, applications. In memory."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.second_central.names import settled

CHINA = timezone(timedelta(hours=8))
CONTENT = ("address", "issuing_authority", "category", "valid_from", "valid_to", "endorsement_count")


@dataclass
class Permit:
    """One permit. `content` is what the chip should hold; `reviewed`: services that a person decides."""

    holder: dict[str, str]
    permit_number: str
    chip_serial: str
    permit_file: str
    region: str
    content: dict[str, Any]
    status: str = "valid"
    face_pending: bool = False
    reviewed: tuple[str, ...] = ()
    proofs: tuple[dict[str, str | None], ...] = ()

    def flaw(
        self, holder: dict[str, str], facts: dict[str, Any] | None, is_same: Callable[[str, str], bool]
    ) -> str | None:
        """Why this is not that holder's permit; the code of the refusal. `is_same`: whether two names are one."""
        if facts is not None and (facts["chip_serial"], facts["permit_file"]) != (self.chip_serial, self.permit_file):
            return "chip_mismatch"
        if self.status != "valid":
            return self.status
        if canonical(holder["id_number"]) != canonical(self.holder["id_number"]):
            return "not_your_permit"
        names = [holder["name"], *([] if facts is None else [facts["holder_name"]])]
        return None if all(is_same(name, self.holder["name"]) for name in names) else "name_differs"

    def is_on_record(self, on_chip: dict[str, Any]) -> bool:
        """Whether the chip holds what it should."""
        return _settled(on_chip) == _settled(self.content)

    def renewed(self) -> dict[str, Any]:
        """A year more."""
        day = self.content["valid_to"]
        later = f"{int(day[:4]) + 1}{day[4:]}".replace("02-29", "02-28")
        count = self.content["endorsement_count"] + 1
        return {**self.content, "valid_from": day, "valid_to": later, "endorsement_count": count}


@dataclass
class Endorsement:
    """One endorsement and its chip sessions. `batches`: by number, with what followed from their answers."""

    endorsement_id: str
    kiosk: str
    state: str
    answer: dict[str, Any]
    permit: Permit | None = None
    old: dict[str, Any] | None = None
    grant: dict[str, Any] | None = None
    batches: dict[int, Batch] = field(default_factory=dict)
    session_id: str = ""
    completed_at: datetime | None = None
    was_asked: bool = True

    @property
    def is_live(self) -> bool:
        return self.state == "granted"

    @property
    def content(self) -> Any:
        """As granted; None where nothing was."""
        return None if self.grant is None else self.grant["content"]

    def granted(self) -> tuple[Permit, dict[str, Any]]:
        """The permit and the payload. Raises ValueError where nothing was granted."""
        if self.permit is None or self.grant is None:
            raise ValueError("nothing was granted")
        return self.permit, self.grant


@dataclass
class Batch:
    """`stage`: "probe" or "write"; `next_step`: what was answered to its answers, once they came."""

    session_id: str
    number: int
    stage: str
    commands: list[dict[str, Any]]
    answers: list[dict[str, str]] | None = None
    next_step: dict[str, Any] | None = None


@dataclass
class Application:
    """One application that a person would decide."""

    kiosk: str
    holder_number: str
    permit_number: str | None
    progress: dict[str, Any]


class Signer:
    """Signs grants with Ed25519."""

    def __init__(self, key: Ed25519PrivateKey, key_id: str, life: timedelta, clock: Callable[[], datetime]) -> None:
        self._key = key
        self.key_id = key_id
        self.life = life
        self._clock = clock

    def grant(self, endorsement_id: str, permit: Permit, content: dict[str, Any], face_only: bool) -> dict[str, Any]:
        """The payload."""
        now = self._clock().astimezone(CHINA)
        return {
            "version": 1,
            "endorsement_id": endorsement_id,
            "permit_number": permit.permit_number,
            "chip_serial": permit.chip_serial,
            "content": content,
            "residence_years": None,
            "issued_at": now.isoformat(),
            "expires_at": (now + self.life).isoformat(),
            "face_only": face_only,
        }

    def signed(self, payload: dict[str, Any]) -> dict[str, str]:
        """The `SignedGrant`."""
        data = json.dumps(payload, ensure_ascii=False).encode("utf-8")
        return {
            "payload": base64.b64encode(data).decode(),
            "algorithm": "ed25519",
            "key_id": self.key_id,
            "signature": base64.b64encode(self._key.sign(data)).decode(),
        }


def _settled(content: dict[str, Any]) -> dict[str, Any]:
    return {name: settled(value) if isinstance(value, str) else value for name, value in content.items()}


def canonical(number: str) -> str:
    """An identity or permit number as it is compared."""
    return number.strip().upper()


def new_id() -> str:
    return str(uuid4())
