"""Finds numbers of a kiosk's calls that never came: a message was lost, or a journal went back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from kiosk.reference_central.retention import SEQUENCES
from kiosk.reference_central.tables import Kiosk, KioskSequence

OVERTAKEN_FOR = timedelta(minutes=10)  # a number may be overtaken by later ones for this long


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers `first` to `last` are missing; higher ones are known since `since`."""

    kiosk_id: str
    first: int
    last: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Reused:
    """A number that came with several keys, because the kiosk lost the record of its use."""

    kiosk_id: str
    number: int
    keys: int


def gaps(session: Session, now: datetime, older_than: timedelta = OVERTAKEN_FOR) -> list[Gap]:
    """The numbers missing for longer than `older_than`, of kiosks that are not retired, by kiosk and number. A number
    that comes late ends its gap. Gaps older than the retention time of numbers are no longer listed.
    """
    numbers = (
        select(KioskSequence.kiosk_id, KioskSequence.sequence, func.min(KioskSequence.received_at).label("at"))
        .join(Kiosk, Kiosk.kiosk_id == KioskSequence.kiosk_id)
        .where(Kiosk.retired_at.is_(None))
        .group_by(KioskSequence.kiosk_id, KioskSequence.sequence)
        .subquery()
    )
    kiosk, number = numbers.c.kiosk_id, numbers.c.sequence
    stretches = select(
        kiosk,
        number,
        func.lag(number, 1, 0).over(partition_by=kiosk, order_by=number).label("before"),
        func.min(numbers.c.at).over(partition_by=kiosk, order_by=number, rows=(0, None)).label("since"),
    ).subquery()
    missing = (
        select(stretches)
        .where(stretches.c.sequence > stretches.c.before + 1)
        .where(stretches.c.since < now - older_than, stretches.c.since > now - SEQUENCES)
        .order_by(stretches.c.kiosk_id, stretches.c.sequence)
    )
    return [Gap(row.kiosk_id, row.before + 1, row.sequence - 1, row.since) for row in session.execute(missing)]


def reused(session: Session) -> list[Reused]:
    """Numbers used more than once, by kiosk and number."""
    keys = func.count(distinct(KioskSequence.key))
    query = (
        select(KioskSequence.kiosk_id, KioskSequence.sequence, keys)
        .group_by(KioskSequence.kiosk_id, KioskSequence.sequence)
        .having(keys > 1)
        .order_by(KioskSequence.kiosk_id, KioskSequence.sequence)
    )
    return [Reused(*row) for row in session.execute(query)]
