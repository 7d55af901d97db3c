"""The body of a page: words with a picture, which takes the room that the words leave."""

from __future__ import annotations

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty
from kivy.uix.layout import Layout

from screens.widgets.column import SETTLED_AFTER, Column
from screens.widgets.pictures import Picture
from screens.widgets.supplies import supplies

LEAST_PICTURE = 0.14  # of the body; a smaller picture explains nothing
ABOVE = 0.6  # share of the free room that is above words beside a picture


class Body(Layout):
    """The body. `upright`: the picture is above the words, else beside them, at the side where reading begins. `share`:
    the picture's share of the width; 0: no picture. Words without enough room beside the picture take the whole width.
    """

    picture: ObjectProperty[Picture] = ObjectProperty(None)
    column: ObjectProperty[Column] = ObjectProperty(None)
    upright = BooleanProperty(True)
    share = NumericProperty(0.36)
    spacing = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        self._quiet_rounds = 0
        self._listened_to: Column | None = None
        self._widen_soon = Clock.create_trigger(self._widen, -1)
        super().__init__(**kwargs)
        for name in ("pos", "size", "picture", "column", "upright", "share", "spacing"):
            self.fbind(name, self._trigger_layout)
        supplies().fbind("mirrored", self._trigger_layout)

    def on_picture(self, *_args: object) -> None:
        self._take_in()

    def on_column(self, _instance: object, column: Column) -> None:
        if self._listened_to is not None:
            self._listened_to.funbind("needed", self._trigger_layout)
            self._listened_to.funbind("is_wide", self._trigger_layout)
        self._listened_to = column
        column.fbind("needed", self._trigger_layout)
        column.fbind("is_wide", self._trigger_layout)
        self._take_in()

    def _take_in(self) -> None:
        """Take over the present widgets and drop the earlier ones."""
        self._quiet_rounds = 0
        self.clear_widgets()
        for part in filter(None, (self.picture, self.column)):
            self.add_widget(part)

    def room_beside(self, share: float) -> tuple[float, float]:
        """The size for words with a picture of this share beside them."""
        beside = self.width * (1 - share) - self.spacing if share and not self.upright else self.width
        return beside, self.height

    def do_layout(self, *_args: object) -> None:
        if len(self.children) < 2:
            return  # the rule in surround.kv is not complete yet
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
        if self.column.is_wide:
            beside = self.width
        elif self.share and self.column.needed > self.height:
            self._quiet_rounds = 0
            self._widen_soon()
        self.column.lift = ABOVE
        mirrored = supplies().mirrored
        self.column.pos = (self.x if mirrored else self.right - beside), self.y
        self.column.size = beside, self.height
        self._place(self.right - width if mirrored else self.x, self.y, width, self.height, not self.column.is_wide)

    def _widen(self, _elapsed: float) -> None:
        """Give words that are too long beside the picture its place, once the layout has settled."""
        self._quiet_rounds += 1
        if self.upright or self.column.is_wide or self.column.needed <= self.height:
            return
        if self._quiet_rounds < SETTLED_AFTER:
            self._widen_soon()
        else:
            self.column.is_wide = True
            self._trigger_layout()

    def _place(self, x: float, y: float, width: float, height: float, is_shown: bool) -> None:
        is_shown = is_shown and self.share > 0
        self.picture.opacity = 1 if is_shown else 0
        self.picture.pos, self.picture.size = (x, y), (max(1.0, width), max(1.0, height))
