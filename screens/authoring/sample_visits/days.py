"""Days in the year of everybody's permit, which ends on 9 March 2027 where a term is a year."""

from __future__ import annotations

from datetime import date

TOO_EARLY = date(2026, 11, 16)
IN_WINDOW = date(2027, 2, 25)
LATE = date(2027, 4, 20)
VERY_LATE = date(2027, 11, 30)
