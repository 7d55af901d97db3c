"""Values of an endorsement: grants, refusals, and the states of chip, face and custody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from kiosk.domain.documents import PermitContent
from kiosk.domain.identity_number import PermitNumber
from kiosk.domain.personal import Personal


class Service(Enum):
    """The services that a resident may ask for (regions.md lists which region offers what)."""

    ENDORSE = "endorse"
    CHANGE_ADDRESS = "change_address"
    CORRECT = "correct"
    CHANGE_CATEGORY = "change_category"
    CHANGE_IDENTITY = "change_identity"
    LOST = "lost"
    DAMAGED = "damaged"
    FACE_ONLY = "face_only"


class ResidenceYears(Enum):
    """The effect of an endorsement on the years of residence counted so far."""

    CONTINUOUS = "continuous"
    COUNTED_FROM_MAKE_UP = "counted_from_make_up"
    RESTART = "restart"


class Drawable(Enum):
    """Whether this kiosk can draw a content. No font has every encoded character."""

    WHOLE = "whole"
    CHARACTER_MISSING = "character_missing"  # shown as 〓 on screens and paper, never printed on a face
    NOT_ON_FACE = "not_on_face"  # too long for its place there, or this kind of permit has none


class FaceUnprintable(Exception):
    """A content that must not be printed on a face. The error repeats nothing of it."""

    def __init__(self, why: Drawable) -> None:
        super().__init__(f"the face cannot be printed: {why.value}")
        self.why = why


@dataclass(frozen=True, slots=True)
class Grant:
    """Central's signed permission, verified: write exactly `content` on exactly this permit, before `expires_at`.
    `drawable`: whether this kiosk can draw the content.
    """

    endorsement_id: UUID
    permit_number: Personal[PermitNumber]
    chip_serial: str
    content: PermitContent
    residence_years: ResidenceYears | None
    expires_at: datetime
    face_only: bool = False  # the chip already holds `content`; only the face is to be rewritten
    drawable: Drawable = Drawable.WHOLE


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal that is no fault. `code` is stable and has a text in every language (`refusal.<code>` in
    assets/locale).

    `retain`: central orders that the permit be retained (reported lost, cancelled).
    """

    code: str
    retain: bool = False


class ChipState(Enum):
    """The state of the chip, as far as known, when a visit ends."""

    OLD = "old"
    NEW = "new"
    UNKNOWN = "unknown"


class FaceState(Enum):
    """The state of the face when a visit ends, by the unit's last answer, because no sensor reads a face."""

    OLD = "old"
    NEW = "new"
    PENDING = "pending"  # chip new, face stale, blank or unknown


class Custody(Enum):
    """Where the permit is. Changes only on a fact from the permit unit."""

    WITH_HOLDER = "with_holder"
    AT_MOUTH = "at_mouth"
    INSIDE = "inside"
    RETAINED = "retained"
    UNKNOWN = "unknown"
