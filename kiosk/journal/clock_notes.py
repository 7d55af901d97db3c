"""What the journal keeps of the clock."""

from __future__ import annotations

JUMP_S = 2.0
"""Between two looks; slewing (adjtime(3): 0.5 ms a second) and a leap second stay below."""

CLOCK_JUMPED = "ClockJumped"
"""Note: the time of day moved by `by_s` without that time having passed; `why`: "set", "slept" (the machine was
suspended) or "behind_journal" (found at the start).
"""

CLOCK_CONFIRMED = "ClockConfirmed"
"""Note: central confirmed the clock, behind a jump."""
