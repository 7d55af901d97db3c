"""Permits that the machine kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class KeptPermit:
    """A permit in the bin. `endorsement_id`: the number by which central was told; its holder was shown the first eight
    figures. `is_certain`: the unit said that the permit went in, or staff found it there.
    """

    at: datetime
    endorsement_id: UUID | None
    is_certain: bool
