"""The question whether somebody is still there, before a screen ends by itself."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty

from screens.widgets.mirroring import Row
from screens.widgets.seconds import SecondsLeft


class Countdown(Row):
    """Counts `left_s` (seconds) down while its screen is seen. `is_due`: the end is near, so the question is shown."""

    left_s = NumericProperty(-1)
    is_due = BooleanProperty(False)
    tr: ObjectProperty[Callable[..., str]] = ObjectProperty(lambda _key, **_args: "")

    __events__ = ("on_more_time",)

    def __init__(self, **kwargs: object) -> None:
        self._seconds = SecondsLeft(self._left)
        self._warning_s = 0
        super().__init__(**kwargs)

    def on_more_time(self) -> None:
        """Event: a person needs more time."""

    def start(self, left_s: int | None, warning_s: int) -> None:
        """Count down from `left_s` seconds and ask during the last `warning_s`; None: the screen does not end."""
        self._warning_s = warning_s
        if left_s is None:
            self.stop()
            self._left(-1)
        else:
            self._seconds.start(left_s)

    def stop(self) -> None:
        """Stop, because the screen is not seen."""
        self._seconds.stop()

    def _left(self, seconds: int) -> None:
        is_due = 0 <= seconds <= self._warning_s
        if is_due or seconds < 0:
            self.left_s = seconds  # invisible words are not updated
        self.is_due = is_due
