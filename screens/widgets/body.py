"""A picture and what is said beside it: the picture takes what room the words leave."""

from __future__ import annotations

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty
from kivy.uix.layout import Layout

from screens.widgets.column import SETTLED_AFTER, Column
from screens.widgets.pictures import Picture
from screens.widgets.supplies import supplies

LEAST_PICTURE = 0.14  # a share of the body; a smaller picture explains nothing
ABOVE = 0.6  # of the room that words beside a picture leave free


class Body(Layout):
    """`upright`: the picture stands above the words, else beside them, where reading begins. `share`: the picture's
    width beside them, as a share; 0: there is none. Words that have no room beside the picture take the whole width.
    """

    picture: ObjectProperty[Picture] = ObjectProperty(None)
    column: ObjectProperty[Column] = ObjectProperty(None)
    upright = BooleanProperty(True)
    share = NumericProperty(0.36)
    spacing = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        self._is_wide = False
        self._quiet_rounds = 0
        self._widen_soon = Clock.create_trigger(self._widen, -1)
        super().__init__(**kwargs)
        for name in ("pos", "size", "picture", "column", "upright", "share", "spacing"):
            self.fbind(name, self._trigger_layout)
        supplies().fbind("mirrored", self._trigger_layout)

    def on_column(self, _instance: object, column: Column) -> None:
        column.fbind("needed", self._trigger_layout)

    def begin_anew(self) -> None:
        """What is shown has changed."""
        self._is_wide = False
        self._trigger_layout()

    def do_layout(self, *_args: object) -> None:
        if self.column not in self.children or self.picture not in self.children:
            return  # the rule in base.kv is still making them
        if self.upright:
            self._below_each_other()
        else:
            self._beside_each_other()

    def _below_each_other(self) -> None:
        height = min(self.column.needed, self.height)
        left = self.height - height - self.spacing
        self.column.lift = 0
        self.column.pos, self.column.size = self.pos, (self.width, height)
        self._place(self.x, self.y + height + self.spacing, self.width, left, left >= self.height * LEAST_PICTURE)

    def _beside_each_other(self) -> None:
        width = self.width * self.share
        beside = self.width - width - self.spacing if self.share else self.width
        if self._is_wide:
            beside = self.width
        elif self.share and self.column.needed > self.height:
            self._quiet_rounds = 0
            self._widen_soon()
        self.column.lift = ABOVE
        mirrored = supplies().mirrored
        self.column.pos = (self.x if mirrored else self.right - beside), self.y
        self.column.size = beside, self.height
        self._place(self.right - width if mirrored else self.x, self.y, width, self.height, not self._is_wide)

    def _widen(self, _elapsed: float) -> None:
        """Once nothing changes any more: words that are too long beside the picture take its place."""
        self._quiet_rounds += 1
        if self.upright or self._is_wide or self.column.needed <= self.height:
            return
        if self._quiet_rounds < SETTLED_AFTER:
            self._widen_soon()
        else:
            self._is_wide = True
            self._trigger_layout()

    def _place(self, x: float, y: float, width: float, height: float, is_shown: bool) -> None:
        is_shown = is_shown and self.share > 0
        self.picture.opacity = 1 if is_shown else 0
        self.picture.pos, self.picture.size = (x, y), (max(1.0, width), max(1.0, height))
