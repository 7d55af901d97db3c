"""What easy mode leaves out of the lines of a page."""

from __future__ import annotations

from kiosk.texts.words import Text, Words

FOR_WHOEVER_WAITS = ("assessment.line.window", "assessment.line.days_left")
"""They change nothing for a holder who may endorse now."""

ON_THE_RECEIPT = ("thank_you.line.next_window",)


def without(keys: tuple[str, ...], lines: tuple[Words, ...]) -> tuple[Words, ...]:
    """The `lines` whose texts have none of these keys."""
    return tuple(line for line in lines if not (isinstance(line, Text) and line.key in keys))
