"""The kiosks that may call: registered by name, and refused by certificate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Executable, bindparam, exists, select
from sqlalchemy.orm import Session

from kiosk.reference_central.peer_certificate import PeerCertificate
from kiosk.reference_central.problems import ProblemError
from kiosk.reference_central.tables import Kiosk, RevokedCertificate

# The caller's status, as the first columns of a query with the parameters "certificate" (fingerprint) and "kiosk_id".
STANDING = (
    exists().where(RevokedCertificate.fingerprint == bindparam("certificate")),
    exists().where(Kiosk.kiosk_id == bindparam("kiosk_id"), Kiosk.retired_at.is_(None)),
)

# Built once: building a statement costs more than running it.
_STANDING = select(*STANDING)


def identify(
    session: Session,
    peer: PeerCertificate | None,
    query: Executable = _STANDING,
    values: Mapping[str, object] = MappingProxyType({}),
) -> tuple[str, tuple[Any, ...]]:
    """The calling kiosk's id, and the further columns of `query` after `STANDING`.

    Raises `ProblemError`: "unknown_kiosk", "certificate_revoked".
    """
    if peer is None:
        raise ProblemError("unknown_kiosk")
    standing = {"certificate": peer.fingerprint, "kiosk_id": peer.common_name}
    is_revoked, is_known, *more = session.connection().execute(query, {**standing, **values}).one()
    if is_revoked:
        raise ProblemError("certificate_revoked")
    if not is_known:
        raise ProblemError("unknown_kiosk")
    return peer.common_name, tuple(more)


def register(session: Session, named: str, now: datetime) -> None:
    """Accept a kiosk's calls, also after it was retired. `named`: its id, or ID=AREA with its area code.

    Raises ValueError for an area that is no code.
    """
    kiosk_id, _, area = named.partition("=")
    if area and not re.fullmatch("[0-9]{6}", area):
        raise ValueError(f"{kiosk_id}: an area is six digits, not {area!r}")
    kiosk = session.get(Kiosk, kiosk_id)
    if kiosk is None:
        kiosk = Kiosk(kiosk_id=kiosk_id, registered_at=now)
        session.add(kiosk)
    kiosk.retired_at = None
    kiosk.area = area or kiosk.area


def area_of(session: Session, kiosk_id: str) -> str | None:
    """The kiosk's area; None where it is not known."""
    kiosk = session.get(Kiosk, kiosk_id)
    return None if kiosk is None else kiosk.area


def retire(session: Session, kiosk_id: str, now: datetime) -> None:
    """Refuse every certificate of a kiosk."""
    kiosk = session.get(Kiosk, kiosk_id)
    if kiosk is not None:
        kiosk.retired_at = now


def revoke(session: Session, certificate: PeerCertificate, reason: str, now: datetime) -> None:
    """Refuse one certificate for good."""
    session.merge(
        RevokedCertificate(
            fingerprint=certificate.fingerprint, kiosk_id=certificate.common_name, revoked_at=now, reason=reason
        )
    )
