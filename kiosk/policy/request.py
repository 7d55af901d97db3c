"""The question to the rules: one permit, one service, one day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from kiosk.domain.endorsement import Service


@dataclass(frozen=True, slots=True)
class AssessmentRequest:
    """Everything the rules may look at. All dates are local.

    `on`: today. `received_on`: the day central received the application, where a person reviews it; it then counts
    instead of `on`. `valid_from`, `valid_to`: as the permit carries them. `last_endorsed_on`: the last endorsement or
    make-up; `last_make_up_on`: the last make-up, where it is known. `category`: as the permit says; `new_category`: as
    asked for. `age`: completed years. `agent`: "guardian", "close_relative", "entrusted", or None for the holder in
    person. `home_area`: whether the kiosk stands in the area of the present address (None: not known).
    `declared`, `verified`: keys of the region file's declarations and evidence; verified means by central.
    `pilot`: the authority ordered a trial at this kiosk.
    """

    on: date
    valid_from: date | None
    valid_to: date | None
    service: Service = Service.ENDORSE
    category: str = "standard"
    new_category: str | None = None
    issued_on: date | None = None
    last_endorsed_on: date | None = None
    last_make_up_on: date | None = None
    received_on: date | None = None
    declared: frozenset[str] = field(default=frozenset(), repr=False)
    age: int | None = field(default=None, repr=False)
    agent: str | None = None
    issuing_authority: str = ""
    authority_changes: bool = False
    home_area: bool | None = None
    verified: frozenset[str] = frozenset()
    pilot: bool = False

    @property
    def counted_day(self) -> date:
        """The day on which the rules look at the permit."""
        return self.received_on or self.on

    @property
    def becomes(self) -> str:
        """The category that the endorsement leads to."""
        return self.new_category or self.category
