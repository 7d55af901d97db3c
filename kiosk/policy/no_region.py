"""The region of a kiosk that serves nobody because its region file or configuration has a mistake. It offers no service
and has no counter.
"""

from __future__ import annotations

from kiosk.policy.assessment import AssessedOutcome
from kiosk.policy.office_days import HolidayCalendar
from kiosk.policy.region import Calendar, CountedFrom, Kiosks, Region, Term, Tier, Window
from kiosk.policy.rules import Effect, Rule
from kiosk.policy.terms import EndDate, Span
from kiosk.texts.words import LocalText

_NOTHING = LocalText(())
_RULE = Rule("", (), _NOTHING)

NO_REGION = Region(
    code="",
    name=_NOTHING,
    area_prefixes=(),
    sources={},
    legal_bases=(),
    term=Term(_RULE, CountedFrom.END, EndDate.SAME_DAY, permit_carries_end=True, start_stays=True),
    categories={},
    past_terms=(),
    start_tables={},
    calendar=Calendar(
        Window(_RULE, Span(), None, Effect()),
        (Tier(_RULE, None, AssessedOutcome.OVERDUE, None, resident_confirms=False, effect=Effect()),),
    ),
    measures=(),
    senseless=_RULE,
    undescribed=_RULE,
    permit_over=None,
    kiosks=Kiosks(_RULE, offered=False, pilot=None),
    services={},
    rules_of_several=(),
    evidence={},
    declarations={},
    agents={},
    guidance={},
    deadlines={},
    holidays=HolidayCalendar(),
    offices={},
    contact=None,
    item_code=None,
    photo=None,
    rules={},
    texts={},
)
