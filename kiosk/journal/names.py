"""What the journal calls states, events and effects: a stored format, which outlives the classes' names.

The restart, the retention and central read these names, in files that an earlier program wrote. A class that gets
another name keeps its old one here.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.workflow import effects as do
from kiosk.workflow import states as s

_RENAMED: Mapping[type[object], str] = {
    s.ShowingOutcome: "Explaining",
    do.ClearPersonalData: "Wipe",
}
"""Class → the name that the journal has for it, where that is not the class's own."""


def stored_name(value: object) -> str:
    """The journal's name of a state, an event or an effect."""
    return _RENAMED.get(type(value), type(value).__name__)
