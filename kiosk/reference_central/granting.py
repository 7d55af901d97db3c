"""Makes grants: signed, with only one live grant per permit, and ends them when superseded or expired."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.reference_central.hsm import Hsm
from kiosk.reference_central.tables import Base, Endorsement, Permit


class Granting:
    """Makes grants, signed by the HSM and valid for `valid_for`."""

    def __init__(self, hsm: Hsm, valid_for: timedelta) -> None:
        self._hsm = hsm
        self._valid_for = valid_for

    def grant(
        self,
        endorsement_id: UUID,
        permit: Permit,
        content: contract.PermitContent,
        residence_years: str | None,
        now: datetime,
        *,
        face_only: bool = False,
    ) -> tuple[contract.GrantPayload, contract.SignedGrant]:
        """A signed grant for `permit`'s chip and number."""
        payload = contract.GrantPayload.model_validate(
            {
                "endorsement_id": endorsement_id,
                "permit_number": permit.permit_number,
                "chip_serial": permit.chip_serial,
                "content": content,
                "residence_years": residence_years,
                "issued_at": now,
                "expires_at": now + self._valid_for,
                "face_only": face_only,
            }
        )
        return payload, self.signed(payload)

    def signed(self, payload: contract.GrantPayload) -> contract.SignedGrant:
        """`payload` as signed bytes."""
        encoded = payload.model_dump_json().encode()
        made = self._hsm.sign(encoded)
        return contract.SignedGrant.model_validate(
            {
                "payload": base64.b64encode(encoded).decode(),
                "algorithm": made.algorithm,
                "key_id": made.key_id,
                "signature": base64.b64encode(made.signature).decode(),
            }
        )


def state_at(endorsement: Endorsement, now: datetime) -> str:
    """The state at `now`, also of a grant that expired unnoticed: "expired" if unused; after a write was handed out the
    chip's state is unknown.
    """
    if endorsement.live and endorsement.expires_at is not None and now >= endorsement.expires_at:
        return "unknown" if endorsement.writes_composed else "expired"
    return endorsement.state


def expire(endorsement: Endorsement, now: datetime) -> None:
    """End an expired grant."""
    state = state_at(endorsement, now)
    if state != endorsement.state:
        end(endorsement, state, now)


def end(endorsement: Endorsement, state: str, now: datetime) -> None:
    """End a grant, with the state of its endorsement."""
    endorsement.live = False
    endorsement.state = state
    endorsement.updated_at = now


def insert_new(session: Session, endorsement: Endorsement) -> None:
    """Insert a record in the fastest way. It must not be read again in this transaction."""
    session.flush()
    session.connection().execute(_NEW, {name: getattr(endorsement, name) for name in _COLUMNS})


# Built once: building a statement costs more than running it.
_NEW = insert(Endorsement)
_COLUMNS = tuple(Base.metadata.tables[Endorsement.__tablename__].columns.keys())
_LIVE = (
    select(Endorsement)
    .where(Endorsement.permit_number == bindparam("permit_number"), Endorsement.live.is_(True))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def is_granted_elsewhere(session: Session, permit_number: str, kiosk_id: str, now: datetime) -> bool:
    """Whether another kiosk may still write this permit.

    A live grant of the same kiosk is ended: one visit at a time, and the permit was read there just now.
    """
    for endorsement in session.scalars(_LIVE, {"permit_number": permit_number}):
        expire(endorsement, now)
        if endorsement.live and endorsement.kiosk_id != kiosk_id:
            return True
        if endorsement.live:
            end(endorsement, "unknown" if endorsement.writes_composed else "cancelled", now)
    session.flush()
    return False
