"""The journal's names of states, events and effects. They are a stored format and outlive the classes' names.

The restart, the retention and central read these names, also in files that an earlier program wrote. A class that is
renamed keeps its stored name here.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.workflow import effects as do
from kiosk.workflow import states as s

_RENAMED: Mapping[type[object], str] = {
    s.ShowingOutcome: "Explaining",
    do.ClearPersonalData: "Wipe",
}
"""Class → its stored name, where that differs from the class's name."""


def stored_name(value: object) -> str:
    """The stored name of a state, an event or an effect."""
    return name_of_kind(type(value))


def name_of_kind(kind: type[object]) -> str:
    """The stored name of a class of states, events or effects."""
    return _RENAMED.get(kind, kind.__name__)
